import type { LayerInputs } from '../../../graph/layer.js';
import { averagePool, maxPool } from '../../../graph/operations/pooling.js';
import type { WindowOptions } from '../../../graph/operations/windows.js';
import type { Tensor } from '../../../graph/tensor.js';
import type { KerasOptions, LayerTable } from './keras-layer.js';
import { SpatialLayer } from './spatial.js';

/** Keras's pooling over windows of one to three axes: one number for each window and channel. A mask ends there. */
abstract class Pooling extends SpatialLayer {
  private readonly size = this.read.wholes('pool_size', this.axes, 1, Array.from({ length: this.axes }, () => 2));
  private readonly strides = this.read.wholes('strides', this.axes, 1, this.size);
  private readonly padding = this.read.choice('padding', ['valid', 'same'], 'valid');

  protected override compute({ inputs: [x] }: LayerInputs): Tensor {
    this.check(x);
    const { size, strides, padding } = this;
    return this.asGiven(this.pooled(this.channelsLast(x), { size, strides, padding, dilation: size.map(() => 1) }));
  }

  protected abstract pooled(x: Tensor, windows: WindowOptions): Tensor;
}

class MaxPooling extends Pooling {
  protected override pooled(x: Tensor, windows: WindowOptions): Tensor {
    // In three dimensions TensorFlow gives each of several equal numbers the whole gradient.
    return maxPool(x, { ...windows, ties: this.axes === 3 && !this.dialect.tfjs ? 'all' : 'first' });
  }
}

/** A window that is cut at the end is the mean of what there is of it. */
class AveragePooling extends Pooling {
  protected override pooled(x: Tensor, windows: WindowOptions): Tensor { return averagePool(x, { ...windows, countsPadding: false }); }
}

export const poolingLayers: LayerTable = {
  MaxPooling1D: (options: KerasOptions) => new MaxPooling(options, 1),
  MaxPooling2D: (options: KerasOptions) => new MaxPooling(options, 2),
  MaxPooling3D: (options: KerasOptions) => new MaxPooling(options, 3),
  AveragePooling1D: (options: KerasOptions) => new AveragePooling(options, 1),
  AveragePooling2D: (options: KerasOptions) => new AveragePooling(options, 2),
  AveragePooling3D: (options: KerasOptions) => new AveragePooling(options, 3),
};
