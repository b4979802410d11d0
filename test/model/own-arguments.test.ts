import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeOwnArguments } from '../../src/model/own-arguments.js';
import { trace } from '../../src/trace/trace.js';
import { describeOnBackends } from '../backends.js';
import { fill, own } from '../layers/own.js';
import { distance, expectClose } from '../trace/close.js';
import { apply, applyAll, dense, lstm, tensor } from '../trace/seeded.js';

/** In what TF.js itself does with a model, its layers get the masks and states that are theirs: the trace, which walks by itself, says which. */

const [S, T, F] = [3, 5, 4];
const STEPS = [[1, 1, 1, 1, 1], [0, 1, 0, 1, 0], [1, 1, 0, 0, 0]];
const padded = (seed: number): tf.Tensor => tf.mul(tensor(seed, [S, T, F]), tf.expandDims(tf.tensor2d(STEPS), -1));

/** Two branches, one of them masked; seq2seq; a nested model; attention over what is masked. */
const models: Readonly<Record<string, () => { model: tfl.LayersModel; x: tf.Tensor[] }>> = {
  'a mask stays in its branch': () => {
    const [a, b] = [tfl.input({ shape: [T, F] }), tfl.input({ shape: [T, F] })];
    const [left, right] = [own('LSTM', { units: 3, name: 'left' }), own('LSTM', { units: 3, name: 'right' })];
    const outputs = [apply(left, apply(own('Masking'), a)), apply(right, b)];
    [left, right].forEach((layer, i) => { fill(layer, i + 1); });
    return { model: tfl.model({ inputs: [a, b], outputs }), x: [padded(1), padded(2)] };
  },
  'also with layers of TF.js': () => {
    const [a, b] = [tfl.input({ shape: [T, F] }), tfl.input({ shape: [T, F] })];
    const masked = apply(tfl.layers.dropout({ rate: 0.2 }), apply(tfl.layers.masking(), a));
    return { model: tfl.model({ inputs: [a, b], outputs: [apply(lstm(3, 1), masked), apply(lstm(3, 4), b)] }), x: [padded(1), padded(2)] };
  },
  'a state stays with its layer': () => {
    const [a, b] = [tfl.input({ shape: [T, F] }), tfl.input({ shape: [T, F] })];
    const [encoder, decoder, top] = [own('LSTM', { units: 3, returnState: true }), own('LSTM', { units: 3, returnSequences: true }), own('LSTM', { units: 3 })];
    const [, h, c] = applyAll(encoder, apply(own('Masking'), a));
    const outputs = apply(top, decoder.apply([b, h!, c!]) as tfl.SymbolicTensor);
    [encoder, decoder, top].forEach((layer, i) => { fill(layer, i + 1); });
    return { model: tfl.model({ inputs: [a, b], outputs }), x: [padded(1), padded(2)] };
  },
  'a mask goes into a nested model and out of it': () => {
    const inner = tfl.input({ shape: [T, F] });
    const [below, above] = [own('GRU', { units: 3, returnSequences: true }), own('GRU', { units: 2 })];
    const nested = tfl.model({ inputs: inner, outputs: apply(below, inner), name: 'nested' });
    const a = tfl.input({ shape: [T, F] });
    const output = apply(above, apply(nested, apply(own('Masking'), a)));
    [below, above].forEach((layer, i) => { fill(layer, i + 1); });
    return { model: tfl.model({ inputs: a, outputs: output }), x: [padded(1)] };
  },
  'a layer hears the masks of all of its inputs': () => {
    const [a, b] = [tfl.input({ shape: [T, F] }), tfl.input({ shape: [T, F] })];
    const attention = own('Attention');
    return { model: tfl.model({ inputs: [a, b], outputs: apply(dense(2, 3), apply(attention, [a, apply(own('Masking'), b)])) }), x: [tensor(4, [S, T, F]), padded(2)] };
  },
};

describeOnBackends('layers take their own arguments', () => {
  beforeEach(() => { tf.engine().startScope(); });
  afterEach(() => { tf.engine().endScope(); });

  test.each(Object.entries(models))('%s', async (name, make) => {
    const { model, x } = make();
    const data = x.length === 1 ? x[0]! : x;
    const predict = (): Float32Array[] => [model.predict(data)].flat().map((y) => (y as tf.Tensor).dataSync() as Float32Array);
    const { predictions } = await trace(model, data);
    const worst = (): number => Math.max(...predict().map((y, i) => distance(y, predictions[i]!.data)));
    const before = worst();
    takeOwnArguments(model);
    takeOwnArguments(model);
    expect(worst()).toBeLessThan(1e-6);
    // A trace through it afterwards is what it was.
    (await trace(model, data)).predictions.forEach((y, i) => { expectClose(y.data, predictions[i]!.data, 'traced again', 1e-6); });
    expect(worst()).toBeLessThan(1e-6);

    model.compile({ loss: 'meanSquaredError', optimizer: tf.train.sgd(0) });
    const targets = model.outputs.map(({ shape }, i) => tensor(7 + i, [S, ...shape.slice(1) as number[]]));
    const y = targets.length === 1 ? targets[0]! : targets;
    // TF.js gives the sums of the losses up to each output.
    const evaluated = [model.evaluate(data, y, { batchSize: S })].flat()[targets.length - 1] as tf.Scalar;
    expect(evaluated.dataSync()[0]!).toBeCloseTo((await trace(model, data, y)).loss!, 5);
    if (name === 'a mask stays in its branch' || name === 'also with layers of TF.js') expect(before, 'TF.js by itself').toBeGreaterThan(0.01);
    model.dispose();
  });

  test('training is by the right masks too', async () => {
    const { model, x } = models['a mask stays in its branch']!();
    takeOwnArguments(model);
    model.compile({ loss: 'meanSquaredError', optimizer: tf.train.sgd(0.1) });
    const y = [tensor(7, [S, 3]), tensor(8, [S, 3])];
    const { loss } = await trace(model, x, y);
    const { history } = await model.fit(x, y, { epochs: 1, batchSize: S, verbose: 0 });
    expect(history['loss']![0]).toBeCloseTo(loss!, 5);
    model.dispose();
  });

  test('a mask that a caller gives is heard', () => {
    const layer = own('LSTM', { units: 3 });
    const input = tfl.input({ shape: [T, F] });
    const model = tfl.model({ inputs: input, outputs: apply(layer, input) });
    fill(layer);
    takeOwnArguments(model);
    const mask = tf.tensor2d(STEPS);
    const [plain, masked] = [layer.apply(tensor(1, [S, T, F])), layer.apply(tensor(1, [S, T, F]), { mask })] as [tf.Tensor, tf.Tensor];
    expect(distance(plain.dataSync(), masked.dataSync())).toBeGreaterThan(0.01);
    expectClose(masked.dataSync(), (layer.call(tensor(1, [S, T, F]), { mask }) as tf.Tensor).dataSync(), 'masked', 0);
    model.dispose();
  });

  test('nothing is left in memory', () => {
    const { model, x } = models['a mask goes into a nested model and out of it']!();
    takeOwnArguments(model);
    const before = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) tf.tidy(() => { model.predict(x[0]!); });
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});
