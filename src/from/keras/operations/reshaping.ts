import { SeeRnnError } from '../../../core/errors.js';
import { printable } from '../../../core/printable.js';
import { apply } from '../../../graph/operation.js';
import { multiply, subtract } from '../../../graph/operations/arithmetic.js';
import { cast } from '../../../graph/operations/cast.js';
import { greaterEqual, lessEqual, notEqual } from '../../../graph/operations/comparison.js';
import { placesAlong } from '../../../graph/operations/filling.js';
import { gather } from '../../../graph/operations/gathering.js';
import { concatenate, split } from '../../../graph/operations/joining.js';
import { sum } from '../../../graph/operations/reductions.js';
import { where } from '../../../graph/operations/select.js';
import { broadcastTo, diagonal, expandDims, moveAxis, reshape, swapAxes, transpose, VIEW } from '../../../graph/operations/shaping.js';
import { ALL, flip, pad, roll, slice } from '../../../graph/operations/slicing.js';
import { axisOf, formText, strides } from '../../../graph/shapes.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';

/** Changes of shape and order that the frameworks have and that are made of simpler ones. */

/** Of one kind, the widest of them, so that they can be joined. */
export function alike(xs: readonly Tensor[]): Tensor[] {
  const dtype = xs.some((x) => x.dtype === 'float') ? 'float' : xs.some((x) => x.dtype === 'int') ? 'int' : 'bool';
  return xs.map((x) => cast(x, dtype));
}

/** One after the other along an axis. */
export const joined = (xs: readonly Tensor[], axis: number): Tensor => concatenate(alike(xs), axis);

/** Moved on along several axes. */
export function rollAll(x: Tensor, shifts: readonly number[], axes: readonly number[] | null): Tensor {
  if (axes === null) return roll(x, shifts.reduce((sum, shift) => sum + shift, 0));
  const by = shifts.length === 1 ? axes.map(() => shifts[0]!) : shifts;
  if (by.length !== axes.length) throw new SeeRnnError(`${shifts.length} shifts can't go along ${axes.length} axes`);
  return axes.reduce((rolled, axis, i) => roll(rolled, by[i]!, axis), x);
}

/** Turned by quarters in the plane of two axes. */
export function rot90(x: Tensor, quarters: number, axes: readonly number[]): Tensor {
  const [a, b] = axes as [number, number];
  const turns = ((quarters % 4) + 4) % 4;
  if (turns === 0) return x;
  if (turns === 2) return flip(x, [a, b]);
  return turns === 1 ? flip(swapAxes(x, a, b), a) : swapAxes(flip(x, a), a, b);
}

/** A vector as the diagonal of a matrix, in the last two axes. */
export function diagonalMatrix(x: Tensor, offset = 0): Tensor {
  const size = x.shape.at(-1)! + Math.abs(offset);
  const padded = pad(x, x.shape.map((_, axis) => (axis < x.rank - 1 ? [0, 0] as const : [Math.max(0, -offset), Math.max(0, offset)] as const)));
  // Row i has its number at i + offset: each line is one longer than the row, so that the next begins one place on.
  const start = Math.max(0, offset);
  const rows = pad(expandDims(padded, x.rank), [...x.shape.map(() => [0, 0] as const), [0, size] as const]);
  const flat = reshape(rows, [...x.shape.slice(0, -1), size * (size + 1)]);
  const moved = start === 0 && offset >= 0 ? flat : roll(flat, offset, -1);
  return reshape(slice(moved, [...x.shape.slice(0, -1).map(() => ALL), { start: 0, stop: size * size, step: 1 }]), [...x.shape.slice(0, -1), size, size]);
}

/** The sum of a diagonal. */
export const trace = (x: Tensor, offset: number, axis1: number, axis2: number): Tensor => sum(diagonal(x, offset, axis1, axis2), [-1]);

/** The matrices in the last two axes, with 0 above the k-th diagonal (lower), or below it. */
export function triangle(x: Tensor, k: number, lower: boolean): Tensor {
  const apart = subtract(expandDims(placesAlong(x, -2), 1), placesAlong(x, -1));
  const kept = (lower ? greaterEqual : lessEqual)(apart, scalar(-k, 'int'));
  return where(kept, x, scalar(0, x.dtype));
}

/** The matrices in the last two axes, with 0 but for so many diagonals below and above the main one; all where a number is negative. */
export function band(x: Tensor, below: number, above: number): Tensor {
  const cut = below < 0 ? x : triangle(x, -below, false);
  return above < 0 ? cut : triangle(cut, above, true);
}

/** The differences of neighbours along an axis, so many times. */
export function differences(x: Tensor, times: number, axis: number): Tensor {
  const place = axisOf(axis, x.rank);
  const part = (y: Tensor, start: number, stop: number | null): Tensor => slice(y, y.shape.map((_, i) => (i === place ? { start, stop, step: 1 } : ALL)));
  let result = x;
  // After as many times as there are numbers none are left.
  for (let i = 0; i < Math.min(times, x.shape[place]!); i++) result = (x.dtype === 'bool' ? notEqual : subtract)(part(result, 1, null), part(result, 0, -1));
  return result;
}

/** Parts that begin at some places of an axis, or so many of one size. */
export function splitAt(x: Tensor, places: number | readonly number[], axis: number): Tensor[] {
  if (typeof places === 'number') return split(x, places, axis);
  const length = x.shape[axisOf(axis, x.rank)]!;
  const ends = [...places, length].map((place) => Math.min(length, Math.max(0, place < 0 ? place + length : place)));
  return split(x, ends.map((end, i) => Math.max(0, end - (ends[i - 1] ?? 0))), axis);
}

/** So many parts of an axis, of one size as far as that goes; the first are one longer. */
export function splitEvenly(x: Tensor, parts: number, axis: number): Tensor[] {
  const length = x.shape[axisOf(axis, x.rank)]!;
  if (!(parts >= 1 && parts <= 65_536)) throw new SeeRnnError(`an axis can't be split into ${parts} parts`);
  return split(x, Array.from({ length: parts }, (_, i) => Math.floor(length / parts) + (i < length % parts ? 1 : 0)), axis);
}

/** Every pair, triple, ... of some vectors' numbers, as one array each. @param swapped whether the second stands before the first, as on paper */
export function meshgrid(xs: readonly Tensor[], swapped: boolean): Tensor[] {
  const order = xs.map((_, i) => (swapped && i < 2 && xs.length > 1 ? 1 - i : i));
  const shape = order.map((i) => xs[i]!.size);
  return xs.map((x, i) => broadcastTo(reshape(x, shape.map((_, axis) => (order[axis] === i ? x.size : 1))), shape));
}

/** Windows of some length along an axis, the next beginning `step` on: in place of the axis, how many there are, and how long they are. */
export function frames(x: Tensor, length: number, step: number, axis: number): Tensor {
  const place = axisOf(axis, x.rank);
  if (!(length >= 1 && step >= 1)) throw new SeeRnnError(`windows of ${length}, ${step} apart, can't be cut`);
  const count = Math.max(0, Math.floor((x.shape[place]! - length) / step) + 1);
  const own = strides(x.shape);
  return apply(VIEW, [x], { shape: x.shape.toSpliced(place, 1, count, length), strides: own.toSpliced(place, 1, step * own[place]!, own[place]!), offset: 0 })[0]!;
}

/**
 * einops' rearrange: `'b (h w) c -> b c h w'` with lengths of some names. Lengths that no one gives follow from the others of their group.
 *
 * @throws SeeRnnError where the pattern can't be read or doesn't fit
 */
export function rearrange(x: Tensor, pattern: string, lengths: ReadonlyMap<string, number>): Tensor {
  const wrong = (): SeeRnnError => new SeeRnnError(`rearrange '${printable(pattern)}' doesn't fit ${formText(x.shape)}`);
  const [left, right, ...more] = pattern.split('->').map((side) => [...side.matchAll(/\(([^()]*)\)|(\w+)/g)].map(([, group, name]) => (name === undefined ? group!.trim().split(/\s+/).filter(Boolean) : [name])));
  if (!left || !right || more.length > 0 || left.length !== x.rank) throw wrong();
  const sizes = new Map<string, number>();
  left.forEach((group, axis) => {
    const known = group.reduce((product, name) => product * (lengths.get(name) ?? 1), 1);
    const open = group.filter((name) => !lengths.has(name));
    const rest = x.shape[axis]! / known;
    if (open.length > 1 || !Number.isInteger(rest) || (open.length === 0 && rest !== 1)) throw wrong();
    for (const name of group) sizes.set(name, lengths.get(name) ?? rest);
  });
  const [from, to] = [left.flat(), right.flat()];
  if (sizes.size !== from.length || new Set(to).size !== to.length || to.length !== from.length || to.some((name) => !sizes.has(name))) throw wrong();
  const apart = transpose(reshape(x, from.map((name) => sizes.get(name)!)), to.map((name) => from.indexOf(name)));
  return reshape(apart, right.map((group) => group.reduce((product, name) => product * sizes.get(name)!, 1)));
}

/** Each number of the one times all of the other, side by side, along every axis. */
export function kron(a: Tensor, b: Tensor): Tensor {
  const rank = Math.max(a.rank, b.rank);
  const wide = (x: Tensor): number[] => [...new Array<number>(rank - x.rank).fill(1), ...x.shape];
  const [m, n] = [wide(a), wide(b)];
  const product = multiply(reshape(a, m.flatMap((size) => [size, 1])), reshape(b, n.flatMap((size) => [1, size])));
  return reshape(product, m.map((size, axis) => size * n[axis]!));
}

/** Entries of an axis in turned order, up to a length of each sample. */
export function reverseSequences(x: Tensor, lengths: Tensor, axis: number, batchAxis: number): Tensor {
  const [along, samples] = [axisOf(axis, x.rank), axisOf(batchAxis, x.rank)];
  const first = moveAxis(x, [samples, along], [0, 1]);
  const places = expandDims(placesAlong(first, 1), 0);
  const ends = expandDims(cast(lengths, 'int'), 1);
  const turned = subtract(subtract(ends, scalar(1, 'int')), places);
  const from = where(greaterEqual(turned, scalar(0, 'int')), turned, places);
  return moveAxis(gather(first, from, 1, 1), [0, 1], [samples, along]);
}
