import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { trace } from '../../src/trace/trace.js';
import { describeOnBackends } from '../backends.js';
import { expectClose } from './close.js';
import { apply, applyAll, dense, integers, lstm, tensor, type Symbolic } from './seeded.js';

/** Layers from which no path leads to the loss: their gradient is zero, and is known to be zero for want of a path. */

const S = 3;
const T = 5;
const F = 4;
const sequence = (name?: string): Symbolic => tfl.input({ shape: [T, F], ...(name === undefined ? {} : { name }) });
const data = (seed: number): tf.Tensor => tensor(seed, [S, T, F]);

describeOnBackends('where no path leads to the loss', () => {
  beforeEach(() => { tf.engine().startScope(); });
  afterEach(() => { tf.engine().endScope(); });

  test('a loss that looks at one output only: the other side is zero, and known to be', async () => {
    const x = sequence();
    const [left, right] = [apply(lstm(3, 1, { name: 'left' }), x), apply(lstm(3, 4, { name: 'right' }), x)];
    const model = tfl.model({ inputs: x, outputs: [apply(dense(2, 3, { name: 'p' }), left), apply(dense(2, 4, { name: 'q' }), right)] });
    const y = tensor(3, [S, 2]);
    const run = await trace(model, data(1), [y, y], { loss: ['meanSquaredError', () => tf.scalar(2)] });
    expectClose([run.loss!], [2 + tf.losses.meanSquaredError(y, (model.predict(data(1)) as tf.Tensor[])[0]!).dataSync()[0]!], 'loss');
    expect(run.layer('left').reachesLoss()).toBe(true);
    expect(run.layer('right').reachesLoss()).toBe(false);
    expect(run.layer('right').gradient()).toEqual({ data: new Float32Array(S * 3), shape: [S, 3], axes: ['samples', 'units'] });
    model.dispose();
  });

  test('a zero loss weight is a path all the same', async () => {
    const x = sequence();
    const model = tfl.model({ inputs: x, outputs: apply(lstm(3, 1, { name: 'lstm' }), x) });
    const run = await trace(model, data(1), tensor(3, [S, 3]), { loss: 'meanSquaredError', lossWeights: 0 });
    expect(run.layer('lstm').reachesLoss()).toBe(true);
    expect(run.layer('lstm').gradient().data.every((value) => value === 0)).toBe(true);
    model.dispose();
  });

  test('an unread output of a layer; a constant loss', async () => {
    const x = sequence();
    const [, hidden] = applyAll(lstm(3, 1, { name: 'lstm', returnState: true, returnSequences: true }), x) as Symbolic[];
    const model = tfl.model({ inputs: x, outputs: apply(dense(2, 3, { name: 'head' }), hidden!) });
    const run = await trace(model, data(1), tensor(3, [S, 2]), { loss: 'meanSquaredError' });
    expect([0, 1, 2].map((output) => run.layer('lstm').reachesLoss(output))).toEqual([false, true, false]);
    const constant = await trace(model, data(1), tensor(3, [S, 2]), { loss: () => tf.scalar(5) });
    expect(constant.loss).toBe(5);
    expect(constant.select('*').map((layer) => layer.reachesLoss(0))).toEqual([false, false]);
    model.dispose();
  });

  test('outputs that are whole numbers: no gradient through a comparison or a class', async () => {
    class Winner extends tfl.layers.Layer {
      static readonly className = 'Winner';
      override computeOutputShape(shape: tfl.Shape | tfl.Shape[]): tfl.Shape { return (shape as tfl.Shape).slice(0, -1); }
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor { return tf.argMax((inputs as tf.Tensor[])[0]!, -1); }
    }
    const x = sequence();
    const below = apply(dense(4, 1, { name: 'below' }), x);
    const winner = apply(new Winner({ name: 'winner' }), below);
    const tokens = apply(tfl.layers.embedding({ inputDim: 4, outputDim: 3, embeddingsInitializer: tfl.initializers.randomNormal({ seed: 3 }), name: 'tokens' }), winner);
    const model = tfl.model({ inputs: x, outputs: apply(dense(2, 3), apply(lstm(3, 1, { name: 'lstm' }), tokens)) });
    const run = await trace(model, data(1), tensor(3, [S, 2]), { loss: 'meanSquaredError' });
    expect(run.layer('winner').value()).toMatchObject({ shape: [S, T], data: expect.any(Int32Array) as unknown });
    expect(run.layer('winner').gradient().data).toEqual(new Float32Array(S * T));
    expect(Object.fromEntries(run.select('*').map((layer) => [layer.name, layer.reachesLoss()]))).toMatchObject({ below: false, winner: false, tokens: true, lstm: true });
    model.dispose();
  });

  test('tokens that a layer made are indices to an Embedding', async () => {
    const [a, b] = [tfl.input({ shape: [2] }), tfl.input({ shape: [3] })];
    const tokens = apply(tfl.layers.concatenate({ name: 'tokens' }), [a, b]);
    const hidden = apply(tfl.layers.embedding({ inputDim: 6, outputDim: 4, maskZero: true, name: 'embedding', embeddingsInitializer: tfl.initializers.randomNormal({ seed: 3 }) }), tokens);
    const model = tfl.model({ inputs: [a, b], outputs: apply(dense(2, 3), apply(lstm(3, 1, { name: 'lstm' }), hidden)) });
    const run = await trace(model, [integers(1, [S, 2], 1, 5), integers(2, [S, 3], 0, 5)], tensor(3, [S, 2]), { loss: 'meanSquaredError' });
    expect(run.layer('tokens').reachesLoss()).toBe(false);
    expect(run.layer('embedding').reachesLoss()).toBe(true);
    model.dispose();
  });
});
