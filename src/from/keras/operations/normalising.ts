import { add, divide, maximum, minimum, multiply, subtract } from '../../../graph/operations/arithmetic.js';
import { norm, sum, mean, variance, type Axes } from '../../../graph/operations/reductions.js';
import { reshape } from '../../../graph/operations/shaping.js';
import { negative, rsqrt, square } from '../../../graph/operations/unary.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';
import { real } from './element-wise.js';
import { allAxes } from './reducing.js';

/** Normalisations as functions. */

/** Keras 3's: over its norm along an axis. */
export function normalize(x: Tensor, axes: Axes, order: number, epsilon: number): Tensor {
  const values = real(x);
  if (order === 2) return multiply(values, minimum(rsqrt(sum(square(values), axes, true)), scalar(1 / epsilon)));
  return divide(values, maximum(norm(values, axes, true, order), scalar(epsilon)));
}

/** TensorFlow's l2_normalize. */
export const l2Normalize = (x: Tensor, axes: Axes, epsilon: number): Tensor => multiply(x, rsqrt(maximum(sum(square(real(x)), axes, true), scalar(epsilon))));

interface Scales { readonly scale: Tensor | null; readonly offset: Tensor | null; readonly epsilon: number }

/** Over mean and variance that are given: of one axis, or shaped to go with x. */
export function batchNormalize(x: Tensor, average: Tensor, spread: Tensor, axis: number, { scale, offset, epsilon }: Scales): Tensor {
  const beside = (v: Tensor): Tensor => (axis === -1 || v.rank === x.rank ? v : reshape(v, x.shape.map((_, i) => (i === (axis < 0 ? axis + x.rank : axis) ? v.size : 1))));
  const factor = rsqrt(add(beside(spread), scalar(epsilon)));
  const inverse = scale ? multiply(factor, beside(scale)) : factor;
  const shift = multiply(beside(average), inverse);
  return add(multiply(x, inverse), offset ? subtract(beside(offset), shift) : negative(shift));
}

/** Keras 3's layer normalisation: over mean and variance of some axes, or over the variance alone. */
export function layerNormalize(x: Tensor, axes: readonly number[], { scale, offset, epsilon }: Scales, varianceOnly: boolean): Tensor {
  const values = real(x);
  const over = allAxes(x, axes);
  const beside = (v: Tensor): Tensor => (v.rank === x.rank || (over.length === 1 && over[0] === x.rank - 1) ? v : reshape(v, x.shape.map((n, axis) => (over.includes(axis) ? n : 1))));
  const inverse = rsqrt(add(variance(values, over, true), scalar(epsilon)));
  if (varianceOnly) {
    const plain = multiply(values, inverse);
    return scale ? multiply(plain, beside(scale)) : plain;
  }
  const factor = scale ? multiply(inverse, beside(scale)) : inverse;
  const shift = negative(multiply(mean(values, over, true), factor));
  return add(multiply(values, factor), offset ? add(shift, beside(offset)) : shift);
}

/** Over the root of the mean square. */
export function rmsNormalize(x: Tensor, axes: Axes, scale: Tensor | null, epsilon: number): Tensor {
  const values = real(x);
  const plain = multiply(values, rsqrt(add(mean(square(values), axes, true), scalar(epsilon))));
  return scale ? multiply(plain, scale) : plain;
}
