import type { Floats } from '../cells/floats.js';
import type { Numbers } from '../core/array.js';

/** In what numbers a graph runs. */
export const PRECISIONS = ['float32', 'float64'] as const;
export type Precision = (typeof PRECISIONS)[number];

/** The same numbers in a precision; the same array where they are in it. */
export function inPrecision(numbers: Numbers, precision: Precision): Floats {
  // Not by `from`, which goes through an iterator.
  if (precision === 'float64') return numbers instanceof Float64Array ? numbers : new Float64Array(numbers);
  return numbers instanceof Float32Array ? numbers : new Float32Array(numbers);
}
