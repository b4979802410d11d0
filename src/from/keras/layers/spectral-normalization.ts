import type { Context } from '../../../graph/context.js';
import type { LayerInputs, Masked } from '../../../graph/layer.js';
import { add, divide, subtract } from '../../../graph/operations/arithmetic.js';
import { cast } from '../../../graph/operations/cast.js';
import { equal } from '../../../graph/operations/comparison.js';
import { matmul } from '../../../graph/operations/matmul.js';
import { all } from '../../../graph/operations/reductions.js';
import { where } from '../../../graph/operations/select.js';
import { reshape } from '../../../graph/operations/shaping.js';
import type { OpenShape } from '../../../graph/shapes.js';
import { detached, scalar, type Tensor } from '../../../graph/tensor.js';
import type { StoredWeight, Weight } from '../../../graph/weight.js';
import { KerasLayer, type KerasOptions, type LayerTable } from './keras-layer.js';
import { l2Normalized } from './l2-normalized.js';

/**
 * Keras's SpectralNormalization around a layer (Miyato et al. 2018, 1802.05957): in training the layer's kernel, or its embeddings, is taken over its largest singular value,
 * as found from where the last training step left off. Else the layer is as it is. Its weight, beside the layer's: `vector_u` (1, units). Which mask goes on is the layer's to say.
 *
 * In Keras a training step sets the kernel to that: gradients are by what it is then, and so they are here, though nothing is set.
 */
class SpectralNormalization extends KerasLayer {
  private readonly layer: KerasLayer;
  private readonly iterations = this.read.whole('power_iterations', 1, 1);
  private kernel!: StoredWeight;
  private vector!: StoredWeight;

  constructor(options: KerasOptions) {
    super(options);
    const { layer } = options.held;
    if (!(layer instanceof KerasLayer)) throw this.fail('expected a layer inside');
    this.layer = layer;
    this.parts.push({ name: '', layer });
  }

  protected override makeWeights(inputs: readonly OpenShape[]): void {
    this.layer.build(inputs);
    const kernel = ['kernel', 'embeddings'].map((name) => this.layer.weights.find((weight) => weight.name === name)).find((weight) => weight !== undefined);
    if (!kernel) throw this.fail(`its layer (${this.layer.className}) has neither a kernel nor embeddings`);
    this.kernel = kernel;
    this.vector = this.weight('vector_u', { shape: [1, kernel.shape.at(-1)!], trainable: false });
  }

  override call(given: LayerInputs, context: Context): Masked[] {
    const { training = context.training } = given.options;
    const { weight } = context;
    const read = (own: Weight): Tensor => (own === this.kernel ? this.normalized(weight(own), weight(this.vector)) : weight(own));
    const [{ value, mask }] = this.layer.call({ ...given, options: {} }, training === true ? { ...context, training: true, weight: read } : { ...context, training: false });
    // Keras 3 gives what it gives in the kind of numbers that it reads: of whole ones, whole ones. The layer's mask is on what is left as it is.
    const output = this.dialect.kerasMajor === 3 ? cast(value, given.inputs[0].dtype) : value;
    return [{ value: output, mask: output === value ? mask : null }];
  }

  protected override compute(): Tensor { throw new Error('it is called as a whole'); }

  private normalized(kernel: Tensor, vector: Tensor): Tensor {
    const { shape } = kernel;
    const numbers = detached(kernel);
    const matrix = reshape(numbers, [-1, shape.at(-1)!]);
    const unit = (x: Tensor): Tensor => l2Normalized(x, [0, 1], this.dialect, 1e-7);
    let [u, v] = [detached(vector), detached(vector)];
    for (let i = 0; i < this.iterations; i++) {
      v = unit(matmul(u, matrix, { b: true }));
      u = unit(matmul(v, matrix));
    }
    const largest = reshape(matmul(matmul(v, matrix), u, { b: true }), []);
    // A kernel of zeros is left alone.
    const divided = where(all(equal(numbers, scalar(0)), null), numbers, divide(numbers, largest));
    return add(kernel, detached(subtract(divided, numbers)));
  }
}

export const spectralNormalizationLayers: LayerTable = {
  SpectralNormalization: (options: KerasOptions) => new SpectralNormalization(options),
};
