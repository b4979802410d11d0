import { zerosLike, type Floats } from '../../cells/floats.js';
import { sizeOf } from '../../core/array.js';
import { sums } from './groups.js';

/**
 * The gradient by an array that was broadcast, from that by what it was broadcast to: the sum over all that one number went to.
 *
 * @returns an array of `to`'s size, or `from` itself where the sizes are the same
 */
export function sumTo(from: Floats, shape: readonly number[], to: readonly number[]): Floats {
  if (sizeOf(to) === from.length) return from;
  const sum = sums(from, shape, to);
  if (from instanceof Float64Array) return sum;
  const rounded = zerosLike(from, sum.length);
  rounded.set(sum);
  return rounded;
}
