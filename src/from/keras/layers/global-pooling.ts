import type { LayerInputs } from '../../../graph/layer.js';
import { divide, multiply } from '../../../graph/operations/arithmetic.js';
import { cast } from '../../../graph/operations/cast.js';
import { max, mean, sum } from '../../../graph/operations/reductions.js';
import { where } from '../../../graph/operations/select.js';
import { expandDims } from '../../../graph/operations/shaping.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';
import type { KerasOptions, LayerTable } from './keras-layer.js';
import { SpatialLayer } from './spatial.js';

/** Keras's pooling of all axes between samples and channels: (samples, channels). A mask ends there. */
abstract class GlobalPooling extends SpatialLayer {
  private readonly keep = this.read.flag('keepdims', false);

  protected override compute({ inputs: [x], masks: [mask] }: LayerInputs): Tensor {
    this.check(x);
    return this.pooled(x, this.between, this.keep, mask);
  }

  protected abstract pooled(x: Tensor, axes: readonly number[], keep: boolean, mask: Tensor | null): Tensor;
}

/** The largest number, masked or not. */
class GlobalMaxPooling extends GlobalPooling {
  protected override pooled(x: Tensor, axes: readonly number[], keep: boolean): Tensor { return max(x, axes, keep); }
}

/** The mean; over time that of the unmasked timesteps, but in TF.js. */
class GlobalAveragePooling extends GlobalPooling {
  protected override pooled(x: Tensor, axes: readonly number[], keep: boolean, mask: Tensor | null): Tensor {
    if (mask === null || this.axes > 1 || this.dialect.tfjs) return mean(x, axes, keep);
    const seen = expandDims(mask, this.channelsFirst ? 1 : 2);
    const counted = cast(cast(seen, 'bool'), 'float');
    // Keras 3 leaves masked numbers out, also where they are none; before, they were multiplied with 0.
    const kept = this.dialect.kerasMajor === 3 ? where(cast(seen, 'bool'), x, scalar(0)) : multiply(x, counted);
    return divide(sum(kept, axes, keep), sum(counted, axes, keep));
  }
}

export const globalPoolingLayers: LayerTable = {
  GlobalMaxPooling1D: (options: KerasOptions) => new GlobalMaxPooling(options, 1),
  GlobalMaxPooling2D: (options: KerasOptions) => new GlobalMaxPooling(options, 2),
  GlobalMaxPooling3D: (options: KerasOptions) => new GlobalMaxPooling(options, 3),
  GlobalAveragePooling1D: (options: KerasOptions) => new GlobalAveragePooling(options, 1),
  GlobalAveragePooling2D: (options: KerasOptions) => new GlobalAveragePooling(options, 2),
  GlobalAveragePooling3D: (options: KerasOptions) => new GlobalAveragePooling(options, 3),
};
