import { maximum, minimum, multiply } from '../../../graph/operations/arithmetic.js';
import { sum } from '../../../graph/operations/reductions.js';
import { rsqrt, square } from '../../../graph/operations/unary.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';
import { since, type Dialect } from '../dialect.js';

/**
 * Vectors along some axes over their length, as each generation of Keras guards against a length of 0.
 *
 * @param epsilon Keras 3's, from 3.6 on
 */
export function l2Normalized(x: Tensor, axes: readonly number[], dialect: Dialect, epsilon: number): Tensor {
  const squares = sum(square(x), axes, true);
  if (since(dialect, '3.6')) return multiply(x, minimum(rsqrt(squares), scalar(1 / epsilon)));
  return multiply(x, rsqrt(maximum(squares, scalar(dialect.tfjs ? 1e-7 : 1e-12))));
}
