import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { activate } from '../../../graph/operations/activation.js';
import { add } from '../../../graph/operations/arithmetic.js';
import { matmul } from '../../../graph/operations/matmul.js';
import type { OpenShape } from '../../../graph/shapes.js';
import type { Tensor } from '../../../graph/tensor.js';
import type { StoredWeight } from '../../../graph/weight.js';
import { activationIn } from '../activations.js';
import { KerasLayer, type KerasOptions, type LayerTable } from './keras-layer.js';

/** Keras's Dense: activation(x W + b), over the last axis. Weights: `kernel` (features, units), `bias` (units). */
class Dense extends KerasLayer {
  protected override passesMask = true;
  private readonly units = this.read.whole('units', 1);
  private readonly useBias = this.read.flag('use_bias', true);
  private readonly activation = activationIn(this.read, 'activation', this.dialect);
  private kernel!: StoredWeight;
  private bias: StoredWeight | null = null;

  protected override makeWeights([input]: readonly OpenShape[]): void {
    const features = input!.at(-1);
    if (features == null) throw this.fail('the number of features it reads must be known');
    this.kernel = this.weight('kernel', { shape: [features, this.units], axes: ['features', 'units'] });
    if (this.useBias) this.bias = this.weight('bias', { shape: [this.units], axes: ['units'] });
  }

  protected override compute({ inputs: [x] }: LayerInputs, { weight }: Context): Tensor {
    const product = matmul(x!, weight(this.kernel));
    return activate(this.bias ? add(product, weight(this.bias)) : product, this.activation);
  }
}

export const denseLayers: LayerTable = {
  Dense: (options: KerasOptions) => new Dense(options),
};
