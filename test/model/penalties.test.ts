import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { getWeights } from '../../src/model/get-weights.js';
import { weightLoss, weightPenalties } from '../../src/model/penalties.js';
import { getGradients } from '../../src/trace/get.js';
import { trace } from '../../src/trace/trace.js';
import '../backends.js';
import { call, input, layer, modelOf } from '../trace/build.js';
import { dense, lstm, recurrent } from '../trace/seeded.js';

/** What l1 and l2 of weights add up to, in float64. */
const penalty = (values: ArrayLike<number>, l1: number, l2: number): number => Array.from(values).reduce((sum, value) => sum + l1 * Math.abs(value) + l2 * value * value, 0);

describe('weightPenalties and weightLoss', () => {
  test('of cells, both directions, wrapped and nested layers; zeros are left out', async () => {
    const { l1, l2, l1l2 } = tfl.regularizers;
    const inner = tfl.sequential({ name: 'inner', layers: [dense(2, 50, { inputShape: [4], name: 'dense', kernelRegularizer: l2({ l2: 0.25 }) })] });
    const model = tfl.sequential({ layers: [
      lstm(3, 1, { inputShape: [5, 4], returnSequences: true, name: 'lstm', kernelRegularizer: l1({ l1: 0.5 }), recurrentRegularizer: l2({ l2: 0.125 }), biasRegularizer: l1l2({ l1: 0, l2: 0 }) }),
      tfl.layers.bidirectional({ layer: recurrent('gru', 2, 4, { returnSequences: true, biasRegularizer: l1l2({ l1: 0.5, l2: 0.25 }) }) as tfl.RNN, mergeMode: 'concat', name: 'both' }),
      tfl.layers.timeDistributed({ name: 'each', layer: dense(4, 20, { kernelRegularizer: l2({ l2: 0.5 }) }) }),
      tfl.layers.globalMaxPooling1d({ name: 'pool' }), inner as unknown as tfl.layers.Layer,
    ] });
    const expected = {
      'lstm/kernel': { l1: 0.5, l2: 0, other: null }, 'lstm/recurrent_kernel': { l1: 0, l2: 0.125, other: null },
      'both/forward/bias': { l1: 0.5, l2: 0.25, other: null }, 'both/backward/bias': { l1: 0.5, l2: 0.25, other: null },
      'each/kernel': { l1: 0, l2: 0.5, other: null }, 'inner/dense/kernel': { l1: 0, l2: 0.25, other: null },
    };
    expect(weightPenalties(model)).toEqual(expected);
    const values = (name: string, i: number): ArrayLike<number> => model.getLayer(name).getWeights()[i]!.dataSync();
    const sum = penalty(values('lstm', 0), 0.5, 0) + penalty(values('lstm', 1), 0, 0.125) + penalty(values('both', 2), 0.5, 0.25) + penalty(values('both', 5), 0.5, 0.25)
      + penalty(values('each', 0), 0, 0.5) + penalty(values('inner', 0), 0, 0.25);
    const before = tf.memory().numTensors;
    expect(Math.abs((await weightLoss(model)) - sum)).toBeLessThan(1e-5 * sum);
    expect(tf.memory().numTensors).toBe(before);
  });

  test("of Keras's layers, and without any", async () => {
    const x = input('x', [5, 4]);
    const model = modelOf([x], [call(layer('LSTM', 'lstm', { units: 2, recurrent_regularizer: { class_name: 'L2', config: { l2: 0.5 } } }), x)]);
    expect(weightPenalties(model)).toEqual({ 'lstm/recurrent_kernel': { l1: 0, l2: 0.5, other: null } });
    const sum = penalty((await getWeights(model, 'lstm'))['recurrent_kernel']!.data, 0, 0.5);
    expect(Math.abs((await weightLoss(model)) - sum)).toBeLessThan(1e-6);
    const plain = tfl.sequential({ layers: [dense(2, 1, { inputShape: [4] })] });
    expect(weightPenalties(plain)).toEqual({});
    expect(await weightLoss(plain)).toBe(0);
    await expect(weightLoss(3 as unknown as tfl.LayersModel)).rejects.toThrow(/^weightLoss: expected a model made of layers \(of loadModel, or a tf.LayersModel\), found 3$/);
  });

  test("a regulariser of one's own counts, and is named", async () => {
    // TF.js takes nothing for a regulariser but its own class, which it doesn't export.
    const Regularizer = Object.getPrototypeOf(tfl.regularizers.l1l2({}).constructor) as typeof tf.serialization.Serializable;
    class Largest extends Regularizer {
      static readonly className = 'Largest';
      apply(x: tf.Tensor): tf.Scalar { return tf.max(tf.abs(x)); }
      override getConfig(): tf.serialization.ConfigDict { return {}; }
    }
    tf.serialization.registerClass(Largest);
    const model = tfl.sequential({ layers: [dense(2, 1, { inputShape: [4], name: 'dense', kernelRegularizer: new Largest() as unknown as ReturnType<typeof tfl.regularizers.l2> })] });
    expect(weightPenalties(model)).toEqual({ 'dense/kernel': { l1: 0, l2: 0, other: 'Largest' } });
    const kernel = model.layers[0]!.getWeights()[0]!.dataSync();
    const largest = Math.max(...kernel.map(Math.abs));
    expect(await weightLoss(model)).toBe(largest);
    // It is in the gradient, too.
    const found = (await getGradients(model, 'dense/kernel', tf.zeros([1, 4]), tf.zeros([1, 2]), { mode: 'weights', loss: 'meanSquaredError' }))['kernel']!.data;
    expect(Array.from(found)).toEqual(Array.from(kernel, (value) => (Math.abs(value) === largest ? Math.sign(value) : 0)));
  });

  test('what a layer of one\'s own adds to the loss: for one weight, for two together, and by a layer inside', async () => {
    class Charged extends tfl.layers.Layer {
      static readonly className = 'Charged';
      private readonly inner = dense(1, 9, { kernelRegularizer: tfl.regularizers.l2({ l2: 0.5 }) });
      override build(): void {
        const [a, b] = ['a', 'b'].map((name) => this.addWeight(name, [2], 'float32', tfl.initializers.constant({ value: name === 'a' ? 2 : 3 })));
        this.addLoss(() => tf.sum(tf.mul(a!.read(), b!.read())));
        this.addWeight('c', [2], 'float32', tfl.initializers.ones(), tfl.regularizers.l1({ l1: 0.25 }));
        this.inner.build([null, 4]);
        this.built = true;
      }
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor { return tf.clone([inputs].flat()[0]!); }
    }
    const model = tfl.sequential({ layers: [new Charged({ name: 'charged', inputShape: [4] } as object)] });
    expect(weightPenalties(model)).toEqual({
      'charged/a': { l1: 0, l2: 0, other: 'a function' }, 'charged/c': { l1: 0, l2: 0, other: 'a function' }, 'charged/kernel': { l1: 0, l2: 0.5, other: null },
    });
    const gradients = await getGradients(model, 'charged', tf.zeros([1, 4]), tf.zeros([1, 4]), { mode: 'weights', loss: 'meanSquaredError' });
    const { a, b, c, kernel } = gradients;
    expect([a, b, c].map((one) => Array.from(one!.data))).toEqual([[3, 3], [2, 2], [0.25, 0.25]]);
    const values = (await getWeights(model, 'charged'))['kernel']!.data;
    expect(Array.from(kernel!.data)).toEqual(Array.from(values));
    expect(await weightLoss(model)).toBeCloseTo(12 + 0.5 + penalty(values, 0, 0.5), 5);
    expect((await trace(model, tf.zeros([1, 4]), tf.zeros([1, 4]), { loss: 'meanSquaredError' })).loss).toBeCloseTo(await weightLoss(model), 6);
  });
});
