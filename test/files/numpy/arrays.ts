import { readFileSync } from 'node:fs';
import type { Dtype } from '../../../src/files/dtype.js';

/** A file that NumPy wrote, and the numbers it holds in row-major order. */
export interface Written {
  readonly dtype: Dtype;
  readonly version: 1 | 2 | 3;
  readonly order: 'C' | 'F';
  readonly endian: '<' | '>';
  readonly shape: readonly number[];
  readonly numbers: readonly number[];
  readonly bytes: Uint8Array;
}

interface Stored {
  readonly numpy: string;
  readonly read: readonly (Omit<Written, 'numbers' | 'bytes'> & { numbers: (number | string)[]; file: string })[];
  readonly refused: Readonly<Record<string, string>>;
  readonly npz: Readonly<Record<string, string>>;
}

const stored = JSON.parse(readFileSync(new URL('arrays.json', import.meta.url), 'utf8')) as Stored;

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

export const writtenByNumpy: readonly Written[] =
  stored.read.map(({ file, numbers, ...rest }) => ({ ...rest, numbers: numbers.map(Number), bytes: bytesOf(file) }));

const named = (files: Readonly<Record<string, string>>): Readonly<Record<string, Uint8Array>> =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [name, bytesOf(text)]));

/** Files that NumPy wrote and we refuse. */
export const refusedFromNumpy = named(stored.refused);

/** `.npz` files that NumPy wrote: x = float32 0..5 of shape (2, 3), y = [True, False]. */
export const npzFromNumpy = named(stored.npz);
