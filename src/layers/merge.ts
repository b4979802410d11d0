import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { shapeText } from '../core/array.js';
import { KERAS_3, type Config, type LayerContext } from './config.js';
import { allShapes, KerasLayer, type Masks } from './keras-layer.js';

/** Options of a layer that has none but a name. */
export interface PlainOptions { readonly name?: string; readonly trainable?: boolean }

/**
 * A layer that merges its inputs element by element. Inputs of fewer axes get them after the samples, as in Keras.
 *
 * A step is masked where every input masks it, in Keras 3, if every input has a mask; before, where any of them does.
 */
abstract class ElementwiseMerge extends KerasLayer {
  constructor(options: PlainOptions = {}, context: LayerContext = KERAS_3) {
    super(options as Config, context);
    this.supportsMasking = true;
  }

  protected abstract merge(inputs: readonly tf.Tensor[]): tf.Tensor;

  override compute(inputs: readonly tf.Tensor[]): tf.Tensor[] {
    const rank = Math.max(...inputs.map((input) => input.rank));
    return [this.merge(inputs.map((input) => tf.reshape(input, withAxes(input.shape, rank))))];
  }

  override computeOutputShape(shape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const shapes = allShapes(shape);
    const rank = Math.max(...shapes.map(({ length }) => length));
    return shapes.map((one) => withAxes<number | null>(one, rank)).reduce((all, one) => all.map((size, axis) => {
      const other = one[axis]!;
      if (size === null || other === null) return axis === 0 ? size ?? other : size === 1 ? other : other === 1 ? size : null;
      if (size !== other && size !== 1 && other !== 1) throw this.fail(`its inputs' shapes do not go together: ${shapes.map((s) => shapeText(s)).join(', ')}`);
      return size === 1 ? other : size;
    }));
  }

  override masksOf(_: readonly tf.Tensor[], masks: Masks): Masks {
    const present = masks.filter((mask) => mask !== null).map((mask) => tf.cast(mask, 'bool'));
    if (this.context.kerasMajor < 3) return [present.length === 0 ? null : present.reduce((all, mask) => tf.logicalAnd(all, mask))];
    return [present.length < masks.length || present.length === 0 ? null : present.reduce((all, mask) => tf.logicalOr(all, mask))];
  }
}

const withAxes = <T extends number | null>(shape: readonly T[], rank: number): T[] =>
  [shape[0]!, ...Array.from({ length: rank - shape.length }, () => 1 as T), ...shape.slice(1)];

const folded = (inputs: readonly tf.Tensor[], merge: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): tf.Tensor => inputs.reduce((all, input) => merge(all, input));

/** The sum of its inputs. */
export class Add extends ElementwiseMerge {
  static readonly className = 'Add';
  protected override merge(inputs: readonly tf.Tensor[]): tf.Tensor { return folded(inputs, (a, b) => tf.add(a, b)); }
}

/** The first of its two inputs less the second. */
export class Subtract extends ElementwiseMerge {
  static readonly className = 'Subtract';
  protected override merge(inputs: readonly tf.Tensor[]): tf.Tensor {
    if (inputs.length !== 2) throw this.fail(`expected 2 inputs, found ${inputs.length}`);
    return tf.sub(inputs[0]!, inputs[1]!);
  }
}

/** The product of its inputs. */
export class Multiply extends ElementwiseMerge {
  static readonly className = 'Multiply';
  protected override merge(inputs: readonly tf.Tensor[]): tf.Tensor { return folded(inputs, (a, b) => tf.mul(a, b)); }
}

/** The mean of its inputs. */
export class Average extends ElementwiseMerge {
  static readonly className = 'Average';
  protected override merge(inputs: readonly tf.Tensor[]): tf.Tensor { return tf.div(folded(inputs, (a, b) => tf.add(a, b)), inputs.length); }
}

/** The largest of its inputs. */
export class Maximum extends ElementwiseMerge {
  static readonly className = 'Maximum';
  protected override merge(inputs: readonly tf.Tensor[]): tf.Tensor { return folded(inputs, (a, b) => tf.maximum(a, b)); }
}

/** The smallest of its inputs. */
export class Minimum extends ElementwiseMerge {
  static readonly className = 'Minimum';
  protected override merge(inputs: readonly tf.Tensor[]): tf.Tensor { return folded(inputs, (a, b) => tf.minimum(a, b)); }
}

/** Keras's Concatenate: its inputs side by side along an axis. */
export class Concatenate extends KerasLayer {
  static readonly className = 'Concatenate';
  private readonly axis: number;

  /** @param options `axis`: default the last; negative ones count from the end */
  constructor(options: PlainOptions & { readonly axis?: number } = {}, context: LayerContext = KERAS_3) {
    super(options as Config, context);
    this.axis = this.read.get('axis', (v) => (Number.isInteger(v) ? (v as number) : undefined), 'a whole number', -1);
    this.supportsMasking = true;
  }

  override computeOutputShape(shape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const shapes = allShapes(shape);
    const output = shapes[0]!.slice();
    const axis = this.axisOf(output.length);
    const sizes = shapes.map((one) => one[axis] ?? null);
    if (shapes.some((one) => one.length !== output.length || one.some((size, i) => i !== axis && i > 0 && size !== null && output[i] !== null && size !== output[i]))) {
      throw this.fail(`its inputs' shapes do not go together along axis ${axis}: ${shapes.map((s) => shapeText(s)).join(', ')}`);
    }
    output[axis] = sizes.includes(null) ? null : sizes.reduce<number>((sum, size) => sum + size!, 0);
    return output;
  }

  override compute(inputs: readonly tf.Tensor[]): tf.Tensor[] { return [tf.concat([...inputs], this.axisOf(inputs[0]!.rank))]; }

  override masksOf(inputs: readonly tf.Tensor[], masks: Masks): Masks {
    if (masks.every((mask) => mask === null)) return [null];
    const axis = this.axisOf(inputs[0]!.rank);
    // (samples, timesteps) of each; an input without a mask masks nothing.
    const steps = inputs.map(({ shape }, i) => (masks[i] ? tf.cast(masks[i], 'bool') : tf.ones(shape.slice(0, 2), 'bool')));
    if (axis < 2) return [tf.concat(steps, axis)];
    return [steps.reduce((all, mask) => (this.context.kerasMajor < 3 ? tf.logicalAnd(all, mask) : tf.logicalOr(all, mask)))];
  }

  private axisOf(rank: number): number {
    const axis = this.axis < 0 ? this.axis + rank : this.axis;
    if (axis < 0 || axis >= rank) throw this.fail(`axis ${this.axis} is not one of its inputs' ${rank}`);
    return axis;
  }
}
