import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { allCalls, graphOf, type Graph } from '../../src/model/calls.js';
import { findCall, findCalls } from '../../src/model/find.js';
import { own } from '../layers/own.js';
import { isRecurrent, readRecurrent, weightTensors } from '../../src/model/recurrent.js';
import { sublayers } from '../../src/model/sublayers.js';
import '../backends.js';
import { apply, applyAll, dense, lstm, recurrent, recurrentWeights, type Symbolic } from '../trace/seeded.js';

const sequence = (name: string): Symbolic => tfl.input({ shape: [5, 4], name });
const labels = (graph: Graph): string[] => allCalls(graph).map(({ label }) => label);

/** Two inputs; a nested model used twice; a shared layer; an encoder whose states start a decoder. */
function everything(): tfl.LayersModel {
  const [a, b] = [sequence('a'), sequence('b')];
  const inner = tfl.sequential({ name: 'inner', layers: [recurrent('gru', 4, 1, { name: 'gru', inputShape: [5, 4], returnSequences: true }), dense(4, 2, { name: 'dense' })] });
  const shared = dense(4, 3, { name: 'shared' });
  const [left, right] = [apply(inner, apply(shared, a)), apply(inner, b)];
  const [, ...initialState] = applyAll(lstm(4, 4, { name: 'encoder', returnState: true }), left);
  const decoded = apply(lstm(4, 5, { name: 'decoder' }), apply(shared, right), { initialState });
  return tfl.model({ inputs: [a, b], outputs: apply(dense(2, 6, { name: 'dense_2' }), decoded), name: 'everything' });
}

describe('the graph of a model', () => {
  test('lists every call after those it reads from', () => {
    const graph = graphOf(everything());
    const order = graph.calls.map(({ node }) => node);
    graph.calls.forEach(({ node, label }, i) => {
      for (const input of node.inputTensors) {
        const from = order.findIndex(({ outputTensors }) => outputTensors.includes(input));
        expect(from, label).toBeGreaterThanOrEqual(0);
        expect(from, label).toBeLessThanOrEqual(i);
      }
    });
    expect(labels(graph).sort()).toEqual([
      'a', 'b', 'decoder', 'dense_2', 'encoder', 'inner:0', 'inner:0/dense', 'inner:0/gru', 'inner:0/gru_input', 'inner:1', 'inner:1/dense', 'inner:1/gru', 'inner:1/gru_input', 'shared:0', 'shared:1',
    ]);
  });

  test('leaves out what a layer is used for elsewhere', () => {
    const [x, other] = [sequence('x'), sequence('other')];
    const shared = dense(4, 3, { name: 'shared' });
    apply(shared, other);
    expect(labels(graphOf(tfl.model({ inputs: x, outputs: apply(shared, x) })))).toEqual(['x', 'shared']);
  });

  test('ends at the inputs of a part of a model', () => {
    const model = tfl.sequential({ layers: [lstm(4, 1, { name: 'lstm', inputShape: [5, 4] }), dense(2, 2, { name: 'head' })] });
    const part = tfl.model({ inputs: model.inputs, outputs: model.layers[0]!.output as Symbolic });
    expect(labels(graphOf(part))).toEqual(['lstm_input', 'lstm']);
    expect(labels(graphOf(model))).toEqual(['lstm_input', 'lstm', 'head']);
  });

  test('of a hundred layers in a row', () => {
    const x = sequence('x');
    let z = x;
    for (let n = 0; n < 100; n++) z = apply(tfl.layers.activation({ activation: 'relu', name: `layer_${n}` }), z);
    expect(labels(graphOf(tfl.model({ inputs: x, outputs: z })))).toEqual(['x', ...Array.from({ length: 100 }, (_, n) => `layer_${n}`)]);
  });
});

describe('finding a layer', () => {
  const model = everything();
  const graph = graphOf(model);
  const found = (id: number | string): string => findCall(graph, id).label;

  test('by index in model.layers, by label, by name, by a part of the label', () => {
    const index = (name: string): number => model.layers.findIndex((layer) => layer.name === name);
    expect(found(index('encoder'))).toBe('encoder');
    expect(found(index('a'))).toBe('a');
    expect(found('shared:1')).toBe('shared:1');
    expect(found('inner:0/gru')).toBe('inner:0/gru');
    expect(found('enc')).toBe('encoder');
    expect(found('1/den')).toBe('inner:1/dense');
  });

  test('the whole name goes before a part of one, a name before a place', () => {
    expect(found('dense_2')).toBe('dense_2');
    expect(found('b')).toBe('b');
    const nested = tfl.sequential({ layers: [tfl.sequential({ name: 'lstm', layers: [lstm(4, 1, { name: 'lstm_1', inputShape: [5, 4] })] }) as unknown as tfl.layers.Layer, dense(2, 2)] });
    expect(findCall(graphOf(nested), 'lstm').label).toBe('lstm_1');
  });

  test('the input that a Sequential model makes for its first layer is not in the way of a part of that name', () => {
    const sequential = graphOf(tfl.sequential({ layers: [lstm(4, 1, { name: 'lstm_1', inputShape: [5, 4] }), dense(2, 2, { name: 'dense_1' })] }));
    expect(findCall(sequential, 'lstm').label).toBe('lstm_1');
    expect(findCall(sequential, 'lstm_1_input').label).toBe('lstm_1_input');
    expect(() => findCall(sequential, '_inp')).toThrow("no layer '_inp'; the model has: lstm_1, dense_1");
  });

  test('several: lists as they are, * for all that compute', () => {
    expect(findCalls(graph, ['encoder', 'shared:0', 'encoder']).map(({ label }) => label)).toEqual(['encoder', 'shared:0', 'encoder']);
    const all = findCalls(graph, '*').map(({ label }) => label);
    expect(all).toHaveLength(11);
    expect(all).not.toContain('a');
    expect(all).not.toContain('inner:0/gru_input');
  });

  test('what can not be found is said, with what there is', () => {
    const list = findCalls(graph, '*').map(({ label }) => label).join(', ');
    const messages: [number | string, string][] = [
      ['nothing like it', `no layer 'nothing like it'; the model has: ${list}`], ['decodre', `no layer 'decodre'; did you mean 'decoder'? The model has: ${list}`], ['GRU', `no layer 'GRU'; did you mean 'gru'? The model has: ${list}`],
      [99, `no layer 99: the model has layers 0 to 6 (${model.layers.map(({ name }) => name).join(', ')})`], [-1, `no layer -1: the model has layers 0 to 6 (${model.layers.map(({ name }) => name).join(', ')})`], [0.5, `no layer 0.5: the model has layers 0 to 6 (${model.layers.map(({ name }) => name).join(', ')})`],
      ['shared', "layer 'shared' is used several times: shared:0, shared:1; give one of them"], [model.layers.findIndex(({ name }) => name === 'inner'), "layer 'inner' is used several times: inner:0, inner:1; give one of them"],
      ['gru', "layer 'gru' is used several times: inner:0/gru, inner:1/gru; give one of them"], ['coder', "'coder' is part of several names: encoder, decoder; give one of them"],
    ];
    for (const [id, message] of messages) expect(() => findCall(graph, id)).toThrow(expect.objectContaining({ name: 'SeeRnnError', message }));
    const twins = tfl.sequential({ layers: ['p', 'q'].map((name, i) => tfl.sequential({ name, layers: [tfl.layers.inputLayer({ inputShape: [5, 4] }), lstm(4, i, { name: 'lstm', returnSequences: true })] }) as unknown as tfl.layers.Layer) });
    expect(() => findCall(graphOf(twins), 'lstm')).not.toThrow(); // the first is dissolved: its layer is the model's own
    const x = sequence('x');
    const pair = tfl.model({ inputs: x, outputs: apply(twins.layers[1] as unknown as tfl.LayersModel, apply(twins.layers[0] as unknown as tfl.LayersModel, x)) });
    expect(() => findCall(graphOf(pair), 'lstm')).toThrow("several layers are called 'lstm': p/lstm, q/lstm; give one of them");
  });
});

describe('reading a recurrent layer', () => {
  test.each([['lstm', 'LSTM'], ['gru', 'GRU'], ['simpleRNN', 'SimpleRNN']] as const)('%s', (make, kind) => {
    const layer = recurrent(make, 3, 1, { goBackwards: true, returnState: true, activation: 'relu', useBias: false });
    apply(layer, sequence('x'));
    const read = readRecurrent(layer);
    expect(isRecurrent(read)).toBe(true);
    expect(read).toMatchObject({
      recurrence: { cell: { kind }, units: 3, backwards: true, resetAfter: false, activation: { name: 'relu' }, recurrentActivation: { name: make === 'simpleRNN' ? 'linear' : 'hardSigmoid' } },
      returnSequences: false, returnState: true, stateful: false,
    });
    expect(isRecurrent(read) && weightTensors(read).map(({ shape }) => shape)).toEqual([[4, 3 * { lstm: 4, gru: 3, simpleRNN: 1 }[make]], [3, 3 * { lstm: 4, gru: 3, simpleRNN: 1 }[make]]]);
  });

  test('a layer of our own: LSTM, and a stack', () => {
    const gru = own('GRU', { name: 'ours', units: 3, resetAfter: true, goBackwards: true, timeMajor: true, activation: 'silu', recurrentActivation: 'hard_sigmoid', zeroOutputForMask: true });
    gru.build([5, null, 4]);
    const read = readRecurrent(gru);
    expect(read).toMatchObject({
      layer: gru, name: 'ours', timeMajor: true, maskedOutput: 'zero', stateful: false,
      recurrence: { cell: { kind: 'GRU' }, units: 3, backwards: true, resetAfter: true, activation: { name: 'swish' }, recurrentActivation: { name: 'hardSigmoidKeras3' } },
    });
    expect(isRecurrent(read) && weightTensors(read).map(({ shape }) => shape)).toEqual([[4, 9], [3, 9], [2, 9]]);
    const stack = own('RNN', { cell: [own('LSTMCell', { units: 3 }), own('SimpleRNNCell', { units: 2, useBias: false })], goBackwards: true });
    stack.build([null, null, 4]);
    const both = readRecurrent(stack);
    expect(isRecurrent(both) && both.cells.map(({ recurrence: { cell, units, backwards } }) => [cell.kind, units, backwards])).toEqual([['LSTM', 3, true], ['SimpleRNN', 2, false]]);
    expect(isRecurrent(both) && weightTensors(both).map(({ shape }) => shape)).toEqual([[4, 12], [3, 12], [12], [3, 2], [2, 2]]);
  });

  test('no recurrent layer, and one that has no cell here', () => {
    expect(readRecurrent(dense(2, 1))).toBeNull();
    expect(isRecurrent(readRecurrent(dense(2, 1)))).toBe(false);
    const stack = tfl.layers.rnn({ cell: tfl.layers.stackedRNNCells({ cells: [tfl.layers.gruCell({ units: 3, ...recurrentWeights(1) })] }) });
    expect(readRecurrent(stack)).toEqual({ reason: 'is an RNN of StackedRNNCells, which has no cell here' });
  });
});

test('what a layer is made of: each part once, the template of a Bidirectional layer left out', () => {
  const template = lstm(3, 1, { name: 'template', returnSequences: true });
  const both = tfl.layers.bidirectional({ layer: template, mergeMode: 'sum', name: 'both' });
  const stack = tfl.layers.rnn({ name: 'stack', cell: tfl.layers.stackedRNNCells({ name: 'cells', cells: [tfl.layers.gruCell({ units: 3, name: 'p' }), tfl.layers.gruCell({ units: 3, name: 'q' })] }) });
  const each = tfl.layers.timeDistributed({ layer: dense(3, 1, { name: 'dense' }), name: 'each' });
  const model = tfl.sequential({ name: 'model', layers: [tfl.layers.inputLayer({ inputShape: [5, 3] }), both, each] });
  expect(sublayers(model).map((layer) => layer.getClassName())).toEqual(['Sequential', 'InputLayer', 'Bidirectional', 'LSTM', 'LSTMCell', 'LSTM', 'LSTMCell', 'TimeDistributed', 'Dense']);
  expect(sublayers(model)).not.toContain(template);
  expect(sublayers(stack).map(({ name }) => name)).toEqual(['stack', 'cells', 'p', 'q']);
});
