import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { analyse, verdict } from '../../src/measure/analyse.js';
import { isMeasured, type Analysis, type RecurrenceAnalysis } from '../../src/measure/analysis.js';
import { chronoBiases } from '../../src/measure/chrono.js';
import '../backends.js';
import { Random } from '../random.js';
import { known, orthogonal } from './replays.js';
import { adding, constant, copy, fill, gru, lstm, modelFor, normal, rnn, symbolAt, train, type Fill, type Task } from './tasks.js';

beforeAll(async () => {
  await tf.setBackend('wasm');
  await tf.ready();
});

const look = async (model: tfl.LayersModel, task: Task, timesteps: number, samples = 12): Promise<Analysis> => {
  const { x, y } = task(new Random(99), samples, timesteps);
  return analyse(model, x, y, { dynamics: false });
};
const turned = (scale: number, seed: number): Fill => ([units]) => Float32Array.from(orthogonal(units!, seed), (value) => scale * value);

describe('models that were built to be', () => {
  test.each([1, 2, 3])('vanishing: a tanh recurrence that halves its state (seed %d)', async (seed) => {
    const model = modelFor(adding, rnn(8, 1), 30, seed);
    fill(model, 'rnn', [normal(0.3), turned(0.5, seed), constant(0)], seed);
    const { verdict: { kind, sentence, sureness, advice, figures } } = await look(model, adding, 30);
    expect([kind, sureness]).toEqual(['vanishing', 'sure']);
    expect(sentence).toMatch(/^The gradient in SimpleRNN 'rnn' vanishes: it decays on average by a factor of 0\.4\d+ a step \(0\.4\d+ to 0\.4\d+\), and \S+ of it is left 29 steps back; 10% gets back 3 steps\.$/);
    expect(advice[0]).toContain('an orthogonal start of the recurrent kernel');
    expect(figures.map(({ name }) => name)).toEqual(['backward horizon', 'left at the far end', 'factor a step', 'forward horizon', 'loss rise']);
  });

  test.each([1, 2, 3])('vanishing: an LSTM that forgets (seed %d)', async (seed) => {
    const model = modelFor(copy, lstm(6, 1), 25, seed);
    fill(model, 'lstm', [normal(0.3), normal(0.1), ([n]) => Float32Array.from({ length: n! }, (_, i) => (Math.floor(i / 6) === 1 ? -1 : 0))], seed);
    const { kind, advice } = (await look(model, copy, 25)).verdict;
    expect(kind).toBe('vanishing');
    expect(advice[0]).toMatch(/^larger biases of the forget gates: the gates' mean is 0\.2\d+, with which the median unit forgets in 0\.\d+ of 25 steps; ln\(25 - 1\) = 3\.18 keeps for about 25, without what inputs add$/);
    // ln of 1 + 23 / 12 and of 1 + 23 x 11 / 12
    expect(advice[1]).toBe('chrono initialisation with T_max = 25: forget-gate biases ln(u), u even or random in [1, 24], for its 6 units 1.07 to 3.09; input-gate biases their negatives');
  });

  test.each([1, 2, 3])('exploding: a linear recurrence that stretches its state by 1.25 (seed %d)', async (seed) => {
    const model = modelFor(adding, rnn(8, 1, { activation: 'linear' }), 40, seed);
    fill(model, 'rnn', [normal(0.3), turned(1.25, seed), constant(0)], seed);
    const { verdict: { kind, sentence, advice, sureness } } = await look(model, adding, 40);
    expect([kind, sureness]).toEqual(['exploding', 'sure']);
    // 1.25^39 = 6019
    expect(sentence).toBe("The gradient in SimpleRNN 'rnn' explodes: it grows on average by a factor of 1.25 a step (1.25 to 1.25), to 6020 times what came in, 39 steps back.");
    expect(advice[0]).toMatch(/^clipping of the gradient's norm \(Keras: global_clipnorm\), at half to ten times what it is in a good step; that by the layer's weights is [\d.e+]+ on \d+ samples$/);
  });

  test('exploding beyond float32: it overflows', async () => {
    const model = modelFor(adding, rnn(4, 1, { activation: 'linear' }), 60);
    fill(model, 'rnn', [constant(0), turned(8, 1), constant(0)]);
    // Of 8^59 times what came in some is infinite, and what is made of that not a number.
    expect((await look(model, adding, 60)).verdict).toMatchObject({ kind: 'exploding', sentence: "The gradient in SimpleRNN 'rnn' explodes: it overflows." });
  });

  test.each([1, 2, 3])('saturated: an LSTM with weights that are far too large (seed %d)', async (seed) => {
    const model = modelFor(adding, lstm(8, 1), 30, seed);
    fill(model, 'lstm', [normal(60), normal(60), normal(60)], seed);
    const { verdict: { kind, advice } } = await look(model, adding, 30);
    expect(kind).toBe('saturated');
    expect(advice[0]).toMatch(/^smaller weights, or weight decay, and inputs scaled to about 1: input is saturated at 9\d[.\d]*% of the time, forget is/);
  });

  test('dead: rectified units below 0', async () => {
    const model = modelFor(adding, rnn(8, 1, { activation: 'relu' }), 20);
    fill(model, 'rnn', [normal(0.3), normal(0.3), constant(-10)]);
    const { verdict: { kind, sentence, sureness } } = await look(model, adding, 20);
    expect([kind, sureness]).toEqual(['dead', 'sure']);
    expect(sentence).toBe("SimpleRNN 'rnn' is dead: 8 of 8 units are never active, at any sample or timestep, so that nothing is learnt through them.");
  });
});

describe('models that have learnt', () => {
  const healthy = async (model: tfl.LayersModel, task: Task, timesteps: number, iterations: number, enough: number): Promise<void> => {
    expect(await train(model, task, timesteps, iterations)).toBeLessThan(enough);
    const { verdict: found, forward } = await look(model, task, timesteps);
    expect(found.kind).toBe('long-term');
    expect(found.sentence).toContain('learns long-term');
    expect(isMeasured(forward) && forward.usesInputs && forward.lossRise > 2).toBe(true);
    expect(found.advice).toEqual([]);
  };

  test('the copy task at a lag of 11', async () => { await healthy(modelFor(copy, gru(12, 3), 12), copy, 12, 80, 0.5); });
  test('the copy task at a lag of 19', async () => { await healthy(modelFor(copy, gru(12, 3), 20), copy, 20, 150, 0.5); });
  test('the adding task over 12 steps', async () => { await healthy(modelFor(adding, gru(12, 3), 12), adding, 12, 250, 0.03); });

  test('what the last three steps hold: short-term only', async () => {
    const recent: Task = (random, samples, timesteps) => {
      const x = Float32Array.from({ length: samples * timesteps }, () => random.normal());
      const y = Float32Array.from({ length: samples }, (_, i) => x.slice((i + 1) * timesteps - 3, (i + 1) * timesteps).reduce((a, b) => a + b));
      return { x: { data: x, shape: [samples, timesteps, 1] }, y: { data: y, shape: [samples, 1] } };
    };
    const model = modelFor(recent, gru(10, 3), 24);
    expect(await train(model, recent, 24, 200)).toBeLessThan(0.3);
    const { kind, sentence } = (await look(model, recent, 24)).verdict;
    expect(kind).toBe('short-term');
    expect(sentence).toMatch(/^GRU 'gru' learns short-term only: of 23 steps back, 10% of the gradient gets back [2-6] steps, and inputs [3-7] or more steps back hardly change the output\.$/);
  });

  test.each([[0.5, 3, 3], [0.7, 6, 6]])('a running sum that keeps %d a step: short-term only', async (keep, backward, forward) => {
    const leaky: Task = (random, samples, timesteps) => {
      const x = Float32Array.from({ length: samples * timesteps }, () => random.normal());
      const y = Float32Array.from({ length: samples }, (_, i) => x.slice(i * timesteps, (i + 1) * timesteps).reduce((h, one) => keep * h + one) + 0.05 * random.normal());
      return { x: { data: x, shape: [samples, timesteps, 1] }, y: { data: y, shape: [samples, 1] } };
    };
    const model = modelFor(leaky, rnn(1, 1, { activation: 'linear' }), 24);
    fill(model, 'rnn', [constant(1), constant(keep), constant(0)]);
    fill(model, 'answer', [constant(1), constant(0)]);
    const found = await look(model, leaky, 24, 24);
    expect(found.verdict.kind).toBe('short-term');
    expect(found.verdict.figures[0]!.value).toBe(backward);
    expect(Math.abs(found.verdict.figures[3]!.value - forward)).toBeLessThan(2);
  });

  test('the copy task at a lag of 29, by the advice that is given before', async () => {
    const model = modelFor(copy, lstm(12, 3), 30);
    const before = (await look(model, copy, 30)).verdict;
    expect(before.kind).toBe('vanishing');
    expect(before.advice[1]).toContain('chrono initialisation with T_max = 30');
    const forget = chronoBiases(12, 30);
    fill(model, 'lstm', [normal(0.4), normal(0.15), () => Float32Array.from({ length: 48 }, (_, i) => [-1, 1, 0, 0][Math.floor(i / 12)]! * forget[i % 12]!)]);
    await healthy(model, copy, 30, 120, 0.7);
  });
});

describe('what reads from the end', () => {
  const both = (returnSequences: boolean) => (inputShape: number[]): tfl.layers.Layer => tfl.layers.bidirectional({ name: 'both', mergeMode: 'concat', inputShape, layer: gru(12, 3, { returnSequences })(inputShape) as tfl.RNN });
  const learnt = async (task: Task, recurrent: (input: number[]) => tfl.layers.Layer, timesteps: number, iterations: number): Promise<Analysis> => {
    const model = modelFor(task, recurrent, timesteps);
    // Chance is ln 4 = 1.39.
    expect(await train(model, task, timesteps, iterations)).toBeLessThan(0.35);
    return look(model, task, timesteps, 24);
  };
  const directions = ({ recurrences }: Analysis): Record<string, RecurrenceAnalysis> => Object.fromEntries(recurrences.map((one) => [one.part, one]));

  // At every step but the symbol's only the direction that began to read there knows it; the other meets it at its own last step.
  test.each([['first', 'forward', 'backward'], ['last', 'backward', 'forward']] as const)('of two directions the one that has to carry a symbol at the %s step does: %s', async (where, carries, other) => {
    const analysis = await learnt(symbolAt(where, true), both(true), 16, 200);
    const { [carries]: far, [other]: near } = directions(analysis);
    expect([far!.verdict.kind, near!.verdict.kind, analysis.verdict.kind]).toEqual(['long-term', 'short-term', 'long-term']);
    expect(known(far!.forward)).toMatchObject({ of: 'state', end: carries === 'forward' ? 'first' : 'last', horizon: { steps: 15, open: true } });
    expect(known(near!.forward).horizon).toEqual({ steps: 0, open: false });
    expect(analysis.verdict.sentence).toBe(`GRU 'both/${carries}' learns long-term: of 15 steps back, 10% of the gradient gets back all 15 steps, and inputs all 15 steps back still change its state.`);
    expect([analysis.verdict.sureness, analysis.verdict.doubts]).toEqual(['likely', [
      'its state holds what it read that far back; whether the answer needs it was not measured: another recurrence may hold it too', `of GRU 'both/${other}': short-term`,
    ]]);
  });

  test('of two directions the one that needs to carry nothing is not said to', async () => {
    const analysis = await learnt(symbolAt('first'), both(false), 30, 60);
    const { forward, backward } = directions(analysis);
    // All other steps are alike: what the symbol left in the state 29 steps on is the only difference there is, and next to nothing.
    expect(forward!.forward).toEqual({ why: 'its state hardly changes with its inputs' });
    expect([forward!.verdict.kind, backward!.verdict.kind, analysis.verdict.kind]).toEqual(['vanishing', 'short-term', 'short-term']);
    expect(known(backward!.forward).horizon).toEqual({ steps: 0, open: false });
  });

  test('go_backwards: a symbol at the last step is the farthest, one at the first the nearest', async () => {
    const far = await learnt(symbolAt('last'), gru(12, 3, { goBackwards: true }), 16, 120);
    expect(known(far.forward)).toMatchObject({ of: 'output', end: 'last', horizon: { steps: 15, open: true } });
    expect(far.verdict.sentence).toMatch(/^GRU 'gru' learns long-term: of 15 steps back, 10% of the gradient gets back (all )?\d+ steps, and inputs all 15 steps back still change the output\.$/);
    const near = await learnt(symbolAt('first'), gru(12, 3, { goBackwards: true }), 16, 60);
    expect(known(near.forward)).toMatchObject({ of: 'output', end: 'last', horizon: { steps: 0, open: false } });
    expect(near.verdict.sentence).toMatch(/^GRU 'gru' learns short-term only: of 15 steps back, 10% of the gradient gets back [0-3] steps?, and inputs 1 or more steps back hardly change the output\.$/);
  });
});

describe("can't tell", () => {
  const because = async (model: tfl.LayersModel, task: Task, timesteps: number, samples?: number): Promise<string> => {
    const { kind, sentence, sureness } = (await look(model, task, timesteps, samples)).verdict;
    expect([kind, sureness]).toEqual(["can't tell", 'unsure']);
    return sentence;
  };
  const kept = (timesteps: number): tfl.LayersModel => {
    const model = modelFor(adding, rnn(8, 1, { activation: 'linear' }), timesteps);
    fill(model, 'rnn', [normal(0.1), turned(1, 1), constant(0)]);
    return model;
  };

  test('before anything is learnt, though the gradient gets all the way back', async () => {
    const model = kept(20);
    // What it says is far from any target, so that other inputs make it no worse.
    tf.tidy(() => { model.getLayer('answer').setWeights([tf.mul(model.getLayer('answer').getWeights()[0]!, 0.01), tf.tensor([100])]); });
    expect(await because(model, adding, 20)).toBe("Can't tell how far back SimpleRNN 'rnn' learns, because the gradient reaches back all 19 steps, but the loss is hardly higher where all inputs are another sample's: nothing was learnt yet that shows.");
  });

  test('where the gradient gets back some steps and nothing was learnt yet; with what to try', async () => {
    const model = modelFor(copy, rnn(12, 1), 20);
    fill(model, 'rnn', [normal(0.3), turned(0.85, 1), constant(0)]);
    expect(await because(model, copy, 20)).toMatch(/^Can't tell how far back SimpleRNN 'rnn' learns, because the gradient reaches back [5-9] of 19 steps, but the loss is hardly higher where all inputs are another sample's: nothing was learnt yet that shows\.$/);
    expect((await look(model, copy, 20)).verdict.advice[0]).toContain('an orthogonal start of the recurrent kernel');
  });

  test('where the gradient gets all the way back through a state that nothing gets into', async () => {
    const model = modelFor(adding, lstm(6, 1), 20);
    // Input gates shut, forget gates open; the candidates alike for all inputs.
    fill(model, 'lstm', [constant(0), normal(0.1), ([n]) => Float32Array.from({ length: n! }, (_, i) => [-20, 20, 1, 20][Math.floor(i / 6)]!)]);
    expect(await because(model, adding, 20)).toBe("Can't tell how far back LSTM 'lstm' learns, because the gradient reaches back all 19 steps, but the model says the same whatever its inputs are: nothing of them was learnt.");
  });

  test('where the gradient gets all the way back and the memory could not be measured', async () => {
    const model = modelFor(adding, (inputShape) => [tfl.layers.averagePooling1d({ poolSize: 2, inputShape }), rnn(8, 1, { activation: 'linear' })([10, 2])], 20);
    fill(model, 'rnn', [normal(0.3), turned(1, 1), constant(0)]);
    expect(await because(model, adding, 20)).toBe("Can't tell how far back SimpleRNN 'rnn' learns, because the gradient reaches back all 9 steps, but how far back inputs change the output was not measured: no input of the model has the 10 timesteps of its recurrences.");
  });

  test('of few steps', async () => {
    expect(await because(kept(6), adding, 6)).toBe("Can't tell how far back SimpleRNN 'rnn' learns, because the gradient has 5 steps to go back, and fewer than 8 show no decay.");
  });

  test('of one sample, and of two', async () => {
    expect(await because(kept(20), adding, 20, 1)).toBe("Can't tell how far back SimpleRNN 'rnn' learns, because one sample shows no spread: give at least 3.");
    expect(await because(kept(20), adding, 20, 2)).toBe("Can't tell how far back SimpleRNN 'rnn' learns, because 2 samples show no spread: give at least 3.");
  });

  test('where the gradient is small but the memory long: a state that was latched', async () => {
    // tanh(3 h) has two stable states, and the first step's input says which: h stays, and its slope is 1/30.
    const latch: Task = (random, samples, timesteps) => {
      const signs = Array.from({ length: samples }, (_, i) => (i % 2 === 0 ? 1 : -1) * (0.5 + random.uniform()));
      const x = new Float32Array(samples * timesteps);
      signs.forEach((sign, i) => { x[i * timesteps] = sign; });
      // 0.05 off, so that there is a loss and a gradient
      return { x: { data: x, shape: [samples, timesteps, 1] }, y: { data: Float32Array.from(signs, (sign) => Math.sign(sign) + 0.05), shape: [samples, 1] } };
    };
    const model = modelFor(latch, rnn(1, 1), 20);
    fill(model, 'rnn', [constant(3), constant(3), constant(0)]);
    fill(model, 'answer', [constant(1), constant(0)]);
    expect(await because(model, latch, 20)).toBe("Can't tell how far back SimpleRNN 'rnn' learns, because the gradient reaches back 0 steps, but inputs all 19 steps back still change the output: the memory is long where the gradient is small, as of a state that was latched.");
  });

  test('without a recurrent layer', async () => {
    const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [3] })] });
    model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
    expect(await verdict(model, [[1, 2, 3]], [[1]])).toEqual({
      kind: "can't tell", sentence: "Can't tell how far back the model learns, because it has no recurrent layer.", figures: [], sureness: 'unsure', doubts: [], advice: [],
    });
  });
});
