import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { analyse, analyseRun } from '../../src/measure/analyse.js';
import { health } from '../../src/measure/health.js';
import { pairingsOf } from '../../src/measure/pairings.js';
import '../backends.js';
import { expectClose } from '../trace/close.js';
import { dense, lstm, recurrent, tensor } from '../trace/seeded.js';
import { known } from './replays.js';

beforeAll(async () => {
  await tf.setBackend('wasm');
  await tf.ready();
});

const [S, T, F] = [23, 12, 3];
const x = { data: tensor(5, [S, T, F]).dataSync() as Float32Array, shape: [S, T, F] };
const y = { data: tensor(6, [S, 2]).dataSync() as Float32Array, shape: [S, 2] };
/** Some samples are shorter than others; the first ones are whole, so that only some parts have a mask that skips. */
const ragged = { ...x, data: x.data.map((value, n) => (n >= 9 * T * F && n % (T * F) < 2 * F ? 0 : value)) };

function compiled(layers: tfl.layers.Layer[]): tfl.LayersModel {
  const model = tfl.sequential({ layers: [tfl.layers.inputLayer({ inputShape: [T, F] }), ...layers, dense(2, 9)] });
  model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
  return model;
}

/**
 * What is a difference of numbers that are nearly the same is right in units of these, not of itself: the rise of the loss, the error of a
 * truncated gradient, and what a step adds along the whole gradient, where a step's terms cancel. All three are in units of the whole, 1.
 */
const DIFFERENCES = /\.lossRise$|\.figures\.loss rise\.value$|\.learning\.(biases|shares\.\w+)\.\d+$/;

/** Numbers to float32's rounding, which sums in another order change; everything else the same. */
function expectSame(found: unknown, expected: unknown, where: string): void {
  if (typeof expected === 'number') {
    if (!Number.isFinite(expected)) expect(found, where).toBe(expected);
    else {
      const off = Math.abs((found as number) - expected);
      const [error, least] = DIFFERENCES.test(where) ? [off, 1e-6] : [off / Math.abs(expected), 1e-5];
      expect(off === 0 ? 0 : error, `${where}: ${String(found)} for ${expected}`).toBeLessThan(least);
    }
  } else if (typeof expected === 'object' && expected !== null) {
    expect(Object.keys(found as object), where).toEqual(Object.keys(expected));
    // Figures go by their names.
    for (const [key, value] of Object.entries(expected)) expectSame((found as Record<string, unknown>)[key], value, `${where}.${value !== null && typeof value === 'object' && 'name' in value && 'text' in value ? String(value.name) : key}`);
  } else if (typeof expected === 'string') expect(typeof found, where).toBe('string');
  else expect(found, where).toEqual(expected);
}

const models: Record<string, () => tfl.LayersModel> = {
  'LSTM over GRU': () => compiled([lstm(4, 1, { name: 'one', returnSequences: true }), recurrent('gru', 3, 4, { name: 'two' })]),
  'masked': () => compiled([tfl.layers.masking(), lstm(4, 1, { name: 'one' })]),
  'Bidirectional': () => compiled([tfl.layers.bidirectional({ name: 'both', layer: recurrent('simpleRNN', 4, 1), mergeMode: 'concat' })]),
};

test.each(Object.keys(models))('in parts, all is as at once: %s', async (name) => {
  const model = models[name]!();
  const given = name === 'masked' ? ragged : x;
  const whole = await analyseRun(model, given, y);
  const seen: number[][] = [];
  const parts = await analyseRun(model, given, y, { batchSize: 5, held: 7, progress: (...done) => { seen.push(done); } });
  expectSame(parts.analysis, whole.analysis, 'analysis');
  expectSame(parts.health, whole.health, 'health');
  expect(parts.analysis.verdict.kind).toBe(whole.analysis.verdict.kind);
  expect(seen).toEqual([[5, 23], [10, 23], [15, 23], [20, 23], [23, 23]]);
  // The run holds the first samples, and gradients by weights of all.
  const [label] = whole.run.layers;
  const [some, all] = [parts.run.layer(label!), whole.run.layer(label!)];
  for (const part of all.parts) {
    const [found, expected] = [some.gradient('hidden', part), all.gradient('hidden', part)];
    expect(found.shape).toEqual([7, ...expected.shape.slice(1)]);
    expectClose(found.data, expected.data.subarray(0, found.data.length), `hidden ${part}`, 1e-5);
  }
  for (const [weight, { data }] of Object.entries(all.gradient('weights'))) {
    expectClose(some.gradient('weights')[weight]!.data, data, weight, 1e-5);
  }
});

test('the health of an analysis is what `health` finds', async () => {
  const model = models['LSTM over GRU']!();
  expect((await analyseRun(model, x, y)).health).toEqual(await health(model, x, y, { layers: ['one', 'two'] }));
});

test('a stateful model is refused in parts', async () => {
  const model = tfl.sequential({ layers: [lstm(4, 1, { name: 'one', stateful: true, batchInputShape: [S, T, F] }), dense(2, 9)] });
  model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
  await expect(analyse(model, x, y, { batchSize: 5 })).rejects.toThrow("the batch cannot run in parts (option batchSize): layer 'one' is stateful, so that a part would go on from the states that the one before it left");
});

test('what is not a number, and what is masked, is not read as dead or vanished', async () => {
  const said = async (name: string, input: typeof x, target: typeof y): Promise<string> => (await analyse(models[name]!(), input, target, { dynamics: false })).verdict.sentence;
  const broken = { ...x, data: x.data.map((value, n) => (n === 2 * T * F ? Number.NaN : value)) };
  for (const [input, target] of [[broken, y], [x, { ...y, data: y.data.map((value, n) => (n === 3 ? Number.NaN : value)) }]] as const) {
    expect(await said('masked', input, target)).toBe("Can't tell how far back LSTM 'one' learns, because the gradient that comes into it is not finite at 1 of 23 samples.");
  }
  expect(await said('masked', { ...x, data: new Float32Array(S * T * F) }, y)).toBe("Can't tell how far back LSTM 'one' learns, because every step is masked.");
});

/** h = keep h + x, from the front, from the end, or both. */
function leaky(keep: number, how: 'backward' | 'both'): tfl.LayersModel {
  const steps = 20;
  const cell = { units: 1, activation: 'linear' as const, useBias: false, recurrentInitializer: 'zeros' as const };
  const layer = how === 'both' ? tfl.layers.bidirectional({ name: 'layer', layer: tfl.layers.simpleRNN(cell), mergeMode: 'concat', inputShape: [steps, 1] } as never)
    : tfl.layers.simpleRNN({ ...cell, name: 'layer', goBackwards: true, inputShape: [steps, 1] });
  const model = tfl.sequential({ layers: [layer, tfl.layers.dense({ units: 1, useBias: false, name: 'answer', kernelInitializer: 'ones' })] });
  tf.tidy(() => { layer.setWeights(Array.from({ length: how === 'both' ? 2 : 1 }, () => [tf.tensor([[1]]), tf.tensor([[keep]])]).flat()); });
  model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
  return model;
}

/** The root mean square change of h = sum of keep^distance x, worked out by hand, with k of the steps that are read first another sample's. */
function byHand(x: ArrayLike<number>, keep: number, end: 'first' | 'last', k: number, of: 'output' | 'state'): number {
  const [samples, steps] = [16, 20];
  const moved = (count: number, others: Int32Array): number => Math.hypot(...Array.from({ length: samples }, (_, sample) => {
    let sum = 0;
    for (let read = 0; read < count; read++) {
      const t = end === 'first' ? read : steps - 1 - read;
      sum += keep ** (steps - 1 - read) * (x[sample * steps + t]! - x[others[sample]! * steps + t]!);
    }
    return sum;
  }));
  const over = (read: (others: Int32Array) => number): number => pairingsOf(samples, 3).reduce((sum, others) => sum + read(others), 0) / 3;
  // Of outputs, each pairing is in its own units, since there may be several of them.
  return of === 'output' ? over((others) => moved(k, others) / moved(steps, others)) : over((others) => moved(k, others)) / over((others) => moved(steps, others));
}

test.each([['backward', 0.5], ['backward', 0.8], ['both', 0.5], ['both', 0.8]] as const)('read from the end: %s, a memory that keeps %d a step, as by hand', async (how, keep) => {
  const model = leaky(keep, how);
  const input = tensor(3, [16, 20, 1]);
  const said = model.predict(input) as tf.Tensor;
  const answer = { data: Float32Array.from(said.dataSync(), (value, n) => value + (n % 2 === 0 ? 0.01 : -0.01)), shape: [16, 1] };
  const { forward, recurrences } = await analyse(model, input, answer, { dynamics: false });
  expect(recurrences.map(({ part }) => part)).toEqual(how === 'both' ? ['forward', 'backward'] : ['']);
  if (how === 'both') expect(forward).toEqual({ why: 'not all of its recurrences read from the first step on, so that no step is far from the output for all of them: each is measured by itself' });
  for (const one of recurrences) {
    const found = known(one.forward);
    const end = one.part === 'forward' ? 'first' : 'last';
    expect([found.of, found.end]).toEqual([how === 'both' ? 'state' : 'output', end]);
    const expected = Array.from(found.occluded, (k) => byHand(input.dataSync(), keep, end, k, found.of));
    expected.forEach((change, i) => { expect(found.change[i]!).toBeCloseTo(change, 4); });
    expect(found.horizon).toEqual({ steps: 20 - found.occluded[expected.findIndex((change) => change >= 0.1)]!, open: false });
    expect([found.usesInputs, found.samples, found.pairings]).toEqual([true, 16, 3]);
    if (keep === 0.5) expect(one.verdict.kind).toBe('short-term');
  }
});
