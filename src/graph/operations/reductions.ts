import { zerosLike, type Floats } from '../../cells/floats.js';
import { SeeRnnError } from '../../core/errors.js';
import { apply, type AnyOperation, type Operation } from '../operation.js';
import { formText, reducedShape } from '../shapes.js';
import { scalar, type Dtype, type Tensor } from '../tensor.js';
import { multiply, power, subtract } from './arithmetic.js';
import { cast } from './cast.js';
import { notEqual } from './comparison.js';
import { largest, sums, sumsOfExp } from './groups.js';
import { rows } from './rows.js';
import { abs, sqrt, square } from './unary.js';

export { argmax, argmin, cumprod, cumsum } from './along.js';

/** Reductions: one number in place of all along some axes. */

/** Which axes go: null for all of them, none of an empty list. */
export type Axes = readonly number[] | null;
interface Reduced { readonly axes: Axes; readonly keepDims: boolean }

/** The shape of the result as it goes over the input's: the axes that are reduced have size 1. */
const groupsOf = (shape: readonly number[], { axes }: Reduced): number[] => reducedShape(shape, axes, true);

/** Gives every number of an array that of its group. */
function spread(from: Floats, shape: readonly number[], groups: readonly number[], size: number, factor: number): Floats {
  const to = zerosLike(from, size);
  rows(shape, [groups], ({ start, end, i, di }) => { for (let n = start; n < end; n++, i += di) to[n] = from[i] * factor; });
  return to;
}

/** A sum, times a factor that depends on how many numbers there are: in float64 until it is done. */
const summing = (name: string, dtype: (x: Dtype) => Dtype, factor: (count: number) => number): Operation<Reduced> => ({
  name,
  forms: ([x], { axes, keepDims }) => [{ shape: reducedShape(x.shape, axes, keepDims), dtype: dtype(x.dtype) }],
  forward({ inputs: [x], outputs: [out], attributes }) {
    const total = sums(x.data, x.shape, groupsOf(x.shape, attributes));
    const by = factor(x.size / total.length);
    const y = out.data;
    for (let n = 0; n < y.length; n++) y[n] = total[n] * by;
  },
  backward: ({ inputs: [x], adjoints: [dy], attributes }) => [spread(dy!, x.shape, groupsOf(x.shape, attributes), x.size, factor(x.size / dy!.length))],
});

/** Truth values are counted. */
const counted = (x: Dtype): Dtype => (x === 'bool' ? 'int' : x);

export const SUM = summing('sum', counted, () => 1);
export const MEAN = summing('mean', () => 'float', (count) => 1 / count);

/** The number of each group that comes before all others. Those that are equal share its gradient. */
const extreme = (name: string, worst: number, before: (x: number, y: number) => boolean): Operation<Reduced> => ({
  name,
  forms: ([x], { axes, keepDims }) => {
    const shape = reducedShape(x.shape, axes, keepDims);
    if (x.shape.includes(0) && !shape.includes(0)) throw new SeeRnnError(`there is no ${name} of no numbers: ${formText(x.shape)}`);
    return [{ shape, dtype: x.dtype }];
  },
  forward({ inputs: [input], outputs: [out], attributes }) {
    const [x, y] = [input.data, out.data.fill(worst)];
    rows(input.shape, [groupsOf(input.shape, attributes)], ({ start, end, i, di }) => {
      // What is no number stays.
      for (let n = start; n < end; n++, i += di) if (before(x[n], y[i]) || Number.isNaN(x[n])) y[i] = x[n];
    });
  },
  backward({ inputs: [input], outputs: [out], adjoints: [dy], attributes }) {
    const [x, y] = [input.data, out.data];
    const groups = groupsOf(input.shape, attributes);
    const equals = new Float64Array(y.length);
    rows(input.shape, [groups], ({ start, end, i, di }) => { for (let n = start; n < end; n++, i += di) if (x[n] === y[i]) equals[i]++; });
    const dx = zerosLike(dy!, x.length);
    // Of a group with a NaN none is equal to it: 0 / 0.
    rows(input.shape, [groups], ({ start, end, i, di }) => { for (let n = start; n < end; n++, i += di) dx[n] = (x[n] === y[i] ? 1 : 0) / equals[i] * dy![i]; });
    return [dx];
  },
});

export const MAX = extreme('max', -Infinity, (x, y) => x > y);
export const MIN = extreme('min', Infinity, (x, y) => x < y);

export const PROD: Operation<Reduced> = {
  name: 'prod',
  forms: SUM.forms,
  forward({ inputs: [{ data: x, shape }], outputs: [out], attributes }) {
    const product = new Float64Array(out.data.length).fill(1);
    rows(shape, [groupsOf(shape, attributes)], ({ start, end, i, di }) => { for (let n = start; n < end; n++, i += di) product[i] *= x[n]; });
    out.data.set(product);
  },
  // The product of all others: of those before, times that of those after. Right for zeros, too.
  backward({ inputs: [{ data: x, shape }], adjoints: [dy], attributes }) {
    const group = new Uint32Array(x.length);
    const before = new Float64Array(x.length);
    const product = new Float64Array(dy!.length).fill(1);
    rows(shape, [groupsOf(shape, attributes)], ({ start, end, i, di }) => {
      for (let n = start; n < end; n++, i += di) {
        group[n] = i;
        before[n] = product[i];
        product[i] *= x[n];
      }
    });
    product.fill(1);
    const dx = zerosLike(dy!, x.length);
    for (let n = x.length - 1; n >= 0; n--) {
      dx[n] = dy![group[n]] * before[n] * product[group[n]];
      product[group[n]] *= x[n];
    }
    return [dx];
  },
};

/** Whether some, or all, of a group are other than 0. */
const truth = (name: string, initial: 0 | 1): Operation<Reduced> => ({
  name,
  forms: ([x], { axes, keepDims }) => [{ shape: reducedShape(x.shape, axes, keepDims), dtype: 'bool' }],
  forward({ inputs: [{ data: x, shape }], outputs: [out], attributes }) {
    const y = out.data.fill(initial);
    rows(shape, [groupsOf(shape, attributes)], ({ start, end, i, di }) => {
      for (let n = start; n < end; n++, i += di) if (x[n] !== 0 ? initial === 0 : initial === 1) y[i] = 1 - initial;
    });
  },
});

export const ANY = truth('any', 0);
export const ALL = truth('all', 1);

const made = (operation: Operation<Reduced>) => (x: Tensor, axes: Axes, keepDims = false): Tensor => apply(operation, [x], { axes, keepDims })[0];

export const sum = made(SUM);
export const mean = made(MEAN);
export const prod = made(PROD);
export const any = made(ANY);
export const all = made(ALL);
const maxOf = made(MAX);
const minOf = made(MIN);
export const max = (x: Tensor, axes: Axes, keepDims = false): Tensor => (x.dtype === 'bool' ? any : maxOf)(x, axes, keepDims);
export const min = (x: Tensor, axes: Axes, keepDims = false): Tensor => (x.dtype === 'bool' ? all : minOf)(x, axes, keepDims);

/** log sum e^x, without overflow. */
export const LOG_SUM_EXP: Operation<Reduced> = {
  name: 'log sum exp',
  forms: ([x], { axes, keepDims }) => [{ shape: reducedShape(x.shape, axes, keepDims), dtype: 'float' }],
  forward({ inputs: [{ data: x, shape }], outputs: [out], attributes }) {
    const groups = groupsOf(shape, attributes);
    const y = out.data;
    const peaks = largest(x, shape, groups).map((peak) => (Number.isFinite(peak) ? peak : 0));
    const total = sumsOfExp(x, shape, groups, peaks);
    for (let i = 0; i < y.length; i++) y[i] = Math.log(total[i]) + peaks[i];
  },
  // Its softmax.
  backward({ inputs: [{ data: x, shape }], outputs: [{ data: y }], adjoints: [dy], attributes }) {
    const dx = zerosLike(dy!, x.length);
    rows(shape, [groupsOf(shape, attributes)], ({ start, end, i, di }) => { for (let n = start; n < end; n++, i += di) dx[n] = dy![i] * Math.exp(x[n] - y[i]); });
    return [dx];
  },
};
export const logSumExp = made(LOG_SUM_EXP);

/** The mean square of the distances from the mean. */
export const variance = (x: Tensor, axes: Axes, keepDims = false): Tensor => mean(square(subtract(cast(x, 'float'), mean(x, axes, true))), axes, keepDims);

/** The square root of the variance; its gradient is no number where that is 0, as TensorFlow's. */
export const std = (x: Tensor, axes: Axes, keepDims = false): Tensor => sqrt(variance(x, axes, keepDims));

/**
 * A norm, over one axis or over all that are named: the root of the sum of squares, or of another order: 1 for the sum of magnitudes, 0 for how
 * many aren't 0, ±Infinity for the largest and the smallest magnitude, p for (sum |x|^p)^(1/p).
 */
export function norm(x: Tensor, axes: Axes, keepDims = false, order = 2): Tensor {
  if (order === 2) return sqrt(sum(multiply(cast(x, 'float'), cast(x, 'float')), axes, keepDims));
  if (order === 0) return cast(sum(notEqual(x, scalar(0)), axes, keepDims), 'float');
  const size = abs(cast(x, 'float'));
  if (order === Infinity) return max(size, axes, keepDims);
  if (order === -Infinity) return min(size, axes, keepDims);
  return power(sum(power(size, scalar(order)), axes, keepDims), scalar(1 / order));
}

export const REDUCTIONS: readonly AnyOperation[] = [
  SUM, MEAN, MAX, MIN, PROD, ANY, ALL, LOG_SUM_EXP,
];
