import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { trace } from '../../../src/trace/trace.js';
import { describeOnBackends } from '../../backends.js';
import { expectClose } from '../../trace/close.js';
import { kinds, modelOf } from './kinds.js';
import { meanSquaredError, Probes } from '../../trace/probes.js';
import { integers, tensor } from '../../trace/seeded.js';

/** The gradient through every kind of layer that TF.js has, held to TF.js's own. */

const S = 3;

describeOnBackends('gradients through every kind of layer', (backend) => {
  beforeEach(() => { tf.engine().startScope(); });
  afterEach(() => { tf.engine().endScope(); });

  const differentiable = Object.keys(kinds).filter((name) => {
    const { noGradient, lacks, wrong } = kinds[name]!;
    return noGradient === undefined && lacks !== 'everywhere' && !(backend === 'wasm' && lacks) && !wrong?.[backend];
  });

  test.each(differentiable)('%s', async (name) => {
    const kind = kinds[name]!;
    const x = kind.whole ? integers(1, [S, ...kind.shape], 0, 3) : tensor(1, [S, ...kind.shape]);
    const y = tensor(2, [S, 2]);
    if (!kind.byHand) {
      const probes = new Probes(S);
      await probes.check(modelOf(kind, (front) => probes.behind(front, 'front')), x, y, meanSquaredError(y), { training: false });
      return;
    }
    // TF.js throws where a trained layer is in front.
    const model = modelOf(kind);
    model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
    await expect(model.trainOnBatch(x, y)).rejects.toThrow(/gradient|UnsortedSegmentSum/);
    const run = await trace(model, x, y);
    const [front, layer] = [run.layer('front'), run.layer('layer')];
    expect(front.reachesLoss()).toBe(kind.byHand !== 'index');
    const above = layer.gradient().data;
    const expected = front.value().data.map((value, n) => (typeof kind.byHand === 'function' ? kind.byHand(value, above[n]!) : 0));
    expectClose(front.gradient().data, expected, 'gradient');
    model.dispose();
  });

  test('those that TF.js has no gradient for on WASM: the same on either backend', async () => {
    for (const [name, kind] of Object.entries(kinds).filter(([, { lacks }]) => lacks === 'wasm')) {
      const model = modelOf(kind);
      const [x, y] = [tensor(1, [S, ...kind.shape]), tensor(2, [S, 2])];
      const traced = (): ReturnType<typeof trace> => trace(model, x, y, { loss: 'meanSquaredError', quantities: ['outputs', 'weights'] });
      const here = await traced();
      if (backend === 'wasm') {
        model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
        await expect(model.trainOnBatch(x, y)).rejects.toThrow(/Kernel '.*' not registered for backend 'wasm'/);
      }
      await tf.setBackend('cpu');
      const there = await traced();
      await tf.setBackend(backend);
      expectClose(here.layer('front').gradient().data, there.layer('front').gradient().data, name);
      for (const [weight, { data }] of Object.entries(there.layer('layer').gradient('weights'))) expectClose(here.layer('layer').gradient('weights')[weight]!.data, data, `${name}, ${weight}`);
      model.dispose();
    }
  });

  test('layers that draw at random: what they drew is what the gradient is multiplied with', async () => {
    for (const [name, kind] of Object.entries(kinds).filter(([, { multiplies }]) => multiplies)) {
      const model = modelOf(kind);
      const run = await trace(model, tensor(1, [S, ...kind.shape]), tensor(2, [S, 2]), { loss: 'meanSquaredError', training: true });
      const [input, output] = [run.layer('front').value().data, run.layer('layer').value().data];
      const factors = Array.from(output, (value, n) => value / input[n]!);
      expect(new Set(factors.map((factor) => factor.toFixed(3))).size, name).toBeGreaterThan(1);
      expectClose(run.layer('front').gradient().data, Array.from(run.layer('layer').gradient().data, (g, n) => g * factors[n]!), name);
      // Not in training nothing is drawn.
      const still = await trace(model, tensor(1, [S, ...kind.shape]), null);
      expect(still.layer('layer').value().data).toEqual(still.layer('front').value().data);
      model.dispose();
    }
  });
});
