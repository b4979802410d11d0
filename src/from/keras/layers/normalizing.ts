import type { Context } from '../../../graph/context.js';
import { add, multiply } from '../../../graph/operations/arithmetic.js';
import { reshape } from '../../../graph/operations/shaping.js';
import { axisOf, type OpenShape } from '../../../graph/shapes.js';
import type { Tensor } from '../../../graph/tensor.js';
import type { StoredWeight } from '../../../graph/weight.js';
import { KerasLayer } from './keras-layer.js';

/** A layer with weights along some axes of its input, to be broadcast along the others. */
export abstract class Normalizing extends KerasLayer {
  protected override passesMask = true;
  /** The size of every axis that has weights, 1 for the others. */
  protected along: readonly number[] = [];
  protected gamma: StoredWeight | null = null;
  protected beta: StoredWeight | null = null;

  /** Sets `along`, and gives the sizes of some axes in the order in which they are named. */
  protected sizesOf(input: OpenShape, axes: readonly number[]): number[] {
    const places = axes.map((axis) => axisOf(axis, input.length));
    const sizes = places.map((axis) => {
      const size = input[axis];
      if (size == null) throw this.fail(`the size of axis ${axis} of its input must be known`);
      return size;
    });
    this.along = input.map((_, axis) => (places.includes(axis) ? sizes[places.indexOf(axis)] : 1));
    return sizes;
  }

  /** Makes `gamma` and `beta`, where the options say that there are such. */
  protected makeScales(shape: readonly number[], { scale = this.read.flag('scale', true), center = this.read.flag('center', true) } = {}): void {
    if (scale) this.gamma = this.weight('gamma', { shape, usual: 1 });
    if (center) this.beta = this.weight('beta', { shape });
  }

  protected wide(weight: StoredWeight, context: Context): Tensor { return reshape(context.weight(weight), this.along); }

  /** x gamma + beta, where there are such. */
  protected scaled(x: Tensor, context: Context): Tensor {
    const product = this.gamma ? multiply(x, this.wide(this.gamma, context)) : x;
    return this.beta ? add(product, this.wide(this.beta, context)) : product;
  }
}

/** The axes of an array of some rank that are not among these. */
export const otherAxes = (axes: readonly number[], rank: number): number[] => {
  const places = axes.map((axis) => axisOf(axis, rank));
  return Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !places.includes(axis));
};
