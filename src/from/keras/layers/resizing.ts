import type { LayerInputs } from '../../../graph/layer.js';
import { cast } from '../../../graph/operations/cast.js';
import { resize } from '../../../graph/operations/resizing.js';
import { RESIZING_METHODS, type ResizingMethod } from '../../../graph/operations/resizing-weights.js';
import { ALL, pad, repeat, slice } from '../../../graph/operations/slicing.js';
import { round } from '../../../graph/operations/unary.js';
import type { Tensor } from '../../../graph/tensor.js';
import { isStandalone } from '../dialect.js';
import type { KerasOptions, LayerTable } from './keras-layer.js';
import { SpatialLayer } from './spatial.js';

/** Keras's layers that make images larger or smaller. A mask ends there. */
abstract class Resized extends SpatialLayer {
  /** Whether a number stands in the middle of its place: not before TensorFlow 2, nor in TF.js. */
  protected get centred(): boolean { return !this.dialect.tfjs && !isStandalone(this.dialect); }

  /** TF.js lays corners on corners, and takes the middle of images by a box that is rounded. */
  protected refuseInTFJS(): void {
    if (this.dialect.tfjs) throw this.fail('TF.js computes it otherwise than Keras does, which is not supported here');
  }

  protected methodIn(initial: ResizingMethod): ResizingMethod {
    const value = this.config['interpolation'];
    return typeof value === 'string' && RESIZING_METHODS.includes(value.toLowerCase() as ResizingMethod) ? value.toLowerCase() as ResizingMethod : this.read.choice('interpolation', RESIZING_METHODS, initial);
  }
}

/** UpSampling1D, UpSampling2D, UpSampling3D: every number `size` times, or with an `interpolation` between them. */
class UpSampling extends Resized {
  private readonly size = this.read.wholes('size', this.axes, 1, Array.from({ length: this.axes }, () => 2));
  private readonly method = this.axes === 2 ? this.methodIn('nearest') : 'nearest';

  protected override compute({ inputs: [x] }: LayerInputs): Tensor {
    this.check(x);
    const { between, size, method, centred } = this;
    if (method === 'nearest') return size.reduce((y, times, i) => (times === 1 ? y : repeat(y, times, between[i])), x);
    return resize(x, between, between.map((axis, i) => x.shape[axis] * size[i]), { method, centred, antialias: false });
  }
}

/** Resizing: images of `height` x `width`. */
class Resizing extends Resized {
  private readonly sizes = [this.read.whole('height', 1), this.read.whole('width', 1)] as const;
  private readonly method = this.methodIn('bilinear');
  private readonly antialias = this.read.flag('antialias', false);
  private readonly crops = this.read.flag('crop_to_aspect_ratio', false);
  private readonly pads = this.read.flag('pad_to_aspect_ratio', false);
  private readonly fill = this.read.number('fill_value', 0);

  constructor(options: KerasOptions) {
    super(options, 2);
    this.refuseInTFJS();
    if (this.crops && this.pads) throw this.fail('crop_to_aspect_ratio and pad_to_aspect_ratio are both true');
  }

  protected override compute({ inputs: [x] }: LayerInputs): Tensor {
    this.check(x);
    const { between, sizes, method, centred, antialias } = this;
    const image = this.crops ? shaped(x, between, sizes) : this.pads ? padded(x, between, sizes, this.fill) : x;
    const resized = resize(cast(image, 'float'), between, sizes, { method, centred, antialias });
    // Keras 3 gives whole numbers for whole numbers.
    return x.dtype === 'float' || this.dialect.kerasMajor < 3 ? resized : cast(round(resized), x.dtype);
  }
}

/** CenterCrop: the middle of an image, `height` x `width`; of a smaller one the largest part of that shape, made larger. */
class CenterCrop extends Resized {
  private readonly sizes = [this.read.whole('height', 1), this.read.whole('width', 1)] as const;

  constructor(options: KerasOptions) {
    super(options, 2);
    this.refuseInTFJS();
  }

  protected override compute({ inputs: [x] }: LayerInputs): Tensor {
    this.check(x);
    const { between, sizes, centred } = this;
    const images = cast(x, 'float');
    if (between.every((axis, i) => images.shape[axis] >= sizes[i])) return middle(images, between, sizes);
    return resize(shaped(images, between, sizes), between, sizes, { method: 'bilinear', centred, antialias: false });
  }
}

/** The largest part in the middle of images that has the shape of a result. */
function shaped(x: Tensor, axes: readonly number[], [toHeight, toWidth]: readonly [number, number]): Tensor {
  const [height, width] = axes.map((axis) => x.shape[axis]);
  const within = (most: number, n: number): number => Math.max(1, Math.min(most, Math.floor(n)));
  return middle(x, axes, [within(height, width * toHeight / toWidth), within(width, height * toWidth / toHeight)]);
}

/** Images with as much of a number on either side as gives them the shape of a result. */
function padded(x: Tensor, axes: readonly number[], [toHeight, toWidth]: readonly [number, number], fill: number): Tensor {
  const [height, width] = axes.map((axis) => x.shape[axis]);
  const aside = (n: number, least: number): number => Math.max(0, Math.floor((Math.floor(n) - least) / 2));
  const widths = [aside(width * toHeight / toWidth, height), aside(height * toWidth / toHeight, width)];
  return pad(x, x.shape.map((_, axis) => { const n = widths[axes.indexOf(axis)] ?? 0; return [n, n]; }), 'constant', fill);
}

function middle(x: Tensor, axes: readonly number[], sizes: readonly number[]): Tensor {
  return slice(x, x.shape.map((n, axis) => {
    const size = sizes[axes.indexOf(axis)] ?? n;
    const start = Math.floor((n - size) / 2);
    return size === n ? ALL : { start, stop: start + size, step: null };
  }));
}

export const resizingLayers: LayerTable = {
  UpSampling1D: (options: KerasOptions) => new UpSampling(options, 1),
  UpSampling2D: (options: KerasOptions) => new UpSampling(options, 2),
  UpSampling3D: (options: KerasOptions) => new UpSampling(options, 3),
  Resizing: (options: KerasOptions) => new Resizing(options),
  CenterCrop: (options: KerasOptions) => new CenterCrop(options),
};
