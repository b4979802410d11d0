import type { NamedArray, Numbers } from '../core/array.js';
import { npyParts } from '../files/npy.js';

/**
 * Plain data with arrays in it, as JSON and blocks of bytes: what a page holds.
 *
 * Arrays don't go into the JSON: where one stood there is `{"$array": 3}`, and block 3 is it as a `.npy` file. NaN and infinities,
 * which JSON lacks, are `{"$number": "NaN"}`. A key that begins with `$` has another in front of it.
 */
export interface Packed {
  readonly json: string;
  readonly blocks: readonly Block[];
}

/** A `.npy` file in two parts; the second shares the array's memory where it can. */
export type Block = readonly [header: Uint8Array, numbers: Uint8Array];

export const sizeOfBlock = ([header, numbers]: Block): number => header.length + numbers.length;

/** A block's bytes in pieces of so many (more than a header has), the last of what is left. */
export function* pieces([header, numbers]: Block, size: number): Generator<Uint8Array> {
  const first = new Uint8Array(Math.min(size, header.length + numbers.length));
  const rest = first.length - header.length;
  first.set(header);
  first.set(numbers.subarray(0, rest), header.length);
  yield first;
  for (let at = rest; at < numbers.length; at += size) yield numbers.subarray(at, at + size);
}

const isNumbers = (value: unknown): value is Numbers => ArrayBuffer.isView(value) && !(value instanceof DataView);
const isNamedArray = (value: object): value is NamedArray => 'data' in value && 'shape' in value && 'axes' in value && isNumbers(value.data);

/** Packs plain data. An array that stands in several places goes into one block. */
export function pack(content: unknown): Packed {
  const blocks: Block[] = [];
  const known = new Map<Numbers, number>();
  const block = (data: Numbers, shape: readonly number[]): number => {
    const before = known.get(data);
    if (before !== undefined) return before;
    known.set(data, blocks.length);
    return blocks.push(npyParts({ data, shape }, 'an array of the report')) - 1;
  };
  const packed = (value: unknown): unknown => {
    if (typeof value === 'number') return Number.isFinite(value) ? value : { $number: String(value) };
    if (typeof value !== 'object' || value === null) return value;
    if (isNumbers(value)) return { $array: block(value, [value.length]) };
    if (isNamedArray(value)) return { $array: block(value.data, value.shape), shape: value.shape, axes: value.axes };
    if (Array.isArray(value)) return value.map(packed);
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key.startsWith('$') ? `$${key}` : key, packed(entry)]));
  };
  return { json: JSON.stringify(packed(content)), blocks };
}

/**
 * The data again, frozen to what it was. An array's numbers are read when they are first asked for.
 *
 * @param read gives a block's numbers
 */
export function unpack(json: string, read: (block: number) => Numbers): unknown {
  const held = new Map<number, Numbers>();
  const numbers = (block: number): Numbers => {
    const data = held.get(block) ?? read(block);
    held.set(block, data);
    return data;
  };
  const unpacked = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(unpacked);
    const { $number, $array, shape, axes } = value as { readonly $number?: string; readonly $array?: number; readonly shape?: number[]; readonly axes?: string[] };
    if ($number !== undefined) return Number($number);
    if ($array !== undefined && shape !== undefined) return { shape, axes, get data() { return numbers($array); } };
    const result = {};
    for (const [key, entry] of Object.entries(value)) {
      const name = key.startsWith('$') ? key.slice(1) : key;
      // Defined, not assigned: a key may be called __proto__.
      const bare = (entry as { readonly $array?: number; readonly shape?: unknown } | null)?.$array;
      if (typeof bare === 'number' && (entry as { readonly shape?: unknown }).shape === undefined) Object.defineProperty(result, name, { enumerable: true, get: () => numbers(bare) });
      else Object.defineProperty(result, name, { enumerable: true, value: unpacked(entry) });
    }
    return result;
  };
  return unpacked(JSON.parse(json));
}
