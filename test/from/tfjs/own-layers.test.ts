import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { KerasLayer } from '../../../src/from/keras/layers/keras-layer.js';
import { loadModel, type LoadModelOptions } from '../../../src/from/keras/load-model.js';
import type { Context } from '../../../src/graph/context.js';
import type { LayerInputs } from '../../../src/graph/layer.js';
import { multiply } from '../../../src/graph/operations/arithmetic.js';
import { matmul } from '../../../src/graph/operations/matmul.js';
import { sum } from '../../../src/graph/operations/reductions.js';
import { softmax } from '../../../src/graph/operations/softmax.js';
import type { OpenShape } from '../../../src/graph/shapes.js';
import type { Tensor } from '../../../src/graph/tensor.js';
import type { StoredWeight } from '../../../src/graph/weight.js';
import { trace } from '../../../src/trace/trace.js';
import '../../backends.js';
import { kerasHdf5 } from '../../files/writers/keras-hdf5.js';
import { expectClose } from '../../trace/close.js';
import { named } from '../keras/loaded.js';
import { dense, lstm, numbers } from '../keras/stored.js';

/* A layer of one's own in a Keras file, as a layer of TF.js's and made of operations: it is the same. */

const [N, T, F, U] = [3, 5, 4, 2];

class InTfjs extends tfl.layers.Layer {
  static className = 'AttentionWeightedAverage';
  private w!: tfl.LayerVariable;

  override build([, , features]: tfl.Shape): void {
    this.w = this.addWeight('W', [features!, 1], 'float32', tfl.initializers.zeros());
    super.build([]);
  }

  override computeOutputShape([samples, , features]: tfl.Shape): tfl.Shape { return [samples!, features!]; }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    const [samples, timesteps, features] = x.shape as [number, number, number];
    const scores = tf.matMul(tf.reshape(x, [-1, features]), this.w.read() as tf.Tensor2D);
    return tf.sum(tf.mul(x, tf.expandDims(tf.softmax(tf.reshape(scores, [samples, timesteps])), 2)), 1);
  }
}

class InOperations extends KerasLayer {
  private w!: StoredWeight;

  protected override makeWeights([shape]: readonly OpenShape[]): void { this.w = this.weight('W', { shape: [shape![2]!, 1] }); }

  protected override compute({ inputs: [x] }: LayerInputs, { weight }: Context): Tensor { return sum(multiply(x!, softmax(matmul(x!, weight(this.w)), [1])), [1]); }
}

const file = (): Promise<Uint8Array> => kerasHdf5({ class_name: 'Sequential', config: { name: 'made', layers: [
  { class_name: 'LSTM', config: { name: 'lstm', batch_input_shape: [null, T, F], units: F, return_sequences: true, activation: 'tanh', recurrent_activation: 'sigmoid' } },
  { class_name: 'AttentionWeightedAverage', config: { name: 'attention' } }, { class_name: 'Dense', config: { name: 'head', units: U } },
] } }, [named('lstm', ['kernel:0', 'recurrent_kernel:0', 'bias:0'], lstm(F, F)), named('attention', ['W:0'], [numbers(F, 1)]), named('head', ['kernel:0', 'bias:0'], dense(F, U))], { kerasVersion: '2.4.0' });

test('a layer of TF.js in a loaded model, weights and gradients as of one made of operations', async () => {
  const bytes = await file();
  const load = (make: NonNullable<LoadModelOptions['customLayers']>[string]): ReturnType<typeof loadModel> => loadModel(bytes, { customLayers: { AttentionWeightedAverage: make } });
  const [x, y] = [numbers(N, T, F), numbers(N, U)];
  const before = tf.memory().numTensors;
  const model = await load(({ name }) => new InTfjs({ name: name as string }));
  const theirs = await trace(model, x, y, { loss: 'mse', quantities: ['outputs', 'hidden', 'weights'] });
  const ours = await trace(await load((_, options) => new InOperations(options)), x, y, { loss: 'mse', quantities: ['outputs', 'hidden', 'weights'] });
  expect(theirs.loss).toBeCloseTo(ours.loss!, 6);
  expectClose(theirs.layer('lstm').gradient('hidden').data, ours.layer('lstm').gradient('hidden').data, 'hidden', 1e-5);
  for (const layer of ['lstm', 'attention', 'head']) {
    expectClose(theirs.layer(layer).gradient('outputs').data, ours.layer(layer).gradient('outputs').data, layer, 1e-5);
    const [found, expected] = [theirs.layer(layer).gradient('weights'), ours.layer(layer).gradient('weights')];
    expect(Object.keys(found)).toEqual(Object.keys(expected));
    for (const [name, { data }] of Object.entries(expected)) expectClose(found[name]!.data, data, `${layer}/${name}`, 1e-5);
  }
  // The layer's own variable alone: nothing stays of the passes.
  expect(tf.memory().numTensors - before).toBe(1);
});
