import { zerosLike, type Floats } from '../../cells/floats.js';
import { sizeOf } from '../../core/array.js';
import { rows } from './rows.js';

/**
 * The gradient by an array that was broadcast, from that by what it was broadcast to: the sum over all that one number went to. Sums are taken
 * in float64.
 *
 * @returns an array of `to`'s size, or `from` itself where the sizes are the same
 */
export function sumTo(from: Floats, shape: readonly number[], to: readonly number[]): Floats {
  const size = sizeOf(to);
  if (size === from.length) return from;
  const sum = sums(from, shape, to);
  if (from instanceof Float64Array) return sum;
  const rounded = zerosLike(from, size);
  rounded.set(sum);
  return rounded;
}

/** The sums themselves, in float64. */
export function sums(from: Floats, shape: readonly number[], to: readonly number[]): Float64Array {
  const sum = new Float64Array(sizeOf(to));
  rows(shape, [to], ({ start, end, i, di }) => {
    if (di === 0) {
      let total = sum[i];
      for (let n = start; n < end; n++) total += from[n];
      sum[i] = total;
    } else {
      for (let n = start; n < end; n++, i += di) sum[i] += from[n];
    }
  });
  return sum;
}
