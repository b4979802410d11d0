import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { trace } from '../../src/trace/trace.js';
import { describeOnBackends } from '../backends.js';
import { Random } from '../random.js';
import { Probes } from './probes.js';
import { apply, dense, recurrent, RECURRENT_KINDS, tensor, type Symbolic } from './seeded.js';

/**
 * The gradient by a layer's output against nothing but forward passes of TF.js: move the output along a direction v, there and
 * back, and the loss must change by <gradient, v>.
 *
 * Tolerance: 1e-4 of |gradient| |v|: the forward passes are float32, and the loss curves over a step of 0.01.
 */
const S = 3;
const T = 6;
const F = 4;
const STEP = 0.01;
const TOLERANCE = 1e-4;

describeOnBackends('gradients against differences', () => {
  beforeEach(() => { tf.engine().startScope(); });
  afterEach(() => { tf.engine().endScope(); });

  const stacks: [string, (x: Symbolic, probes: Probes) => Symbolic][] = [
    ...RECURRENT_KINDS.map((kind): [string, (x: Symbolic, probes: Probes) => Symbolic] => [`${kind} under ${kind}`, (x, probes) => {
      const below = probes.behind(apply(recurrent(kind, 5, 1, { name: 'below', returnSequences: true }), x), 'below');
      return probes.behind(apply(recurrent(kind, 4, 4, { name: 'above' }), below), 'above');
    }]),
    ['masked, bidirectional', (x, probes) => {
      const masked = apply(tfl.layers.masking(), x);
      const both = tfl.layers.bidirectional({ layer: recurrent('gru', 4, 1, { returnSequences: true }), mergeMode: 'concat', name: 'both' });
      const hidden = probes.behind(apply(both, masked), 'both');
      return probes.behind(apply(recurrent('lstm', 4, 4, { name: 'above', goBackwards: true }), hidden), 'above');
    }],
  ];

  test.each(stacks)('%s', async (_, build) => {
    const probes = new Probes(S);
    const input = tfl.input({ shape: [T, F] });
    const model = tfl.model({ inputs: input, outputs: apply(dense(3, 7, { activation: 'softmax' }), build(input, probes)) });
    model.compile({ loss: 'categoricalCrossentropy', optimizer: 'sgd' });
    const x = tf.mul(tensor(1, [S, T, F]), tf.cast(tf.greater(tensor(9, [S, T, 1]), -0.5), 'float32'));
    const y = tf.tensor2d([[1, 0, 0], [0, 1, 0], [0, 0, 1]]);
    // The loss in float64, of TF.js's predictions.
    const loss = (): number => tf.tidy(() => {
      const p = (model.predict(x) as tf.Tensor).dataSync();
      return [0, 1, 2].reduce((total, sample) => total - Math.log(p[sample * 3 + sample]!) / S, 0);
    });
    const run = await trace(model, x, y);
    const random = new Random(5);
    for (const layer of run.select('*').filter(({ name }) => ['below', 'both', 'above'].includes(name))) {
      const gradient = layer.gradient();
      const moved = probes.variable(layer.name);
      for (let direction = 0; direction < 3; direction++) {
        const v = Float32Array.from(random.normals(gradient.data.length));
        const at = (step: number): number => {
          moved.assign(tf.tensor(v.map((n) => n * step), [...gradient.shape]));
          return loss();
        };
        const difference = (at(STEP) - at(-STEP)) / (2 * STEP);
        moved.assign(tf.zeros([...gradient.shape]));
        const along = v.reduce((total, step, n) => total + gradient.data[n]! * step, 0);
        expect(Math.abs(along - difference) / (Math.hypot(...gradient.data) * Math.hypot(...v)), `${layer.name}, direction ${direction}`).toBeLessThan(TOLERANCE);
        expect(Math.abs(along)).toBeGreaterThan(0);
      }
    }
    model.dispose();
  });
});
