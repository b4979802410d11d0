import { sizeOf } from '../../core/array.js';
import type { Floats } from '../../cells/floats.js';
import { rows } from './rows.js';

/**
 * Sums and the like of an array's groups: of all numbers that one number of a smaller array would be broadcast to. In float64, whatever the
 * array is in. Where a row is of one group it is gone through apart, since a sum in a register costs half of one in memory.
 *
 * @param shape the array's
 * @param groups a shape that broadcasts to it
 */
export function sums(x: Floats, shape: readonly number[], groups: readonly number[]): Float64Array {
  const sum = new Float64Array(sizeOf(groups));
  rows(shape, [groups], ({ start, end, i, di }) => {
    if (di === 0) {
      let total = sum[i];
      for (let n = start; n < end; n++) total += x[n];
      sum[i] = total;
    } else {
      for (let n = start; n < end; n++, i += di) sum[i] += x[n];
    }
  });
  return sum;
}

/** The largest number of each group, -Infinity of an empty one; what is no number is left out. */
export function largest(x: Floats, shape: readonly number[], groups: readonly number[]): Float64Array {
  const peak = new Float64Array(sizeOf(groups)).fill(-Infinity);
  rows(shape, [groups], ({ start, end, i, di }) => {
    if (di === 0) {
      let most = peak[i];
      for (let n = start; n < end; n++) if (x[n] > most) most = x[n];
      peak[i] = most;
    } else {
      for (let n = start; n < end; n++, i += di) if (x[n] > peak[i]) peak[i] = x[n];
    }
  });
  return peak;
}

/** The sums of e^(x - peak). */
export function sumsOfExp(x: Floats, shape: readonly number[], groups: readonly number[], peaks: Float64Array): Float64Array {
  const sum = new Float64Array(sizeOf(groups));
  rows(shape, [groups], ({ start, end, i, di }) => {
    if (di === 0) {
      let total = sum[i];
      const peak = peaks[i];
      for (let n = start; n < end; n++) total += Math.exp(x[n] - peak);
      sum[i] = total;
    } else {
      for (let n = start; n < end; n++, i += di) sum[i] += Math.exp(x[n] - peaks[i]);
    }
  });
  return sum;
}
