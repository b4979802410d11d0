import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { add, divide, maximum, minimum, multiply, subtract } from '../../../graph/operations/arithmetic.js';
import { cast } from '../../../graph/operations/cast.js';
import { mean, sum, variance } from '../../../graph/operations/reductions.js';
import { broadcastTo, expandDims } from '../../../graph/operations/shaping.js';
import { rsqrt, sqrt, square } from '../../../graph/operations/unary.js';
import { axisOf, type OpenShape } from '../../../graph/shapes.js';
import { detached, scalar, type Tensor } from '../../../graph/tensor.js';
import type { StoredWeight } from '../../../graph/weight.js';
import { since } from '../dialect.js';
import { axesIn } from './axes.js';
import type { KerasOptions, LayerTable } from './keras-layer.js';
import { Normalizing, otherAxes } from './normalizing.js';

interface Moments { readonly mean: Tensor; readonly variance: Tensor }

/**
 * Keras's BatchNormalization: (x - mean) / sqrt(variance + epsilon) gamma + beta, along an axis, the last by default. In training, unless frozen, mean
 * and variance are the batch's, of unmasked steps alone in Keras 3 and from tf.keras 2.12 on; else the moving ones. Those are not moved: whoever runs a
 * model finds it as it was.
 *
 * Weights: `gamma`, `beta`, `moving_mean`, `moving_variance`; with `renorm` (Ioffe 2017, 1702.03275) also `moving_stddev`, `renorm_mean`, `renorm_stddev`.
 */
class BatchNormalization extends Normalizing {
  private readonly axes = axesIn(this.read, 'axis', [-1]);
  private readonly epsilon = this.read.number('epsilon', 1e-3);
  private readonly renorm = this.read.flag('renorm', false);
  private readonly clipping = this.read.get('renorm_clipping', clippingIn, 'rmin, rmax and dmax', {});
  private movingMean!: StoredWeight;
  private movingVariance!: StoredWeight;
  private renormMean: StoredWeight | null = null;
  private renormDeviation: StoredWeight | null = null;

  constructor(options: KerasOptions) {
    super(options);
    this.read.refuse('virtual_batch_size', () => false, 'virtual batches are not supported here: without them it predicts the same');
  }

  protected override makeWeights([input]: readonly OpenShape[]): void {
    const sizes = this.sizesOf(input, this.axes);
    if (this.dialect.tfjs && axisOf(this.axes[0], input.length) !== input.length - 1) throw this.fail('TF.js takes the wrong numbers for an axis other than the last');
    // Along one axis as many numbers as it has; along several an array that is broadcast.
    const shape = sizes.length === 1 ? sizes : this.along;
    const moving = (name: string): StoredWeight => this.weight(name, { shape, trainable: false, usual: /mean/.test(name) ? 0 : 1 });
    this.makeScales(shape);
    this.movingMean = moving('moving_mean');
    this.movingVariance = moving('moving_variance');
    if (!this.renorm) return;
    moving('moving_stddev');
    this.renormMean = moving('renorm_mean');
    this.renormDeviation = moving('renorm_stddev');
  }

  protected override compute({ inputs: [x], masks: [mask] }: LayerInputs, context: Context): Tensor {
    const trains = context.training && this.trainable && !this.weights.some(({ frozen }) => frozen);
    const { mean, variance }: Moments = trains ? this.moments(x, this.counts(x, mask)) : { mean: this.wide(this.movingMean, context), variance: this.wide(this.movingVariance, context) };
    const normalized = multiply(subtract(x, mean), rsqrt(add(variance, scalar(this.epsilon))));
    return this.scaled(trains && this.renorm ? this.renormed(normalized, { mean, variance }, context) : normalized, context);
  }

  /** The mask that leaves numbers out of the batch's statistics; null where all count. */
  private counts(x: Tensor, mask: Tensor | null): Tensor | null {
    if (mask === null || this.dialect.tfjs || !since(this.dialect, '2.12')) return null;
    // TensorFlow's fused normalisation, of images, knows no masks.
    if (this.dialect.kerasMajor < 3 && this.isFused(x.rank)) return null;
    if (mask.rank !== x.rank - 1) throw this.fail(`expected a mask of ${x.rank - 1} axes, found ${mask.rank}`);
    return expandDims(cast(mask, 'float'), -1);
  }

  private isFused(rank: number): boolean {
    const places = this.axes.map((axis) => axisOf(axis, rank));
    return !this.renorm && (rank === 4 || rank === 5) && places.length === 1 && (places[0] === 1 || places[0] === rank - 1);
  }

  private moments(x: Tensor, mask: Tensor | null): Moments {
    const over = otherAxes(this.axes, x.rank);
    if (mask === null) return { mean: mean(x, over, true), variance: variance(x, over, true) };
    const counted = broadcastTo(mask, x.shape);
    // Keras 3 counted the steps, not their numbers, before 3.9.
    const count = sum(this.dialect.kerasMajor === 3 && !since(this.dialect, '3.9') ? mask : counted, over, true);
    // Where all are masked, mean and variance are 0.
    const divisor = this.dialect.kerasMajor === 3 ? add(count, scalar(1e-7)) : maximum(count, scalar(1));
    const average = (values: Tensor): Tensor => divide(sum(multiply(counted, values), over, true), divisor);
    const seen = average(x);
    return { mean: seen, variance: average(square(subtract(x, seen))) };
  }

  /** Towards what the moving statistics would give: x r + d, neither of which is differentiated. */
  private renormed(x: Tensor, batch: Moments, context: Context): Tensor {
    const { rmin, rmax, dmax } = this.clipping;
    const deviation = maximum(this.wide(this.renormDeviation!, context), scalar(Math.sqrt(this.epsilon)));
    let r = divide(sqrt(add(batch.variance, scalar(this.epsilon))), deviation);
    let d = divide(subtract(batch.mean, this.wide(this.renormMean!, context)), deviation);
    if (rmin != null) r = maximum(r, scalar(rmin));
    if (rmax != null) r = minimum(r, scalar(rmax));
    if (dmax != null) d = minimum(maximum(d, scalar(-dmax)), scalar(dmax));
    return add(multiply(x, detached(r)), detached(d));
  }
}

interface Clipping { readonly rmin?: number | null; readonly rmax?: number | null; readonly dmax?: number | null }

function clippingIn(value: unknown): Clipping | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const known = Object.entries(value).every(([key, n]) => ['rmin', 'rmax', 'dmax'].includes(key) && (n === null || Number.isFinite(n)));
  return known ? value as Clipping : undefined;
}

export const batchNormalizationLayers: LayerTable = {
  BatchNormalization: (options: KerasOptions) => new BatchNormalization(options),
};
