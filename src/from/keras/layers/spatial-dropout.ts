import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { multiply } from '../../../graph/operations/arithmetic.js';
import { dropoutFactors } from '../../../graph/operations/dropout.js';
import { headless, type Tensor } from '../../../graph/tensor.js';
import type { KerasOptions, LayerTable } from './keras-layer.js';
import { SpatialLayer } from './spatial.js';

/** Keras's SpatialDropout: in training, drops whole channels of samples, the same at all places. A mask goes on. */
class SpatialDropout extends SpatialLayer {
  protected override passesMask = true;
  private readonly rate = this.read.rate('rate');

  protected override compute({ inputs: [x] }: LayerInputs, { training, random }: Context): Tensor {
    this.check(x);
    // Keras 2's makes a copy where it drops nothing.
    if (!training || this.rate === 0) return this.dialect.kerasMajor === 3 ? x : headless(x);
    const { between } = this;
    return multiply(x, dropoutFactors(x, x.shape.map((n, axis) => (between.includes(axis) ? 1 : n)), this.rate, random));
  }
}

export const spatialDropoutLayers: LayerTable = {
  SpatialDropout1D: (options: KerasOptions) => new SpatialDropout(options, 1),
  SpatialDropout2D: (options: KerasOptions) => new SpatialDropout(options, 2),
  SpatialDropout3D: (options: KerasOptions) => new SpatialDropout(options, 3),
};
