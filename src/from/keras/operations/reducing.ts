import { SeeRnnError } from '../../../core/errors.js';
import { abs, sqrt } from '../../../graph/operations/unary.js';
import { add, divide, multiply, subtract } from '../../../graph/operations/arithmetic.js';
import { isNan, less, lessEqual, logicalNot, notEqual } from '../../../graph/operations/comparison.js';
import { stack } from '../../../graph/operations/joining.js';
import { all, any, max, mean, min, norm, prod, sum, variance, type Axes } from '../../../graph/operations/reductions.js';
import { where } from '../../../graph/operations/select.js';
import { expandDims, reshape, transpose } from '../../../graph/operations/shaping.js';
import { at } from '../../../graph/operations/slicing.js';
import { sort } from '../../../graph/operations/sorting.js';
import { axisOf } from '../../../graph/shapes.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';
import { real } from './element-wise.js';

/** Reductions that the frameworks have and that are made of simpler ones. */

/** Axes from the front, all where they are null. */
export const allAxes = (x: Tensor, axes: Axes): number[] => axes?.map((axis) => axisOf(axis, x.rank)) ?? x.shape.map((_, axis) => axis);

/** How many numbers aren't 0. */
export const countNonZero = (x: Tensor, axes: Axes, keepDims = false): Tensor => sum(notEqual(x, scalar(0)), axes, keepDims);

/** Where the largest or smallest number is: of all, in their order, where there is no axis. */
export function argExtreme(find: (x: Tensor, axis: number) => Tensor, x: Tensor, axis: number | null, keepDims: boolean): Tensor {
  if (axis === null) {
    const found = find(reshape(x, [-1]), 0);
    return keepDims ? reshape(found, x.shape.map(() => 1)) : found;
  }
  const found = find(x, axis);
  return keepDims ? expandDims(found, axisOf(axis, x.rank)) : found;
}

/** Keras's `ops.norm`: of vectors over one axis, of matrices over two. */
export function normOf(x: Tensor, axes: Axes, order: number | string | null, keepDims: boolean): Tensor {
  const over = allAxes(x, axes);
  const values = real(x);
  if (order === null || order === 'fro' || order === 'euclidean') return norm(values, over, keepDims);
  if (over.length === 1) {
    if (typeof order === 'string') throw new SeeRnnError(`a vector has no norm of order '${order}'`);
    return norm(values, over, keepDims, order);
  }
  const [rows, columns] = over;
  if (over.length !== 2 || typeof order === 'string' || Math.abs(order) === 2) throw new SeeRnnError(`a norm of order ${order} over ${over.length} axes is not supported`);
  // The largest, or smallest, sum of magnitudes of a column (1) or a row (Infinity).
  if (Math.abs(order) !== 1 && Math.abs(order) !== Infinity) throw new SeeRnnError(`a matrix has no norm of order ${order}`);
  const [summed, kept] = Math.abs(order) === 1 ? [rows!, columns!] : [columns!, rows!];
  const sums = sum(abs(values), [summed], true);
  const found = (order > 0 ? max : min)(sums, [kept], true);
  return keepDims ? found : reshape(found, x.shape.filter((_, axis) => !over.includes(axis)));
}

export type QuantileMethod = 'linear' | 'lower' | 'higher' | 'nearest' | 'midpoint';

/** How a quantile between two numbers is found: by one of them, or between. @throws SeeRnnError for another word */
export function quantileMethod(word: string): QuantileMethod {
  const known: readonly QuantileMethod[] = ['linear', 'lower', 'higher', 'nearest', 'midpoint'];
  const found = known.find((method) => method === word);
  if (!found) throw new SeeRnnError(`method must be ${known.map((method) => `'${method}'`).join(' or ')}, found '${word}'`);
  return found;
}

/** The number below which a share q of all is; for several shares, along a new first axis. Not a number where any isn't. */
export function quantile(x: Tensor, shares: readonly number[] | number, axes: Axes, method: QuantileMethod, keepDims: boolean): Tensor {
  const over = allAxes(x, axes);
  const others = x.shape.map((_, axis) => axis).filter((axis) => !over.includes(axis));
  const kept = others.map((axis) => x.shape[axis]!);
  const length = over.reduce((product, axis) => product * x.shape[axis]!, 1);
  const sorted = sort(reshape(transpose(real(x), [...others, ...over]), [...kept, length])).values;
  const last = length - 1;
  const entry = (index: number): Tensor => at(sorted, Math.min(last, Math.max(0, index)), -1);
  const one = (share: number): Tensor => {
    const place = last * share;
    if (method === 'lower') return entry(Math.floor(place));
    if (method === 'higher') return entry(Math.ceil(place));
    // Half to even.
    if (method === 'nearest') return entry(place % 1 === 0.5 ? 2 * Math.round(place / 2) : Math.round(place));
    if (method === 'midpoint') return multiply(add(entry(Math.floor(place)), entry(Math.ceil(place))), scalar(0.5));
    const below = Math.max(0, Math.ceil(place) - 1);
    const above = Math.min(last, below + 1);
    const rest = above - place;
    return add(multiply(entry(above), scalar(1 - rest)), multiply(entry(below), scalar(rest)));
  };
  const unknown = any(isNan(real(x)), over);
  const made = (share: number): Tensor => {
    const found = where(unknown, scalar(NaN), one(share));
    return keepDims ? reshape(found, x.shape.map((n, axis) => (over.includes(axis) ? 1 : n))) : found;
  };
  return typeof shares === 'number' ? made(shares) : stack(shares.map(made), 0);
}

/** A reduction that leaves out what is not a number. */
export const withoutNan = {
  sum: (x: Tensor, axes: Axes, keepDims = false): Tensor => sum(where(isNan(real(x)), scalar(0, x.dtype), x), axes, keepDims),
  prod: (x: Tensor, axes: Axes, keepDims = false): Tensor => prod(where(isNan(real(x)), scalar(1, x.dtype), x), axes, keepDims),
  mean: (x: Tensor, axes: Axes, keepDims = false): Tensor => divide(withoutNan.sum(x, axes, keepDims), sum(logicalNot(isNan(real(x))), axes, keepDims)),
  max: (x: Tensor, axes: Axes, keepDims = false): Tensor => where(all(isNan(real(x)), axes, keepDims), scalar(NaN), max(where(isNan(real(x)), scalar(-Infinity), x), axes, keepDims)),
  min: (x: Tensor, axes: Axes, keepDims = false): Tensor => where(all(isNan(real(x)), axes, keepDims), scalar(NaN), min(where(isNan(real(x)), scalar(Infinity), x), axes, keepDims)),
  variance(x: Tensor, axes: Axes, keepDims = false): Tensor {
    const known = logicalNot(isNan(real(x)));
    const apart = where(known, subtract(x, withoutNan.mean(x, axes, true)), scalar(0));
    return divide(sum(multiply(apart, apart), axes, keepDims), sum(known, axes, keepDims));
  },
  std: (x: Tensor, axes: Axes, keepDims = false): Tensor => sqrt(withoutNan.variance(x, axes, keepDims)),
};

/** Mean and variance. */
export const moments = (x: Tensor, axes: Axes, keepDims: boolean): [Tensor, Tensor] => [mean(real(x), axes, keepDims), variance(real(x), axes, keepDims)];

/** How many of some sorted bounds come before each number: those that are equal to it as well, where `through` says so. */
export const placeAmong = (bounds: Tensor, x: Tensor, through: boolean): Tensor => sum((through ? lessEqual : less)(bounds, expandDims(x, x.rank)), [-1]);
