import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SeeRnnError } from '../../src/core/errors.js';
import type { LayerContext } from '../../src/layers/config.js';
import { trace } from '../../src/trace/trace.js';
import { describeOnBackends } from '../backends.js';
import { expectClose } from '../trace/close.js';
import { recurrent, RECURRENT_KINDS, tensor } from '../trace/seeded.js';
import { fill, modelOf, own, predicted } from './own.js';

/** Our recurrent layers: against TF.js's where those are right, and against Keras's rules where they are not. */

const [S, T, F, U] = [3, 5, 4, 3];
const NAMES = { lstm: 'LSTM', gru: 'GRU', simpleRNN: 'SimpleRNN' } as const;
const x = (): tf.Tensor3D => tensor(1, [S, T, F]) as tf.Tensor3D;

/** A layer with weights, called by itself. */
function ready(name: string, config: Record<string, unknown> = {}, context?: LayerContext, features = F): tfl.layers.Layer {
  const layer = own(name, { units: U, ...config }, context);
  layer.build([null, null, features]);
  fill(layer);
  return layer;
}
const call = (layer: tfl.layers.Layer, inputs: tf.Tensor | tf.Tensor[], args: object = {}): tf.Tensor[] => [layer.call(inputs, args)].flat();
const rows = (y: tf.Tensor): number[][][] => y.arraySync() as number[][][];
const close = (found: tf.Tensor, expected: tf.Tensor, what: string): void => {
  expect(found.shape, what).toEqual(expected.shape);
  expectClose(found.dataSync(), expected.dataSync(), what, 1e-5);
};

describeOnBackends('recurrent layers', () => {
  beforeEach(() => { tf.engine().startScope(); });
  afterEach(() => { tf.engine().endScope(); });

  describe.each(RECURRENT_KINDS)('%s', (kind) => {
    test.each([
      {}, { returnSequences: true }, { goBackwards: true, returnSequences: true }, { returnState: true, goBackwards: true }, { useBias: false, activation: 'relu' as const },
    ])('predicts and trains as TF.js does: %j', async (options) => {
      const theirs = recurrent(kind, U, 1, { ...options, ...(kind === 'simpleRNN' ? {} : { recurrentActivation: 'sigmoid' }) } as object);
      const ours = own(NAMES[kind], { units: U, ...options });
      const models = [theirs, ours].map((layer) => {
        const input = tfl.input({ shape: [T, F] });
        const outputs = [layer.apply(input)].flat() as tfl.SymbolicTensor[];
        const model = tfl.model({ inputs: input, outputs });
        model.compile({ loss: 'meanSquaredError', optimizer: tf.train.sgd(0.5) });
        return model;
      });
      ours.setWeights(theirs.getWeights());
      const targets = models[0]!.outputs.map((output, i) => tensor(3 + i, [S, ...output.shape.slice(1) as number[]]));
      for (const model of models) await model.fit(x(), targets.length === 1 ? targets[0]! : targets, { epochs: 3, batchSize: S, shuffle: false, verbose: 0 });
      const [a, b] = models.map((model) => predicted(model, x()));
      a!.forEach((expected, i) => {
        expect(b![i]!.shape).toEqual(expected.shape);
        expectClose(b![i]!.data, expected.data, `output ${i}`, 1e-5);
      });
      theirs.getWeights().forEach((weight, i) => { close(ours.getWeights()[i]!, weight, `weight ${i} after training`); });
      for (const model of models) model.dispose();
    });

    test('masked steps are skipped; their output is the one before, zeros before the first', () => {
      const mask = tf.tensor2d([[1, 1, 1, 1, 1], [0, 1, 0, 1, 0], [0, 0, 0, 0, 0]]);
      const [sequences, states] = [{ returnSequences: true }, { returnState: true }].map((options) => ready(NAMES[kind], options));
      const kept = tf.concat([tf.slice(x(), [1, 1, 0], [1, 1, F]), tf.slice(x(), [1, 3, 0], [1, 1, F])], 1);
      const short = rows(call(sequences!, kept)[0]!)[0]!;
      const full = rows(call(sequences!, x(), { mask })[0]!);
      const nothing = [0, 0, 0];
      expectClose(full[1]!.flat(), [nothing, short[0]!, short[0]!, short[1]!, short[1]!].flat(), 'steps', 1e-6);
      expect(full[2]!.flat().every((value) => value === 0)).toBe(true);
      expectClose(full[0]!.flat(), rows(call(sequences!, tf.slice(x(), 0, 1))[0]!)[0]!.flat(), 'unmasked', 1e-6);
      // With an initial state: it is carried over, and the output of masked steps before the first is zero all the same.
      const initial = Array.from({ length: kind === 'lstm' ? 2 : 1 }, (_, i) => tensor(30 + i, [S, U]));
      const from = rows(call(sequences!, [x(), ...initial], { mask })[0]!);
      expect(from[2]!.flat().every((value) => value === 0)).toBe(true);
      expect(from[1]![0]).toEqual(nothing);
      const [last, ...ends] = call(states!, [x(), ...initial], { mask });
      expect((last!.arraySync() as number[][])[2]).toEqual(nothing);
      ends.forEach((end, i) => { expectClose((end.arraySync() as number[][])[2]!, (initial[i]!.arraySync() as number[][])[2]!, 'state carried', 1e-7); });
    });

    test('zeroOutputForMask: zeros at masked steps, and where the last is masked', () => {
      const mask = tf.tensor2d([[1, 1, 1, 1, 1], [0, 1, 0, 1, 0], [1, 1, 0, 0, 0]]);
      const plain = rows(call(ready(NAMES[kind], { returnSequences: true }), x(), { mask })[0]!);
      const zeroed = rows(call(ready(NAMES[kind], { returnSequences: true, zeroOutputForMask: true }), x(), { mask })[0]!);
      const masked = mask.arraySync();
      zeroed.forEach((sample, s) => { sample.forEach((step, t) => { expect(step).toEqual(masked[s]![t] ? plain[s]![t] : [0, 0, 0]); }); });
      const last = call(ready(NAMES[kind], { zeroOutputForMask: true }), x(), { mask })[0]!.arraySync() as number[][];
      expect(last).toEqual([plain[0]!.at(-1), [0, 0, 0], [0, 0, 0]]);
    });

    test('the gradient through masked outputs is of the unmasked steps alone', () => {
      const mask = tf.tensor2d([[0, 1, 0, 1, 0]]);
      const layer = ready(NAMES[kind], { returnSequences: true, zeroOutputForMask: true, goBackwards: true });
      const one = tf.slice(x(), 0, 1);
      const gradient = tf.grad((input) => tf.sum(tf.square(layer.call(input, { mask }) as tf.Tensor)))(one).arraySync() as number[][][];
      gradient[0]!.forEach((step, t) => { expect(step.some((value) => value !== 0), `step ${t}`).toBe(t === 1 || t === 3); });
    });

    test('standalone Keras repeats the state at masked steps, the initial one too', () => {
      const layer = ready(NAMES[kind], { returnSequences: true }, { kerasMajor: 2, kerasVersion: '2.2.4' });
      const initial = Array.from({ length: kind === 'lstm' ? 2 : 1 }, (_, i) => tensor(30 + i, [S, U]));
      const found = rows(call(layer, [x(), ...initial], { mask: tf.zeros([S, T]) })[0]!);
      expectClose(found[1]!.flat(), Array.from({ length: T }, () => (initial[0]!.arraySync() as number[][])[1]!).flat(), 'states', 1e-7);
    });

    test('stateful: batches go on where the last one ended, and a trace does not', async () => {
      const layer = own(NAMES[kind], { units: U, stateful: true, returnSequences: true });
      const input = tfl.input({ batchShape: [S, 2, F] });
      const model = tfl.model({ inputs: input, outputs: layer.apply(input) as tfl.SymbolicTensor });
      fill(layer);
      const whole = call(ready(NAMES[kind], { returnSequences: true }), tf.slice(x(), [0, 0, 0], [S, 4, F]))[0]!;
      const part = (from: number): tf.Tensor => tf.slice(x(), [0, from, 0], [S, 2, F]);
      const expected = [tf.slice(whole, [0, 0, 0], [S, 2, U]), tf.slice(whole, [0, 2, 0], [S, 2, U])];
      close(model.predict(part(0)) as tf.Tensor, expected[0]!, 'first');
      expectClose((await trace(model, part(2))).predictions[0]!.data, expected[1]!.dataSync(), 'traced', 1e-5);
      close(model.predict(part(2)) as tf.Tensor, expected[1]!, 'second');
      model.resetStates();
      close(model.predict(part(0)) as tf.Tensor, expected[0]!, 'after a reset');
      model.dispose();
    });

    test('timeMajor: everything with the timesteps in front', () => {
      const mask = tf.tensor2d([[1, 1, 1, 1, 1], [0, 1, 0, 1, 0], [1, 1, 0, 0, 0]]);
      const turned = (tensor3: tf.Tensor): tf.Tensor => tf.transpose(tensor3, [1, 0, 2]);
      const options = { returnSequences: true, returnState: true, goBackwards: true };
      const expected = call(ready(NAMES[kind], options), x(), { mask });
      const layer = ready(NAMES[kind], { ...options, timeMajor: true });
      const found = call(layer, turned(x()), { mask: tf.transpose(mask) });
      close(found[0]!, turned(expected[0]!), 'sequence');
      found.slice(1).forEach((state, i) => { close(state, expected[i + 1]!, 'state'); });
      expect(layer.computeOutputShape([T, null, F])).toEqual([[T, null, U], ...expected.slice(1).map(() => [null, U])]);
    });

    test('initial states are inputs of a model, in either way of giving them', () => {
      const layer = ready(NAMES[kind]);
      const [sequence, ...states] = [tfl.input({ shape: [T, F] }), ...Array.from({ length: kind === 'lstm' ? 2 : 1 }, () => tfl.input({ shape: [U] }))];
      const values = states.map((_, i) => tensor(30 + i, [S, U]));
      const expected = call(layer, [x(), ...values])[0]!;
      for (const output of [layer.apply([sequence!, ...states]), layer.apply(sequence!, { initialState: states })]) {
        const model = tfl.model({ inputs: [sequence!, ...states], outputs: output as tfl.SymbolicTensor });
        close(model.predict([x(), ...values]) as tf.Tensor, expected, 'prediction');
      }
    });

    test('dropout drops in training alone, the same for all steps', () => {
      const layer = ready(NAMES[kind], { dropout: 0.5, recurrentDropout: 0.3, returnSequences: true });
      const plain = ready(NAMES[kind], { returnSequences: true });
      close(call(layer, x())[0]!, call(plain, x())[0]!, 'no training');
      const [a, b] = [0, 1].map(() => call(layer, x(), { training: true })[0]!.dataSync());
      expect(a).not.toEqual(b);
    });
  });

  test('GRU with resetAfter is as in its definition', () => {
    const layer = ready('GRU', { resetAfter: true, returnSequences: true });
    const [kernel, recurrentKernel, bias] = layer.getWeights().map((weight) => weight.arraySync() as number[][]);
    expect(layer.getWeights().map(({ shape }) => shape)).toEqual([[F, 3 * U], [U, 3 * U], [2, 3 * U]]);
    const found = rows(call(layer, x())[0]!);
    const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a));
    const product = (v: readonly number[], matrix: readonly number[][], column: number): number => v.reduce((sum, value, i) => sum + value * matrix[i]![column]!, 0);
    rows(x()).forEach((sample, s) => {
      let h = [0, 0, 0];
      sample.forEach((step, t) => {
        h = h.map((before, u) => {
          const [xz, xr, xn] = [0, U, 2 * U].map((at) => product(step, kernel!, at + u) + bias![0]![at + u]!);
          const [hz, hr, hn] = [0, U, 2 * U].map((at) => product(h, recurrentKernel!, at + u) + bias![1]![at + u]!);
          const z = sigmoid(xz! + hz!);
          return z * before + (1 - z) * Math.tanh(xn! + sigmoid(xr! + hr!) * hn!);
        });
        expectClose(found[s]![t]!, h, `sample ${s}, step ${t}`, 1e-5);
      });
    });
  });

  test("hard_sigmoid is that of the file's Keras", () => {
    const gates = (kerasMajor: 2 | 3): Float32Array => call(ready('LSTM', { recurrentActivation: 'hard_sigmoid' }, { kerasMajor }), tf.mul(x(), 3))[0]!.dataSync() as Float32Array;
    expect(gates(2)).not.toEqual(gates(3));
    const theirs = recurrent('lstm', U, 1, { recurrentActivation: 'hardSigmoid' });
    theirs.build([null, T, F]);
    theirs.setWeights(ready('LSTM').getWeights());
    expectClose(gates(2), (theirs.call(tf.mul(x(), 3), {}) as tf.Tensor).dataSync(), 'Keras 2', 1e-5);
  });

  test('stacked cells are layers on top of each other; their states come cell by cell', () => {
    const make = (): tfl.layers.Layer => own('RNN', {
      cell: [own('LSTMCell', { units: 3 }), own('GRUCell', { units: 2, resetAfter: true }), own('SimpleRNNCell', { units: 4 })], returnSequences: true, returnState: true, goBackwards: true,
    });
    const stack = make();
    stack.build([null, null, F]);
    fill(stack);
    const mask = tf.tensor2d([[1, 1, 1, 1, 1], [0, 1, 0, 1, 0], [1, 1, 0, 0, 0]]);
    const weights = stack.getWeights();
    expect(weights.length).toBe(9);
    let y: tf.Tensor = tf.reverse(x(), 1);
    const states = [['LSTM', 3], ['GRU', 2], ['SimpleRNN', 4]].flatMap(([name, units], i) => {
      const layer = own(name as string, { units, resetAfter: true, returnSequences: true, returnState: true });
      layer.build([null, null, y.shape[2]!]);
      layer.setWeights(weights.slice(3 * i, 3 * i + 3));
      const [output, ...ends] = call(layer, y, { mask: tf.reverse(mask, 1) });
      y = output!;
      return ends;
    });
    const found = call(stack, x(), { mask });
    [y, ...states].forEach((expected, i) => { close(found[i]!, expected, `output ${i}`); });
    expect(found.length).toBe(5);
    expect(stack.computeOutputShape([null, T, F])).toEqual([[null, T, 4], [null, 3], [null, 3], [null, 2], [null, 4]]);
    const initial = states.map(({ shape }, i) => tensor(40 + i, shape));
    expect(call(stack, [x(), ...initial])[0]!.dataSync()).not.toEqual(call(stack, x())[0]!.dataSync());
    // All of it masked: the states stay what they were.
    call(stack, [x(), ...initial], { mask: tf.zeros([S, T]) }).slice(1).forEach((state, i) => { close(state, initial[i]!, 'carried'); });
  });

  test.each([['CuDNNLSTM', 'LSTM', {}], ['CuDNNGRU', 'GRU', { resetAfter: true }]] as const)('%s is %s with sigmoid gates, and takes no mask', (name, plain, options) => {
    const layer = ready(name, { returnSequences: true, goBackwards: true });
    close(call(layer, x())[0]!, call(ready(plain, { ...options, returnSequences: true, goBackwards: true }), x())[0]!, name);
    expect(() => call(layer, x(), { mask: tf.ones([S, T]) })).toThrow(`${name}: a mask reaches it, which ${name} does not take in Keras either`);
    expect(layer.supportsMasking).toBe(false);
  });

  test('penalties take part in the loss, in training too', async () => {
    const layer = own('LSTM', {
      units: U, kernelRegularizer: { class_name: 'L1L2', config: { l1: 0.1, l2: 0.2 } }, recurrentRegularizer: { className: 'L2', config: { l2: 0.3 } },
    });
    const model = modelOf(layer, [T, F]);
    model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
    const y = tensor(2, [S, U]);
    const [kernel, recurrentKernel] = layer.getWeights();
    const penalty = tf.addN([tf.mul(0.1, tf.sum(tf.abs(kernel!))), tf.mul(0.2, tf.sum(tf.square(kernel!))), tf.mul(0.3, tf.sum(tf.square(recurrentKernel!)))]).dataSync()[0]!;
    const error = tf.mean(tf.squaredDifference(model.predict(x()) as tf.Tensor, y)).dataSync()[0]!;
    const run = await trace(model, x(), y);
    expect(run.loss).toBeCloseTo(error + penalty, 4);
    const history = await model.fit(x(), y, { epochs: 1, verbose: 0 });
    expect(history.history['loss']![0]).toBeCloseTo(error + penalty, 4);
  });

  test('a frozen layer keeps its weights', async () => {
    const layer = own('GRU', { units: U, trainable: false });
    const model = modelOf(layer, [T, F]);
    expect([layer.trainableWeights.length, layer.nonTrainableWeights.length, layer.weights.length]).toEqual([0, 3, 3]);
    layer.trainable = true;
    expect([layer.trainableWeights.length, layer.nonTrainableWeights.length]).toEqual([3, 0]);
    model.dispose();
  });

  test('nothing is left in memory', () => {
    const layer = own('LSTM', { units: U, stateful: true, returnState: true });
    const input = tfl.input({ batchShape: [S, T, F] });
    const before = tf.memory().numTensors;
    const model = tfl.model({ inputs: input, outputs: (layer.apply(input) as tfl.SymbolicTensor[])[0]! });
    for (let i = 0; i < 3; i++) tf.tidy(() => { model.predict(x()); });
    expect(tf.memory().numTensors - before).toBe(3 + 2);
    model.dispose();
    expect(tf.memory().numTensors - before).toBe(0);
  });

  test('what makes no sense is refused', () => {
    const refused = (make: () => unknown, message: string): void => { expect(make).toThrow(new SeeRnnError(message)); };
    refused(() => own('LSTM', { name: 'a', units: 0 }), "layer 'a' (LSTM): units must be a whole number of at least 1, found 0");
    refused(() => own('GRU', { units: 3, dropout: 2 }), 'GRU: dropout must be a number from 0 to 1, found 2');
    refused(() => own('GRU', { units: 3, activation: 'tahn' }), "GRU: unknown activation 'tahn'; did you mean 'tanh'?");
    refused(() => own('SimpleRNN', { units: 3, returnSequences: 'yes' }), 'SimpleRNN: returnSequences must be true or false, found "yes"');
    refused(() => own('RNN', { name: 'r', cell: tfl.layers.lstmCell({ units: 3 }) }), "layer 'r' (RNN): cell must be an LSTM, GRU or SimpleRNN cell, or a stack of them, found LSTMCell");
    refused(() => own('LSTM', { units: 3, kernelRegularizer: { class_name: 'Orthogonal' } }).build([null, T, F]), "LSTM: kernelRegularizer is 'Orthogonal', which is not among L1L2, l1_l2, l1l2, L1, L2, l1, l2");
    const layer = ready('LSTM', { name: 'lstm' });
    refused(() => call(layer, tensor(1, [S, T, 5])), "layer 'lstm': expected inputs of 4 features, found 5");
    refused(() => call(layer, [x(), tensor(1, [S, U])]), "layer 'lstm': expected 2 initial states, found 1");
    refused(() => call(layer, x(), { mask: tf.ones([S, 2]) }), "layer 'lstm': expected a mask of shape (3, 5), found (3, 2)");
    refused(() => { layer.resetStates(); }, "layer 'lstm' (LSTM): it is not stateful: there are no states to reset");
  });
});
