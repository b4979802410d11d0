import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { accelerate } from '../../src/from/tfjs/accelerate/accelerate.js';
import { trace } from '../../src/trace/trace.js';
import { describeOnBackends } from '../backends.js';
import { distance, expectClose } from './close.js';
import { meanSquaredError, Probes } from './probes.js';
import { apply, applyAll, dense, integers, lstm, recurrent, recurrentWeights, tensor, type Symbolic } from './seeded.js';

/** Masks and initial states: they reach the layers they are meant for, and no other. */

const S = 3;
const T = 5;
const F = 4;

/** Noise, the last steps of the samples padded with zeros: the first has no padding, the next one step, ... */
function padded(seed: number, timesteps = T): tf.Tensor {
  const data = tensor(seed, [S, timesteps, F]).dataSync().slice();
  for (let sample = 0; sample < S; sample++) data.fill(0, (sample * timesteps + timesteps - sample) * F, (sample + 1) * timesteps * F);
  return tf.tensor(data, [S, timesteps, F]);
}
const maskOf = (x: tf.Tensor): tf.Tensor => tf.any(tf.notEqual(x, 0), -1);
const embedding = (args: object = {}): tfl.layers.Layer =>
  tfl.layers.embedding({ inputDim: 9, outputDim: F, maskZero: true, embeddingsInitializer: tfl.initializers.randomNormal({ stddev: 0.5, seed: 3 }), ...args });
/** A layer by itself, with its arguments spelt out. */
const call = (layer: tfl.layers.Layer, x: tf.Tensor, args: object = {}): tf.Tensor => layer.call(x, args) as tf.Tensor;

describeOnBackends('masks and states', () => {
  beforeEach(() => { tf.engine().startScope(); });
  afterEach(() => { tf.engine().endScope(); });

  test('Embedding with maskZero: TF.js agrees', async () => {
    const probes = new Probes(S);
    const x = tfl.input({ shape: [T] });
    const words = probes.behind(apply(embedding({ name: 'words' }), x), 'words');
    const hidden = probes.behind(apply(lstm(5, 1, { name: 'first', returnSequences: true }), words), 'first');
    const last = probes.behind(apply(recurrent('gru', 3, 4, { name: 'second' }), hidden), 'second');
    const [tokens, y] = [integers(2, [S, T], 0, 4), tensor(3, [S, 2])];
    expect(tokens.dataSync()).toContain(0);
    await probes.check(tfl.model({ inputs: x, outputs: apply(dense(2, 7), last) }), tokens, y, meanSquaredError(y));
  });

  test('Masking, and a mask that goes through layers that keep it: TF.js agrees', async () => {
    const probes = new Probes(S);
    const x = tfl.input({ shape: [T, F] });
    const masked = apply(tfl.layers.masking({ maskValue: 0 }), x);
    const wide = probes.behind(apply(dense(6, 2, { name: 'wide' }), masked), 'wide');
    const noisy = apply(tfl.layers.layerNormalization(), apply(tfl.layers.dropout({ rate: 0 }), wide));
    const hidden = probes.behind(apply(tfl.layers.bidirectional({ layer: lstm(4, 1, { returnSequences: true }), mergeMode: 'concat', name: 'both' }), noisy), 'both');
    const each = apply(tfl.layers.activation({ activation: 'tanh' }), hidden);
    const cell = tfl.layers.stackedRNNCells({ cells: [tfl.layers.gruCell({ units: 3, ...recurrentWeights(4) })] });
    const stack = probes.behind(apply(tfl.layers.rnn({ cell, name: 'stack' }), each), 'stack');
    const y = tensor(3, [S, 3]);
    // What TF.js can't differentiate, the mask itself, comes from the input: no weight is in front of it.
    await probes.check(tfl.model({ inputs: x, outputs: stack }), padded(1), y, meanSquaredError(y));
  });

  test('a mask of one branch does not reach the other, as it does in TF.js', async () => {
    const [a, b] = [tfl.input({ shape: [T, F] }), tfl.input({ shape: [T, F] })];
    const [left, right] = [lstm(3, 1, { name: 'left' }), lstm(3, 4, { name: 'right' })];
    const p = apply(left, apply(tfl.layers.masking(), a));
    const model = tfl.model({ inputs: [a, b], outputs: [p, apply(right, b)] });
    const [xa, xb] = [padded(1), tensor(2, [S, T, F])];
    const truth = [call(left, xa, { mask: maskOf(xa) }), call(right, xb)].map((output) => output.dataSync());
    const theirs = (model.predict([xa, xb]) as tf.Tensor[]).map((output) => output.dataSync());
    expect(distance(theirs[1]!, truth[1]!), 'TF.js skips steps of the unmasked branch').toBeGreaterThan(0.01);
    const run = await trace(model, [xa, xb], [tf.zeros([S, 3]), tf.zeros([S, 3])], { loss: 'meanSquaredError' });
    run.predictions.forEach(({ data }, i) => { expectClose(data, truth[i]!, `prediction ${i}`); });
    model.dispose();
  });

  test('a layer that does not support masks ends one', async () => {
    const x = tfl.input({ shape: [T, F] });
    const conv = tfl.layers.conv1d({ filters: F, kernelSize: 1, useBias: false, kernelInitializer: tfl.initializers.randomNormal({ seed: 5 }) });
    const top = lstm(3, 1, { name: 'top' });
    const model = tfl.model({ inputs: x, outputs: apply(top, apply(conv, apply(tfl.layers.masking(), x))) });
    const data = padded(1);
    const truth = call(top, call(conv, data)).dataSync();
    expect(distance((model.predict(data) as tf.Tensor).dataSync(), truth), 'TF.js hands the mask on').toBeGreaterThan(0.01);
    expectClose((await trace(model, data)).predictions[0]!.data, truth, 'prediction');
    model.dispose();
  });

  test('an initial state does not reach later layers; in TF.js it makes training throw', async () => {
    const [source, target] = [tfl.input({ shape: [T, F] }), tfl.input({ shape: [T, F] })];
    const [encoder, decoder, top] = [
      lstm(4, 1, { name: 'encoder', returnState: true }), lstm(4, 4, { name: 'decoder', returnSequences: true }), lstm(4, 7, { name: 'top' }),
    ];
    const [, ...initialState] = applyAll(encoder, source);
    const model = tfl.model({ inputs: [source, target], outputs: apply(top, apply(decoder, target, { initialState })) });
    const [xs, xt, y] = [tensor(1, [S, T, F]), tensor(2, [S, T, F]), tensor(3, [S, 4])];
    model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
    await expect(model.trainOnBatch([xs, xt], y)).rejects.toThrow('neither initialState or constants should be provided');
    const decode = (states: tf.Tensor[]): tf.Tensor => call(top, call(decoder, xt, { initialState: states }));
    const states = (encoder.call(xs, {}) as tf.Tensor[]).slice(1);
    const run = await trace(model, [xs, xt], y);
    expectClose(run.predictions[0]!.data, decode(states).dataSync(), 'prediction');
    const gradients = tf.grads((...given: tf.Tensor[]) => tf.losses.meanSquaredError(y, decode(given)))(states);
    gradients.forEach((gradient, i) => { expectClose(run.layer('encoder').gradient('outputs', i + 1).data, gradient.dataSync(), `gradient by state ${i}`); });
    model.dispose();
  });

  test('a mask and an initial state together', async () => {
    const probes = new Probes(S);
    const [source, target] = [tfl.input({ shape: [T, F] }), tfl.input({ shape: [T, F] })];
    const [, ...states] = applyAll(lstm(4, 1, { name: 'encoder', returnState: true }), apply(tfl.layers.masking(), source));
    const initialState = states.map((state, i) => probes.behind(state, 'encoder', i + 1));
    const decoded = probes.behind(apply(lstm(4, 4, { name: 'decoder', returnSequences: true }), apply(tfl.layers.masking(), target), { initialState }), 'decoder');
    const y = tensor(3, [S, T, 4]);
    await probes.check(tfl.model({ inputs: [source, target], outputs: decoded }), [padded(1), padded(2)], y, meanSquaredError(y));
  });

  test("a layer's states have no mask, though its sequence has one", async () => {
    class Repeated extends tfl.layers.Layer {
      static readonly className = 'Repeated';
      constructor() { super({}); this.supportsMasking = true; }
      override computeOutputShape(shape: tfl.Shape | tfl.Shape[]): tfl.Shape { return [null, T, (shape as tfl.Shape)[1]!]; }
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor { return tf.tile(tf.expandDims((inputs as tf.Tensor[])[0]!, 1), [1, T, 1]); }
    }
    const x = tfl.input({ shape: [T, F] });
    const [below, top] = [recurrent('gru', 4, 1, { returnState: true, returnSequences: true }), lstm(3, 4)];
    const [, state] = applyAll(below, apply(tfl.layers.masking(), x));
    const model = tfl.model({ inputs: x, outputs: apply(top, apply(new Repeated(), state!)) });
    const data = padded(1);
    const [, last] = below.call(data, { mask: maskOf(data) }) as [tf.Tensor, tf.Tensor];
    expectClose((await trace(model, data)).predictions[0]!.data, call(top, tf.tile(tf.expandDims(last, 1), [1, T, 1])).dataSync(), 'prediction');
    model.dispose();
  });

  test('masks that meet in a merge: a step is skipped where either skips it', async () => {
    for (const make of [() => tfl.layers.add(), () => tfl.layers.multiply(), () => tfl.layers.average(), () => tfl.layers.maximum(), () => tfl.layers.minimum()]) {
      for (const [first, second] of [[true, true], [true, false], [false, true]] as const) {
        const [a, b] = [tfl.input({ shape: [T, F] }), tfl.input({ shape: [T, F] })];
        const merge = make();
        const top = lstm(3, 1);
        const side = (x: Symbolic, masked: boolean): Symbolic => (masked ? apply(tfl.layers.masking(), x) : x);
        const model = tfl.model({ inputs: [a, b], outputs: apply(top, apply(merge, [side(a, first), side(b, second)])) });
        const [xa, xb] = [padded(1), tf.reverse(padded(2), 0)];
        const mask = first && second ? tf.logicalAnd(maskOf(xa), maskOf(xb)) : maskOf(first ? xa : xb);
        expectClose((await trace(model, [xa, xb])).predictions[0]!.data, call(top, merge.apply([xa, xb]) as tf.Tensor, { mask }).dataSync(), 'prediction');
        model.dispose();
      }
    }
  });

  test('Concatenate: of the features, and of one sequence after another', async () => {
    for (const axis of [-1, 1]) {
      const [a, b] = [tfl.input({ shape: [T, F] }), tfl.input({ shape: [T, F] })];
      const top = lstm(3, 1);
      const merged = apply(tfl.layers.concatenate({ axis }), [apply(tfl.layers.masking(), a), apply(tfl.layers.masking(), b)]);
      const model = tfl.model({ inputs: [a, b], outputs: apply(top, merged) });
      const [xa, xb] = [padded(1), tf.reverse(padded(2), 0)];
      const mask = axis === 1 ? tf.concat([maskOf(xa), maskOf(xb)], 1) : tf.logicalAnd(maskOf(xa), maskOf(xb));
      expectClose((await trace(model, [xa, xb])).predictions[0]!.data, call(top, tf.concat([xa, xb], axis), { mask }).dataSync(), 'prediction');
      model.dispose();
    }
  });

  test('a mask goes into a nested model and out of it', async () => {
    const [first, top] = [lstm(F, 1, { returnSequences: true, name: 'first', inputShape: [T, F] }), lstm(3, 4, { name: 'top' })];
    const inner = tfl.sequential({ layers: [first], name: 'inner' });
    const [a, b] = [tfl.input({ shape: [T, F] }), tfl.input({ shape: [T, F] })];
    const output = apply(top, apply(inner, apply(tfl.layers.masking(), a)));
    const model = tfl.model({ inputs: [a, b], outputs: [output, apply(inner, b)] });
    const [x, free] = [padded(1), padded(2)];
    const hidden = call(first, x, { mask: maskOf(x) });
    const run = await trace(model, [x, free]);
    expectClose(run.layer('inner:0/first').value().data, hidden.dataSync(), 'inside');
    expectClose(run.predictions[0]!.data, call(top, hidden, { mask: maskOf(x) }).dataSync(), 'behind it');
    expectClose(run.predictions[1]!.data, call(first, free).dataSync(), 'the other use, without a mask');
    model.dispose();
  });

  test('Masking behind a trained layer, which TF.js can not differentiate', async () => {
    const x = tfl.input({ shape: [T, F] });
    const front = dense(F, 9, { name: 'front', useBias: false, activation: 'relu' });
    const [masking, top] = [tfl.layers.masking(), lstm(3, 1)];
    const model = tfl.model({ inputs: x, outputs: apply(top, apply(masking, apply(front, x))) });
    model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
    const [data, y] = [padded(1), tensor(3, [S, 3])];
    await expect(model.trainOnBatch(data, y)).rejects.toThrow('gradient function not found for Any');
    const hidden = call(front, data);
    const mask = maskOf(hidden);
    const truth = tf.grad((h) => tf.losses.meanSquaredError(y, call(top, tf.mul(h, tf.cast(tf.expandDims(mask, -1), 'float32')), { mask })))(hidden);
    expectClose((await trace(model, data, y)).layer('front').gradient().data, truth.dataSync(), 'gradient');
    model.dispose();
  });

  test('a mask of another length is refused, in a trace and under accelerate', async () => {
    class Halved extends tfl.layers.Layer {
      static readonly className = 'Halved';
      constructor() { super({ name: 'halved' }); this.supportsMasking = true; }
      override computeOutputShape(shape: tfl.Shape | tfl.Shape[]): tfl.Shape { return [null, 2, (shape as tfl.Shape)[2]!]; }
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor { return tf.slice((inputs as tf.Tensor[])[0]!, [0, 0, 0], [S, 2, F]); }
    }
    const x = tfl.input({ shape: [T, F] });
    const model = tfl.model({ inputs: x, outputs: apply(lstm(3, 1, { name: 'top' }), apply(new Halved(), apply(tfl.layers.masking(), x))) });
    await expect(trace(model, padded(1))).rejects.toThrow("layer 'top' (LSTM): expected a mask of shape (any, 2), found (any, 5)");
    const { restore } = accelerate(model);
    expect(() => model.predict(padded(1))).toThrow("layer 'top': expected a mask of shape (3, 2), found (3, 5)");
    restore();
    model.dispose();
  });
});
