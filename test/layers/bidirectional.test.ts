import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SeeRnnError } from '../../src/core/errors.js';
import { trace } from '../../src/trace/trace.js';
import { describeOnBackends } from '../backends.js';
import { expectClose } from '../trace/close.js';
import { tensor } from '../trace/seeded.js';
import { fill, modelOf, own } from './own.js';

const [S, T, F, U] = [3, 5, 4, 3];
const MASK = [[1, 1, 1, 1, 1], [0, 1, 0, 1, 0], [1, 1, 0, 0, 0]];
const x = (): tf.Tensor => tensor(1, [S, T, F]);

const call = (layer: tfl.layers.Layer, inputs: tf.Tensor | tf.Tensor[], args: object = {}): tf.Tensor[] => [layer.call(inputs, args)].flat();
const close = (found: tf.Tensor, expected: tf.Tensor, what: string): void => {
  expect(found.shape, what).toEqual(expected.shape);
  expectClose(found.dataSync(), expected.dataSync(), what, 1e-5);
};

/** A Bidirectional layer with weights, and its two directions by themselves. */
function both(name: string, config: Record<string, unknown>, options: Record<string, unknown> = {}): { layer: tfl.layers.Layer; forward: tfl.layers.Layer; backward: tfl.layers.Layer } {
  const part = (more: object): tfl.layers.Layer => own(name, { units: U, ...config, ...more });
  const layer = own('Bidirectional', { layer: part({ name: 'rnn' }), ...options });
  layer.build([null, null, F]);
  fill(layer);
  const weights = layer.getWeights();
  const [forward, backward] = [part({}), part({ goBackwards: true })];
  [forward, backward].forEach((one, i) => {
    one.build([null, null, F]);
    one.setWeights(weights.slice(i * weights.length / 2, (i + 1) * weights.length / 2));
  });
  return { layer, forward, backward };
}

describeOnBackends('Bidirectional', () => {
  beforeEach(() => { tf.engine().startScope(); });
  afterEach(() => { tf.engine().endScope(); });

  const merges: Readonly<Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor>> = {
    concat: (a, b) => tf.concat([a, b], -1), sum: (a, b) => tf.add(a, b), mul: (a, b) => tf.mul(a, b), ave: (a, b) => tf.div(tf.add(a, b), 2),
  };

  test.each(Object.keys(merges))('merge mode %s, of the last step and of sequences', (mergeMode) => {
    for (const returnSequences of [false, true]) {
      const { layer, forward, backward } = both('LSTM', { returnSequences }, { mergeMode });
      const [y, yBack] = [call(forward, x())[0]!, call(backward, x())[0]!];
      const found = call(layer, x())[0]!;
      close(found, merges[mergeMode]!(y, returnSequences ? tf.reverse(yBack, 1) : yBack), mergeMode);
      expect(layer.computeOutputShape([null, T, F])).toEqual([null, ...found.shape.slice(1)]);
    }
  });

  test('merge mode null gives both; states come forward first', () => {
    const { layer, forward, backward } = both('LSTM', { returnSequences: true, returnState: true }, { mergeMode: null });
    const [y, h, c] = call(forward, x());
    const [yBack, hBack, cBack] = call(backward, x());
    const expected = [y!, tf.reverse(yBack!, 1), h!, c!, hBack!, cBack!];
    const found = call(layer, x());
    expect(found.length).toBe(6);
    expected.forEach((one, i) => { close(found[i]!, one, `output ${i}`); });
    expect(layer.computeOutputShape([null, T, F])).toEqual(expected.map(({ shape }) => [null, ...shape.slice(1)]));
  });

  test('initial states: the first half is the forward layer\'s', () => {
    const { layer, forward, backward } = both('GRU', { resetAfter: true });
    const [a, b] = [tensor(5, [S, U]), tensor(6, [S, U])];
    close(call(layer, [x(), a, b])[0]!, tf.concat([call(forward, [x(), a])[0]!, call(backward, [x(), b])[0]!], -1), 'states');
    expect(() => call(layer, [x(), a])).toThrow('Bidirectional: expected initial states for both directions, found 1');
  });

  test('a backward layer of its own kind and width', () => {
    const layer = own('Bidirectional', {
      layer: own('LSTM', { units: 3, returnSequences: true }), backwardLayer: own('SimpleRNN', { units: 2, returnSequences: true, goBackwards: true }), mergeMode: 'concat',
    });
    layer.build([null, null, F]);
    fill(layer);
    expect(layer.getWeights().map(({ shape }) => shape)).toEqual([[F, 12], [3, 12], [12], [F, 2], [2, 2], [2]]);
    const backward = own('SimpleRNN', { units: 2, returnSequences: true, goBackwards: true });
    backward.build([null, null, F]);
    backward.setWeights(layer.getWeights().slice(3));
    const found = call(layer, x())[0]!;
    expect(found.shape).toEqual([S, T, 5]);
    close(tf.slice(found, [0, 0, 3], [S, T, 2]), tf.reverse(call(backward, x())[0]!, 1), 'backward half');
    expect(layer.computeOutputShape([null, T, F])).toEqual([null, T, 5]);
  });

  test('masked steps are zeros in sequences, as in Keras, and repeat the state in standalone Keras', () => {
    const mask = tf.tensor2d(MASK);
    const { layer } = both('GRU', { returnSequences: true });
    const found = call(layer, x(), { mask })[0]!.arraySync() as number[][][];
    found.forEach((sample, s) => { sample.forEach((step, t) => { expect(step.every((value) => value === 0), `sample ${s}, step ${t}`).toBe(MASK[s]![t] === 0); }); });

    const old = own('Bidirectional', { layer: own('GRU', { units: U, returnSequences: true }, { kerasMajor: 2, kerasVersion: '2.2.4' }) }, { kerasMajor: 2, kerasVersion: '2.2.4' });
    old.build([null, null, F]);
    fill(old);
    const repeated = call(old, x(), { mask })[0]!.arraySync() as number[][][];
    expect(repeated[1]![2]!.slice(0, U)).toEqual(repeated[1]![1]!.slice(0, U));
    expect(repeated[1]![2]!.slice(U)).toEqual(repeated[1]![3]!.slice(U));
  });

  test('without sequences the last unmasked step of each direction counts', () => {
    const mask = tf.tensor2d(MASK);
    const { layer, forward, backward } = both('LSTM', {});
    const one = tf.slice(x(), [2, 0, 0], [1, 2, F]);
    const found = call(layer, x(), { mask })[0]!;
    close(tf.slice(found, 2, 1), tf.concat([call(forward, one)[0]!, call(backward, one)[0]!], -1), 'sample 2');
  });

  test('it is traced, with its mask, as it predicts', async () => {
    const input = tfl.input({ shape: [T, F] });
    const layer = own('Bidirectional', { layer: own('LSTM', { units: U, returnSequences: true }) });
    const model = tfl.model({ inputs: input, outputs: layer.apply(own('Masking').apply(input)) as tfl.SymbolicTensor });
    fill(layer);
    model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
    const data = tf.mul(x(), tf.expandDims(tf.tensor2d(MASK), -1));
    const run = await trace(model, data, tensor(2, [S, T, 2 * U]));
    expectClose(run.predictions[0]!.data, (model.predict(data) as tf.Tensor).dataSync(), 'prediction', 1e-6);
    const step = run.predictions[0]!.data.slice((T + 2) * 2 * U, (T + 3) * 2 * U);
    expect([...step].every((value) => value === 0)).toBe(true);
  });

  test('stateful: both directions go on, and are reset together', () => {
    const before = tf.memory().numTensors;
    const layer = own('Bidirectional', { layer: own('LSTM', { units: U, stateful: true }) });
    const input = tfl.input({ batchShape: [S, T, F] });
    const model = tfl.model({ inputs: input, outputs: layer.apply(input) as tfl.SymbolicTensor });
    fill(layer);
    const predict = (): Float32Array => tf.tidy(() => (model.predict(x()) as tf.Tensor).dataSync().slice() as Float32Array);
    const first = predict();
    expect(predict()).not.toEqual(first);
    model.resetStates();
    expect(predict()).toEqual(first);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('names, and what makes no sense', () => {
    const layer = own('Bidirectional', { name: 'b', layer: own('LSTM', { name: 'forward_lstm', units: U }) }) as unknown as { forwardLayer: tfl.layers.Layer; backwardLayer: tfl.layers.Layer };
    expect([layer.forwardLayer.name, layer.backwardLayer.name]).toEqual(['forward_lstm', 'backward_forward_lstm']);
    const refused = (config: Record<string, unknown>, message: string): void => { expect(() => own('Bidirectional', { name: 'b', ...config })).toThrow(new SeeRnnError(`layer 'b' (Bidirectional): ${message}`)); };
    const lstm = (config = {}): tfl.layers.Layer => own('LSTM', { units: U, ...config });
    refused({ layer: tfl.layers.dense({ units: 3 }) }, 'layer must be one of the recurrent layers LSTM, GRU, SimpleRNN, CuDNNLSTM, CuDNNGRU and RNN, found Dense');
    refused({ layer: lstm(), backwardLayer: lstm() }, 'both of its layers read forwards (goBackwards)');
    refused({ layer: lstm({ returnSequences: true }), backwardLayer: lstm({ goBackwards: true }) }, "its two layers must agree on returnSequences: the forward layer's is true, the backward layer's false");
    refused({ layer: lstm(), mergeMode: 'max' }, "mergeMode must be 'concat' or 'sum' or 'ave' or 'mul', found \"max\"");
  });

  test('its description is plain data, with what it holds', () => {
    const layer = own('Bidirectional', { name: 'b', layer: own('RNN', { name: 'rnn', cell: [own('GRUCell', { units: 2, kernelRegularizer: { class_name: 'L2', config: { l2: 0.1 } } })] }) });
    expect(JSON.parse(JSON.stringify(layer.getConfig()))).toMatchObject({
      name: 'b', trainable: true, layer: { className: 'RNN', config: { name: 'forward_rnn', cell: [{ className: 'GRUCell', config: { units: 2 } }] } },
    });
  });

  test('a model of it trains', async () => {
    const model = modelOf(own('Bidirectional', { layer: own('GRU', { units: U, resetAfter: true }) }), [T, F]);
    model.compile({ loss: 'meanSquaredError', optimizer: tf.train.adam(0.05) });
    const { history } = await model.fit(x(), tensor(2, [S, 2 * U], 0.2), { epochs: 20, verbose: 0 });
    const loss = history['loss'] as number[];
    expect(loss.at(-1)!).toBeLessThan(0.5 * loss[0]!);
    model.dispose();
  });
});
