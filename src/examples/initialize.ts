import { sizeOf } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import type { Floats } from '../cells/floats.js';
import { StoredWeight, type Weight } from '../graph/weight.js';
import { asModel } from '../model/as-model.js';
import type { Model } from '../model/model.js';
import { layerWeights } from '../model/weights.js';
import { orthogonal } from './orthogonal.js';
import type { Random } from './random.js';

/**
 * Gives every kernel of a model seeded random values as Keras would draw them by default: recurrent kernels orthogonal, the tables of embeddings
 * U(-0.05, 0.05), others Glorot uniform. Biases and what else starts with zeros or ones stays as its layer made it.
 *
 * @throws SeeRnnError for a live TF.js model
 * @example
 * const model = kerasModel({ layers: [{ class_name: 'LSTM', config: { units: 6, batch_shape: [null, 100, 12] } }] }, { loss: 'mse' });
 * initialize(model, new Random(1));
 */
export function initialize(model: Model, random: Random): void {
  for (const { name, weight } of layerWeights(asModel('initialize', model))) {
    const values = drawn(weight, random);
    if (!values) continue;
    if (!(weight instanceof StoredWeight)) throw new SeeRnnError(`initialize: '${name}' belongs to a live model, whose layers have initialisers of their own`);
    weight.set(values);
  }
}

function drawn({ name, shape }: Weight, random: Random): Floats | null {
  if (name === 'embeddings') return random.uniforms(sizeOf(shape), -0.05, 0.05);
  if (shape.length < 2 || !name.includes('kernel')) return null;
  const [columns, rows] = [shape.at(-1)!, shape.at(-2)!];
  if (name === 'recurrent_kernel') return orthogonal(sizeOf(shape) / columns, columns, random);
  return glorotUniform(sizeOf(shape), sizeOf(shape.slice(0, -2)) * (rows + columns), random);
}

/** @param fans how many numbers each output is a sum of, and how many sums each input is in, together; a convolution's window counts in both */
function glorotUniform(size: number, fans: number, random: Random): Float32Array {
  const limit = Math.sqrt(6 / fans);
  return random.uniforms(size, -limit, limit);
}
