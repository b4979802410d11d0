import { sizeOf } from '../../core/array.js';
import { SeeRnnError } from '../../core/errors.js';
import { supportedDtypes } from '../dtype.js';
import { putWeightNumbers, roomFor, widthOf, type WeightDtype, type WeightNumbers } from '../weight-numbers.js';
import type { Library, Metadata } from './library.js';

// HDF5's classes of types, by number: part of its file format.
const [WHOLE, FLOAT, STRING, OPAQUE, ENUM] = [0, 1, 3, 5, 8];
const otherClasses: Readonly<Record<number, string>> = { 2: 'times', [STRING]: 'text', 4: 'bit fields', [OPAQUE]: 'opaque bytes', 6: 'structures', 7: 'references', [ENUM]: 'enumerations', 9: 'lists', 10: 'arrays' };

/** What a type is called in messages: `float32`, `text`. */
export const storedAs = (metadata: Metadata): string => dtypeOf(metadata, false)
  ?? (metadata.type === FLOAT || metadata.type === WHOLE ? `${metadata.type === FLOAT ? 'floats' : 'whole numbers'} of ${metadata.size} bytes` : otherClasses[metadata.type] ?? 'an unknown type');

function dtypeOf({ type, size, signed }: Metadata, bfloat16: boolean): WeightDtype | null {
  // h5py writes bfloat16 as opaque bytes, newer ones as a float of its own; of that Keras says so beside it. Nothing else comes as two opaque bytes.
  if (size === 2 && (type === OPAQUE || bfloat16 && type === FLOAT)) return 'bfloat16';
  if (type === FLOAT) return size === 2 ? 'float16' : size === 4 ? 'float32' : size === 8 ? 'float64' : null;
  if (type === WHOLE && [1, 2, 4, 8].includes(size)) return `${signed ? 'int' : 'uint'}${8 * size}` as WeightDtype;
  if (type === ENUM && size === 1) return 'bool'; // as h5py writes it
  return null;
}

// Bytes read at once: the library's memory, which never shrinks, holds no more than this of any weight.
const pieceBytes = 2 ** 22;

/** Reads an array of numbers, piece by piece. Called within `guarded`. */
export function readNumbers(library: Library, id: bigint, path: string, metadata: Metadata, bfloat16: boolean, size: number, name: string): WeightNumbers {
  const dtype = dtypeOf(metadata, bfloat16);
  if (dtype === null) throw new SeeRnnError(`${name}: holds ${storedAs(metadata)}; supported are ${supportedDtypes}, and bfloat16`);
  const out = roomFor(dtype, size);
  if (size === 0) return out;
  // A packed chunk would be unpacked for every piece of it.
  const piece = metadata.chunks === null ? Math.floor(pieceBytes / widthOf(dtype)) : size;
  const at = library._malloc(Math.min(piece, size) * widthOf(dtype));
  if (at === 0) throw new Error('no memory');
  try {
    let done = 0;
    for (const { count, offset } of pieces(metadata.shape!, piece)) {
      const numbers = sizeOf(count);
      const [counts, offsets] = [count.map(BigInt), offset.map(BigInt)];
      const status = count.length === 0
        ? library.get_dataset_data(id, path, null, null, null, BigInt(at))
        : library.get_dataset_data(id, path, counts, offsets, counts.map(() => 1n), BigInt(at));
      if (status < 0) throw new Error('not read');
      putWeightNumbers(library.HEAPU8.subarray(at, at + numbers * widthOf(dtype)), dtype, out, done, name);
      done += numbers;
    }
    return out;
  } finally {
    library._free(at);
  }
}

/** Cuts an array into blocks of at most `most` numbers, in row-major order: runs along one axis, whole in those after it. */
function* pieces(shape: readonly number[], most: number): Generator<{ count: number[]; offset: number[] }> {
  let axis = 0;
  while (axis < shape.length && sizeOf(shape.slice(axis + 1)) > most) axis++;
  const [before, inner] = [shape.slice(0, axis), sizeOf(shape.slice(axis + 1))];
  const run = Math.max(1, Math.floor(most / inner));
  for (let block = 0; block < sizeOf(before); block++) {
    const outer = before.map((n, i) => Math.floor(block / sizeOf(before.slice(i + 1))) % n);
    if (shape.length === 0) yield { count: [], offset: [] };
    else for (let from = 0; from < shape[axis]; from += run) {
      yield {
        count: [...before.map(() => 1), Math.min(run, shape[axis] - from), ...shape.slice(axis + 1)],
        offset: [...outer, from, ...shape.slice(axis + 1).map(() => 0)],
      };
    }
  }
}
