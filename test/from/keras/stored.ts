import { sizeOf } from '../../../src/core/array.js';
import { Random } from '../../random.js';

/** An array as the writers take it, and as a model takes it for an input. */
export interface Stored { readonly shape: readonly number[]; readonly data: Float32Array }

let seed = 0;

/** Numbers that no other array has. */
export function numbers(...shape: number[]): Stored {
  const random = new Random(++seed);
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => random.uniform() - 0.5) };
}

/** The same, between 0.5 and 1.5: variances. */
export const positive = (...shape: number[]): Stored => { const { data } = numbers(...shape); return { shape, data: data.map((v) => v + 1) }; };

/** Whole numbers from 0, below a limit. */
export const tokens = (limit: number, ...shape: number[]): Stored => { const { data } = numbers(...shape); return { shape, data: data.map((v) => Math.floor((v + 0.5) * limit)) }; };

/** Kernel, recurrent kernel and bias of a layer with `gates` gates. */
export const recurrent = (features: number, units: number, gates: number): [Stored, Stored, Stored] =>
  [numbers(features, gates * units), numbers(units, gates * units), numbers(gates * units)];

export const lstm = (features: number, units: number): [Stored, Stored, Stored] => recurrent(features, units, 4);
/** With reset_after: two biases. */
export const gru = (features: number, units: number): [Stored, Stored, Stored] => [numbers(features, 3 * units), numbers(units, 3 * units), numbers(2, 3 * units)];
export const dense = (features: number, units: number): [Stored, Stored] => [numbers(features, units), numbers(units)];
