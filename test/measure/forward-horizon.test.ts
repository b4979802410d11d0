import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { mean } from 'd3-array';
import { beforeAll, expect, test } from 'vitest';
import { forwardHorizon } from '../../src/measure/forward-horizon.js';
import type { NamedArray } from '../../src/core/array.js';
import { LastSteps } from '../../src/measure/last-steps.js';
import { lossOfPredictions } from '../../src/measure/loss-of-predictions.js';
import { chanceOf } from '../../src/measure/other-targets.js';
import { pairingsOf } from '../../src/measure/pairings.js';
import { asModel } from '../../src/model/as-model.js';
import type { Model } from '../../src/model/model.js';
import { setWeights } from '../../src/model/set-weights.js';
import '../backends.js';
import { Random } from '../random.js';
import { call, input, layer, modelOf } from '../trace/build.js';
import { known } from './replays.js';

beforeAll(async () => {
  await tf.setBackend('wasm');
  await tf.ready();
});

const [S, T] = [16, 20];

/** h = keep h + x: a memory that decays by a known factor; the answer is the last state, and it is right to 1%. */
function leaky(keep: number, returnSequences = false): tfl.LayersModel {
  const model = tfl.sequential({ layers: [tfl.layers.simpleRNN({ units: 1, inputShape: [T, 1], activation: 'linear', useBias: false, recurrentInitializer: 'zeros', returnSequences })] });
  tf.tidy(() => { model.setWeights([tf.tensor([[1]]), tf.tensor([[keep]])]); });
  model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
  return model;
}

function data(keep: number): { x: { data: Float32Array; shape: number[] }; y: { data: Float32Array; shape: number[] }; every: { data: Float32Array; shape: number[] } } {
  const random = new Random(8);
  const x = Float32Array.from(random.normals(S * T));
  const every = new Float32Array(S * T);
  for (let sample = 0; sample < S; sample++) {
    let h = 0;
    for (let t = 0; t < T; t++) every[sample * T + t] = (h = keep * h + x[sample * T + t]!) + 0.01 * random.normal();
  }
  return { x: { data: x, shape: [S, T, 1] }, y: { data: every.filter((_, n) => n % T === T - 1), shape: [S, 1] }, every: { data: every, shape: [S, T, 1] } };
}

/**
 * With the first k of T steps another sample's, the last state moves by keep^(T-k) times what the whole would: in expectation
 * change(k)^2 = (keep^(2 (T-k)) - keep^(2 T)) / (1 - keep^(2 T)), so that it is at least 0.1 from lag ln 0.1 / ln keep on.
 */
test.each([[0.5, 3.3], [0.7, 6.5], [0.8, 10.3]])('a memory that keeps %d a step reaches %d steps back', async (keep, lag) => {
  const { x, y } = data(keep);
  const { occluded, change, loss, horizon, usesInputs, chance, lossRise } = known(await forwardHorizon(leaky(keep), x, y, T));
  expect([occluded[0], occluded.at(-1), change[0]]).toEqual([0, T, 0]);
  expect(change.at(-1)).toBeCloseTo(1, 10);
  expect(loss[0]).toBeLessThan(0.001);
  expect(horizon.open).toBe(false);
  expect(Math.abs(horizon.steps - lag)).toBeLessThan(2.5);
  expect([usesInputs, chance]).toEqual([true, 0.01]);
  expect(lossRise).toBeGreaterThan(100);
});

test('a running sum reaches all the way back', async () => {
  const { x, y } = data(1);
  expect(known(await forwardHorizon(leaky(1), x, y, T, { places: 30 })).horizon).toEqual({ steps: T - 1, open: true });
});

test('with a loss at every step it is the last one that counts', async () => {
  const { x, every } = data(0.5);
  const { horizon, loss } = known(await forwardHorizon(leaky(0.5, true), x, every, T));
  expect(Math.abs(horizon.steps - 3.3)).toBeLessThan(2.5);
  const { x: same, y } = data(0.5);
  loss.forEach((value, i) => { expect(value).toBeGreaterThan(0); expect(i).toBeLessThan(T + 1); });
  // The loss at the last step alone is that of the model that returns only it.
  const alone = known(await forwardHorizon(leaky(0.5), same, y, T));
  loss.forEach((value, i) => { expect(value / alone.loss[i]!).toBeCloseTo(1, 4); });
});

test('it says why it was not measured', async () => {
  const { x, y } = data(0.5);
  const one = { data: x.data.slice(0, T), shape: [1, T, 1] };
  expect(await forwardHorizon(leaky(0.5), one, [[1]], T)).toEqual({ why: 'with one sample there is no other to take inputs from' });
  expect(await forwardHorizon(leaky(0.5), x, y, 7)).toEqual({ why: 'no input of the model has the 7 timesteps of its recurrences' });
  const mute = leaky(0.5);
  tf.tidy(() => { mute.setWeights([tf.tensor([[0]]), tf.tensor([[0.5]])]); });
  expect(await forwardHorizon(mute, x, y, T)).toEqual({ why: 'the model says the same whatever its inputs are' });
  const alike = { ...x, data: x.data.map((_, n) => x.data[n % T]!) };
  expect(await forwardHorizon(leaky(0.5), alike, y, T)).toEqual({ why: 'all samples have the same inputs' });
  const broken = { ...x, data: x.data.map((value, n) => (n === 3 * T ? Number.NaN : value)) };
  expect(await forwardHorizon(leaky(0.5), broken, y, T)).toEqual({ why: 'what the model says is not finite' });
});

test('penalties on weights do not hide that the loss rises', async () => {
  const { x, y } = data(0.5);
  const penalised = tfl.sequential({ layers: [tfl.layers.simpleRNN({ units: 1, inputShape: [T, 1], activation: 'linear', useBias: false, recurrentInitializer: 'zeros', kernelRegularizer: tfl.regularizers.l2({ l2: 1000 }) })] });
  tf.tidy(() => { penalised.setWeights([tf.tensor([[1]]), tf.tensor([[0.5]])]); });
  penalised.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
  const [found, plain] = [known(await forwardHorizon(penalised, x, y, T, { places: 0 })), known(await forwardHorizon(leaky(0.5), x, y, T, { places: 0 }))];
  // A thousand in float32 is right to 6e-5.
  found.loss.forEach((loss, i) => { expect(Math.abs(loss - plain.loss[i]!)).toBeLessThan(3e-4); });
  expect(found.usesInputs).toBe(true);
});

test('of masked steps the last that is none is the end', async () => {
  const padded = 4;
  const { x, every } = data(0.7);
  const masked = (timesteps: number): Model => {
    const from = input('x', [timesteps, 1]);
    const rnn = layer('SimpleRNN', 'rnn', { units: 1, activation: 'linear', use_bias: false, return_sequences: true });
    const model = modelOf([from], [call(rnn, call(layer('Masking', 'mask'), from))]);
    setWeights(model, 'rnn', [[[1]], [[0.7]]]);
    return model;
  };
  const cut = ({ data: numbers, shape }: typeof x, fill: boolean): typeof x => ({
    data: fill ? numbers.map((value, n) => (n % T >= T - padded ? 0 : value)) : numbers.filter((_, n) => n % T < T - padded), shape: fill ? shape : [S, T - padded, 1],
  });
  const whole = known(await forwardHorizon(masked(T), cut(x, true), cut(every, true), T, { loss: 'mse', places: 40 }));
  const short = known(await forwardHorizon(masked(T - padded), cut(x, false), cut(every, false), T - padded, { loss: 'mse', places: 40 }));
  expect([whole.usesInputs, short.usesInputs, short.loss[0]! < 0.001]).toEqual([true, true, true]);
  for (const name of ['loss', 'change'] as const) for (const [k, value] of short[name].entries()) expect(whole[name][k]! / (value || 1), `${name} ${k}`).toBeCloseTo(value === 0 ? 0 : 1, 4);
  expect(whole.chance).toBe(short.chance);
});

test('samples are moved along, each to its own last step', () => {
  const mask = { data: Float64Array.of(1, 1, 0, 0, 1, 1, 0, 0, 0), shape: [3, 3], axes: ['samples', 'timesteps'] };
  const array = { data: Float64Array.from({ length: 18 }, (_, n) => n), shape: [3, 3, 2], axes: ['samples', 'timesteps', 'units'] };
  const ends = new LastSteps({ predictions: [array, { ...array, shape: [3, 6] }], masks: [mask, null] }, 3);
  expect([ends.some, ends.hasSteps(0), ends.hasSteps(1)]).toEqual([true, true, false]);
  expect([0, 1, 2].map((sample) => ends.hasStep(0, sample))).toEqual([true, true, false]);
  expect([...ends.moved(0, array).data]).toEqual([4, 5, 0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]);
  expect([...ends.moved(0, mask).data]).toEqual([0, 1, 1, 0, 1, 1, 0, 0, 0]);
  expect(ends.moved(1, array)).toBe(array);
});

test('of a loss below 0 a rise is a rise', async () => {
  // The last step says which sign the answer has, and every second sample's has the other one.
  const { x: some } = data(0.5);
  const x = { ...some, data: some.data.map((value, n) => (n % T === T - 1 ? (Math.floor(n / T) % 2 === 0 ? 9 : -9) : value)) };
  const signs = { data: Float32Array.from({ length: S }, (_, i) => (i % 2 === 0 ? 1 : -1)), shape: [S, 1] };
  // -1 where the sign is right, 1 where it isn't.
  const loss = (target: tf.Tensor, found: tf.Tensor): tf.Tensor => tf.neg(tf.mean(tf.mul(target, tf.sign(found)), -1));
  const right = known(await forwardHorizon(leaky(0.5), x, signs, T, { places: 0, loss }));
  // What it is where each sample is paired with one that may have the other sign.
  const wrong = mean(pairingsOf(S, 3), (others) => mean(others, (other, sample) => ((other - sample) % 2 === 0 ? -1 : 1))!)!;
  expect(right.loss[0]).toBeCloseTo(-1, 6);
  expect(right.loss[1]).toBeCloseTo(wrong, 6);
  expect([right.lossRise, right.usesInputs]).toEqual([expect.closeTo(wrong + 1, 6), true]);
  // Where it is the same for all of a sample's inputs there is no rise.
  const flat = known(await forwardHorizon(leaky(0.5), x, signs, T, { places: 0, loss: (target: tf.Tensor, found: tf.Tensor) => tf.mean(tf.sub(tf.mul(0, tf.mul(target, found)), 1), -1) }));
  expect([flat.lossRise, flat.usesInputs]).toEqual([0, false]);
});

test('chance: targets that have nothing to do with predictions are told from those that have', async () => {
  const model = asModel('this test', leaky(0.5));
  const random = new Random(3);
  let taken = 0;
  for (let trial = 0; trial < 40; trial++) {
    const [prediction, target] = [random.normals(S), random.normals(S)].map((values) => ({ data: values, shape: [S, 1], axes: ['samples', 'features'] }));
    const chance = async (y: NamedArray): Promise<number> => chanceOf({ predictions: [prediction!], masks: [null] }, await lossOfPredictions(model, [y], {}));
    if (await chance(target!) <= 0.05) taken++;
    expect(await chance(prediction!)).toBe(0.01);
  }
  // 2 of 40 are expected, with a standard deviation of 1.4.
  expect(taken).toBeLessThan(8);
});
