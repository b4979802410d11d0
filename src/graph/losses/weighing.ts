import { multiply } from '../operations/arithmetic.js';
import { sum } from '../operations/reductions.js';
import { reshape } from '../operations/shaping.js';
import { scalar, type Tensor } from '../tensor.js';
import type { LossDialect, Reduction } from './loss.js';

/** How the values of samples and steps become one number, as Keras has it: masked ones left out, the others each with its weight. */

/** Values, which of them count, and how much: what is null counts, and counts once. Masks and weights broadcast to the values. */
export interface Weighed {
  readonly values: Tensor;
  readonly mask: Tensor | null;
  readonly weights: Tensor | null;
}

/**
 * What the mean divides by and no part of a batch knows of the others: how many values masks leave, or what all weigh together; null where
 * there is no such thing.
 */
export function measureOf({ mask, weights }: Omit<Weighed, 'values'>, reduction: Reduction): number | null {
  if (reduction === 'mean') return mask && total(mask);
  if (reduction !== 'mean-with-sample-weight') return null;
  return mask && weights ? total(multiply(mask, weights)) : mask ? total(mask) : weights && total(weights);
}

function total({ data }: Tensor): number {
  let all = 0;
  for (const value of data) all += value;
  return all;
}

/**
 * What the values of some samples add to the loss of all.
 *
 * @param measured {@link measureOf} all samples
 * @param share how many of all samples these are, from 0 to 1
 */
export function reduced({ values, mask, weights }: Weighed, reduction: Reduction, measured: number | null, share: number, { kerasMajor }: LossDialect): Tensor {
  const factors = mask && weights ? multiply(mask, weights) : mask ?? weights;
  const weighed = factors ? multiply(values, factors) : values;
  if (reduction === 'sum' || reduction === 'none') return sum(weighed, null);
  const ofAll = weighed.size / share;
  const divisor = measured === null ? ofAll : reduction === 'mean' ? ofAll * measured / (mask!.size / share) : measured;
  // Of nothing at all the mean is 0 in Keras 3; Keras 2 multiplies 0 by 1 / 0.
  return multiply(sum(weighed, null), scalar(divisor === 0 ? (kerasMajor === 3 ? 0 : NaN) : 1 / divisor));
}

/** Something of a batch's samples, or their steps, shaped to go with values of which there are some for each; null where it doesn't. */
export function leading(given: Tensor, values: Tensor): Tensor | null {
  const { shape } = given;
  // For one value of the whole batch each sample weighs it.
  if (values.rank === 0) return given;
  const own = shape.length === values.rank + 1 && shape.at(-1) === 1 ? shape.slice(0, -1) : shape;
  if (own.length > values.rank || own.some((n, axis) => n !== values.shape[axis] && (axis === 0 || n !== 1))) return null;
  return own.length === values.rank && own === shape ? given : reshape(given, [...own, ...values.shape.slice(own.length).map(() => 1)]);
}

/** Two masks: what either leaves out is left out. */
export const both = (a: Tensor | null, b: Tensor | null): Tensor | null => (a && b ? multiply(a, b) : a ?? b);
