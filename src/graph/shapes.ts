import { SeeRnnError } from '../core/errors.js';

/** A shape; null where any number will do, as of samples. */
export type OpenShape = readonly (number | null)[];

/**
 * What stands for an open size while shapes are found: abstract tensors of two such sizes are sent through a graph, and a size that
 * differs between the two is open. They can be divided by every number up to 16, so that a Reshape finds nothing to object to.
 */
export const PROBES = [720_720, 1_441_440] as const;

/** Whether a size of an abstract tensor stands for an open one. */
export const isOpen = (n: number): boolean => n > 0 && n % PROBES[0] === 0;

/** A shape as messages show it, with `any` for what stands for an open size. */
export const formText = (shape: OpenShape): string =>
  `(${shape.map((n) => (n === null || isOpen(n) ? 'any' : n)).join(', ')}${shape.length === 1 ? ',' : ''})`;

/** The size that two sizes are which must be the same: of an open one and a known one the known one, since only that will do. Null where they differ. */
export const meet = (m: number, n: number): number | null => (m === n || isOpen(m) ? n : isOpen(n) ? m : null);

/** The shape that two have together, as numpy broadcasts: aligned at the last axis, sizes equal or 1. */
export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [m, n] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (m === n || n === 1) return m;
    if (m === 1) return n;
    const size = meet(m, n);
    if (size !== null) return size;
    throw new SeeRnnError(`shapes ${formText(a)} and ${formText(b)} don't go together`);
  });
}

/** How far apart neighbours along each axis lie in a row-major array. */
export function strides(shape: readonly number[]): number[] {
  const out = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    out[axis] = step;
    step *= shape[axis]!;
  }
  return out;
}

/** An axis counted from the front; negative ones count from the end. */
export function axisOf(axis: number, rank: number): number {
  const found = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(axis) && found >= 0 && found < rank) return found;
  throw new SeeRnnError(`there is no axis ${axis} in ${rank} dimension${rank === 1 ? '' : 's'}`);
}

/**
 * What is left of a shape where some axes are reduced to one number.
 *
 * @param axes counted from the end where negative; null for all
 * @param keepDims whether the axes stay, with a size of 1
 * @throws SeeRnnError for an axis that isn't there, or that is named twice
 */
export function reducedShape(shape: readonly number[], axes: readonly number[] | null, keepDims: boolean): number[] {
  if (axes === null) return keepDims ? shape.map(() => 1) : [];
  const reduced = new Set(axes.map((axis) => axisOf(axis, shape.length)));
  if (reduced.size < axes.length) throw new SeeRnnError(`axes ${axes.join(', ')} name one twice`);
  return shape.flatMap((n, axis) => (!reduced.has(axis) ? [n] : keepDims ? [1] : []));
}
