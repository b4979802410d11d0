import type { Numbers } from '../core/array.js';
import type { Tensor } from '../graph/tensor.js';

/**
 * A tensor's numbers as they come out: real ones in the precision of the run, whole ones and truth values as whole numbers.
 *
 * @param theirs arrays that belong to the caller, of which there is to be a copy
 */
export function numbersOf({ data, dtype }: Tensor, theirs?: ReadonlySet<unknown>): Numbers {
  if (dtype === 'float') return theirs?.has(data) ? data.slice() : data;
  if (dtype === 'bool') return new Uint8Array(data);
  const whole = new Int32Array(data);
  // Those beyond 32 bits stay what they are.
  return whole.every((value, n) => value === data[n]) ? whole : data.slice();
}
