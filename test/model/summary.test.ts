import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { ownLayers } from '../../src/layers/registry.js';
import { summaryText } from '../../src/model/summary-text.js';
import { modelSummary } from '../../src/model/summary.js';
import { getWeights } from '../../src/model/get-weights.js';
import '../backends.js';
import { apply, dense, lstm, recurrent, type Symbolic } from '../trace/seeded.js';

const T = 5;
const F = 4;
const context = { kerasMajor: 3 } as const;
const own = (kind: string, config: object): tfl.layers.Layer => ownLayers.get(kind)!({ name: kind.toLowerCase(), ...config }, context);

/** x -> layer -> layer ... */
function chain(...layers: tfl.layers.Layer[]): tfl.LayersModel {
  const x = tfl.input({ shape: [T, F], name: 'x' });
  return tfl.model({ name: 'chain', inputs: x, outputs: layers.reduce((below: Symbolic, layer) => apply(layer, below), x) });
}

describe('what a model is made of', () => {
  test("a TF.js model's layers, and what it was compiled with", () => {
    const model = chain(lstm(3, 1, { name: 'lstm', returnSequences: true, dropout: 0.25, stateful: false }), recurrent('simpleRNN', 2, 4, { name: 'rnn', goBackwards: true, useBias: false }), dense(2, 7, { name: 'head' }));
    model.compile({ loss: 'meanSquaredError', optimizer: tf.train.adam(0.01) });
    model.layers[3]!.trainable = false;
    expect(modelSummary(model)).toEqual({
      name: 'chain', kind: 'Functional', file: null, format: null, kerasVersion: null, backend: null, loss: 'meanSquaredError',
      optimizer: { name: 'Adam', learningRate: 0.01 }, warnings: [], parameters: { total: 96 + 10 + 6, trainable: 96 + 10, others: 6 },
      layers: [
        { name: 'x', kind: 'InputLayer', reads: [], inputs: [], outputs: [[null, T, F]], parameters: 0, trainable: false, weights: [], recurrent: [], unknown: null },
        {
          name: 'lstm', kind: 'LSTM', reads: ['x'], inputs: [[null, T, F]], outputs: [[null, T, 3]], parameters: 96, trainable: true,
          weights: [{ name: 'kernel', shape: [F, 12] }, { name: 'recurrent_kernel', shape: [3, 12] }, { name: 'bias', shape: [12] }], unknown: null,
          recurrent: [{
            part: '', kind: 'LSTM', units: 3, gates: ['input', 'forget', 'cell', 'output'], gateWeights: { kernel: [F, 3], recurrent_kernel: [3, 3], bias: [3] }, resetAfter: null,
            activation: 'tanh', recurrentActivation: 'hard_sigmoid', direction: 'forwards', returnSequences: true, returnState: false, stateful: false, dropout: 0.25, recurrentDropout: 0,
          }],
        },
        {
          name: 'rnn', kind: 'SimpleRNN', reads: ['lstm'], inputs: [[null, T, 3]], outputs: [[null, 2]], parameters: 10, trainable: true,
          weights: [{ name: 'kernel', shape: [3, 2] }, { name: 'recurrent_kernel', shape: [2, 2] }], unknown: null,
          recurrent: [{
            part: '', kind: 'SimpleRNN', units: 2, gates: ['state'], gateWeights: { kernel: [3, 2], recurrent_kernel: [2, 2], bias: null }, resetAfter: null,
            activation: 'tanh', recurrentActivation: null, direction: 'backwards', returnSequences: false, returnState: false, stateful: false, dropout: 0, recurrentDropout: 0,
          }],
        },
        { name: 'head', kind: 'Dense', reads: ['rnn'], inputs: [[null, 2]], outputs: [[null, 2]], parameters: 6, trainable: false, weights: [{ name: 'kernel', shape: [2, 2] }, { name: 'bias', shape: [2] }], recurrent: [], unknown: null },
      ],
    });
    expect(summaryText(modelSummary(model))).toContain('head   Dense (frozen)  (any, 2)              6\n\n112 parameters, of which training changes 106\n');
    model.dispose();
  });

  test('our own layers: reset_after, stacked cells, both directions', () => {
    const stack = own('StackedRNNCells', { cells: [own('LSTMCell', { units: 2 }), own('GRUCell', { units: 3, resetAfter: true, recurrentActivation: 'hard_sigmoid' })] });
    const model = chain(
      own('Bidirectional', { layer: own('GRU', { units: 3, resetAfter: true, returnSequences: true, activation: 'relu', recurrentActivation: 'sigmoid' }) }), own('RNN', { cell: stack, returnState: false }),
    );
    const [, both, stacked] = modelSummary(model).layers;
    const gates = ['update', 'reset', 'new'];
    expect(both!.recurrent).toMatchObject([
      { part: 'forward', kind: 'GRU', gates, resetAfter: true, activation: 'relu', recurrentActivation: 'sigmoid', direction: 'forwards', gateWeights: { bias: [2, 3] } },
      { part: 'backward', kind: 'GRU', gates, resetAfter: true, direction: 'backwards' },
    ]);
    expect(stacked!.recurrent).toMatchObject([
      { part: '0', kind: 'LSTM', units: 2, gateWeights: { kernel: [6, 2] } }, { part: '1', kind: 'GRU', units: 3, gateWeights: { kernel: [2, 3] }, recurrentActivation: 'hard_sigmoid_keras3' },
    ]);
    model.dispose();
  });

  test('nested and shared layers, and recurrent ones that run on TF.js', async () => {
    const x = tfl.input({ shape: [T, F], name: 'x' });
    const shared = lstm(F, 1, { name: 'shared', returnSequences: true });
    const inner = tfl.sequential({ name: 'inner', layers: [recurrent('gru', 2, 4, { name: 'gru', inputShape: [T, F] })] });
    const stacked = tfl.layers.rnn({ name: 'stacked', cell: tfl.layers.stackedRNNCells({ cells: [tfl.layers.simpleRNNCell({ units: 2, recurrentInitializer: 'zeros' })] }) });
    const twice = apply(shared, apply(shared, x));
    const model = tfl.model({ inputs: x, outputs: [apply(inner, twice), apply(stacked, twice)] });
    const { layers, parameters } = modelSummary(model);
    expect(layers.map(({ name, reads }) => [name, reads])).toEqual([
      ['x', []], ['shared:0', ['x']], ['shared:1', ['shared:0']], ['inner', ['shared:1']], ['inner/gru_input', []], ['inner/gru', ['inner/gru_input']], ['stacked', ['shared:1']],
    ]);
    expect(layers[3]!.recurrent).toEqual([]);
    expect(layers[5]!.recurrent).toHaveLength(1);
    expect(layers[6]!.unknown).toMatch(/^is an RNN of StackedRNNCells/);
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
    expect(modelSummary(model).loss).toBe('a: meanSquaredError, b: hinge');
    model.compile({ loss: ['hinge', () => tf.scalar(0)] as unknown as string[], optimizer: 'sgd' });
    expect(modelSummary(model).loss).toBe('hinge, a function');
    model.dispose();
  });

  test('what is no model is refused, and names are made printable', () => {
    expect(() => modelSummary({} as tfl.LayersModel)).toThrow('modelSummary: expected a model made of layers (a tf.LayersModel), found Object');
    const model = chain(dense(2, 1));
    expect(summaryText({ ...modelSummary(model), name: 'a\u001b[2J\nb' })).toContain("model 'a\\u001b[2J\\u000ab'\n");
    model.dispose();
  });
});
