import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { orthogonal } from './orthogonal.js';
import type { Random } from './random.js';

/**
 * Gives every kernel of a model seeded random values as Keras would draw them: recurrent kernels orthogonal, others Glorot
 * uniform. Biases stay as their layers made them.
 *
 * TF.js's initialisers take seeds too, but a Bidirectional layer gives both its halves the same one, and `orthogonal` takes
 * minutes for 256 units: build the layers with `recurrentInitializer: 'zeros'`, then call this.
 *
 * @example
 * initialize(model, new Random(1));
 */
export function initialize(model: LayersModel, random: Random): void {
  for (const layer of model.layers) {
    const current = layer.getWeights();
    const next = layer.weights.map(({ name }, i) => {
      const { shape } = current[i];
      if (shape.length !== 2 || !/kernel/.test(name)) return tf.clone(current[i]);
      const [rows, columns] = shape as [number, number];
      const values = /recurrent_kernel/.test(name) ? orthogonal(rows, columns, random) : glorotUniform(rows, columns, random);
      return tf.tensor(values, shape);
    });
    layer.setWeights(next);
    tf.dispose(next);
  }
}

function glorotUniform(rows: number, columns: number, random: Random): Float32Array {
  const limit = Math.sqrt(6 / (rows + columns));
  return random.uniforms(rows * columns, -limit, limit);
}
