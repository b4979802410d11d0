import { readWhole, writeWhole } from '#disk';
import type { ArrayInput, NamedArray } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { suggestion } from '../core/nearest.js';
import { shown } from '../core/options.js';
import { printable } from '../core/printable.js';
import type { NpyOptions } from './npy.js';
import { npyParts, readNpy } from './npy.js';
import { npyMagic } from './npy-header.js';
import type { NpzOptions } from './npz.js';
import { npzBytes, readNpz } from './npz.js';
import type { ZipLimits } from './zip.js';
import { zipMagic } from './zip.js';

/** Which array of a file to read, and how much it may unpack to. */
export interface ReadArrayOptions extends ZipLimits {
  /** The array of a `.npz` file that holds several. */
  readonly key?: string;
}

/**
 * Reads one array from the bytes of a `.npy` file, or of a `.npz` file by its key. Which of the two it is, its first bytes
 * decide; `name` is for messages only.
 *
 * @throws SeeRnnError as {@link readNpy} and {@link readNpz} do; for bytes that are neither; for a missing or unknown key (those there
 *   are, are named)
 */
export function readArray(bytes: Uint8Array, name: string, options: ReadArrayOptions = {}): NamedArray {
  const { key } = options;
  const file = printable(name);
  if (!isNpz(bytes, file)) {
    if (key !== undefined) throw new SeeRnnError(`${file}: is a .npy file, which holds one array without a key; found key '${printable(key)}'`);
    return readNpy(bytes, name);
  }
  const arrays = readNpz(bytes, name, options);
  const keys = [...arrays.keys()].map(printable);
  if (key === undefined) {
    if (arrays.size === 1) return [...arrays.values()][0];
    throw new SeeRnnError(`${file}: holds ${arrays.size} arrays, name one by its key${keys.length > 0 ? `; there are: ${keys.join(', ')}` : ''}`);
  }
  const array = arrays.get(key);
  if (array === undefined) throw new SeeRnnError(`${file}: holds no array '${printable(key)}'${suggestion(key, keys)}`);
  return array;
}

/** Every array of a file's bytes: those of a `.npz` file by their keys; that of a `.npy` file under the key `data`. */
export function readArrays(bytes: Uint8Array, name: string, limits: ZipLimits = {}): Map<string, NamedArray> {
  return isNpz(bytes, printable(name)) ? readNpz(bytes, name, limits) : new Map([['data', readNpy(bytes, name)]]);
}

function isNpz(bytes: Uint8Array, file: string): boolean {
  const begins = (magic: Uint8Array): boolean => bytes.length > 0 && magic.every((byte, i) => i >= bytes.length || bytes[i] === byte);
  if (begins(zipMagic)) return true;
  if (begins(npyMagic)) return false;
  if (bytes.length === 0) throw new SeeRnnError(`${file}: is empty, expected a .npy or .npz file`);
  throw new SeeRnnError(`${file}: is neither a .npy file (those begin with \\x93NUMPY) nor a .npz file (those begin with PK)`);
}

/**
 * Reads one array from a `.npy` file, or from a `.npz` file by its key. Node only.
 *
 * @throws SeeRnnError as {@link readArray} does, and where the file is missing, a folder, or not readable
 * @example
 * const x = await loadArray('x.npy');
 * const y = await loadArray('data.npz', { key: 'y' });
 */
export async function loadArray(path: string, options: ReadArrayOptions = {}): Promise<NamedArray> {
  return readArray(await readWhole(path), path, options);
}

/**
 * Reads every array of a `.npz` file by its key; that of a `.npy` file is `data`. Node only.
 *
 * @throws SeeRnnError as {@link loadArray} does
 * @example
 * for (const [key, { shape }] of await loadArrays('data.npz')) console.log(key, shape);
 */
export async function loadArrays(path: string, limits: ZipLimits = {}): Promise<Map<string, NamedArray>> {
  return readArrays(await readWhole(path), path, limits);
}

/**
 * Writes one array as a `.npy` file, whole or not at all. Node only.
 *
 * @throws SeeRnnError where the name does not end in `.npy`, `dtype` cannot hold a number, or the file cannot be written
 * @example
 * await saveArray('x.npy', [[1, 2], [3, 4]], { dtype: 'float32' });
 */
export async function saveArray(path: string, array: ArrayInput, options: NpyOptions = {}): Promise<void> {
  checkExtension(path, '.npy', 'one array; several, or an array with a key, go to a .npz file by saveArrays');
  // In parts, so that a large array is not copied.
  await writeWhole(path, npyParts(array, printable(path), options.dtype));
}

/**
 * Writes several arrays as a `.npz` file, whole or not at all. Node only.
 *
 * @throws SeeRnnError where the name does not end in `.npz`, there is no array, `dtype` cannot hold a number, or the file
 *   cannot be written
 * @example
 * await saveArrays('data.npz', { x: [[1, 2], [3, 4]], y: [0, 1] });
 */
export async function saveArrays(
  path: string, arrays: Readonly<Record<string, ArrayInput>> | ReadonlyMap<string, ArrayInput>, options: NpzOptions = {},
): Promise<void> {
  checkExtension(path, '.npz', 'several arrays; one alone goes to a .npy file by saveArray');
  await writeWhole(path, npzBytes(arrays, printable(path), options));
}

function checkExtension(path: string, extension: string, holds: string): void {
  if (typeof path !== 'string') throw new SeeRnnError(`expected the name of a file that ends in ${extension}, found ${shown(path)}`);
  if (!path.toLowerCase().endsWith(extension)) {
    throw new SeeRnnError(`${printable(path)}: the name must end in ${extension}, which holds ${holds}`);
  }
}
