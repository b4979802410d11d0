import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { activate } from '../../../graph/operations/activation.js';
import { add, multiply, subtract } from '../../../graph/operations/arithmetic.js';
import { matmul } from '../../../graph/operations/matmul.js';
import { max } from '../../../graph/operations/reductions.js';
import { expandDims } from '../../../graph/operations/shaping.js';
import { sigmoid } from '../../../graph/operations/unary.js';
import type { OpenShape } from '../../../graph/shapes.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';
import type { StoredWeight } from '../../../graph/weight.js';
import { activationIn } from '../activations.js';
import { KerasLayer, type KerasOptions, type LayerTable } from './keras-layer.js';

/** Layers that Keras 1 had and its successors dropped. A mask ends there. */

/** g activation(x W + b) + (1 - g) x, where g = sigmoid(x W_carry + b_carry). Weights: `W`, `W_carry` (features, features), `b`, `b_carry` (features). */
class Highway extends KerasLayer {
  private readonly activation = activationIn(this.read, 'activation', this.dialect);
  private readonly useBias = this.read.flag('use_bias', true);
  private kernels: readonly StoredWeight[] = [];
  private biases: readonly StoredWeight[] = [];

  protected override makeWeights([input]: readonly OpenShape[]): void {
    const features = input.at(-1);
    if (features == null) throw this.fail('the number of features it reads must be known');
    this.kernels = ['W', 'W_carry'].map((name) => this.weight(name, { shape: [features, features], role: name === 'W' ? 'kernel' : name }));
    if (this.useBias) this.biases = ['b', 'b_carry'].map((name) => this.weight(name, { shape: [features], role: name === 'b' ? 'bias' : name }));
  }

  protected override compute({ inputs: [x] }: LayerInputs, { weight }: Context): Tensor {
    const [made, gated] = this.kernels.map((kernel, i) => { const product = matmul(x, weight(kernel)); return this.useBias ? add(product, weight(this.biases[i])) : product; });
    const gate = sigmoid(gated);
    return add(multiply(gate, activate(made, this.activation)), multiply(subtract(scalar(1), gate), x));
  }
}

/** The largest of several x W + b. Weights: `W` (nb_feature, features, units), `b` (nb_feature, units). */
class MaxoutDense extends KerasLayer {
  // Keras 1's output_dim.
  private readonly units = this.read.whole('units', 1);
  private readonly maps = this.read.whole('nb_feature', 1, 4);
  private readonly useBias = this.read.flag('use_bias', true);
  private kernel!: StoredWeight;
  private bias: StoredWeight | null = null;

  protected override makeWeights([input]: readonly OpenShape[]): void {
    const features = input.at(-1);
    if (features == null) throw this.fail('the number of features it reads must be known');
    this.kernel = this.weight('W', { shape: [this.maps, features, this.units], role: 'kernel' });
    if (this.useBias) this.bias = this.weight('b', { shape: [this.maps, this.units], role: 'bias' });
  }

  protected override compute({ inputs: [x] }: LayerInputs, { weight }: Context): Tensor {
    if (x.rank !== 2) throw this.fail(`expected an input of (samples, features), found ${x.rank} axes`);
    const products = matmul(expandDims(x, 0), weight(this.kernel));
    return max(this.bias ? add(products, expandDims(weight(this.bias), 1)) : products, [0]);
  }
}

export const formerLayers: LayerTable = {
  Highway: (options: KerasOptions) => new Highway(options),
  MaxoutDense: (options: KerasOptions) => new MaxoutDense(options),
};
