import { divide, maximum, minimum, multiply } from '../operations/arithmetic.js';
import { sum } from '../operations/reductions.js';
import { negative, rsqrt, sqrt, square } from '../operations/unary.js';
import { scalar, type Tensor } from '../tensor.js';
import type { LossDialect } from './loss.js';
import { EPSILON, plain, type MakeLoss } from './maker.js';

/** -cos of the angle between target and prediction. They differ in how they treat vectors that are next to nothing. */
export const cosineSimilarity: MakeLoss = (read, dialect) => {
  const axis = read.whole('axis', -1);
  return plain((t, p) => negative(sum(multiply(unit(t, axis, dialect), unit(p, axis, dialect)), [axis])), [axis]);
};

/** A vector's direction. */
export function unit(x: Tensor, axis: number, { kerasMajor, tfjs }: LossDialect): Tensor {
  const squared = sum(square(x), [axis], true);
  if (tfjs) return divide(x, sqrt(maximum(squared, scalar(EPSILON))));
  return multiply(x, kerasMajor === 3 ? minimum(rsqrt(squared), scalar(1 / EPSILON)) : rsqrt(maximum(squared, scalar(1e-12))));
}
