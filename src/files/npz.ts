import type { ArrayInput, NamedArray } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { printable } from '../core/printable.js';
import type { Dtype } from './dtype.js';
import { npyBytes, readNpy } from './npy.js';
import type { ZipLimits } from './zip.js';
import { readZip, writeZip } from './zip.js';

/** How arrays are written into one file. */
export interface NpzOptions {
  /** The kind of numbers of every array. Default: the kind that each array's data has. */
  readonly dtype?: Dtype;
  /** Pack the arrays by DEFLATE. Default: false, as NumPy's `savez`. */
  readonly compress?: boolean;
}

const extension = '.npy';

/**
 * Reads NumPy's `.npz` format: several arrays in a zip file, packed or not. The member `a.npy` is the array `a`.
 *
 * Keys are whatever the file says, in its order; they are never used as names of files.
 *
 * @param name the file, as messages name it
 * @throws SeeRnnError where a member is no `.npy` file or one that {@link readNpy} refuses, where the zip file is damaged,
 *   encrypted or Zip64, or where it would unpack to more than `maxBytes` (default 2 GiB)
 * @example
 * const arrays = readNpz(bytes, 'data.npz');
 * const x = arrays.get('x');
 */
export function readNpz(bytes: Uint8Array, name: string, limits: ZipLimits = {}): Map<string, NamedArray> {
  const file = printable(name);
  const arrays = new Map<string, NamedArray>();
  for (const [member, contents] of readZip(bytes, file, limits)) {
    const shownName = `${file}: member ${printable(member)}`;
    if (!member.endsWith(extension)) throw new SeeRnnError(`${shownName}: is no .npy file, which is all that a .npz file may hold`);
    arrays.set(member.slice(0, -extension.length), readNpy(contents, shownName));
  }
  return arrays;
}

/**
 * Writes NumPy's `.npz` format. The same arrays give the same bytes.
 *
 * @param arrays by their keys, as a Map or a plain object
 * @throws SeeRnnError where there is no array, or `dtype` cannot hold a number
 * @example
 * const bytes = writeNpz({ x: [[1, 2], [3, 4]], y: [0, 1] });
 */
export function writeNpz(arrays: Readonly<Record<string, ArrayInput>> | ReadonlyMap<string, ArrayInput>, options: NpzOptions = {}): Uint8Array<ArrayBuffer> {
  return npzBytes(arrays, 'arrays', options);
}

/** {@link writeNpz}, with the name under which messages speak of the file. */
export function npzBytes(
  arrays: Readonly<Record<string, ArrayInput>> | ReadonlyMap<string, ArrayInput>, file: string, options: NpzOptions,
): Uint8Array<ArrayBuffer> {
  const entries = arrays instanceof Map ? [...arrays as ReadonlyMap<string, ArrayInput>] : Object.entries(arrays);
  if (entries.length === 0) throw new SeeRnnError(`${file}: no arrays to write`);
  const members = new Map<string, Uint8Array>();
  for (const [key, array] of entries) {
    if (key === '' || key.length > 1000) throw new SeeRnnError(`${file}: the key of an array must have 1 to 1000 characters, found ${key.length}`);
    members.set(key + extension, npyBytes(array, `${file}: ${printable(key)}`, options.dtype));
  }
  return writeZip(members, file, options.compress ?? false);
}
