import { zerosLike, type Floats } from '../../cells/floats.js';
import { addTransposed, plainProduct, prepareProduct } from '../../cells/product.js';
import { sizeOf } from '../../core/array.js';
import { SeeRnnError } from '../../core/errors.js';
import { apply, type Operation } from '../operation.js';
import { axisOf, broadcast, formText, meet } from '../shapes.js';
import type { Dtype, Form, Tensor } from '../tensor.js';
import { expandDims, reshape, transpose } from './shaping.js';

/** Which sides are meant transposed, in their last two axes: not copied for it. */
export interface Transposed { readonly a: boolean; readonly b: boolean }

/** C = A B, of matrices in the last two axes; the axes in front are broadcast. */
export const MATMUL: Operation<Transposed> = {
  name: 'matmul',
  forms([a, b], turned) {
    const [[m, k], [from, n]] = [sidesOf(a!, turned.a), sidesOf(b!, turned.b)];
    if (meet(k, from) === null) throw new SeeRnnError(`expected ${from} features, found an input of shape ${formText(a!.shape)}`);
    return [{ shape: [...broadcast(a!.shape.slice(0, -2), b!.shape.slice(0, -2)), m, n], dtype: together(a!.dtype, b!.dtype) }];
  },
  forward({ inputs: [a, b], outputs: [out], attributes }) {
    const plan = planOf(a!, b!, attributes);
    const { m, k, n } = plan;
    products(out!.data, alike(a!.data, out!.data), alike(b!.data, out!.data), plan.batches, { m, k, n, turned: attributes });
  },
  backward({ inputs: [a, b], adjoints: [dc], attributes: turned, wanted }) {
    const { m, k, n, batches } = planOf(a!, b!, turned);
    const [x, y, d] = [alike(a!.data, dc!), alike(b!.data, dc!), dc!];
    let [da, db]: (Floats | null)[] = [null, null];
    if (wanted[0]) {
      da = zerosLike(d, a!.size);
      // dA = dC B^T, and its transpose where A's is meant.
      if (turned.a) products(da, y, d, batches.map(([i, j, l]) => [j, l, i]), { m: k, k: n, n: m, turned: { a: turned.b, b: true } });
      else products(da, d, y, batches.map(([i, j, l]) => [l, j, i]), { m, k: n, n: k, turned: { a: false, b: !turned.b } });
    }
    if (wanted[1]) {
      db = zerosLike(d, b!.size);
      // dB = A^T dC, and its transpose where B's is meant.
      if (turned.b) products(db, d, x, batches.map(([i, j, l]) => [l, i, j]), { m: n, k: m, n: k, turned: { a: true, b: turned.a } });
      else products(db, x, d, batches.map(([i, j, l]) => [i, l, j]), { m: k, k: m, n, turned: { a: !turned.a, b: false } });
    }
    return [da, db];
  },
};

const sidesOf = ({ shape }: Form, turned: boolean): [number, number] => (turned ? [shape.at(-1)!, shape.at(-2)!] : [shape.at(-2)!, shape.at(-1)!]);
const together = (a: Dtype, b: Dtype): Dtype => (a === 'float' || b === 'float' ? 'float' : 'int');
/** Whole numbers come in float64: in the precision of the result. */
const alike = (data: Floats, like: Floats): Floats => (data instanceof Float64Array === like instanceof Float64Array ? data : like instanceof Float64Array ? Float64Array.from(data) : Float32Array.from(data));

/** Where a product's matrices begin, in the left side, the right side and the result. */
type Places = readonly [number, number, number];
interface Plan { readonly m: number; readonly k: number; readonly n: number; readonly batches: Places[] }

/** Which matrices are multiplied with which. */
function planOf(a: Form, b: Form, turned: Transposed): Plan {
  const [[m, k], [, n]] = [sidesOf(a, turned.a), sidesOf(b, turned.b)];
  const [before, after] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  // One matrix for all of A's: these are one tall matrix.
  if (!turned.a && sizeOf(after) === 1 && after.length <= before.length) return { m: sizeOf(before) * m, k, n, batches: [[0, 0, 0]] };
  const shape = broadcast(before, after);
  const batches: Places[] = [];
  const index = shape.map(() => 0);
  const at = (own: readonly number[]): number => own.reduce((place, size, axis) => place * size + (size === 1 ? 0 : index[axis + shape.length - own.length]!), 0);
  for (let left = sizeOf(shape); left > 0; left--) {
    batches.push([at(before) * m * k, at(after) * k * n, batches.length * m * n]);
    for (let axis = shape.length - 1; axis >= 0 && (index[axis] = index[axis]! + 1) === shape[axis]; axis--) index[axis] = 0;
  }
  return { m, k, n, batches };
}

interface Sizes { readonly m: number; readonly k: number; readonly n: number; readonly turned: Transposed }

/** Below this many multiplications a product is done before the kernels have packed it. */
const SMALL = 2_048;

/** out (m x n) += A (m x k) B (k x n) for each of the places; `turned`: A lies as k x m, B as n x k. */
function products(out: Floats, a: Floats, b: Floats, batches: readonly Places[], { m, k, n, turned }: Sizes): void {
  if (m === 0 || k === 0 || n === 0) return;
  for (const [aAt, bAt, outAt] of batches) {
    const [left, right] = [a.subarray(aAt, aAt + m * k), b.subarray(bAt, bAt + k * n)];
    if (turned.a && !turned.b) {
      addTransposed(out.subarray(outAt, outAt + m * n), left, right, k, m, n);
      continue;
    }
    const straight = turned.a ? turnedRound(left, k, m) : left;
    const product = (m * k * n < SMALL ? plainProduct : prepareProduct)(right, k, n, turned.b);
    product.addTo(out, outAt, straight, 0, m);
    product.free();
  }
}

/** The transpose of a matrix of rows x columns. */
function turnedRound(matrix: Floats, rows: number, columns: number): Floats {
  const result = zerosLike(matrix, matrix.length);
  for (let row = 0, n = 0; row < rows; row++) for (let column = 0; column < columns; column++, n++) result[column * rows + row] = matrix[n]!;
  return result;
}

/**
 * The product of matrices in the last two axes, as numpy's matmul: the axes in front are broadcast; an array of one axis is a row on the
 * left and a column on the right, and that axis is gone from the result.
 *
 * @param turned which sides are meant transposed, in their last two axes
 * @throws SeeRnnError where the sizes don't go together
 */
export function matmul(a: Tensor, b: Tensor, turned: Partial<Transposed> = {}): Tensor {
  if (a.rank === 0 || b.rank === 0) throw new SeeRnnError('a matrix product needs arrays of at least one axis');
  const [left, right] = [a.rank === 1 ? expandDims(a, 0) : a, b.rank === 1 ? expandDims(b, 1) : b];
  const product = apply(MATMUL, [left, right], { a: a.rank > 1 && turned.a === true, b: b.rank > 1 && turned.b === true })[0]!;
  if (a.rank > 1 && b.rank > 1) return product;
  return reshape(product, product.shape.filter((_, axis) => !(a.rank === 1 && axis === product.rank - 2) && !(b.rank === 1 && axis === product.rank - 1)));
}

/**
 * numpy's dot: over the last axis of a and the last but one of b (its only one, where it has one); all others remain, those of a first.
 * A scalar multiplies.
 *
 * @throws SeeRnnError where the sizes don't go together
 */
export function dot(a: Tensor, b: Tensor): Tensor {
  if (a.rank === 0 || b.rank === 0) return tensordot(a, b, 0);
  return tensordot(a, b, [[a.rank - 1], [Math.max(0, b.rank - 2)]]);
}

/**
 * Sums of products over some axes of both; all others remain, those of a first.
 *
 * @param axes how many: the last of a with the first of b; or which of a, and which of b
 * @throws SeeRnnError where the sizes don't go together
 */
export function tensordot(a: Tensor, b: Tensor, axes: number | readonly [readonly number[], readonly number[]]): Tensor {
  if (typeof axes === 'number' && !(axes >= 0 && axes <= Math.min(a.rank, b.rank))) throw new SeeRnnError(`${formText(a.shape)} and ${formText(b.shape)} can't be summed over ${axes} axes`);
  const [ofA, ofB] = typeof axes === 'number'
    ? [Array.from({ length: axes }, (_, i) => a.rank - axes + i), Array.from({ length: axes }, (_, i) => i)]
    : [axes[0].map((axis) => axisOf(axis, a.rank)), axes[1].map((axis) => axisOf(axis, b.rank))];
  if (ofA.length !== ofB.length || ofA.some((axis, i) => a.shape[axis] === undefined || meet(a.shape[axis], b.shape[ofB[i]!]!) === null)) {
    throw new SeeRnnError(`${formText(a.shape)} and ${formText(b.shape)} can't be summed over axes ${ofA.join(', ')} of the one and ${ofB.join(', ')} of the other`);
  }
  const rest = (x: Tensor, summed: readonly number[]): number[] => x.shape.map((_, axis) => axis).filter((axis) => !summed.includes(axis));
  const [keepA, keepB] = [rest(a, ofA), rest(b, ofB)];
  const sizes = (x: Tensor, which: readonly number[]): number[] => which.map((axis) => x.shape[axis]!);
  const [summed, from] = [sizeOf(sizes(a, ofA)), sizeOf(sizes(b, ofB))];
  const left = reshape(transpose(a, [...keepA, ...ofA]), [sizeOf(sizes(a, keepA)), summed]);
  // B's summed axes are its last as often as its first.
  const turned = keepB.every((axis, i) => axis === i);
  const right = reshape(transpose(b, turned ? [...keepB, ...ofB] : [...ofB, ...keepB]), turned ? [sizeOf(sizes(b, keepB)), from] : [from, sizeOf(sizes(b, keepB))]);
  return reshape(matmul(left, right, { b: turned }), [...sizes(a, keepA), ...sizes(b, keepB)]);
}
