import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { accelerate } from '../../src/from/tfjs/accelerate/accelerate.js';
import { trace } from '../../src/trace/trace.js';
import { describeOnBackends } from '../backends.js';
import { expectClose } from './close.js';
import { meanSquaredError, Probes } from './probes.js';
import { apply, dense, recurrent, RECURRENT_KINDS, recurrentWeights, tensor } from './seeded.js';

/** Dropout inside recurrent layers: of the inputs and of the state. */

const S = 3;
const T = 5;
const F = 4;

describeOnBackends('recurrent dropout', () => {
  beforeEach(() => { tf.engine().startScope(); });
  afterEach(() => { tf.engine().endScope(); });

  /** Factors that look random and are the same every time. */
  const factors = (x: tf.Tensor, rate: number): tf.Tensor => tf.mul(x, tf.cast(tf.greater(tensor(Math.round(100 * rate), x.shape), 0), 'float32'));

  for (const kind of RECURRENT_KINDS) {
    for (const [name, args] of [['inputs', { dropout: 0.3 }], ['state', { recurrentDropout: 0.4 }], ['both', { dropout: 0.3, recurrentDropout: 0.4 }]] as const) {
      test(`${kind}, ${name}: with the same factors TF.js gives the same`, async () => {
        const probes = new Probes(S);
        const x = tfl.input({ shape: [T, F] });
        const below = probes.behind(apply(dense(F, 9, { name: 'below' }), apply(tfl.layers.masking(), x)), 'below');
        const hidden = probes.behind(apply(recurrent(kind, 6, 1, { name: 'rnn', returnSequences: true, dropoutFunc: factors, ...args }), below), 'rnn');
        const y = tensor(3, [S, T, 6]);
        const model = tfl.model({ inputs: x, outputs: hidden });
        const steps = tf.tensor2d([[1, 1, 1, 1, 1], [1, 0, 1, 1, 0], [0, 0, 1, 1, 1]]);
        const data = tf.mul(tensor(1, [S, T, F]), tf.expandDims(steps, -1));
        const still = (await trace(model, data)).predictions[0]!.data;
        expectClose(still, tf.tidy(() => (model.predict(data) as tf.Tensor).dataSync()), 'without training nothing is dropped');
        const run = await probes.check(model, data, y, meanSquaredError(y), { training: true });
        expect(run.predictions[0]!.data).not.toEqual(still);
      });
    }

    test(`${kind}: asks for factors once for the inputs and once for the state, with their rates`, async () => {
      const asked: [number[], number][] = [];
      const dropoutFunc = (x: tf.Tensor, rate: number): tf.Tensor => {
        asked.push([x.shape, rate]);
        return tf.cast(tf.greater(x, 0), 'float32'); // on the CPU backend still bytes
      };
      const layer = recurrent(kind, 6, 1, { name: 'rnn', dropoutFunc, dropout: 0.3, recurrentDropout: 0.4 });
      const x = tfl.input({ shape: [T, F] });
      const model = tfl.model({ inputs: x, outputs: apply(layer, x) });
      const data = tensor(1, [S, T, F]);
      const kept = await trace(model, data, null, { training: true });
      expect(asked).toEqual([[[S, F], 0.3], [[S, 6], 0.4]]);
      expectClose(kept.predictions[0]!.data, (await trace(model, data)).predictions[0]!.data, 'factors of 1');
      expect(asked.length).toBe(2);
      model.dispose();
    });

    test(`${kind}: a share of the features is dropped, the same at every timestep`, async () => {
      const [samples, features] = [40, 25];
      const x = tfl.input({ shape: [T, features] });
      const below = apply(tfl.layers.activation({ activation: 'linear', name: 'below' }), x);
      const model = tfl.model({ inputs: x, outputs: apply(recurrent(kind, 3, 1, { dropout: 0.4, returnSequences: true }), below) });
      const run = await trace(model, tensor(1, [samples, T, features], 0.1), tensor(2, [samples, T, 3]), { training: true, loss: 'meanSquaredError' });
      // A feature that is dropped has no gradient.
      const zero = Array.from(run.layer('below').gradient().data, (g) => g === 0);
      const steps = Array.from({ length: T }, (_, t) => zero.filter((__, n) => Math.floor(n / features) % T === t));
      for (const step of steps) expect(step).toEqual(steps[0]);
      // 1000 draws: 0.4 give or take five standard deviations.
      expect(Math.abs(steps[0]!.filter(Boolean).length / (samples * features) - 0.4)).toBeLessThan(5 * Math.sqrt(0.24 / 1000));
      model.dispose();
    });

    test(`${kind}: with a rate of 0, and of 1, nothing is dropped, as in TF.js`, async () => {
      for (const rate of [0, 1]) {
        const x = tfl.input({ shape: [T, F] });
        const model = tfl.model({ inputs: x, outputs: apply(recurrent(kind, 3, 1, { dropout: rate, recurrentDropout: rate }), x) });
        const data = tensor(1, [S, T, F]);
        const theirs = tf.tidy(() => (model.apply(data, { training: true }) as tf.Tensor).dataSync());
        expectClose((await trace(model, data, null, { training: true })).predictions[0]!.data, theirs, 'prediction');
        model.dispose();
      }
    });
  }

  test('what is kept grows by 1 / (1 - rate)', async () => {
    const x = tfl.input({ shape: [T, 20] });
    const below = apply(tfl.layers.activation({ activation: 'linear', name: 'below' }), x);
    // A step's output is the sum of its inputs, so that the gradient by an input is the factor it was multiplied with.
    const sum = tfl.layers.simpleRNN({ units: 1, activation: 'linear', kernelInitializer: 'ones', recurrentInitializer: 'zeros', dropout: 0.4, returnSequences: true });
    const model = tfl.model({ inputs: x, outputs: apply(sum, below) });
    const run = await trace(model, tensor(1, [S, T, 20]), tf.zeros([S, T, 1]), { training: true, loss: (_: tf.Tensor, p: tf.Tensor) => tf.sum(p) });
    expect([...new Set(Array.from(run.layer('below').gradient().data, (g) => g.toFixed(5)))].sort()).toEqual(['0.00000', (1 / 0.6).toFixed(5)]);
    model.dispose();
  });

  test('each half of a Bidirectional layer draws its own', async () => {
    const x = tfl.input({ shape: [T, 20] });
    const below = apply(tfl.layers.activation({ activation: 'linear', name: 'below' }), x);
    const layer = tfl.layers.bidirectional({ layer: tfl.layers.simpleRNN({ units: 1, ...recurrentWeights(1), dropout: 0.5, returnSequences: true }) as tfl.RNN, mergeMode: null as unknown as 'concat' });
    const [forward, backward] = layer.apply(below) as tfl.SymbolicTensor[];
    const model = tfl.model({ inputs: x, outputs: [forward!, backward!] });
    const zeros = async (lossWeights: number[]): Promise<boolean[]> => {
      const run = await trace(model, tensor(1, [40, T, 20]), [tf.zeros([40, T, 1]), tf.zeros([40, T, 1])], { training: true, loss: 'meanSquaredError', lossWeights });
      return Array.from(run.layer('below').gradient().data, (g) => g === 0);
    };
    // With one loss at a time half of the features are dropped; with both, those that both dropped: a quarter.
    const share = (dropped: boolean[]): number => dropped.filter(Boolean).length / dropped.length;
    const [one, both] = [share(await zeros([1, 0])), share(await zeros([1, 1]))];
    // 800 draws: five standard deviations.
    expect(Math.abs(one - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / 800));
    expect(Math.abs(both - 0.25)).toBeLessThan(5 * Math.sqrt(0.1875 / 800));
    model.dispose();
  });

  test('under accelerate dropout drops in training and not in prediction', async () => {
    const asked: number[] = [];
    const dropoutFunc = (x: tf.Tensor, rate: number): tf.Tensor => { asked.push(rate); return x; };
    const model = tfl.sequential({ layers: [recurrent('gru', 3, 1, { inputShape: [T, F], dropoutFunc, dropout: 0.25, recurrentDropout: 0.5 }), dense(2, 3)] });
    model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
    const { restore } = accelerate(model);
    tf.dispose(model.predict(tensor(1, [S, T, F])));
    expect(asked).toEqual([]);
    await model.trainOnBatch(tensor(1, [S, T, F]), tensor(2, [S, 2]));
    expect(asked).toEqual([0.25, 0.5]);
    restore();
    model.dispose();
  });
});
