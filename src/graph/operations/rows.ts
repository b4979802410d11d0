import { sizeOf } from '../../core/array.js';
import { strides } from '../shapes.js';

/**
 * A row of an array, and where in other arrays that are broadcast over it the numbers lie that go with it: number n goes with i, j and k,
 * which go on by di, dj and dk, that is by 0 where that array has one number for all of the row.
 */
export interface Row {
  readonly start: number;
  readonly end: number;
  readonly i: number;
  readonly di: number;
  readonly j: number;
  readonly dj: number;
  readonly k: number;
  readonly dk: number;
}

/**
 * Visits an array row by row, in order, together with up to three that are broadcast over it as numpy has it. Axes that lie side by side in
 * all of them are taken as one, so that arrays of one shape are a single long row, and so is an array together with a scalar.
 *
 * @param shape of the array that is gone through
 * @param others shapes that broadcast to it
 * @param visit is always given the same object
 */
export function rows(shape: readonly number[], others: readonly (readonly number[])[], visit: (row: Row) => void): void {
  const [di, dj, dk] = [evenStep(shape, others[0]), evenStep(shape, others[1]), evenStep(shape, others[2])];
  if (di >= 0 && dj >= 0 && dk >= 0) {
    const end = sizeOf(shape);
    if (end > 0) visit({ start: 0, end, i: 0, di, j: 0, dj, k: 0, dk });
    return;
  }
  const steps = others.map((other) => stepsOver(shape, other));
  const { sizes, along } = merged(shape, steps);
  const row = { start: 0, end: 0, i: 0, di: 0, j: 0, dj: 0, k: 0, dk: 0 };
  const length = sizes.at(-1) ?? 1;
  const outer = Math.max(0, sizes.length - 1);
  const [byI = NONE, byJ = NONE, byK = NONE] = along;
  [row.di, row.dj, row.dk] = [byI[outer] ?? 0, byJ[outer] ?? 0, byK[outer] ?? 0];
  const total = sizes.reduce((product, n) => product * n, 1);
  const index = new Array<number>(outer).fill(0);
  for (row.start = 0; row.start < total; row.start += length) {
    row.end = row.start + length;
    visit(row);
    for (let axis = outer - 1; axis >= 0; axis--) {
      row.i += byI[axis] ?? 0;
      row.j += byJ[axis] ?? 0;
      row.k += byK[axis] ?? 0;
      if (++index[axis] < sizes[axis]) break;
      row.i -= (byI[axis] ?? 0) * sizes[axis];
      row.j -= (byJ[axis] ?? 0) * sizes[axis];
      row.k -= (byK[axis] ?? 0) * sizes[axis];
      index[axis] = 0;
    }
  }
}

const NONE: readonly number[] = [];

/** How far a step goes in an array of the same shape, or of a single number, which most are; -1 where it takes more to say. */
function evenStep(shape: readonly number[], other: readonly number[] | undefined): number {
  if (other === undefined || sizeOf(other) === 1) return 0;
  if (other.length !== shape.length) return -1;
  for (let axis = 0; axis < shape.length; axis++) if (other[axis] !== shape[axis]) return -1;
  return 1;
}

/** How far a step along each axis of an array goes in one that is broadcast over it. */
function stepsOver(shape: readonly number[], other: readonly number[]): number[] {
  const own = strides(other);
  return shape.map((_, axis) => { const at = axis - shape.length + other.length; return at < 0 || other[at] === 1 ? 0 : own[at]; });
}

/** The axes of more than one number, those taken as one that every array goes on along as if they were. */
function merged(shape: readonly number[], steps: readonly (readonly number[])[]): { readonly sizes: readonly number[]; readonly along: readonly (readonly number[])[] } {
  const sizes: number[] = [];
  const along = steps.map((): number[] => []);
  shape.forEach((n, axis) => {
    if (n === 1) return;
    const last = sizes.length - 1;
    if (last >= 0 && steps.every((by, a) => along[a][last] === by[axis] * n)) {
      sizes[last] *= n;
      along.forEach((by, a) => { by[last] = steps[a][axis]; });
      return;
    }
    sizes.push(n);
    along.forEach((by, a) => { by.push(steps[a][axis]); });
  });
  return { sizes, along };
}
