import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { getWeights } from '../../src/model/get-weights.js';
import { Model } from '../../src/model/model.js';
import { summaryText } from '../../src/model/summary-text.js';
import { modelSummary } from '../../src/model/summary.js';
import '../backends.js';
import { call, graphOf, input, layer, modelOf, nested } from '../trace/build.js';
import { apply, dense, lstm, recurrent, type Symbolic } from '../trace/seeded.js';

/** What a model is made of, as data and as text. */

const [T, F] = [5, 4];

describe('what a model is made of', () => {
  test('layers, with shapes, parameters, and what goes on in recurrent ones', () => {
    const x = input('x', [T, F]);
    const head = layer('Dense', 'head', { units: 2 });
    const model = modelOf([x], [call(head, call(layer('SimpleRNN', 'rnn', { units: 2, go_backwards: true, use_bias: false }), call(layer('LSTM', 'lstm', { units: 3, return_sequences: true, dropout: 0.25 }), x)))]);
    for (const weight of head.weights) weight.frozen = true;
    expect(modelSummary(model)).toEqual({
      name: 'made', kind: 'Functional', file: null, format: null, kerasVersion: null, backend: null, loss: null, optimizer: null, warnings: [], parameters: { total: 96 + 10 + 6, trainable: 96 + 10, others: 6 },
      layers: [
        { index: 0, name: 'x', kind: 'InputLayer', reads: [], inputs: [], outputs: [[null, T, F]], parameters: 0, trainable: false, weights: [], recurrent: [], unknown: null },
        {
          index: 1, name: 'lstm', kind: 'LSTM', reads: ['x'], inputs: [[null, T, F]], outputs: [[null, T, 3]], parameters: 96, trainable: true,
          weights: [{ name: 'kernel', shape: [F, 12] }, { name: 'recurrent_kernel', shape: [3, 12] }, { name: 'bias', shape: [12] }], unknown: null,
          recurrent: [{
            part: '', kind: 'LSTM', units: 3, gates: ['input', 'forget', 'cell', 'output'], gateWeights: { kernel: [F, 3], recurrent_kernel: [3, 3], bias: [3] }, resetAfter: null,
            activation: 'tanh', recurrentActivation: 'sigmoid', direction: 'forwards', returnSequences: true, returnState: false, stateful: false, dropout: 0.25, recurrentDropout: 0,
          }],
        },
        {
          index: 2, name: 'rnn', kind: 'SimpleRNN', reads: ['lstm'], inputs: [[null, T, 3]], outputs: [[null, 2]], parameters: 10, trainable: true,
          weights: [{ name: 'kernel', shape: [3, 2] }, { name: 'recurrent_kernel', shape: [2, 2] }], unknown: null,
          recurrent: [{
            part: '', kind: 'SimpleRNN', units: 2, gates: ['state'], gateWeights: { kernel: [3, 2], recurrent_kernel: [2, 2], bias: null }, resetAfter: null,
            activation: 'tanh', recurrentActivation: null, direction: 'backwards', returnSequences: false, returnState: false, stateful: false, dropout: 0, recurrentDropout: 0,
          }],
        },
        { index: 3, name: 'head', kind: 'Dense', reads: ['rnn'], inputs: [[null, 2]], outputs: [[null, 2]], parameters: 6, trainable: false, weights: [{ name: 'kernel', shape: [2, 2] }, { name: 'bias', shape: [2] }], recurrent: [], unknown: null },
      ],
    });
    expect(model.summary()).toBe([
      "Functional model 'made'", 'loss: none; optimizer: none', '',
      'index  layer  class           output       parameters',
      '    0  x      InputLayer      (any, 5, 4)           0',
      '    1  lstm   LSTM            (any, 5, 3)          96',
      '    2  rnn    SimpleRNN       (any, 2)             10',
      '    3  head   Dense (frozen)  (any, 2)              6', '',
      '112 parameters, of which training changes 106', '',
      'lstm: LSTM of 3 units, forwards, returns every step, dropout 0.25', '  gates, as stored: input, forget, cell, output', '  weights of each gate: kernel (4, 3), recurrent_kernel (3, 3), bias (3,)', '  activation tanh, of the gates sigmoid', '',
      'rnn: SimpleRNN of 2 units, backwards, returns the last step', '  gate: state', '  weights: kernel (3, 2), recurrent_kernel (2, 2), no bias', '  activation tanh',
    ].join('\n'));
  });

  test('the index is that by which a layer can be asked for: an input that is not counted has none, nor have layers of a nested model', () => {
    const [x, u] = [input('x', [3, T, F]), input('u', [T, F])];
    const inner = nested('inner', [u], [call(layer('GRU', 'gru', { units: 2, reset_after: true }), u)]);
    const each = layer('TimeDistributed', 'each', {}, { layer: inner });
    const graph = graphOf('chain', [x], [call(layer('Dense', 'head', { units: 2 }), call(each, x))]);
    const model = new Model({ graph: { ...graph, layers: graph.layers.slice(1) }, kind: 'Sequential', inputNames: ['x'], outputNames: ['head'] });
    const { layers } = modelSummary(model);
    expect(layers.map(({ index, name, kind, reads, recurrent }) => [index, name, kind, reads, recurrent.length])).toEqual([
      [null, 'x', 'InputLayer', [], 0], [0, 'each', 'TimeDistributed', ['x'], 0], [null, 'each/u', 'InputLayer', [], 0], [null, 'each/gru', 'GRU', ['each/u'], 1], [1, 'head', 'Dense', ['each'], 0],
    ]);
    for (const { index, name } of layers) if (index !== null) expect(model.layers[index]!.name).toBe(name);
    expect(model.summary()).toContain('\n       each/gru  GRU              (any, 2)                48  each/u\n');
  });

  test('stacked cells and both directions, each by itself', () => {
    const x = input('x', [T, F]);
    const stack = layer('RNN', 'stack', {}, { cell: [layer('LSTMCell', 'p', { units: 2 }), layer('GRUCell', 'q', { units: 3, recurrent_activation: 'hard_sigmoid' })] });
    const [, both, stacked] = modelSummary(modelOf([x], [call(stack, call(layer('Bidirectional', 'both', {}, { layer: layer('GRU', 'gru', { units: 3, return_sequences: true, activation: 'relu', reset_after: true }) }), x))])).layers;
    expect(both!.recurrent).toMatchObject([
      { part: 'forward', kind: 'GRU', gates: ['update', 'reset', 'new'], resetAfter: true, activation: 'relu', recurrentActivation: 'sigmoid', direction: 'forwards', gateWeights: { bias: [2, 3] } }, { part: 'backward', direction: 'backwards' },
    ]);
    expect(stacked!.recurrent).toMatchObject([{ part: '0', kind: 'LSTM', units: 2, gateWeights: { kernel: [6, 2] } }, { part: '1', kind: 'GRU', units: 3, gateWeights: { kernel: [2, 3] }, recurrentActivation: 'hard_sigmoid_keras3' }]);
  });

  test('a layer that is used several times counts once', () => {
    const x = input('x', [F]);
    const shared = layer('Dense', 'shared', { units: F });
    const { layers, parameters } = modelSummary(modelOf([x], [call(shared, call(shared, x))]));
    expect(layers.map(({ index, name, reads }) => [index, name, reads])).toEqual([[0, 'x', []], [1, 'shared:0', ['x']], [1, 'shared:1', ['shared:0']]]);
    expect(parameters.total).toBe(F * F + F);
  });

  test('what it was compiled with', () => {
    const x = input('x', [F]);
    const outputs = ['a', 'b'].map((name) => call(layer('Dense', name, { units: 2 }), x));
    const of = (...names: (string | null)[]): string | null => {
      const losses = names.map((name) => name === null ? null : ({ name } as never));
      return modelSummary(modelOf([x], outputs, { compiled: { losses, lossWeights: null }, optimizer: { name: 'Adam', learningRate: 0.01 } })).loss;
    };
    expect([of('meanSquaredError', 'hinge'), of('hinge', 'hinge'), of('hinge', null), of()]).toEqual(['meanSquaredError, hinge', 'hinge', 'hinge, none', null]);
  });

  test('what is no model is refused, and names are made printable', () => {
    expect(() => modelSummary({} as Model)).toThrow('modelSummary: expected a model made of layers (of loadModel, or a tf.LayersModel), found Object');
    const x = input('x', [F]);
    const summary = modelSummary(modelOf([x], [call(layer('Dense', 'd', { units: 1 }), x)]));
    expect(summaryText({ ...summary, name: 'a\u001b[2J\nb' })).toContain("model 'a\\u001b[2J\\u000ab'\n");
  });
});

/** x -> layer -> layer ... */
function chain(...layers: tfl.layers.Layer[]): tfl.LayersModel {
  const x = tfl.input({ shape: [T, F], name: 'x' });
  return tfl.model({ name: 'chain', inputs: x, outputs: layers.reduce((below: Symbolic, layer) => apply(layer, below), x) });
}

describe('what a live model is made of', () => {
  test('layers, and what it was compiled with', () => {
    const model = chain(lstm(3, 1, { name: 'lstm', returnSequences: true, dropout: 0.25, stateful: false }), recurrent('simpleRNN', 2, 4, { name: 'rnn', goBackwards: true, useBias: false }), dense(2, 7, { name: 'head' }));
    model.compile({ loss: 'meanSquaredError', optimizer: tf.train.adam(0.01) });
    model.layers[3]!.trainable = false;
    expect(modelSummary(model)).toEqual({
      name: 'chain', kind: 'Functional', file: null, format: null, kerasVersion: null, backend: null, loss: 'meanSquaredError',
      optimizer: { name: 'Adam', learningRate: 0.01 }, warnings: [], parameters: { total: 96 + 10 + 6, trainable: 96 + 10, others: 6 },
      layers: [
        { index: 0, name: 'x', kind: 'InputLayer', reads: [], inputs: [], outputs: [[null, T, F]], parameters: 0, trainable: false, weights: [], recurrent: [], unknown: null },
        {
          index: 1, name: 'lstm', kind: 'LSTM', reads: ['x'], inputs: [[null, T, F]], outputs: [[null, T, 3]], parameters: 96, trainable: true,
          weights: [{ name: 'kernel', shape: [F, 12] }, { name: 'recurrent_kernel', shape: [3, 12] }, { name: 'bias', shape: [12] }], unknown: null,
          recurrent: [{
            part: '', kind: 'LSTM', units: 3, gates: ['input', 'forget', 'cell', 'output'], gateWeights: { kernel: [F, 3], recurrent_kernel: [3, 3], bias: [3] }, resetAfter: null,
            activation: 'tanh', recurrentActivation: 'hard_sigmoid', direction: 'forwards', returnSequences: true, returnState: false, stateful: false, dropout: 0.25, recurrentDropout: 0,
          }],
        },
        {
          index: 2, name: 'rnn', kind: 'SimpleRNN', reads: ['lstm'], inputs: [[null, T, 3]], outputs: [[null, 2]], parameters: 10, trainable: true,
          weights: [{ name: 'kernel', shape: [3, 2] }, { name: 'recurrent_kernel', shape: [2, 2] }], unknown: null,
          recurrent: [{
            part: '', kind: 'SimpleRNN', units: 2, gates: ['state'], gateWeights: { kernel: [3, 2], recurrent_kernel: [2, 2], bias: null }, resetAfter: null,
            activation: 'tanh', recurrentActivation: null, direction: 'backwards', returnSequences: false, returnState: false, stateful: false, dropout: 0, recurrentDropout: 0,
          }],
        },
        { index: 3, name: 'head', kind: 'Dense', reads: ['rnn'], inputs: [[null, 2]], outputs: [[null, 2]], parameters: 6, trainable: false, weights: [{ name: 'kernel', shape: [2, 2] }, { name: 'bias', shape: [2] }], recurrent: [], unknown: null },
      ],
    });
    expect(summaryText(modelSummary(model))).toContain('    3  head   Dense (frozen)  (any, 2)              6\n\n112 parameters, of which training changes 106\n');
    model.dispose();
  });

  test('nested and shared layers, and a recurrent one that TF.js computes', async () => {
    const x = tfl.input({ shape: [T, F], name: 'x' });
    const shared = lstm(F, 1, { name: 'shared', returnSequences: true });
    const inner = tfl.sequential({ name: 'inner', layers: [recurrent('gru', 2, 4, { name: 'gru', inputShape: [T, F] })] });
    const stacked = tfl.layers.rnn({ name: 'stacked', cell: tfl.layers.stackedRNNCells({ cells: [tfl.layers.simpleRNNCell({ units: 2, recurrentInitializer: 'zeros' })] }) });
    class OwnCell extends (tfl.layers.simpleRNNCell({ units: 1 }).constructor as new (args: object) => tfl.layers.Layer) { static className = 'OwnCell'; }
    const own = tfl.layers.rnn({ name: 'own', cell: new OwnCell({ units: 2, recurrentInitializer: 'zeros' }) as unknown as ReturnType<typeof tfl.layers.simpleRNNCell> });
    const twice = apply(shared, apply(shared, x));
    const model = tfl.model({ inputs: x, outputs: [apply(inner, twice), apply(stacked, twice), apply(own, twice)] });
    const { layers, parameters } = modelSummary(model);
    expect(layers.map(({ name, reads }) => [name, reads])).toEqual([
      ['x', []], ['shared:0', ['x']], ['shared:1', ['shared:0']], ['inner', ['shared:1']], ['inner/gru_input', []], ['inner/gru', ['inner/gru_input']], ['stacked', ['shared:1']], ['own', ['shared:1']],
    ]);
    expect(layers[3]!.recurrent).toEqual([]);
    expect(layers[5]!.recurrent).toHaveLength(1);
    expect(layers[6]).toMatchObject({ unknown: null, recurrent: [{ part: '', kind: 'SimpleRNN', units: 2 }] });
    expect(layers[7]).toMatchObject({ recurrent: [], unknown: 'is an RNN of OwnCell, which TF.js computes: it has no cell here' });
    // The shared layer's count once.
    expect(parameters.total).toBe(model.countParams());
    expect(Object.keys(await getWeights(model, 'shared'))).toEqual(['kernel', 'recurrent_kernel', 'bias']);
    expect(Object.keys(await getWeights(model, 1))).toEqual(['kernel', 'recurrent_kernel', 'bias']);
    model.dispose();
  });

  test('losses by name and of several outputs; a loss that is a function; none', () => {
    const x = tfl.input({ shape: [T, F] });
    const model = tfl.model({ inputs: x, outputs: [apply(dense(2, 1, { name: 'a' }), x), apply(dense(2, 3, { name: 'b' }), x)] });
    expect(modelSummary(model)).toMatchObject({ loss: null, optimizer: null });
    model.compile({ loss: { a: 'meanSquaredError', b: 'hinge' }, optimizer: 'sgd' });
    expect(modelSummary(model).loss).toBe('meanSquaredError, hinge');
    model.compile({ loss: ['hinge', () => tf.scalar(0)] as unknown as string[], optimizer: 'sgd' });
    expect(modelSummary(model).loss).toBe('hinge, a function');
    model.dispose();
  });
});
