import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { deadUnits } from '../../src/measure/dead-units.js';
import { gradientFlow } from '../../src/measure/gradient-flow.js';
import { healthText } from '../../src/measure/health-text.js';
import { health, type HealthOptions } from '../../src/measure/health.js';
import { gateSaturation } from '../../src/measure/saturation.js';
import { trace } from '../../src/trace/trace.js';
import { describeOnBackends } from '../backends.js';
import { call, input, layer, modelOf } from '../trace/build.js';
import { dense, lstm, tensor } from '../trace/seeded.js';

const message = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
};

describe('deadUnits', () => {
  test('by hand', () => {
    const activations = [[[0, 0.5, 1e-7, NaN], [0, 0, -1e-7, 0]], [[0, -0.1, 0, 0], [0, 0, 0, 0]]];
    expect(deadUnits(activations)).toEqual({ units: 4, dead: [0, 2], share: 0.5 });
    expect(deadUnits(activations, { deadBelow: 0 })).toEqual({ units: 4, dead: [0], share: 0.25 });
    expect(deadUnits(activations, { deadBelow: 0.5 })).toEqual({ units: 4, dead: [0, 1, 2], share: 0.75 });
    expect(message(() => deadUnits([]))).toBe('deadUnits: expected activations of shape (..., units), found none');
    expect(message(() => deadUnits([1], { deadBelow: -1 }))).toBe("deadUnits: option 'deadBelow' must be a number of at least 0, found -1");
  });
});

describe('gateSaturation', () => {
  // (2 samples, 2 timesteps, 3 units)
  const gate = [[[0.05, 0.95, 0.5], [0.1, 0.9, 0.5]], [[0, 1, 0.05], [0.5, 0.91, 0.95]]];
  test('by hand: the limits themselves are not beyond them', () => {
    expect(gateSaturation(gate)).toEqual({
      left: { data: Float64Array.of(0.5, 0, 0.25), shape: [3], axes: ['units'] }, right: { data: Float64Array.of(0, 0.75, 0.25), shape: [3], axes: ['units'] },
      leftShare: 0.25, rightShare: 1 / 3,
    });
    expect(gateSaturation(gate, { saturated: [0.02, 0.92] }).right.data).toEqual(Float64Array.of(0, 0.5, 0.25));
  });

  test('masked steps do not count', () => {
    expect(gateSaturation(gate, { mask: [[1, 0], [1, 1]] }).right.data).toEqual(Float64Array.of(0, 1, 1 / 3));
    expect(gateSaturation(gate, { mask: [[0, 0], [0, 0]] })).toMatchObject({ leftShare: Number.NaN, rightShare: Number.NaN });
    expect(message(() => gateSaturation(gate, { mask: [1, 1] }))).toBe('gateSaturation: expected a mask of shape (2, 2), found (2,)');
    expect(message(() => gateSaturation(gate, { saturated: [0.9, 0.1] }))).toBe("gateSaturation: option 'saturated' must be two numbers, the smaller first, found [0.9,0.1]");
    expect(message(() => gateSaturation([]))).toBe('gateSaturation: expected a gate of shape (samples, timesteps, units), found (0,)');
  });
});

describe('gradientFlow', () => {
  const flow = (norms: readonly (readonly number[])[], options = {}): object => gradientFlow(norms.map((steps) => steps.map((norm) => [0.6 * norm, -0.8 * norm])), options);

  test('by hand: each timestep against the last', () => {
    expect(flow([[1e-4, 1e-2, 0.5, 1]])).toEqual({ compared: 3, vanishing: 1 / 3, exploding: 0 });
    expect(flow([[1e4, 1e2, 0.5, 1], [0, 0, 0.1, 2]])).toEqual({ compared: 6, vanishing: 2 / 6, exploding: 1 / 6 });
    expect(flow([[1e-4, 1e-2, 0.5, 1]], { vanishingBelow: 0.1 })).toEqual({ compared: 3, vanishing: 2 / 3, exploding: 0 });
    expect(flow([[20, 1]], { explodingAbove: 10 })).toEqual({ compared: 1, vanishing: 0, exploding: 1 });
  });

  test('what comes after the last step with a gradient, and masked steps, do not count', () => {
    expect(flow([[1e-4, 1, 0, 0]])).toEqual({ compared: 1, vanishing: 1, exploding: 0 });
    expect(flow([[1e-4, 1e-5, 1, 7]], { mask: [[1, 0, 1, 0]] })).toEqual({ compared: 1, vanishing: 1, exploding: 0 });
    expect(flow([[1, 0.5, 1e-4]], { backwards: true })).toEqual({ compared: 2, vanishing: 0.5, exploding: 0 });
    expect(flow([[0, 0]])).toEqual({ compared: 0, vanishing: null, exploding: null });
    expect(flow([[3]])).toEqual({ compared: 0, vanishing: null, exploding: null });
  });

  test('tiny, large and missing numbers', () => {
    expect(flow([[1e-300, 1e-200]])).toEqual({ compared: 1, vanishing: 1, exploding: 0 });
    expect(flow([[NaN, Infinity, 1, 1]])).toEqual({ compared: 3, vanishing: 0, exploding: 2 / 3 });
    expect(flow([[1, NaN]])).toEqual({ compared: 2, vanishing: 0, exploding: 0.5 });
  });

  test('what cannot be', () => {
    expect(message(() => gradientFlow([[1, 2]]))).toBe('gradientFlow: expected a gradient of shape (samples, timesteps, units), found (1, 2)');
    expect(message(() => flow([[1, 1]], { mask: [1] }))).toBe('gradientFlow: expected a mask of shape (1, 2), found (1,)');
    expect(message(() => flow([[1, 1]], { vanishingBelow: 2 }))).toBe("gradientFlow: option 'vanishingBelow' must be a number between 0 and 1, found 2");
  });
});

const [S, T, F] = [3, 6, 4];

describeOnBackends('health of a model', () => {
  test('a linear recurrence h = s h + x, s^k of whose gradient is left after k steps', async () => {
    const scaled = (s: number): Promise<unknown> => {
      const model = tfl.sequential({ layers: [tfl.layers.simpleRNN({ units: 2, activation: 'linear', inputShape: [T, 2], useBias: false, recurrentInitializer: 'zeros', name: 'rnn' })] });
      model.layers[0]!.setWeights([tf.eye(2), tf.mul(s, tf.eye(2))]);
      model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
      return health(model, tensor(1, [S, T, 2]), tensor(2, [S, 2])).then(([one]) => one!.parts[0]!.flow);
    };
    // Of five steps back, 0.1^4 and 0.1^5 are below a thousandth, 20^3 to 20^5 above a thousand.
    expect(await scaled(0.1 * 1.01)).toEqual({ compared: S * 5, vanishing: 2 / 5, exploding: 0 });
    expect(await scaled(20)).toEqual({ compared: S * 5, vanishing: 0, exploding: 3 / 5 });
    expect(await scaled(1)).toEqual({ compared: S * 5, vanishing: 0, exploding: 0 });
  });

  test('gates that biases hold open or shut, and units that relu holds at 0', async () => {
    const model = tfl.sequential({ layers: [lstm(2, 1, { inputShape: [T, F], name: 'lstm', recurrentActivation: 'sigmoid' }), dense(3, 2, { name: 'relu', activation: 'relu' })] });
    const [kernel, recurrentKernel] = model.layers[0]!.getWeights();
    // input, forget, cell, output, of two units each.
    model.layers[0]!.setWeights([tf.mul(kernel!, 0.01), tf.mul(recurrentKernel!, 0.01), tf.tensor1d([-9, 0, 9, 9, 0, 0, 0, 9])]);
    model.layers[1]!.setWeights([tf.zeros([2, 3]), tf.tensor1d([-1, 0, 1])]);
    const found = await health(model, tensor(1, [S, T, F]));
    expect(found.map(({ name, kind, weights, outputs }) => ({ name, kind, weights, outputs }))).toEqual([
      { name: 'lstm', kind: 'LSTM', weights: {}, outputs: null }, { name: 'relu', kind: 'Dense', weights: {}, outputs: null },
    ]);
    const [[one], [two]] = [found[0]!.parts, found[1]!.parts];
    const shares = Object.entries(one!.gates).map(([gate, { left, right }]) => [gate, [...left.data], [...right.data]]);
    expect(shares).toEqual([['input', [1, 0], [0, 0]], ['forget', [0, 0], [1, 1]], ['output', [0, 0], [0, 1]]]);
    expect(one!.flow).toBeNull();
    expect(two).toEqual({ part: '', units: 3, dead: [0, 1], share: 2 / 3, gates: {}, flow: null });
    const shut = await health(model, tensor(1, [S, T, F]), tf.ones([S, 3]), { loss: (_: tf.Tensor, prediction: tf.Tensor) => tf.sum(tf.slice(prediction, [0, 0], [S, 1]), 1), layers: 'lstm' });
    expect(healthText(shut)).toMatch(/\n {2}gradient through time: zero throughout, or of one timestep$/);
    expect(healthText(found)).toBe([
      'lstm: LSTM', '  dead units: 0 of 2', '  gates, share of time below 0.1 and above 0.9: input 50.0% and 0.0%; forget 0.0% and 100.0%; output 0.0% and 50.0%',
      '', 'relu: Dense', '  dead units: 2 of 3 (0, 1)',
    ].join('\n'));
  });

  test('both directions, masks, what does not reach the loss, activations, and the options of a trace', async () => {
    const from = input('x', [T, F]);
    const masked = call(layer('Masking', 'mask'), from);
    const h = call(layer('Bidirectional', 'both', {}, { layer: layer('GRU', 'gru', { units: 2, reset_after: true, return_sequences: true }) }), masked);
    const side = call(layer('SimpleRNN', 'side', { units: 2 }), masked);
    const model = modelOf([from], [call(layer('Activation', 'act', { activation: 'elu' }), call(layer('GlobalAveragePooling1D', 'pool'), h)), side]);
    const x = tensor(3, [S, T, F]).arraySync() as number[][][];
    for (const sample of x) sample[T - 1] = sample[0] = [0, 0, 0, 0];
    const options: HealthOptions = { loss: 'meanSquaredError', lossWeights: [1, 0] };
    const found = await health(model, x, [tensor(4, [S, 4]), tensor(5, [S, 2])], options);
    expect(found.map(({ name, parts }) => [name, parts.map(({ part }) => part)])).toEqual(expect.arrayContaining([['both', ['forward', 'backward']], ['side', ['']], ['act', ['']]]));
    expect(found).toHaveLength(3);
    const run = await trace(model, x, [tensor(4, [S, 4]), tensor(5, [S, 2])], { ...options, quantities: ['hidden', 'gates'] });
    const both = run.layer('both');
    const { parts } = found.find(({ name }) => name === 'both')!;
    expect(Object.keys(parts[0]!.gates)).toEqual(['update', 'reset']);
    for (const { part, gates, flow, dead } of parts) {
      expect(gates['update']).toEqual(gateSaturation(both.value('gates')[`${part}/update`]!, { mask: both.mask(part) }));
      expect(flow).toEqual(gradientFlow(both.gradient('hidden', part), { mask: both.mask(part), backwards: part === 'backward' }));
      expect(flow!.compared).toBe(S * (T - 3));
      expect(dead).toEqual([]);
    }
    // The same in parts, and of one layer that is named.
    const inParts = await health(model, x, [tensor(4, [S, 4]), tensor(5, [S, 2])], { ...options, batchSize: 2, layers: 'both' });
    expect(inParts.map(({ name, parts: some }) => [name, some.map(({ flow }) => flow)])).toEqual([['both', parts.map(({ flow }) => flow)]]);
    expect((await health(model, x, null, { layers: ['pool', 'act'] })).map(({ name }) => name)).toEqual(['pool', 'act']);
    await expect(health(model, x, null, { deadBelow: -1 })).rejects.toThrow(/^health: option 'deadBelow' must be a number of at least 0, found -1$/);
    await expect(health(model, x, null, { vanishBelow: 1 } as object)).rejects.toThrow(/^trace: unknown option 'vanishBelow'/);
  });

  test('of masked steps alone nothing is said of gates', async () => {
    const model = tfl.sequential({ layers: [tfl.layers.masking({ inputShape: [T, F] }), lstm(2, 1, { name: 'lstm' })] });
    expect(healthText(await health(model, tf.zeros([S, T, F]), null, { layers: 'lstm' }))).toBe('lstm: LSTM\n  dead units: 2 of 2 (0, 1)\n  gates: every step is masked');
  });

  test('NaN weights and outputs', async () => {
    const model = tfl.sequential({ layers: [lstm(2, 1, { inputShape: [T, F], name: 'lstm' })] });
    const [kernel, ...rest] = model.layers[0]!.getWeights();
    const values = kernel!.dataSync().slice();
    values[0] = NaN;
    model.layers[0]!.setWeights([tf.tensor(values, kernel!.shape), ...rest]);
    const found = await health(model, tensor(1, [S, T, F]), tensor(2, [S, 2]), { loss: 'meanSquaredError' });
    expect(found[0]!.weights).toEqual({ kernel: { nan: 1, infinite: 0, size: 32, text: '3.1% NaN' } });
    expect(found[0]!.outputs!.nan).toBeGreaterThan(0);
    expect(found[0]!.parts[0]!.flow!.exploding).toBeGreaterThan(0);
    expect(healthText(found)).toMatch(/^lstm: LSTM\n {2}kernel: 3\.1% NaN \(1 of 32\)\n {2}outputs: \d+\.\d% NaN \(\d of 6\)\n {2}dead units: 0 of 2\n/);
  });
});
