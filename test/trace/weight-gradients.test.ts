import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from 'vitest';
import { activations } from '../../src/cells/activations.js';
import { cells } from '../../src/cells/cells.js';
import { backwardThroughTime, forwardThroughTime, weightGradients } from '../../src/cells/sequence.js';
import type { NamedArray } from '../../src/core/array.js';
import type { KerasLayer } from '../../src/from/keras/layers/keras-layer.js';
import { getWeights } from '../../src/model/get-weights.js';
import { getGradients } from '../../src/trace/get.js';
import { trace } from '../../src/trace/trace.js';
import { describeOnBackends } from '../backends.js';
import { call, fill, input as inputOf, modelOf, own } from './build.js';
import { expectClose } from './close.js';
import { apply, dense, lstm, recurrent, tensor } from './seeded.js';

/** getGradients by weights: its forms, and its numbers against the float64 reference and TF.js. */

const [S, T, F, U] = [3, 6, 4, 5];

/** dL/dW in float64 of a layer that returns its last state or all of them, where L is the mean squared error of what it returns. */
function reference(layer: KerasLayer, kind: string, options: { readonly resetAfter: boolean; readonly sequences: boolean; readonly backwards: boolean; readonly gate: string }, x: tf.Tensor, y: tf.Tensor): Record<string, Float64Array> {
  const cell = cells.find((one) => one.kind === kind)!;
  const recurrence = { cell, units: U, activation: activations.get('tanh')!, recurrentActivation: activations.get(options.gate)!, resetAfter: options.resetAfter, backwards: options.backwards };
  const [kernel, recurrentKernel, bias] = layer.weights.map((weight) => Float64Array.from(weight.read()));
  const pass = forwardThroughTime(recurrence, { kernel: kernel!, recurrentKernel: recurrentKernel!, bias: bias ?? null }, { samples: S, timesteps: T, features: F, x: Float64Array.from(x.dataSync()) });
  const target = Float64Array.from(y.dataSync());
  const size = S * U;
  // Of the mean over all numbers, time in processing order.
  const by = (h: number, n: number): number => (2 * (h - target[n]!)) / target.length;
  const sequence = Float64Array.from({ length: S * T * U }, (_, n) => {
    const [sample, step, unit] = [Math.floor(n / (T * U)), Math.floor(n / U) % T, n % U];
    return by(pass.hidden[(step + 1) * size + sample * U + unit]!, n);
  });
  const adjoints = backwardThroughTime(pass, options.sequences ? { sequence } : { lastHidden: Float64Array.from({ length: size }, (_, n) => by(pass.hidden[T * size + n]!, n)) });
  const gradients = weightGradients(pass, adjoints);
  return { kernel: gradients.kernel as Float64Array, recurrent_kernel: gradients.recurrentKernel as Float64Array, ...(gradients.bias ? { bias: gradients.bias as Float64Array } : {}) };
}

describeOnBackends('getGradients by weights', () => {
  beforeEach(() => { tf.engine().startScope(); });
  afterEach(() => { tf.engine().endScope(); });

  describe.each(['LSTM', 'GRU', 'GRU with reset_after', 'SimpleRNN'])('%s', (name) => {
    test.each([[true, false], [false, false], [true, true]])('against the float64 reference: sequences %s, backwards %s', async (sequences, backwards) => {
      const resetAfter = name.endsWith('reset_after');
      const kind = name.split(' ')[0]!;
      const layer = own(kind, { name: 'rnn', units: U, returnSequences: sequences, goBackwards: backwards, ...(kind === 'GRU' ? { resetAfter } : {}) });
      const given = inputOf('x', [T, F]);
      const model = modelOf([given], [call(layer, given)]);
      fill(layer);
      const [x, y] = [tensor(1, [S, T, F]), tensor(2, sequences ? [S, T, U] : [S, U])];
      const found = await getGradients(model, 'rnn', x, y, { mode: 'weights', loss: 'meanSquaredError' });
      const expected = reference(layer, kind, { resetAfter, sequences, backwards, gate: 'sigmoid' }, x, y);
      expect(Object.keys(found)).toEqual(Object.keys(expected));
      for (const [weight, values] of Object.entries(expected)) expectClose(found[weight]!.data, values, weight, 1e-5);
      expect(Object.values(found).map(({ shape }) => shape)).toEqual(Object.values(await getWeights(model, 'rnn')).map(({ shape }) => shape));
    });
  });

  test("of TF.js's layers, in both directions: as TF.js's own", async () => {
    const model = tfl.sequential({ layers: [
      tfl.layers.bidirectional({ layer: recurrent('gru', 3, 1, { returnSequences: true }) as tfl.RNN, mergeMode: 'concat', name: 'both', inputShape: [T, F] }), lstm(3, 4, { name: 'lstm' }), dense(2, 9, { name: 'head' }),
    ] });
    const [x, y] = [tensor(1, [S, T, F]), tensor(2, [S, 2])];
    const found = await getGradients(model, '*', x, y, { mode: 'weights', loss: 'meanSquaredError' });
    const backend = tf.getBackend();
    // Some of TF.js's gradients have kernels on the CPU backend alone.
    await tf.setBackend('cpu');
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const { grads } = tf.variableGrads(() => tf.mean(tf.squaredDifference(y, model.apply(x, { training: true }) as tf.Tensor)) as tf.Scalar, variables);
    const expected = variables.map(({ name }) => Array.from(grads[name]!.dataSync()));
    await tf.setBackend(backend);
    expect(Object.keys(found)).toEqual([
      'both/forward/kernel', 'both/forward/recurrent_kernel', 'both/forward/bias', 'both/backward/kernel', 'both/backward/recurrent_kernel', 'both/backward/bias',
      'lstm/kernel', 'lstm/recurrent_kernel', 'lstm/bias', 'head/kernel', 'head/bias',
    ]);
    Object.entries(found).forEach(([name, { data }], i) => { expectClose(data, expected[i]!, name); });
  });

  test('by list, name part, index, a part behind a slash, and without some', async () => {
    const inner = tfl.sequential({ name: 'inner', layers: [dense(3, 20, { inputShape: [3], name: 'deep' })] });
    const input = tfl.input({ shape: [T, F], name: 'x' });
    const shared = dense(3, 30, { name: 'shared' });
    const model = tfl.model({ inputs: input, outputs: apply(shared, apply(tfl.layers.batchNormalization({ name: 'norm' }), apply(inner, apply(shared, apply(lstm(3, 1, { name: 'lstm' }), input))))) });
    model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
    const [x, y] = [tensor(1, [S, T, F]), tensor(2, [S, 3])];
    const by = (id: unknown, options = {}): Promise<Record<string, NamedArray>> => getGradients(model, id as string, x, y, { mode: 'weights', ...options });
    const all = await by('*');
    expect(Object.keys(all)).toEqual(['lstm/kernel', 'lstm/recurrent_kernel', 'lstm/bias', 'shared/kernel', 'shared/bias', 'inner/deep/kernel', 'inner/deep/bias', 'norm/gamma', 'norm/beta']);
    const run = await trace(model, x, y, { quantities: ['weights'] });
    expect(await by('lst')).toEqual(run.layer('lstm').gradient('weights'));
    expect(await by(1)).toEqual(await by('lstm'));
    expect(await by('lstm/bias')).toEqual({ bias: all['lstm/bias'] });
    expect(await by('shared')).toEqual({ kernel: all['shared/kernel'], bias: all['shared/bias'] });
    expect(await by('inner/deep/kernel')).toEqual({ kernel: all['inner/deep/kernel'] });
    expect(await by(['deep', [1, 0]])).toEqual({ 'inner/deep/kernel': all['inner/deep/kernel'], 'inner/deep/bias': all['inner/deep/bias'], 'lstm/kernel': all['lstm/kernel'] });
    expect(Object.keys(await by('*', { omitNames: ['kernel', 'norm', 'beta'] }))).toEqual(['lstm/bias', 'shared/bias', 'inner/deep/bias', 'norm/gamma']);
    // What training doesn't change has no gradient.
    expect(await by('norm/moving')).toEqual({});
    expect(await getGradients(model, 'lstm', x, y, { mode: 'inputs' })).toEqual((await trace(model, x, y, { quantities: ['inputs'] })).layer('lstm').gradient('inputs'));
    // Samples in parts add up to the same.
    Object.entries(await by('*', { batchSize: 2 })).forEach(([name, { data }]) => { expectClose(data, all[name]!.data, name, 1e-5); });
  });

  test('by given weights and outputs', async () => {
    const model = tfl.sequential({ layers: [lstm(3, 1, { inputShape: [T, F], name: 'lstm' }), dense(2, 9, { name: 'head' }), tfl.layers.batchNormalization({ name: 'norm' })] });
    model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
    const [x, y] = [tensor(1, [S, T, F]), tensor(2, [S, 2])];
    const run = await trace(model, x, y, { quantities: ['outputs', 'weights'] });
    const { kernel, bias } = run.layer('lstm').gradient('weights');
    const [first, head] = [model.layers[0]!, model.layers[1]!];
    expect(await getGradients(model, null, x, y, { params: [first.weights[2]!, head.output as tfl.SymbolicTensor, first.getWeights()[0]!, first.weights[2]!] })).toEqual([bias, run.layer('head').gradient(), kernel, bias]);
    expect(await getGradients(model, null, x, y, { params: first.weights[0]! })).toEqual(kernel);
    expect(await getGradients(model, null, x, y, { params: first.output as tfl.SymbolicTensor })).toEqual(run.layer('lstm').gradient());
    expect(await getGradients(model, null, x, y, { params: [] })).toEqual([]);
    const other = tfl.sequential({ layers: [dense(2, 1, { inputShape: [3], name: 'other' })] });
    const wrong = (id: unknown, options: object): Promise<string> => (getGradients(model, id as null, x, y, options as { params: [] })).then(() => 'no error', (error: unknown) => (error as Error).message);
    expect(await wrong(null, { params: [other.layers[0]!.getWeights()[0]] })).toBe('getGradients: params[0] is not a weight of this model');
    expect(await wrong(null, { params: [first.output, other.layers[0]!.output] })).toMatch(/^getGradients: params\[1\]: 'other.*' is not an output of a layer of this model$/);
    expect(await wrong(null, { params: ['lstm'] })).toBe('getGradients: params[0]: expected a weight of the model (of layer.weights), or what a layer gives (layer.output), found "lstm"');
    expect(await wrong(null, { params: model.layers[2]!.weights[2] })).toBe("getGradients: params[0]: 'norm/moving_mean' is a weight that training doesn't change: there is no gradient by it");
    expect(await wrong(0, { params: first.weights })).toBe('getGradients: params say what to differentiate by: the id must be null, found 0');
    expect(await wrong(null, { params: first.weights, mode: 'weights' })).toBe("getGradients: params say what to differentiate by: leave out 'mode'");
    expect(await wrong(null, {})).toBe("getGradients: expected a layer, a list of layers or '*', or the option 'params', found null");
    expect(await wrong(0, { mode: 'cactus' })).toBe("getGradients: option 'mode' must be 'outputs', 'inputs' or 'weights', found \"cactus\"");
    expect(await wrong(0, { omitNames: 'bias' })).toBe("getGradients: option 'omitNames' goes with mode 'weights' only");
    expect(await wrong('lstm/goo', { mode: 'weights' })).toBe("getGradients: no weight 'goo' in layer 'lstm'; there are: kernel, recurrent_kernel, bias");
  });

  test('the types', () => {
    const model = null as unknown as tfl.LayersModel;
    // Never called: what matters is that it compiles.
    const calls = (): void => {
      expectTypeOf(getGradients(model, 'lstm', [], [], { mode: 'weights' })).resolves.toEqualTypeOf<Record<string, NamedArray>>();
      expectTypeOf(getGradients(model, ['gru', [1, 0]], [], [], { mode: 'weights', omitNames: 'bias' })).resolves.toEqualTypeOf<Record<string, NamedArray>>();
      expectTypeOf(getGradients(model, null, [], [], { params: model.layers[0]!.weights })).resolves.toEqualTypeOf<NamedArray[]>();
      expectTypeOf(getGradients(model, null, [], [], { params: model.layers[0]!.weights[0]! })).resolves.toEqualTypeOf<NamedArray>();
      expectTypeOf(getGradients(model, 1, [], [], { mode: 'inputs' })).resolves.toEqualTypeOf<NamedArray>();
      // @ts-expect-error -- a pair of indices means weights
      void getGradients(model, ['gru', [1, 0]], [], []);
    };
    expect(calls).toBeTypeOf('function');
  });
});
