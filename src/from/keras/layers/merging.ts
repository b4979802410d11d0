import type { LayerInputs } from '../../../graph/layer.js';
import { add, divide, maximum, minimum, multiply, subtract } from '../../../graph/operations/arithmetic.js';
import { logicalAnd, logicalOr } from '../../../graph/operations/comparison.js';
import { filled } from '../../../graph/operations/filling.js';
import { concatenate } from '../../../graph/operations/joining.js';
import { all, any } from '../../../graph/operations/reductions.js';
import { where } from '../../../graph/operations/select.js';
import { broadcastTo, expandDims } from '../../../graph/operations/shaping.js';
import { axisOf } from '../../../graph/shapes.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';
import { since } from '../dialect.js';
import { axisIn } from './axes.js';
import { KerasLayer, type KerasOptions, type LayerTable } from './keras-layer.js';

type Masks = readonly (Tensor | null)[];

/**
 * A layer that merges its inputs element by element. An input of fewer axes gets them after the samples, and then they are broadcast.
 *
 * A step is masked where every input masks it, in Keras from 3.4 on, if every input has a mask; before, where any of them does. So it is here in a
 * live TF.js model, too: TF.js itself leaves the last mask out, and adds an axis.
 */
abstract class Merge extends KerasLayer {
  /** @param masks of the inputs as they are read, which an input that got axes has lost */
  protected abstract merge(inputs: readonly Tensor[], masks: Masks): Tensor;

  protected override compute({ inputs, masks }: LayerInputs): Tensor {
    const rank = Math.max(...inputs.map((x) => x.rank));
    const read = inputs.map((x) => (x.rank === rank ? x : expandDims(x, Array.from({ length: rank - x.rank }, (_, i) => i + 1))));
    return this.merge(read, masks.map((mask, i) => (read[i] === inputs[i] ? mask : null)));
  }

  protected override masksOf({ masks }: LayerInputs): Masks {
    const present = masks.filter((mask) => mask !== null);
    if (present.length === 0) return [];
    if (!since(this.dialect, '3.4')) return [present.reduce(logicalAnd)];
    return present.length < masks.length ? [] : [present.reduce(logicalOr)];
  }
}

/** The sum of its inputs. */
class Add extends Merge {
  protected override merge(inputs: readonly Tensor[]): Tensor { return inputs.reduce(add); }
}

/** The first of its two inputs less the second. */
class Subtract extends Merge {
  protected override merge(inputs: readonly Tensor[]): Tensor {
    const [a, b, ...more] = inputs;
    if (inputs.length < 2 || more.length > 0) throw this.fail(`expected 2 inputs, found ${inputs.length}`);
    return subtract(a, b);
  }
}

/** The mean of its inputs. */
class Average extends Merge {
  protected override merge(inputs: readonly Tensor[]): Tensor { return divide(inputs.reduce(add), scalar(inputs.length)); }
}

/** A step's mask for each of its features. */
const wide = (mask: Tensor, x: Tensor): Tensor => broadcastTo(expandDims(mask, -1), x.shape);

/** The product of its inputs. From Keras 3.4 on, what is masked counts as 1, and the product as 0 where it is masked in all. */
class Multiply extends Merge {
  protected override merge(inputs: readonly Tensor[], masks: Masks): Tensor {
    const seen = since(this.dialect, '3.4') ? inputs.map((x, i) => (masks[i] ? wide(masks[i], x) : null)) : inputs.map(() => null);
    const product = inputs.map((x, i) => (seen[i] ? where(seen[i], x, scalar(1, x.dtype)) : x)).reduce(multiply);
    const present = seen.filter((mask) => mask !== null);
    return present.length === inputs.length ? where(present.reduce(logicalOr), product, scalar(0, product.dtype)) : product;
  }
}

/** The largest or the smallest of its inputs. From Keras 3.4 on, what is masked counts as what the others have there. */
class Extreme extends Merge {
  constructor(options: KerasOptions, private readonly pick: (a: Tensor, b: Tensor) => Tensor) { super(options); }

  protected override merge(inputs: readonly Tensor[], masks: Masks): Tensor {
    if (!since(this.dialect, '3.4')) return inputs.reduce(this.pick);
    let [output] = inputs;
    let outputSeen = masks[0] ? wide(masks[0], output) : null;
    inputs.slice(1).forEach((input, i) => {
      const mask = masks[i + 1];
      const seen = mask ? wide(mask, input) : null;
      const x = seen ? where(seen, input, output) : input;
      output = this.pick(outputSeen ? where(outputSeen, output, x) : output, x);
      outputSeen = seen && outputSeen ? logicalOr(outputSeen, seen) : null;
    });
    return output;
  }
}

/**
 * Its inputs side by side along an axis. A step is masked where all inputs mask it, in Keras from 3.4 on; before, where any does. Along the
 * timesteps their masks are put side by side too. An input without a mask masks nothing.
 */
class Concatenate extends KerasLayer {
  private readonly axis = axisIn(this.read, 'axis', -1);

  protected override compute({ inputs }: LayerInputs): Tensor { return concatenate(inputs, this.axis); }

  protected override masksOf({ inputs, masks }: LayerInputs): Masks {
    const rank = masks.find((mask) => mask !== null)?.rank;
    if (rank === undefined) return [];
    const either = since(this.dialect, '3.4');
    const steps = inputs.map((x, i) => {
      const mask = masks[i] ?? filled(x, x.shape.slice(0, rank), 1, 'bool');
      return mask.rank < x.rank ? mask : (either ? any : all)(mask, [-1]);
    });
    const axis = axisOf(this.axis, inputs[0].rank);
    return [axis < steps[0].rank ? concatenate(steps, axis) : steps.reduce(either ? logicalOr : logicalAnd)];
  }
}

export const mergingLayers: LayerTable = {
  Add: (options: KerasOptions) => new Add(options),
  Subtract: (options: KerasOptions) => new Subtract(options),
  Average: (options: KerasOptions) => new Average(options),
  Multiply: (options: KerasOptions) => new Multiply(options),
  Maximum: (options: KerasOptions) => new Extreme(options, maximum),
  Minimum: (options: KerasOptions) => new Extreme(options, minimum),
  Concatenate: (options: KerasOptions) => new Concatenate(options),
};
