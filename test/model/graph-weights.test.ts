import { describe, expect, test } from 'vitest';
import { gateWeights } from '../../src/model/gate-weights.js';
import { getWeights } from '../../src/model/get-weights.js';
import type { Model } from '../../src/model/model.js';
import { getRnnWeights } from '../../src/model/rnn-weights.js';
import { rnnSummary } from '../../src/model/rnn-summary.js';
import { layerWeights } from '../../src/model/weights.js';
import { call, input, layer, modelOf, nested } from '../trace/build.js';

/** Weights of layers by their names; those of recurrences by direction and gate. */

const [T, F] = [5, 4];
const stack = (): ReturnType<typeof layer> => layer('RNN', 'stack', {}, { cell: [layer('LSTMCell', 'p', { units: 2 }), layer('GRUCell', 'q', { units: 3, reset_after: true })] });

function made(): Model {
  const [x, u] = [input('x', [T, F]), input('u', [T, 6])];
  const both = layer('Bidirectional', 'both', {}, { layer: layer('GRU', 'gru', { units: 3, return_sequences: true, reset_after: true }) });
  const inner = nested('inner', [u], [call(layer('TimeDistributed', 'each', {}, { layer: layer('Dense', 'dense', { units: 2 }) }), u)]);
  return modelOf([x], [call(stack(), call(inner, call(both, x)))]);
}

describe('weights of a layer', () => {
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

describe('weights of recurrences', () => {
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

  test('as text', () => {
    expect(rnnSummary(model, 'both').split('\n').slice(0, 9)).toEqual([
      'both, forward: GRU of 3 units, reads forwards, reset_after', '  forward/kernel  (4, 9)', '  forward/recurrent_kernel  (3, 9)', '  forward/bias  (2, 9)', '  gates and their columns: update 0-2, reset 3-5, new 6-8',
      '  of each gate: kernel (4, 3), recurrent_kernel (3, 3), bias (2, 3)', '  activation tanh, of the gates sigmoid', '  new = activation(x W + b + reset * (h U + v)): the reset gate acts on the recurrent product',
      '  the bias has two rows: b, added to x W, and the recurrent bias v, added to h U',
    ]);
    expect(rnnSummary(model.layers[1]!)).toBe(rnnSummary(model, 'both'));
    const messages: [() => string, string][] = [
      [() => rnnSummary(model as never), 'rnnSummary: expected a layer, or a model and the index or name of a layer, found a model alone'],
      [() => rnnSummary(3 as never), 'rnnSummary: expected a layer, or a model and the index or name of a layer, found 3'],
      [() => rnnSummary(model, 0), "rnnSummary: layer 'x' (InputLayer) is not recurrent: expected an LSTM, GRU or SimpleRNN, or a Bidirectional of one"],
    ];
    for (const [what, message] of messages) expect(what).toThrow(message);
  });
});
