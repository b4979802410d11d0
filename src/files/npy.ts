import type { ArrayInput, NamedArray } from '../core/array.js';
import { asNamedArray, namedArray, shapeText, sizeOf } from '../core/array.js';
import { SeeRnnError, UsageError } from '../core/errors.js';
import { suggestion } from '../core/nearest.js';
import { printable } from '../core/printable.js';
import type { Dtype } from './dtype.js';
import { decode, dtypeOf, dtypes, encode, rowMajor } from './dtype.js';
import { readHeader, writeHeader } from './npy-header.js';

/** How an array is written. */
export interface NpyOptions {
  /** The kind of numbers in the file. Default: the kind that the data has, e.g. `float32` for a Float32Array. */
  readonly dtype?: Dtype;
}

/**
 * Reads NumPy's `.npy` format, versions 1.0, 2.0 and 3.0: float16, 32 and 64, signed and unsigned integers of 8 to 64
 * bits, and bool, in either byte order and in C or Fortran order.
 *
 * What comes out is in row-major order. float16 becomes a Float32Array, bool a Uint8Array of 0 and 1, 64-bit integers a
 * Float64Array. Where the bytes already lie right in memory, the array shares them with `bytes`; otherwise it is a copy.
 *
 * @param name the file, as messages name it
 * @throws SeeRnnError for anything else (complex numbers, strings, Python objects, structures, dates), for 64-bit integers
 *   that a float64 cannot hold exactly, and for a file that is truncated, too long or malformed
 * @example
 * const bytes = new Uint8Array(await (await fetch('x.npy')).arrayBuffer());
 * const x = readNpy(bytes, 'x.npy'); // x.data, x.shape
 */
export function readNpy(bytes: Uint8Array, name: string): NamedArray {
  const file = printable(name);
  const { dtype, littleEndian, fortranOrder, shape, dataStart } = readHeader(bytes, file);
  const needed = sizeOf(shape) * dtypes[dtype].width;
  if (!Number.isSafeInteger(needed)) throw new SeeRnnError(`${file}: an array of shape ${shapeText(shape)} is too large`);
  const found = bytes.length - dataStart;
  if (found !== needed) {
    throw new SeeRnnError(`${file}: ${found < needed ? 'truncated' : 'too long'}: ${dtype} of shape ${shapeText(shape)} takes ${needed} bytes, found ${found}`);
  }
  const data = decode(bytes.subarray(dataStart), dtype, littleEndian, file);
  return namedArray(fortranOrder && shape.length > 1 ? rowMajor(data, shape) : data, shape);
}

/**
 * Writes NumPy's `.npy` format, version 1.0, little-endian, in C order: byte for byte what NumPy writes.
 *
 * Axis names are not part of the format and are not kept.
 *
 * @throws UsageError for an unknown `dtype`
 * @throws SeeRnnError where `dtype` cannot hold a number: a fraction as an integer, or one beyond its range
 * @example
 * const bytes = writeNpy([[1, 2], [3, 4]], { dtype: 'float32' });
 */
export function writeNpy(array: ArrayInput, options: NpyOptions = {}): Uint8Array<ArrayBuffer> {
  return npyBytes(array, 'array', options.dtype);
}

/** {@link writeNpy}, with the name under which messages speak of the array. */
export function npyBytes(array: ArrayInput, name: string, dtype?: Dtype): Uint8Array<ArrayBuffer> {
  const [header, body] = npyParts(array, name, dtype);
  const bytes = new Uint8Array(header.length + body.length);
  bytes.set(header);
  bytes.set(body, header.length);
  return bytes;
}

/** The bytes of a `.npy` file in two parts, of which the second, the numbers, shares the array's memory where it can. */
export function npyParts(array: ArrayInput, name: string, dtype?: Dtype): readonly [header: Uint8Array, body: Uint8Array] {
  const { data, shape } = asNamedArray(array, name);
  const kind = dtype ?? dtypeOf(data);
  if (!Object.hasOwn(dtypes, kind)) {
    throw new UsageError(`${name}: unknown dtype '${printable(kind)}'${suggestion(kind, Object.keys(dtypes))}`);
  }
  return [writeHeader(kind, shape), encode(data, kind, name)];
}
