import { SeeRnnError } from '../../../core/errors.js';
import { add, divide, multiply, subtract } from '../../../graph/operations/arithmetic.js';
import { cast } from '../../../graph/operations/cast.js';
import { clip } from '../../../graph/operations/clip.js';
import { equal } from '../../../graph/operations/comparison.js';
import { placesAlong } from '../../../graph/operations/filling.js';
import { logDeterminant, solve } from '../../../graph/operations/linear-algebra.js';
import { dot, matmul, tensordot } from '../../../graph/operations/matmul.js';
import { mean, sum } from '../../../graph/operations/reductions.js';
import { broadcastTo, diagonal, expandDims, moveAxis, reshape, squeeze, swapAxes } from '../../../graph/operations/shaping.js';
import { exp, sqrt, square } from '../../../graph/operations/unary.js';
import { broadcast } from '../../../graph/shapes.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';
import { ALL, at, pad, slice } from '../../../graph/operations/slicing.js';
import { stack } from '../../../graph/operations/joining.js';
import { real } from './element-wise.js';
import { frames, triangle } from './reshaping.js';

/** Products that the frameworks have and that are made of simpler ones. */

/** Over the last axis of both; of scalars the product. */
export const inner = (a: Tensor, b: Tensor): Tensor => (a.rank === 0 || b.rank === 0 ? multiply(a, b) : tensordot(a, b, [[a.rank - 1], [b.rank - 1]]));

/** Of all numbers of both, in their order. */
export const vdot = (a: Tensor, b: Tensor): Tensor => dot(reshape(a, [-1]), reshape(b, [-1]));

/** A matrix times a vector, in the last axes. */
export const matvec = (a: Tensor, b: Tensor, turned: boolean): Tensor => squeeze(matmul(a, expandDims(b, -1), { a: turned }), -1);

/** Of vectors of three numbers, or of two, along an axis each. */
export function cross(a: Tensor, b: Tensor, axisA: number, axisB: number, axisOut: number): Tensor {
  const [x, y] = [moveAxis(a, axisA, -1), moveAxis(b, axisB, -1)];
  const flat = x.shape.at(-1) === 2 && y.shape.at(-1) === 2;
  const shape = broadcast(x.shape.slice(0, -1), y.shape.slice(0, -1));
  const parts = (v: Tensor): Tensor[] => {
    const length = v.shape.at(-1)!;
    if (length !== 2 && length !== 3) throw new SeeRnnError(`a cross product is of vectors of 2 or 3 numbers, found ${length}`);
    const deep = length === 2 ? pad(v, v.shape.map((_, axis) => (axis === v.rank - 1 ? [0, 1] as const : [0, 0] as const))) : v;
    const wide = broadcastTo(deep, [...shape, 3]);
    return [0, 1, 2].map((i) => at(wide, i, -1));
  };
  const [[x0, x1, x2], [y0, y1, y2]] = [parts(x), parts(y)] as [[Tensor, Tensor, Tensor], [Tensor, Tensor, Tensor]];
  const last = subtract(multiply(x0, y1), multiply(x1, y0));
  if (flat) return last;
  return moveAxis(stack([subtract(multiply(x1, y2), multiply(x2, y1)), subtract(multiply(x2, y0), multiply(x0, y2)), last], -1), -1, axisOut);
}

/** How far the rows of the one are from those of the other. */
export const distances = (a: Tensor, b: Tensor): Tensor => sqrt(sum(square(subtract(expandDims(real(a), -2), expandDims(real(b), -3))), [-1]));

/** How much rows go together, from -1 to 1. */
export function correlations(x: Tensor): Tensor {
  const apart = subtract(real(x), mean(real(x), [-1], true));
  const covariance = divide(matmul(apart, apart, { b: true }), scalar(x.shape.at(-1)! - 1));
  const spread = sqrt(diagonal(covariance, 0, -2, -1));
  return clip(divide(covariance, tensordot(spread, spread, 0)), -1, 1);
}

/** One vector slid along another. */
export function correlate(a: Tensor, b: Tensor, mode: string): Tensor {
  const [n, m] = [a.size, b.size];
  const valid = (x: Tensor): Tensor => matmul(frames(real(x), m, 1, 0), real(b));
  if (mode === 'valid') return valid(a);
  const full = valid(pad(a, [[m - 1, m - 1]]));
  if (mode === 'full') return full;
  if (mode !== 'same') throw new SeeRnnError(`mode must be 'full', 'same' or 'valid', found '${mode}'`);
  const start = Math.floor((n + m - 1 - Math.max(n, m)) / 2);
  return slice(full, [{ start, stop: start + Math.max(n, m), step: 1 }]);
}

/** The area under a curve of numbers that are `apart` from each other. */
export function trapezoid(y: Tensor, apart: Tensor, axis: number): Tensor {
  const last = moveAxis(real(y), axis, -1);
  const side = (start: number, stop: number | null): Tensor => slice(last, last.shape.map((_, i) => (i === last.rank - 1 ? { start, stop, step: 1 } : ALL)));
  return sum(multiply(multiply(add(side(1, null), side(0, -1)), scalar(0.5)), apart), [-1]);
}

/** What solves nothing but identities: 1 on the diagonals, of a tensor's shape. */
const identities = (a: Tensor): Tensor => broadcastTo(cast(equal(expandDims(placesAlong(a, -2), 1), placesAlong(a, -1)), 'float'), a.shape);

const turnedRound = (a: Tensor): Tensor => swapAxes(a, -2, -1);

export const inverse = (a: Tensor, adjoint = false): Tensor => solve(adjoint ? turnedRound(real(a)) : real(a), identities(a));

export function determinant(a: Tensor): Tensor {
  const { sign, log } = logDeterminant(real(a));
  return multiply(sign, exp(log));
}

/** X of A X = B, for matrices B or vectors. */
export function solution(a: Tensor, b: Tensor, adjoint = false): Tensor {
  const matrix = adjoint ? turnedRound(real(a)) : real(a);
  return b.rank === a.rank - 1 ? squeeze(solve(matrix, expandDims(real(b), -1)), -1) : solve(matrix, real(b));
}

/** The same of the lower half of A alone, or of the upper. */
export const triangularSolution = (a: Tensor, b: Tensor, lower: boolean, adjoint = false): Tensor => solution(triangle(real(a), 0, lower), b, adjoint);
