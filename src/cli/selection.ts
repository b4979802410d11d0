import type { NamedArray } from '../core/array.js';
import { namedArray, shapeText, sizeOf } from '../core/array.js';
import { SeeRnnError, UsageError } from '../core/errors.js';
import { shown } from '../core/options.js';

/** A stretch of one axis, as Python writes it: from and to (not included) may be left out, or negative to count from the end. */
export interface Slice {
  readonly text: string;
  readonly from: number | null;
  readonly to: number | null;
  /** Whether a single index was written, which must be there; a stretch takes what there is of it. */
  readonly single: boolean;
}

/**
 * Reads `0:16`, `8:`, `:-1` or a single index, `3`.
 *
 * @param flag as messages name it
 * @throws UsageError for anything else
 */
export function parseSlice(flag: string, text: string): Slice {
  const [, from = '', colon, to = ''] = /^(-?\d{1,15})?(:)?(-?\d{1,15})?$/.exec(text) ?? [];
  const single = colon === undefined;
  if (single && (from === '' || to !== '')) {
    throw new UsageError(`${flag} must be a stretch such as 0:16, 8: or :-1, or a single index, found ${shown(text)}`);
  }
  return { text, from: from === '' ? null : Number(from), to: to === '' ? null : Number(to), single };
}

/**
 * The part of an array that slices of its axes select, of the same rank and the same axes. It shares its numbers with the array where
 * they lie together there, as those of some samples do.
 *
 * @param slices by the name of the axis they are of
 * @param axes what the array's axes are, in order
 * @param file where the array is from, as messages show it
 * @throws SeeRnnError for an axis that the array does not have, an index beyond it, or a stretch with nothing in it
 */
export function select(array: NamedArray, slices: Readonly<Record<string, Slice>>, axes: readonly string[], file: string): NamedArray {
  if (Object.keys(slices).length === 0) return array;
  const parts = array.shape.map((size) => ({ from: 0, to: size }));
  for (const [axis, slice] of Object.entries(slices)) {
    const position = axes.indexOf(axis);
    if (position < 0) {
      throw new SeeRnnError(`${file}: has no axis of ${axis} to take --${axis} ${slice.text} of, its shape is ${shapeText(array.shape)}: (${axes.join(', ')})`);
    }
    parts[position] = within(slice, array.shape[position], axis, file);
  }
  const shape = parts.map(({ from, to }) => to - from);
  if (parts.slice(1).every(({ from, to }, i) => from === 0 && to === array.shape[i + 1])) {
    const inner = sizeOf(shape.slice(1));
    return namedArray(array.data.subarray(parts[0].from * inner, parts[0].to * inner), shape, array.axes);
  }
  const strides = array.shape.map((_, axis) => sizeOf(array.shape.slice(axis + 1)));
  const data = array.data.slice(0, sizeOf(shape));
  let next = 0;
  const copy = (axis: number, start: number): void => {
    if (axis === shape.length) data[next++] = array.data[start];
    else for (let i = parts[axis].from; i < parts[axis].to; i++) copy(axis + 1, start + i * strides[axis]);
  };
  copy(0, 0);
  return namedArray(data, shape, array.axes);
}

function within({ text, from, to, single }: Slice, size: number, axis: string, file: string): { from: number; to: number } {
  const fromStart = (index: number): number => (index < 0 ? index + size : index);
  const bounded = (index: number): number => Math.min(Math.max(fromStart(index), 0), size);
  if (single) {
    const index = fromStart(from!);
    if (index < 0 || index >= size) throw new SeeRnnError(`${file}: --${axis} ${text} is beyond its ${size} ${axis}`);
    return { from: index, to: index + 1 };
  }
  const part = { from: bounded(from ?? 0), to: bounded(to ?? size) };
  if (part.from >= part.to) throw new SeeRnnError(`${file}: --${axis} ${text} takes none of its ${size} ${axis}`);
  return part;
}
