import { SeeRnnError } from '../../../../core/errors.js';
import { divide, maximum, minimum, multiply, subtract } from '../../../../graph/operations/arithmetic.js';
import { cast } from '../../../../graph/operations/cast.js';
import { tensordot } from '../../../../graph/operations/matmul.js';
import { all, any, argmax, argmin, cumprod, cumsum, logSumExp, max, mean, min, prod, std, sum, variance, type Axes } from '../../../../graph/operations/reductions.js';
import { reshape } from '../../../../graph/operations/shaping.js';
import type { Tensor } from '../../../../graph/tensor.js';
import { shown } from '../../../../core/options.js';
import type { Arguments } from '../arguments.js';
import { nanToNum, real } from '../element-wise.js';
import { operation, type KerasOperation, type OperationTable } from '../operation.js';
import { argExtreme, countNonZero, moments, normOf, quantile, quantileMethod, withoutNan } from '../reducing.js';

type Reduce = (x: Tensor, axes: Axes, keepDims?: boolean) => Tensor;

const reduction = (reduce: Reduce): KerasOperation => operation('x axis keepdims', (given) => reduce(given.tensor('x'), given.axes(), given.flag('keepdims', false)));

/** A largest or smallest number that is not below, or above, a given one. */
const extreme = (reduce: Reduce, choose: (x: Tensor, y: Tensor) => Tensor): KerasOperation => operation('x axis keepdims initial', (given) => {
  const found = reduce(given.tensor('x'), given.axes(), given.flag('keepdims', false));
  const initial = given.optional('initial');
  return initial ? choose(found, initial) : found;
});

const whereExtreme = (find: typeof argmax): KerasOperation => operation('x axis keepdims', (given) => argExtreme(find, given.tensor('x'), given.axis(), given.flag('keepdims', false)));

/** Along one axis; of all numbers in their order, where there is none. */
const running = (f: (x: Tensor, axis: number) => Tensor, nan: number | null = null): KerasOperation => operation('x axis dtype', (given) => {
  const read = given.tensor('x');
  const x = cast(nan === null ? read : nanToNum(read, nan, null, null), given.dtype('dtype', read.dtype));
  const axis = given.axis();
  return axis === null ? f(reshape(x, [-1]), 0) : f(x, axis);
});

const quantiles = (unit: number): KerasOperation => operation('x q axis method keepdims', (given) => {
  const shares = given.numbers('q').map((share) => share / unit);
  if (shares.some((share) => !(share >= 0 && share <= 1))) throw given.wrong('q', `from 0 to ${unit}`);
  // A model's Quantile forgets its method.
  const method = unit === 1 ? 'linear' : quantileMethod(given.text('method', 'linear'));
  return quantile(given.tensor('x'), given.isSingle('q') ? shares[0]! : shares, given.axes(), method, given.flag('keepdims', false));
});

function average(given: Arguments): Tensor {
  const x = real(given.tensor('x'));
  const axis = given.axes();
  const weights = given.optional('weights');
  if (!weights) return mean(x, axis);
  if (axis === null || weights.rank === x.rank) return divide(sum(multiply(x, weights), axis), sum(weights, axis));
  if (axis.length !== 1 || weights.rank !== 1) throw new SeeRnnError('weights must be of the shape of what is averaged, or of its axis');
  return divide(tensordot(x, real(weights), [axis, [0]]), sum(weights, null));
}

function norm(given: Arguments): Tensor {
  const order = given.raw('ord');
  // Python's JSON, and Keras's own way with infinite numbers.
  const read = order === undefined ? null : order === 'inf' || order === '-inf' ? Number(`${order}inity`.replace('inf', 'Inf')) : order;
  if (read !== null && typeof read !== 'number' && typeof read !== 'string') throw new SeeRnnError(`ord must be a number or a word, found ${shown(order)}`);
  return normOf(given.tensor('x'), given.axes(), read, given.flag('keepdims', false));
}

/** `keras.ops` that make one number of several. */
export const reducing: OperationTable = {
  Sum: reduction(sum), Mean: reduction(mean), Prod: reduction(prod), Std: reduction(std), Var: reduction(variance), Any: reduction(any), All: reduction(all), Logsumexp: reduction(logSumExp),
  Max: extreme(max, maximum), Min: extreme(min, minimum), Amax: extreme(max, maximum), Amin: extreme(min, minimum), Ptp: reduction((x, axes, keep) => subtract(max(x, axes, keep), min(x, axes, keep))),
  CountNonzero: reduction(countNonZero), Argmax: whereExtreme(argmax), Argmin: whereExtreme(argmin), Average: operation('x weights', average), Norm: operation('x ord axis keepdims', norm),
  Moments: operation('x axes keepdims', (given) => moments(given.tensor('x'), given.axes('axes'), given.flag('keepdims', false))),
  Cumsum: running(cumsum), Cumprod: running(cumprod), Nancumsum: running(cumsum, 0), Nancumprod: running(cumprod, 1),
  Median: operation('x axis keepdims', (given) => quantile(given.tensor('x'), 0.5, given.axes(), 'linear', given.flag('keepdims', false))),
  Quantile: quantiles(1), Percentile: quantiles(100),
  Nansum: reduction(withoutNan.sum), Nanmean: reduction(withoutNan.mean), Nanprod: reduction(withoutNan.prod), Nanmax: reduction(withoutNan.max), Nanmin: reduction(withoutNan.min),
  Nanvar: reduction(withoutNan.variance), Nanstd: reduction(withoutNan.std),
};
