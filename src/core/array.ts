import { SeeRnnError } from './errors.js';
import { shown } from './options.js';

/** Numbers in memory, as typed arrays hold them. 64-bit integers are not among them: readers turn them into float64. */
export type Numbers =
  | Float64Array | Float32Array
  | Int32Array | Int16Array | Int8Array
  | Uint32Array | Uint16Array | Uint8Array;

/**
 * An array with named axes, in row-major order: the only kind of array that comes out of this project.
 *
 * `data` is plain CPU memory; there is nothing to dispose of. `data.length` is the product of `shape`, and `axes`
 * names each dimension, e.g. `['samples', 'timesteps', 'units']`.
 */
export interface NamedArray {
  readonly data: Numbers;
  readonly shape: readonly number[];
  readonly axes: readonly string[];
}

/** Numbers nested in plain arrays, every level of one length: `[[1, 2], [3, 4]]`. */
export type Nested = number | boolean | readonly Nested[];

/**
 * What may go in where an array is asked for: a {@link NamedArray} (or anything else with `data` and `shape`), a TF.js
 * tensor, a TF.js tensor buffer, a typed array, or nested plain arrays.
 */
export type ArrayInput =
  | { readonly data: Numbers; readonly shape: readonly number[]; readonly axes?: readonly string[] }
  | { readonly shape: readonly number[]; dataSync(): ArrayLike<number> | ArrayLike<string> }
  | { readonly shape: readonly number[]; readonly values: ArrayLike<number> | ArrayLike<string> }
  | Numbers
  | Nested;

/** How many elements an array of this shape holds. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);

/** A shape as messages show it: `(16, 100, 6)`. */
export const shapeText = (shape: readonly (number | null)[]): string =>
  `(${shape.map((n) => n ?? 'any').join(', ')}${shape.length === 1 ? ',' : ''})`;

/** Axis names for an array that came without: `axis0`, `axis1`, ... */
export const plainAxes = (rank: number): string[] => Array.from({ length: rank }, (_, i) => `axis${i}`);

/**
 * Builds a named array, checking that data, shape and axes agree.
 *
 * @param what names the array in messages
 */
export function namedArray(data: Numbers, shape: readonly number[], axes: readonly string[] = plainAxes(shape.length), what = 'an array'): NamedArray {
  if (data.length !== sizeOf(shape)) {
    throw new SeeRnnError(`${what} of shape ${shapeText(shape)} needs ${sizeOf(shape)} numbers, found ${data.length}`);
  }
  if (axes.length !== shape.length) {
    throw new SeeRnnError(`${what} of shape ${shapeText(shape)} needs ${shape.length} axis names, found ${axes.length} (${axes.join(', ')})`);
  }
  return { data, shape: [...shape], axes: [...axes] };
}

const isNumbers = (value: unknown): value is Numbers => ArrayBuffer.isView(value) && !(value instanceof DataView) && !(value instanceof BigInt64Array) && !(value instanceof BigUint64Array);

/**
 * Turns any {@link ArrayInput} into a named array. Typed data is shared with the input, not copied.
 *
 * @param what names the array in messages, e.g. `x` or `data of features1D`
 * @throws SeeRnnError where the value is no array of numbers, or its nested parts differ in length
 */
export function asNamedArray(value: ArrayInput, what: string): NamedArray {
  if (isNumbers(value)) return namedArray(value, [value.length]);
  if (typeof value === 'object' && value !== null && 'shape' in value) {
    // A tensor has `data` too, but as a method.
    const held: unknown = 'dataSync' in value ? value.dataSync() : 'data' in value ? value.data : value.values;
    const { shape } = value as { readonly shape: unknown };
    if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) throw new SeeRnnError(`${what}: expected a shape of whole numbers, found ${shown(shape)}`);
    if (typeof held !== 'object' || held === null || !('length' in held)) throw new SeeRnnError(`${what}: expected data in an array, found ${shown(held)}`);
    if (ArrayBuffer.isView(held) && !isNumbers(held)) throw new SeeRnnError(`${what}: expected numbers, found ${held.constructor.name}`);
    const data = isNumbers(held) ? held : Float64Array.from(held as ArrayLike<number>);
    return namedArray(data, value.shape, 'axes' in value ? value.axes : undefined, what);
  }
  return fromNested(value as Nested, what);
}

function fromNested(value: Nested, what: string): NamedArray {
  const shape: number[] = [];
  for (let level: Nested = value; Array.isArray(level); level = (level as readonly Nested[])[0] ?? 0) shape.push(level.length);
  const data = new Float64Array(sizeOf(shape));
  let next = 0;
  const fill = (part: Nested, depth: number): void => {
    if (depth === shape.length) {
      if (typeof part !== 'number' && typeof part !== 'boolean') {
        const found = Array.isArray(part) ? 'a deeper list' : part === null ? 'null' : typeof part;
        throw new SeeRnnError(`${what}: expected ${depth === 0 ? 'an array of numbers' : `numbers nested ${shape.length} deep`}, found ${found}`);
      }
      data[next++] = Number(part);
      return;
    }
    if (!Array.isArray(part) || part.length !== shape[depth]) {
      const found = Array.isArray(part) ? `one of ${part.length}` : typeof part;
      throw new SeeRnnError(`${what}: lists at depth ${depth} must all have ${shape[depth]} entries, found ${found}`);
    }
    for (const entry of part as readonly Nested[]) fill(entry, depth + 1);
  };
  fill(value, 0);
  return namedArray(data, shape);
}
