import type { Numbers } from '../core/array.js';
import { sizeOf } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { fromHalf, toHalf } from './half.js';

/** The kinds of numbers that array files hold, by NumPy's names. */
export type Dtype =
  | 'float16' | 'float32' | 'float64'
  | 'int8' | 'int16' | 'int32' | 'int64'
  | 'uint8' | 'uint16' | 'uint32' | 'uint64'
  | 'bool';

interface Layout {
  /** NumPy's code without its byte order: `f4`. */
  readonly code: string;
  /** Bytes a number. */
  readonly width: number;
  /** Least and greatest value, for whole numbers. */
  readonly range?: readonly [number, number];
}

const whole = (code: string, width: number, least: number, greatest: number): Layout => ({ code, width, range: [least, greatest] });

/** How each kind lies in a file. Of 64-bit integers only those are taken that a float64 holds exactly. */
export const dtypes: Readonly<Record<Dtype, Layout>> = {
  float16: { code: 'f2', width: 2 },
  float32: { code: 'f4', width: 4 },
  float64: { code: 'f8', width: 8 },
  int8: whole('i1', 1, -(2 ** 7), 2 ** 7 - 1),
  int16: whole('i2', 2, -(2 ** 15), 2 ** 15 - 1),
  int32: whole('i4', 4, -(2 ** 31), 2 ** 31 - 1),
  int64: whole('i8', 8, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  uint8: whole('u1', 1, 0, 2 ** 8 - 1),
  uint16: whole('u2', 2, 0, 2 ** 16 - 1),
  uint32: whole('u4', 4, 0, 2 ** 32 - 1),
  uint64: whole('u8', 8, 0, Number.MAX_SAFE_INTEGER),
  bool: whole('b1', 1, 0, 1),
};

/** What messages list as readable and writable. */
export const supportedDtypes = 'float16, float32, float64, int8 to int64, uint8 to uint64 and bool';

const littleMachine = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The kind that an array's data already has. */
export function dtypeOf(data: Numbers): Dtype {
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof Int16Array) return 'int16';
  if (data instanceof Int8Array) return 'int8';
  if (data instanceof Uint32Array) return 'uint32';
  if (data instanceof Uint16Array) return 'uint16';
  return 'uint8';
}

/**
 * Numbers out of a file's bytes: a view of `bytes` where they lie as this machine wants them, else a copy.
 *
 * float16 becomes float32, 64-bit integers float64, bool 0 or 1.
 *
 * @param name the file, as messages name it
 * @throws SeeRnnError for a 64-bit integer that a float64 cannot hold exactly
 */
export function decode(bytes: Uint8Array, dtype: Dtype, littleEndian: boolean, name: string): Numbers {
  const { width } = dtypes[dtype];
  const swapped = width > 1 && littleEndian !== littleMachine;
  const { buffer, byteOffset } = swapped ? byteSwapped(bytes, width) : bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  const length = bytes.length / width;
  switch (dtype) {
    case 'float64': return new Float64Array(buffer, byteOffset, length);
    case 'float32': return new Float32Array(buffer, byteOffset, length);
    case 'float16': return Float32Array.from(new Uint16Array(buffer, byteOffset, length), fromHalf);
    case 'int32': return new Int32Array(buffer, byteOffset, length);
    case 'int16': return new Int16Array(buffer, byteOffset, length);
    case 'int8': return new Int8Array(buffer, byteOffset, length);
    case 'uint32': return new Uint32Array(buffer, byteOffset, length);
    case 'uint16': return new Uint16Array(buffer, byteOffset, length);
    case 'uint8': return new Uint8Array(buffer, byteOffset, length);
    case 'int64': case 'uint64': return from64(new Uint32Array(buffer, byteOffset, 2 * length), dtype, name);
    case 'bool': {
      const truths = new Uint8Array(buffer, byteOffset, length);
      return truths.some((v) => v > 1) ? truths.map((v) => (v === 0 ? 0 : 1)) : truths; // NumPy takes any byte but 0 as true
    }
  }
}

function byteSwapped(bytes: Uint8Array, width: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let start = 0; start < out.length; start += width) {
    for (let i = 0; i < width; i++) out[start + i] = bytes[start + width - 1 - i];
  }
  return out;
}

function from64(halves: Uint32Array, dtype: 'int64' | 'uint64', name: string): Float64Array {
  const out = new Float64Array(halves.length / 2);
  const low = littleMachine ? 0 : 1;
  for (let i = 0; i < out.length; i++) {
    const high = halves[2 * i + 1 - low];
    out[i] = (dtype === 'int64' ? high | 0 : high) * 2 ** 32 + halves[2 * i + low];
    if (!Number.isSafeInteger(out[i])) {
      const exact = (BigInt(high) << 32n) | BigInt(halves[2 * i + low]);
      const value = dtype === 'int64' ? BigInt.asIntN(64, exact) : exact;
      throw new SeeRnnError(`${name}: the ${dtype} ${value} (number ${i}) is beyond ±(2^53 - 1), up to which whole numbers are read exactly`);
    }
  }
  return out;
}

/**
 * Numbers as the bytes of a file, little-endian: a view of them where they lie in memory as the file wants them, else a copy.
 *
 * Floats are rounded to the nearest one of `dtype`.
 *
 * @param name what is written, as messages name it
 * @throws SeeRnnError where `dtype` cannot hold a number: a fraction or one out of range as an integer, a finite one that would become infinite
 */
export function encode(data: Numbers, dtype: Dtype, name: string): Uint8Array {
  const { width, range } = dtypes[dtype];
  if (dtype === dtypeOf(data) && (littleMachine || width === 1)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const out = new Uint8Array(data.length * width);
  const view = new DataView(out.buffer);
  const put = putters[dtype];
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    const held = range ? Number.isInteger(value) && value >= range[0] && value <= range[1] : !Number.isFinite(value) || Math.abs(value) < overflow(dtype);
    if (!held) throw new SeeRnnError(`${name}: ${dtype} cannot hold ${value} (number ${i})`);
    put(view, i * width, value);
  }
  return out;
}

/** The least size that rounds to infinity: half a step beyond the greatest number. */
const overflow = (dtype: Dtype): number => (dtype === 'float16' ? 65520 : dtype === 'float32' ? 2 ** 128 - 2 ** 103 : Infinity);

const putters: Readonly<Record<Dtype, (view: DataView, at: number, value: number) => void>> = {
  float16: (view, at, value) => { view.setUint16(at, toHalf(value), true); },
  float32: (view, at, value) => { view.setFloat32(at, value, true); },
  float64: (view, at, value) => { view.setFloat64(at, value, true); },
  int8: (view, at, value) => { view.setInt8(at, value); },
  int16: (view, at, value) => { view.setInt16(at, value, true); },
  int32: (view, at, value) => { view.setInt32(at, value, true); },
  int64: (view, at, value) => { view.setBigInt64(at, BigInt(value), true); },
  uint8: (view, at, value) => { view.setUint8(at, value); },
  uint16: (view, at, value) => { view.setUint16(at, value, true); },
  uint32: (view, at, value) => { view.setUint32(at, value, true); },
  uint64: (view, at, value) => { view.setBigUint64(at, BigInt(value), true); },
  bool: (view, at, value) => { view.setUint8(at, value); },
};

/** Column-major data (Fortran order: the first axis runs fastest) as row-major data of the same shape. */
export function rowMajor<N extends Numbers>(data: N, shape: readonly number[]): N {
  const out = data.slice() as N;
  const last = shape.length - 1;
  if (last < 1 || data.length === 0) return out;
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  const at = shape.map(() => 0);
  for (let row = 0, from = 0; row < out.length; row += shape[last]) {
    for (let i = 0; i < shape[last]; i++) out[row + i] = data[from + i * strides[last]];
    for (let axis = last - 1; axis >= 0; axis--) { // on to the next row: count up, the last axis but one fastest
      from += strides[axis];
      if (++at[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      at[axis] = 0;
    }
  }
  return out;
}
