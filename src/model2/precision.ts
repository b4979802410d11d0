import type { Floats } from '../cells/floats.js';

/** In what numbers a graph runs. */
export const PRECISIONS = ['float32', 'float64'] as const;
export type Precision = (typeof PRECISIONS)[number];

/** The same numbers in a precision; the same array where they are in it. */
export function inPrecision(numbers: Floats, precision: Precision): Floats {
  if (precision === 'float64') return numbers instanceof Float64Array ? numbers : Float64Array.from(numbers);
  return numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
}
