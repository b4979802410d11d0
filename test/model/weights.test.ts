import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NamedArray } from '../../src/core/array.js';
import { loadModel } from '../../src/from/keras/load-model.js';
import { gateWeights } from '../../src/model/gate-weights.js';
import { getFullName, getLayer } from '../../src/model/get-layer.js';
import { getWeights } from '../../src/model/get-weights.js';
import type { Model } from '../../src/model/model.js';
import { getRnnWeights } from '../../src/model/rnn-weights.js';
import { layerWeights } from '../../src/model/weights.js';
import { describeOnBackends } from '../backends.js';
import { describeWithModels } from '../models.js';
import { call, input, layer, modelOf, nested } from '../trace/build.js';
import { apply, dense, lstm, recurrent, type Symbolic } from '../trace/seeded.js';

/** Weights and layers as See RNN's names ask for them. */

const shapes = (arrays: Readonly<Record<string, NamedArray>>): Record<string, readonly number[]> => Object.fromEntries(Object.entries(arrays).map(([name, { shape }]) => [name, shape]));
const numbers = (layer: tfl.layers.Layer, i: number): number[] => Array.from(layer.getWeights()[i]!.dataSync());

const [T, F] = [5, 4];
const stack = (): ReturnType<typeof layer> => layer('RNN', 'stack', {}, { cell: [layer('LSTMCell', 'p', { units: 2 }), layer('GRUCell', 'q', { units: 3, reset_after: true })] });

function made(): Model {
  const [x, u] = [input('x', [T, F]), input('u', [T, 6])];
  const both = layer('Bidirectional', 'both', {}, { layer: layer('GRU', 'gru', { units: 3, return_sequences: true, reset_after: true }) });
  const inner = nested('inner', [u], [call(layer('TimeDistributed', 'each', {}, { layer: layer('Dense', 'dense', { units: 2 }) }), u)]);
  return modelOf([x], [call(stack(), call(inner, call(both, x)))]);
}

describeOnBackends('weights by See RNN names', () => {
  let model: tfl.LayersModel;
  beforeAll(() => {
    const input = tfl.input({ shape: [5, 4], name: 'x' });
    const shared = dense(3, 30, { name: 'shared' });
    const inner = tfl.sequential({ name: 'encoder', layers: [lstm(3, 10, { inputShape: [5, 3], name: 'lstm' })] });
    const both = apply(tfl.layers.bidirectional({ layer: recurrent('gru', 2, 1) as tfl.RNN, mergeMode: 'concat', name: 'both' }), apply(tfl.layers.dropout({ rate: 0.5, name: 'drop' }), input));
    const wide = apply(dense(3, 20, { name: 'wide' }), both);
    const encoded = apply(inner, wide);
    model = tfl.model({ inputs: input, outputs: apply(shared, apply(shared, apply(tfl.layers.batchNormalization({ name: 'norm' }), encoded))) });
  });
  afterAll(() => { model.dispose(); });

  test('getWeights: all of one layer, under their names', async () => {
    expect(shapes(await getWeights(model, 'both'))).toEqual({
      'forward/kernel': [4, 6], 'forward/recurrent_kernel': [2, 6], 'forward/bias': [6], 'backward/kernel': [4, 6], 'backward/recurrent_kernel': [2, 6], 'backward/bias': [6],
    });
    expect(await getWeights(model, 2)).toEqual(await getWeights(model, 'both'));
    expect(await getWeights(model, 'drop')).toEqual({});
    // Of all its calls, a shared layer's weights are the same.
    const { kernel } = await getWeights(model, 'shared');
    expect(Array.from(kernel!.data)).toEqual(numbers(model.getLayer('shared'), 0));
    expect(await getWeights(model, 'shared:1')).toEqual(await getWeights(model, 'shared'));
    expect(shapes(await getWeights(model, 'encoder'))).toEqual({ 'lstm/kernel': [3, 12], 'lstm/recurrent_kernel': [3, 12], 'lstm/bias': [12] });
  });

  test('getWeights: some of one layer, behind a slash: by name, by its end, by a part', async () => {
    const names = async (id: string, options = {}): Promise<string[]> => Object.keys(await getWeights(model, id, options));
    expect(await names('wide/bias')).toEqual(['bias']);
    expect(await names('wid/ker')).toEqual(['kernel']);
    expect(await names('both/bias')).toEqual(['forward/bias', 'backward/bias']);
    expect(await names('both/kernel')).toEqual(['forward/kernel', 'backward/kernel']);
    expect(await names('both/forward/kernel')).toEqual(['forward/kernel']);
    expect(await names('both/backward')).toEqual(['backward/kernel', 'backward/recurrent_kernel', 'backward/bias']);
    expect(await names('encoder/lstm')).toEqual(['kernel', 'recurrent_kernel', 'bias']);
    expect(await names('encoder/lstm/kernel')).toEqual(['kernel']);
    expect(await names('lstm/recurrent')).toEqual(['recurrent_kernel']);
    expect(await names('norm/moving')).toEqual(['moving_mean', 'moving_variance']);
    expect(await names('both', { omitNames: 'bias' })).toEqual(['forward/kernel', 'forward/recurrent_kernel', 'backward/kernel', 'backward/recurrent_kernel']);
    expect(await names('both', { omitNames: ['kernel', 'forward'] })).toEqual(['backward/bias']);
    expect(await names('norm', { omitNames: 'norm' })).toEqual(['gamma', 'beta', 'moving_mean', 'moving_variance']);
  });

  test("getWeights: a list and '*' have the layers' names in front", async () => {
    const list = await getWeights(model, ['wide', 4, [2, 0, 5], 'encoder/lstm/bias']);
    expect(Object.keys(list)).toEqual(['wide/kernel', 'wide/bias', 'encoder/lstm/kernel', 'encoder/lstm/recurrent_kernel', 'encoder/lstm/bias', 'both/forward/kernel', 'both/backward/bias']);
    expect(list['both/forward/kernel']).toEqual((await getWeights(model, 'both'))['forward/kernel']);
    expect(Array.from(list['wide/bias']!.data)).toEqual(numbers(model.getLayer('wide'), 1));
    expect(Object.keys(await getWeights(model, ['wide', 'wide/kernel', [3, 1]]))).toEqual(['wide/kernel', 'wide/bias']);
    const all = await getWeights(model, '*', { omitNames: ['bias', 'moving', 'recurrent'] });
    expect(Object.keys(all)).toEqual(['both/forward/kernel', 'both/backward/kernel', 'wide/kernel', 'encoder/lstm/kernel', 'norm/gamma', 'norm/beta', 'shared/kernel']);
    expect(await getWeights(model, [])).toEqual({});
  });

  test('getWeights gives copies', async () => {
    const { kernel } = await getWeights(model, 'wide');
    kernel!.data.fill(0);
    expect(numbers(model.getLayer('wide'), 0).some((value) => value !== 0)).toBe(true);
  });

  test('getWeights: what there is not', async () => {
    const wrong = async (id: unknown, options?: object): Promise<string> => getWeights(model, id as string, options).then(() => 'no error', (error: unknown) => (error as Error).message);
    expect(await wrong('wide/goo')).toBe("getWeights: no weight 'goo' in layer 'wide'; there are: kernel, bias");
    expect(await wrong('wide/bais')).toBe("getWeights: no weight 'bais' in layer 'wide'; did you mean 'bias'?");
    expect(await wrong('drop/bias')).toBe("getWeights: no weight 'bias' in layer 'drop', which has none");
    expect(await wrong('wide/')).toBe("getWeights: no weight '' in layer 'wide'; there are: kernel, bias");
    expect(await wrong('capsule')).toBe("no layer 'capsule'; the model has: drop, both, wide, encoder, encoder/lstm, norm, shared:0, shared:1");
    expect(await wrong('capsule/bias')).toBe("no layer 'capsule/bias'; the model has: drop, both, wide, encoder, encoder/lstm, norm, shared:0, shared:1");
    expect(await wrong('d')).toBe("'d' is part of several names: drop, wide, encoder, encoder/lstm, shared:0, shared:1; give one of them");
    expect(await wrong(9)).toBe('no layer 9: the model has layers 0 to 6 (x, drop, both, wide, encoder, norm, shared)');
    expect(await wrong([[3, 2]])).toBe("getWeights: no weight 2 in layer 'wide': it has weights 0 to 1 (kernel, bias)");
    expect(await wrong([[1, 0]])).toBe("getWeights: no weight 0 in layer 'drop', which has none");
    expect(await wrong([[3]])).toBe('getWeights: expected the index of a layer and those of its weights, e.g. [1, 0], found [3]');
    expect(await wrong(undefined)).toBe("getWeights: expected a layer's index or name, a list of these, or '*', found undefined");
    expect(await wrong('wide', { omitName: 'bias' })).toBe("getWeights: unknown option 'omitName'; did you mean 'omitNames'?");
    expect(await wrong('wide', { omitNames: 3 })).toBe("getWeights: option 'omitNames' must be a text or a list of texts, found 3");
  });

  test('getLayer and getFullName', () => {
    expect(getLayer(model, 'bo')).toBe(model.getLayer('both'));
    expect(getLayer(model, 6)).toBe(model.layers[6]);
    expect(getLayer(model, 'encoder/lstm')).toBe((model.getLayer('encoder') as unknown as tfl.LayersModel).layers[0]);
    expect(getLayer(model, ['wide', 'shared', 1])).toEqual([model.getLayer('wide'), model.getLayer('shared'), model.getLayer('drop')]);
    expect(getFullName(model, 'bo')).toBe('both');
    expect(getFullName(model, 3)).toBe('wide');
    expect(getFullName(model, ['lstm', 'shared', 'drop'])).toEqual(['encoder/lstm', 'shared', 'drop']);
    expect(() => getFullName(model, 'capsule')).toThrow(/^no layer 'capsule'; the model has: drop, /);
    expect(() => getLayer(model, undefined as unknown as string)).toThrow(/^getLayer: expected a layer's index or name, or a list of these, found undefined$/);
    expect(() => getLayer({} as tfl.LayersModel, 0)).toThrow(/^getLayer: expected a model made of layers \(of loadModel, or a tf.LayersModel\), found Object$/);
  });

  test('gateWeights and getRnnWeights: both directions', async () => {
    const { name, kind, directions } = await gateWeights(model, 'both');
    const all = await getWeights(model, 'both');
    expect({ name, kind }).toEqual({ name: 'both', kind: 'Bidirectional' });
    expect(directions).toEqual(['forward', 'backward'].map((direction) => ({
      name: direction, kind: 'GRU', units: 2, gates: ['update', 'reset', 'new'],
      kernel: all[`${direction}/kernel`], recurrentKernel: all[`${direction}/recurrent_kernel`], bias: all[`${direction}/bias`],
    })));
    expect(await getRnnWeights(model, 'both')).toEqual(Object.values(all));
  });

  test('getRnnWeights: gates one by one', async () => {
    const [kernel, recurrentKernel, bias] = await getRnnWeights(model, 'lstm', { concatGates: false });
    expect([kernel, recurrentKernel, bias].map((gates) => gates!.map(({ shape, axes }) => ({ shape, axes })))).toEqual([
      Array(4).fill({ shape: [3, 3], axes: ['features', 'units'] }), Array(4).fill({ shape: [3, 3], axes: ['units', 'units'] }), Array(4).fill({ shape: [3], axes: ['units'] }),
    ]);
    const whole = tf.tensor(numbers(getLayer(model, 'lstm'), 0), [3, 12]);
    kernel!.forEach(({ data }, gate) => { expect(Array.from(data)).toEqual(Array.from(tf.slice(whole, [0, 3 * gate], [3, 3]).dataSync())); });
    const ones = await getRnnWeights(simple(), 0, { concatGates: false });
    expect(ones.map((gates) => gates.map(({ shape }) => shape))).toEqual([[[4, 3]], [[3, 3]]]);
    await expect(getRnnWeights(model, 'wide')).rejects.toThrow(/^gateWeights: layer 'wide' \(Dense\) is not recurrent: expected an LSTM, GRU or SimpleRNN, or a Bidirectional of one$/);
    await expect(getRnnWeights(model, 'lstm', { concatGate: false } as object)).rejects.toThrow(/^getRnnWeights: unknown option 'concatGate'; did you mean 'concatGates'\?$/);
  });

  test('gateWeights of given arrays: gradients by name, or a prefetched list', async () => {
    const twice = Object.fromEntries(Object.entries(await getWeights(model, 'lstm')).map(([key, { data, ...rest }]) => [key, { ...rest, data: data.map((value) => 2 * value) as Float32Array }]));
    const { directions: [one] } = await gateWeights(model, 'lstm', twice);
    expect(one).toMatchObject({ name: '', kernel: { data: twice['kernel']!.data }, bias: { data: twice['bias']!.data, axes: ['gates'] } });
    expect(await gateWeights(model, 'lstm', Object.values(twice))).toEqual(await gateWeights(model, 'lstm', twice));
    const wrong = async (from: unknown): Promise<string> => gateWeights(model, 'lstm', from as NamedArray[]).then(() => 'no error', (error: unknown) => (error as Error).message);
    const { kernel, bias } = twice;
    expect(await wrong([1])).toBe("gateWeights: expected the weights of layer 'encoder/lstm' (kernel, recurrent_kernel, bias), found 1 array");
    expect(await wrong([[1], [1], [1]])).toBe("gateWeights: 'kernel' of layer 'encoder/lstm': expected shape (3, 12), found (1,)");
    expect(await wrong({ kernel })).toBe("gateWeights: 'recurrent_kernel' of layer 'encoder/lstm' is missing in what was given");
    expect(await wrong({ ...twice, bais: bias })).toBe("gateWeights: layer 'encoder/lstm' has no weight 'bais'; did you mean 'bias'?");
    expect(await wrong(3)).toBe("gateWeights: expected the weights of layer 'encoder/lstm' (kernel, recurrent_kernel, bias), as a record or a list, found number");
    expect(await wrong(null)).toBe("gateWeights: expected the weights of layer 'encoder/lstm' (kernel, recurrent_kernel, bias), as a record or a list, found null");
  });
});

const simple = (): tfl.LayersModel => tfl.sequential({ layers: [recurrent('simpleRNN', 3, 1, { inputShape: [5, 4], useBias: false })] });

describe("weights of Keras's layers", () => {
  function of(...made: Parameters<typeof layer>): ReturnType<typeof modelOf> {
    const x = input('x', [5, 4]);
    return modelOf([x], [call(layer(...made), x)]);
  }

  test('a GRU with two biases, stacked cells and a stack of one', async () => {
    const gru = of('GRU', 'gru', { units: 2, reset_after: true });
    const { directions: [one] } = await gateWeights(gru, 'gru');
    expect(one).toMatchObject({ kind: 'GRU', gates: ['update', 'reset', 'new'], bias: { shape: [2, 6], axes: ['biases', 'gates'] } });
    const [, , bias] = await getRnnWeights(gru, 'gru', { concatGates: false });
    expect(bias!.map(({ shape, data }) => ({ shape, data: Array.from(data) }))).toEqual([0, 2, 4].map((at) => ({
      shape: [2, 2], data: [0, 6].flatMap((row) => Array.from(one!.bias!.data.subarray(row + at, row + at + 2))),
    })));

    const cells = (...units: number[]): ReturnType<typeof layer>[] => units.map((count, i) => layer(i === 0 ? 'LSTMCell' : 'SimpleRNNCell', `cell${i}`, { units: count }));
    const stack = of('RNN', 'stack', {}, { cell: cells(3, 2) });
    const { directions } = await gateWeights(stack, 0 + 1);
    expect(directions.map(({ name, kind, units, kernel, recurrentKernel }) => ({ name, kind, units, kernel: kernel.shape, recurrentKernel: recurrentKernel.shape }))).toEqual([
      { name: '0', kind: 'LSTM', units: 3, kernel: [4, 12], recurrentKernel: [3, 12] }, { name: '1', kind: 'SimpleRNN', units: 2, kernel: [3, 2], recurrentKernel: [2, 2] },
    ]);
    const alone = of('RNN', 'stack', {}, { cell: cells(3) });
    expect((await gateWeights(alone, 'stack')).directions).toMatchObject([{ name: '', kernel: { shape: [4, 12] } }]);
  });

  test('of a Sequential model whose first layer is a model', async () => {
    const inner = tfl.sequential({ name: 'inner', layers: [lstm(3, 1, { inputShape: [5, 4], name: 'lstm' })] });
    const model = tfl.sequential({ layers: [inner as unknown as tfl.layers.Layer, dense(2, 1, { name: 'head' })] });
    expect(Object.keys(await getWeights(model, '*'))).toEqual(['inner/lstm/kernel', 'inner/lstm/recurrent_kernel', 'inner/lstm/bias', 'head/kernel', 'head/bias']);
  });
});

describe('weights of a layer of a graph', () => {
  const model = made();
  const names = (id: Parameters<typeof getWeights>[1], options = {}): Promise<string[]> => getWeights(model, id, options).then(Object.keys);

  test('parts, wrappers, stacked cells and nested models', async () => {
    expect(await names('both')).toEqual(['forward/kernel', 'forward/recurrent_kernel', 'forward/bias', 'backward/kernel', 'backward/recurrent_kernel', 'backward/bias']);
    expect(await names('stack')).toEqual(['0/kernel', '0/recurrent_kernel', '0/bias', '1/kernel', '1/recurrent_kernel', '1/bias']);
    expect(await names('inner')).toEqual(['each/kernel', 'each/bias']);
    expect(await names('inner/each')).toEqual(['kernel', 'bias']);
    expect(layerWeights(model).map(({ name }) => name).slice(6, 9)).toEqual(['inner/each/kernel', 'inner/each/bias', 'stack/0/kernel']);
    const { 'forward/bias': bias, 'backward/kernel': kernel } = await getWeights(model, 'both');
    expect([bias!.shape, bias!.axes, kernel!.shape, kernel!.axes]).toEqual([[2, 9], ['biases', 'gates'], [F, 9], ['features', 'gates']]);
  });

  test('chosen by a name, a part of the layer, a part of a name, indices; some left out', async () => {
    expect(await names('both/forward/bias')).toEqual(['forward/bias']);
    expect(await names('both/bias')).toEqual(['forward/bias', 'backward/bias']);
    expect(await names('both/forward')).toEqual(['forward/kernel', 'forward/recurrent_kernel', 'forward/bias']);
    expect(await names('stack/1')).toEqual(['1/kernel', '1/recurrent_kernel', '1/bias']);
    expect(await names('stack/0/kern')).toEqual(['0/kernel']);
    expect(await names(['both/bias', 'stack/0'])).toEqual(['both/forward/bias', 'both/backward/bias', 'stack/0/kernel', 'stack/0/recurrent_kernel', 'stack/0/bias']);
    expect(await names([[1, 0, 2]])).toEqual(['both/forward/kernel', 'both/forward/bias']);
    expect(await names('*', { omitNames: ['kernel', 'forward'] })).toEqual(['both/backward/bias', 'inner/each/bias', 'stack/0/bias', 'stack/1/bias']);
    await expect(getWeights(model, 'both/biass')).rejects.toThrow("getWeights: no weight 'biass' in layer 'both'; there are: forward/kernel");
    await expect(getWeights(model, [[1, 6]])).rejects.toThrow("getWeights: no weight 6 in layer 'both': it has weights 0 to 5 (forward/kernel, ");
    await expect(getWeights(model, null as unknown as string)).rejects.toThrow("getWeights: expected a layer's index or name, a list of these, or '*', found null");
  });

  test('what comes out is a copy', async () => {
    const before = await getWeights(model, 'inner/each');
    before['bias']!.data.fill(7);
    expect((await getWeights(model, 'inner/each'))['bias']!.data).not.toEqual(before['bias']!.data);
  });
});

describe('weights of recurrences of a graph', () => {
  const model = made();

  test('by direction and by cell, with gates', async () => {
    const { name, kind, directions } = await gateWeights(model, 'both');
    expect([name, kind, directions.map((one) => [one.name, one.kind, one.units, one.gates])]).toEqual(['both', 'Bidirectional', [['forward', 'GRU', 3, ['update', 'reset', 'new']], ['backward', 'GRU', 3, ['update', 'reset', 'new']]]]);
    expect(directions[1]!.bias).toEqual((await getWeights(model, 'both'))['backward/bias']);
    expect((await gateWeights(model, 'stack')).directions.map((one) => [one.name, one.kind, one.kernel.shape])).toEqual([['0', 'LSTM', [2, 8]], ['1', 'GRU', [2, 9]]]);
    await expect(gateWeights(model, 'inner/each')).rejects.toThrow("gateWeights: layer 'each' (TimeDistributed) is not recurrent: expected an LSTM, GRU or SimpleRNN, or a Bidirectional of one");
  });

  test('something else of their shapes', async () => {
    const all = await getWeights(model, 'both');
    expect(await gateWeights(model, 'both', all)).toEqual(await gateWeights(model, 'both'));
    expect(await gateWeights(model, 'both', await getRnnWeights(model, 'both'))).toEqual(await gateWeights(model, 'both'));
    await expect(gateWeights(model, 'both', { ...all, 'forward/bias': [1, 2] })).rejects.toThrow("gateWeights: 'forward/bias' of layer 'both': expected shape (2, 9), found (2,)");
    await expect(gateWeights(model, 'both', [])).rejects.toThrow(/^gateWeights: expected the weights of layer 'both' \(forward\/kernel, .*\), found 0 arrays$/);
  });

  test('as a list, whole or by gate', async () => {
    const weights = await getRnnWeights(model, 'stack');
    expect(weights.map(({ shape }) => shape)).toEqual([[2, 8], [2, 8], [8], [2, 9], [3, 9], [2, 9]]);
    const byGate = await getRnnWeights(model, 'stack', { concatGates: false });
    expect(byGate.map((gates) => gates.map(({ shape }) => shape))).toEqual([...[[2, 2], [2, 2], [2]].map((shape) => Array.from({ length: 4 }, () => shape)), ...[[2, 3], [3, 3], [2, 3]].map((shape) => Array.from({ length: 3 }, () => shape))]);
    expect(byGate[0]![1]!.data[0]).toBe(weights[0]!.data[2]);
  });
});

describe('a layer that no cell here knows', () => {
  class Odd extends tfl.layers.Layer {
    static readonly className = 'Odd';
    override call(x: tf.Tensor | tf.Tensor[]): tf.Tensor { return tf.clone([x].flat()[0]!); }
  }
  test('is named with its class', async () => {
    const input = tfl.input({ shape: [5, 4] });
    const model = tfl.model({ inputs: input, outputs: new Odd({ name: 'odd' }).apply(input) as Symbolic });
    await expect(gateWeights(model, 'odd')).rejects.toThrow(/^gateWeights: layer 'odd' \(Odd\) is not recurrent: /);
  });
});

describeWithModels('weights of real models', (folder) => {
  test.each([
    ['keras3/qqq_gru.keras', 'gru', 'GRU', ['update', 'reset', 'new'], 2], ['turbofan/regression_model.h5', 0, 'LSTM', ['input', 'forget', 'cell', 'output'], 1], ['keras2/disease_text_gru.h5', 'gru_7', 'GRU', ['update', 'reset', 'new'], 1],
  ] as const)('%s', async (file, id, kind, gates, rank) => {
    const model = await loadModel(`${folder}/${file}`, { warn: () => undefined });
    const { directions: [one] } = await gateWeights(model, id);
    expect(one).toMatchObject({ name: '', kind, gates });
    expect(one!.bias!.shape).toHaveLength(rank);
    expect(one!.kernel.shape[1]).toBe(one!.units * gates.length);
    model.dispose();
  });
});
