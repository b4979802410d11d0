import type { NamedArray } from '../core/array.js';
import { SeeRnnError, UsageError } from '../core/errors.js';
import { printable } from '../core/printable.js';
import { saveArray, saveArrays } from '../files/arrays.js';

const endsIn = (path: string, extension: string): boolean => path.toLowerCase().endsWith(extension);

/**
 * Refuses a name for an answer's file that says no format, before any work is done for it.
 *
 * @throws UsageError
 */
export function checkOut(path: string): string {
  if (!endsIn(path, '.npy') && !endsIn(path, '.npz')) throw new UsageError(`--out must end in .npy, for one array, or .npz, for several, found "${printable(path)}"`);
  return path;
}

/**
 * Writes what a command worked out: as `.npy` where it is one array, as `.npz` under its keys, whole or not at all.
 *
 * @throws SeeRnnError where it is several arrays and the name ends in `.npy`, or the file cannot be written
 */
export async function writeAnswer(path: string, arrays: Readonly<Record<string, NamedArray>>): Promise<void> {
  requireRoom(path, Object.keys(arrays));
  if (endsIn(path, '.npz')) await saveArrays(path, arrays);
  else await saveArray(path, Object.values(arrays)[0]);
}

/** Refuses a `.npy` file for several arrays; worth asking before they are worked out. */
export function requireRoom(path: string, keys: readonly string[]): void {
  if (keys.length > 1 && endsIn(path, '.npy')) {
    throw new SeeRnnError(`${printable(path)}: the name must end in .npz, since the answer is ${keys.length} arrays: ${keys.map(printable).join(', ')}`);
  }
}

/** The keys of a quantity's arrays: its name, or with `:0`, `:1` where a layer has several. */
export const keysOf = (quantity: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => (count === 1 ? quantity : `${quantity}:${i}`));

/** Arrays under their keys. */
export const underKeys = (keys: readonly string[], read: (i: number) => NamedArray): Record<string, NamedArray> =>
  Object.fromEntries(keys.map((key, i) => [key, read(i)]));
