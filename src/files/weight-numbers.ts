import { shapeText } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import type { Dtype } from './dtype.js';
import { decode, dtypes } from './dtype.js';
import { limits } from './limits.js';

/** The kinds of numbers that weights are stored as: NumPy's, and bfloat16 (the upper half of a float32). */
export type WeightDtype = Dtype | 'bfloat16';

/** A weight's numbers. */
export type WeightNumbers = Float32Array | Float64Array;

/** Room for a weight's numbers: in float64 where they are stored so, else in float32. */
export const roomFor = (dtype: WeightDtype, numbers: number): WeightNumbers => (dtype === 'float64' ? new Float64Array(numbers) : new Float32Array(numbers));

/** Bytes a number. */
export const widthOf = (dtype: WeightDtype): number => (dtype === 'bfloat16' ? 2 : dtypes[dtype].width);

/** Is it the name of a kind that weights are read from? */
export const isWeightDtype = (name: string): name is WeightDtype => name === 'bfloat16' || Object.hasOwn(dtypes, name);

/**
 * Stored little-endian numbers into `out`, from number `at` on.
 *
 * @param name the weight, as messages name it
 */
export function putWeightNumbers(bytes: Uint8Array, dtype: WeightDtype, out: WeightNumbers, at: number, name: string): void {
  if (dtype !== 'bfloat16') {
    out.set(decode(bytes, dtype, true, name), at);
    return;
  }
  const halves = decode(bytes, 'uint16', true, name);
  const bits = new Uint32Array(out.buffer, out.byteOffset, out.length);
  for (let i = 0; i < halves.length; i++) bits[at + i] = halves[i] << 16;
}

/**
 * Checks a shape from a file, and counts its numbers.
 *
 * @throws SeeRnnError for axes that are no whole numbers, too many axes, or more numbers than a weight may have
 */
export function checkedSize(shape: readonly unknown[], name: string): number {
  if (shape.length > limits.weightAxes) throw new SeeRnnError(`${name}: has ${shape.length} axes; at most ${limits.weightAxes} are supported`);
  let size = 1;
  for (const n of shape) {
    if (!Number.isSafeInteger(n) || (n as number) < 0) throw new SeeRnnError(`${name}: its shape must hold whole numbers, found ${String(JSON.stringify(n)).slice(0, 40)}`);
    size *= n as number;
  }
  if (size > limits.weightNumbers) {
    throw new SeeRnnError(`${name}: is of shape ${shapeText(shape as number[])}: ${size} numbers, more than the ${limits.weightNumbers} allowed in one weight`);
  }
  return size;
}
