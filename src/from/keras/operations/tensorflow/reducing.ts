import { SeeRnnError } from '../../../../core/errors.js';
import { add, divide, multiply, subtract } from '../../../../graph/operations/arithmetic.js';
import { cast } from '../../../../graph/operations/cast.js';
import { equal } from '../../../../graph/operations/comparison.js';
import { all, any, argmax, argmin, cumprod, cumsum, logSumExp, max, mean, min, norm, prod, std, sum, variance, type Axes } from '../../../../graph/operations/reductions.js';
import { flip } from '../../../../graph/operations/slicing.js';
import { topK } from '../../../../graph/operations/sorting.js';
import { square } from '../../../../graph/operations/unary.js';
import { scalar, type Tensor } from '../../../../graph/tensor.js';
import type { Arguments } from '../arguments.js';
import { real } from '../element-wise.js';
import { operation, unary, type KerasOperation, type OperationTable } from '../operation.js';
import { argExtreme, countNonZero, moments, normOf } from '../reducing.js';

type Reduce = (x: Tensor, axes: Axes, keepDims?: boolean) => Tensor;

const reduction = (reduce: Reduce): KerasOperation => operation('input_tensor axis keepdims', (given) => reduce(given.tensor('input_tensor'), given.axes(), given.flag('keepdims', false)));

/** Of whole numbers without what is behind the point. */
const average: Reduce = (x, axes, keepDims) => cast(mean(x, axes, keepDims), x.dtype === 'int' ? 'int' : 'float');

const whereExtreme = (find: typeof argmax): KerasOperation => operation('input axis', (given) => argExtreme(find, given.tensor('input'), given.axis() ?? 0, false));

/** Along an axis; without the number itself, and from the end, where it says so. */
const running = (f: (x: Tensor, axis: number) => Tensor, apart: (y: Tensor, x: Tensor) => Tensor): KerasOperation => operation('x axis exclusive reverse', (given) => {
  const axis = given.whole('axis', 0);
  const turned = given.flag('reverse', false);
  const x = turned ? flip(given.tensor('x'), axis) : given.tensor('x');
  const y = given.flag('exclusive', false) ? apart(f(x, axis), x) : f(x, axis);
  return turned ? flip(y, axis) : y;
});

function normed(given: Arguments): Tensor {
  const order = given.raw('ord') ?? 'euclidean';
  if (typeof order !== 'string' && typeof order !== 'number') throw given.wrong('ord', 'a number or a word');
  const read = order === 'inf' ? Infinity : order;
  const axes = given.axes();
  if (axes?.length === 1 || read === 'euclidean' || read === 'fro' || read === 2) return read === 'euclidean' || read === 'fro' || (read === 2 && axes?.length !== 2) ? norm(real(given.tensor('tensor')), axes, given.flag('keepdims', false)) : normOf(given.tensor('tensor'), axes, read, given.flag('keepdims', false));
  // Without an axis all numbers are one vector.
  if (axes === null && typeof read === 'number') return norm(real(given.tensor('tensor')), null, given.flag('keepdims', false), read);
  return normOf(given.tensor('tensor'), axes, read, given.flag('keepdims', false));
}

/** A tensor over its norm, and the norm. */
function normalize(given: Arguments): Tensor[] {
  const x = given.tensor('tensor');
  const order = given.raw('ord') ?? 'euclidean';
  if (order !== 'euclidean' && typeof order !== 'number') throw given.wrong('ord', 'a number or \'euclidean\'');
  const size = norm(real(x), given.axes(), true, order === 'euclidean' ? 2 : order);
  return [divide(x, size), size];
}

const total = (xs: readonly Tensor[]): Tensor => xs.reduce((before, x) => add(before, x));

const notExclusive = (): never => { throw new SeeRnnError('exclusive products are not supported'); };

/** TensorFlow's functions that make one number of several. */
export const reducing: OperationTable = {
  reduce_sum: reduction(sum), reduce_mean: reduction(average), reduce_prod: reduction(prod), reduce_max: reduction(max), reduce_min: reduction(min), reduce_any: reduction(any), reduce_all: reduction(all),
  reduce_std: reduction(std), reduce_variance: reduction(variance), reduce_logsumexp: reduction(logSumExp), reduce_euclidean_norm: reduction((x, axes, keepDims) => norm(real(x), axes, keepDims)),
  argmax: whereExtreme(argmax), arg_max: whereExtreme(argmax), argmin: whereExtreme(argmin), arg_min: whereExtreme(argmin),
  cumsum: running(cumsum, subtract), cumprod: running(cumprod, notExclusive), norm: operation('tensor ord axis keepdims', normed), normalize: operation('tensor ord axis', normalize),
  count_nonzero: operation('input axis keepdims', (given) => countNonZero(given.tensor('input'), given.axes(), given.flag('keepdims', false))),
  zero_fraction: unary((x) => mean(equal(x, scalar(0)), null)),
  moments: operation('x axes keepdims', (given) => moments(given.tensor('x'), given.axes('axes'), given.flag('keepdims', false))),
  l2_loss: unary((x) => multiply(sum(square(x), null), scalar(0.5))),
  add_n: operation('inputs', (given) => total(given.tensors('inputs'))), accumulate_n: operation('inputs', (given) => total(given.tensors('inputs'))),
  top_k: operation('input k sorted', (given) => { const { values, indices } = topK(given.tensor('input'), given.whole('k', 1)); return [values, indices]; }),
};
