import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { add, multiply, subtract } from '../../../graph/operations/arithmetic.js';
import { mean, variance } from '../../../graph/operations/reductions.js';
import { rsqrt, square } from '../../../graph/operations/unary.js';
import { axisOf, type OpenShape } from '../../../graph/shapes.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';
import type { StoredWeight } from '../../../graph/weight.js';
import { since } from '../dialect.js';
import { axesIn } from './axes.js';
import { KerasLayer, type KerasOptions, type LayerTable } from './keras-layer.js';
import { l2Normalized } from './l2-normalized.js';
import { Normalizing } from './normalizing.js';

/** Keras's normalisations of each sample by itself, along some axes, the last by default. */

/**
 * (x - mean) / sqrt(variance + epsilon) gamma + beta; with `rms_scaling` x / sqrt(variance + epsilon) gamma, by the variance all the same. Weights: `gamma`,
 * `beta`, of the axes' sizes.
 */
class LayerNormalization extends Normalizing {
  private readonly axes = axesIn(this.read, 'axis', [-1]);
  private readonly epsilon = this.read.number('epsilon', 1e-3);
  private readonly rms = this.read.flag('rms_scaling', false);

  protected override makeWeights([input]: readonly OpenShape[]): void {
    // Weights of several axes came in the order in which these were named, and were read in the order in which they stand.
    const axes = since(this.dialect, '3.14') ? this.axes.map((axis) => axisOf(axis, input.length)).toSorted((a, b) => a - b) : this.axes;
    this.makeScales(this.sizesOf(input, axes), this.rms ? { scale: true, center: false } : {});
  }

  protected override compute({ inputs: [x] }: LayerInputs, context: Context): Tensor {
    const factor = rsqrt(add(variance(x, this.axes, true), scalar(this.epsilon)));
    return this.scaled(multiply(this.rms ? x : subtract(x, mean(x, this.axes, true)), factor), context);
  }
}

/** x / sqrt(mean of x^2 + epsilon) scale. Its weight: `scale`, of the axes' sizes, which Keras aligns at the last axis whichever those are. A mask ends there. */
class RMSNormalization extends Normalizing {
  protected override passesMask = false;
  private readonly axes = axesIn(this.read, 'axis', [-1]);
  private readonly epsilon = this.read.number('epsilon', 1e-6);
  private scale!: StoredWeight;

  protected override makeWeights([input]: readonly OpenShape[]): void {
    this.scale = this.weight('scale', { shape: this.sizesOf(input, this.axes.map((axis) => axisOf(axis, input.length)).toSorted((a, b) => a - b)), usual: 1 });
  }

  protected override compute({ inputs: [x] }: LayerInputs, { weight }: Context): Tensor {
    return multiply(multiply(x, rsqrt(add(mean(square(x), this.axes, true), scalar(this.epsilon)))), weight(this.scale));
  }
}

/** Every vector over its length. */
class UnitNormalization extends KerasLayer {
  protected override passesMask = true;
  private readonly axes = axesIn(this.read, 'axis', [-1]);

  protected override compute({ inputs: [x] }: LayerInputs): Tensor { return l2Normalized(x, this.axes, this.dialect, 1e-12); }
}

export const layerNormalizationLayers: LayerTable = {
  LayerNormalization: (options: KerasOptions) => new LayerNormalization(options),
  RMSNormalization: (options: KerasOptions) => new RMSNormalization(options),
  UnitNormalization: (options: KerasOptions) => new UnitNormalization(options),
};
