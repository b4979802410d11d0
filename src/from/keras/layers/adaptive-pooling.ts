import { shown } from '../../../core/options.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { concatenate } from '../../../graph/operations/joining.js';
import { averagePool, maxPool } from '../../../graph/operations/pooling.js';
import { ALL, slice } from '../../../graph/operations/slicing.js';
import type { WindowOptions } from '../../../graph/operations/windows.js';
import type { Tensor } from '../../../graph/tensor.js';
import type { KerasOptions, LayerTable } from './keras-layer.js';
import { SpatialLayer } from './spatial.js';

/** Windows along an axis: each is looked at by itself. */
const MOST = 4096;

/** Keras's pooling to a given size: axis by axis, with as many windows as that, which cover all of it and may overlap by one. A mask ends there. */
class AdaptivePooling extends SpatialLayer {
  private readonly sizes = this.read.wholes('output_size', this.axes, 1);

  constructor(options: KerasOptions, axes: number, private readonly pool: (x: Tensor, window: WindowOptions) => Tensor) {
    super(options, axes);
    if (this.sizes.some((n) => n > MOST)) throw this.fail(`output_size must be at most ${MOST}, found ${shown(this.sizes)}`);
  }

  protected override compute({ inputs: [x] }: LayerInputs): Tensor {
    this.check(x);
    return this.asGiven(this.sizes.reduce((y, size, i) => this.along(y, i + 1, size), this.channelsLast(x)));
  }

  private along(x: Tensor, axis: number, size: number): Tensor {
    const n = x.shape[axis];
    return concatenate(Array.from({ length: size }, (_, o) => {
      const [start, stop] = [Math.floor(o * n / size), Math.ceil((o + 1) * n / size)];
      const ones = this.sizes.map(() => 1);
      return this.pool(slice(x, x.shape.map((_size, at) => (at === axis ? { start, stop, step: null } : ALL))), { size: ones.with(axis - 1, stop - start), strides: ones, dilation: ones, padding: 'valid' });
    }), axis);
  }
}

const largest = (axes: number) => (options: KerasOptions): AdaptivePooling => new AdaptivePooling(options, axes, (x, window) => maxPool(x, { ...window, ties: axes === 3 ? 'all' : 'first' }));
const mean = (axes: number) => (options: KerasOptions): AdaptivePooling => new AdaptivePooling(options, axes, (x, window) => averagePool(x, { ...window, countsPadding: false }));

export const adaptivePoolingLayers: LayerTable = {
  AdaptiveMaxPooling1D: largest(1),
  AdaptiveMaxPooling2D: largest(2),
  AdaptiveMaxPooling3D: largest(3),
  AdaptiveAveragePooling1D: mean(1),
  AdaptiveAveragePooling2D: mean(2),
  AdaptiveAveragePooling3D: mean(3),
};
