import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { add, divide, maximum, multiply, subtract } from '../../../graph/operations/arithmetic.js';
import { cast } from '../../../graph/operations/cast.js';
import { mean, sum, variance } from '../../../graph/operations/reductions.js';
import { broadcastTo, reshape } from '../../../graph/operations/shaping.js';
import { rsqrt, square } from '../../../graph/operations/unary.js';
import { axisOf, type OpenShape } from '../../../graph/shapes.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';
import { axisIn } from './axes.js';
import type { KerasOptions, LayerTable } from './keras-layer.js';
import { Normalizing } from './normalizing.js';

/**
 * Keras's GroupNormalization: an axis's numbers in groups, each of which is normalised with everything else of the sample; `groups` -1 is one for each of
 * the axis's numbers. Weights: `gamma`, `beta`, of the axis's size.
 *
 * Keras 3 passes over a mask; Keras 2 weighs all numbers by one that it broadcasts to its input as it is.
 */
class GroupNormalization extends Normalizing {
  private readonly axis = axisIn(this.read, 'axis', -1);
  private readonly epsilon = this.read.number('epsilon', 1e-3);
  private readonly groups = this.read.get('groups', (v) => (v === -1 || Number.isSafeInteger(v) && (v as number) > 0 ? v as number : undefined), 'a whole number of at least 1, or -1', 32);

  protected override makeWeights([input]: readonly OpenShape[]): void {
    const [size] = this.sizesOf(input, [this.axis]);
    if (this.groups > size || size % this.groups !== 0) throw this.fail(`axis ${this.axis} of ${size} can't be parted into ${this.groups} groups`);
    this.makeScales([size]);
  }

  protected override compute({ inputs: [x], masks: [mask] }: LayerInputs, context: Context): Tensor {
    const axis = axisOf(this.axis, x.rank);
    const size = x.shape[axis];
    const groups = this.groups === -1 ? size : this.groups;
    const parted = reshape(x, x.shape.toSpliced(axis, 1, groups, size / groups));
    const over = parted.shape.map((_, i) => i).filter((i) => i > 0 && i !== axis);
    const weights = mask && this.dialect.kerasMajor < 3 ? reshape(broadcastTo(cast(mask, 'float'), x.shape), parted.shape) : null;
    const average = (values: Tensor): Tensor => (weights ? divide(sum(multiply(weights, values), over, true), maximum(sum(weights, over, true), scalar(1))) : mean(values, over, true));
    const centred = subtract(parted, average(parted));
    const spread = weights ? average(square(centred)) : variance(parted, over, true);
    return this.scaled(reshape(multiply(centred, rsqrt(add(spread, scalar(this.epsilon)))), x.shape), context);
  }
}

export const groupNormalizationLayers: LayerTable = {
  GroupNormalization: (options: KerasOptions) => new GroupNormalization(options),
};
