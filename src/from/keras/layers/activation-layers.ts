import type { Activation } from '../../../cells/activations.js';
import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { activate, relu } from '../../../graph/operations/activation.js';
import { add, multiply, subtract } from '../../../graph/operations/arithmetic.js';
import { cast } from '../../../graph/operations/cast.js';
import { greater } from '../../../graph/operations/comparison.js';
import { logSumExp } from '../../../graph/operations/reductions.js';
import { where } from '../../../graph/operations/select.js';
import { softmax } from '../../../graph/operations/softmax.js';
import { exp, negative } from '../../../graph/operations/unary.js';
import { formText, type OpenShape } from '../../../graph/shapes.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';
import type { StoredWeight } from '../../../graph/weight.js';
import { layerActivation } from '../activations.js';
import { KerasLayer, type KerasOptions, type LayerTable } from './keras-layer.js';

/** The layers of Keras that turn every value into another, and keep the mask. */

class ActivationLayer extends KerasLayer {
  protected override passesMask = true;
  private readonly activation: Activation;

  constructor(options: KerasOptions, className: string) {
    super(options);
    this.activation = layerActivation(this.read, className, this.dialect)!;
  }

  protected override compute({ inputs: [x] }: LayerInputs): Tensor { return activate(x, this.activation); }
}

/**
 * Keras's PReLU: x above 0, and x times a weight of its own below. Weights: `alpha`, of an input's shape without the samples, 1 along the axes
 * that share it.
 */
class PReLU extends KerasLayer {
  protected override passesMask = true;
  private alpha!: StoredWeight;

  protected override makeWeights([input]: readonly OpenShape[]): void {
    const shape = input.slice(1);
    for (const axis of this.sharedAxes(input.length)) shape[axis - 1] = 1;
    const open = shape.findIndex((n) => n === null);
    if (open >= 0) throw this.fail(`the size of axis ${open + 1} must be known, or shared_axes name it`);
    this.alpha = this.weight('alpha', { shape: shape as number[] });
  }

  protected override compute({ inputs: [x] }: LayerInputs, { weight }: Context): Tensor {
    return add(relu(x), multiply(negative(weight(this.alpha)), relu(negative(x))));
  }

  private sharedAxes(rank: number): readonly number[] {
    const form = `a list of axes from 1 to ${rank - 1}`;
    const axis = (v: unknown): boolean => Number.isInteger(v) && (v as number) >= 1 && (v as number) < rank;
    return this.read.get<readonly number[]>('shared_axes', (v) => {
      const axes: unknown[] = Array.isArray(v) ? v : [v];
      return axes.every(axis) ? axes as number[] : undefined;
    }, form, []);
  }
}

/** What Keras puts in the place of what a mask leaves out, before a softmax. */
const FAR_BELOW = scalar(-1e9);

/**
 * Keras's Softmax, over one axis or several. A mask, which must broadcast to the input, leaves out what it is 0 for: Keras 3 puts 0 there, while
 * Keras 2 adds a large negative number before, so that where everything is left out the shares are those that rounding leaves.
 */
class Softmax extends KerasLayer {
  protected override passesMask = true;
  private readonly axes = this.read.get<readonly number[]>('axis', (v) => {
    const axes: unknown[] = Array.isArray(v) ? v : [v];
    return axes.length > 0 && axes.every(Number.isInteger) ? axes as number[] : undefined;
  }, 'an axis, or a list of some', [-1]);
  private readonly robust = this.dialect.kerasMajor === 3 || this.read.flag('robust_masking', false);

  protected override compute({ inputs: [x], masks: [mask] }: LayerInputs): Tensor {
    if (!mask) return this.softmax(x);
    this.check(x, mask);
    if (!this.robust) return this.softmax(add(x, multiply(subtract(scalar(1), cast(mask, 'float')), FAR_BELOW)));
    const kept = mask.dtype === 'bool' ? mask : greater(mask, scalar(0.5));
    const shares = this.softmax(where(kept, x, FAR_BELOW));
    return this.dialect.kerasMajor === 3 ? where(kept, shares, scalar(0)) : shares;
  }

  /** Over several axes it has no logits: Keras knows only those of its softmax function. */
  private softmax(x: Tensor): Tensor { return this.axes.length === 1 ? softmax(x, this.axes) : exp(subtract(x, logSumExp(x, this.axes, true))); }

  private check(x: Tensor, mask: Tensor): void {
    const sizes = x.shape.slice(Math.max(0, x.rank - mask.rank));
    if (mask.rank > x.rank || mask.shape.some((n, axis) => n !== 1 && n !== sizes[axis])) {
      throw this.fail(`a mask of shape ${formText(mask.shape)} can't be broadcast to its input of shape ${formText(x.shape)}`);
    }
  }
}

const plain = (className: string) => (options: KerasOptions): KerasLayer => new ActivationLayer(options, className);

export const activationLayers: LayerTable = {
  Activation: plain('Activation'),
  ReLU: plain('ReLU'),
  LeakyReLU: plain('LeakyReLU'),
  ELU: plain('ELU'),
  ThresholdedReLU: plain('ThresholdedReLU'),
  PReLU: (options) => new PReLU(options),
  Softmax: (options) => new Softmax(options),
};
