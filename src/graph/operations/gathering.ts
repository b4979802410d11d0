import { zerosLike } from '../../cells/floats.js';
import { sizeOf } from '../../core/array.js';
import { SeeRnnError } from '../../core/errors.js';
import { apply, type Operation } from '../operation.js';
import { axisOf, broadcast, formText, meet } from '../shapes.js';
import type { Dtype, Tensor } from '../tensor.js';
import { broadcastTo, moveAxis, reshape } from './shaping.js';

/** Numbers picked by indices that are numbers themselves. Only what they are picked from is differentiated. */

/** An index as a place among `length`; negative ones count from the end, where that is allowed. */
function placeOf(index: number, length: number, fromEnd: boolean): number {
  const place = index < 0 && fromEnd ? index + length : index;
  if (place >= 0 && place < length && Number.isInteger(place)) return place;
  throw new SeeRnnError(`index ${index} is out of range: there are ${length} to pick from`);
}

interface GatherOptions {
  readonly axis: number;
  /** How many axes in front the array and the indices share. */
  readonly batchAxes: number;
  readonly fromEnd: boolean;
}

/** The entries of an axis at some indices; the indices' own axes stand in its place. */
export const GATHER: Operation<GatherOptions, Int32Array> = {
  name: 'gather',
  forms: ([x, indices], { axis, batchAxes }) => [{ shape: [...x!.shape.slice(0, axis), ...indices!.shape.slice(batchAxes), ...x!.shape.slice(axis + 1)], dtype: x!.dtype }],
  forward({ inputs: [x, indices], outputs: [out], attributes: { axis, batchAxes, fromEnd } }) {
    const { length, width, batches, rows, count } = gathered(x!, indices!, axis, batchAxes);
    const places = new Int32Array(indices!.size);
    for (let n = 0; n < places.length; n++) places[n] = placeOf(indices!.data[n]!, length, fromEnd);
    for (let block = 0, at = 0; block < batches * rows; block++) {
      const first = Math.floor(block / rows) * count;
      for (let n = first; n < first + count; n++, at += width) {
        const from = (block * length + places[n]!) * width;
        for (let i = 0; i < width; i++) out!.data[at + i] = x!.data[from + i]!;
      }
    }
    return places;
  },
  backward({ inputs: [x, indices], adjoints: [d], attributes: { axis, batchAxes }, kept: places }) {
    const { length, width, batches, rows, count } = gathered(x!, indices!, axis, batchAxes);
    // Zeros that nobody touches cost next to nothing: a table's gradient costs what its tokens cost.
    const dx = zerosLike(d!, x!.size);
    for (let block = 0, at = 0; block < batches * rows; block++) {
      const first = Math.floor(block / rows) * count;
      for (let n = first; n < first + count; n++, at += width) {
        const to = (block * length + places[n]!) * width;
        for (let i = 0; i < width; i++) dx[to + i]! += d![at + i]!;
      }
    }
    return [dx, null];
  },
};

/** An array as blocks (batches x rows) of `length` entries of `width` numbers each, `count` of which are picked from each block. */
const gathered = (x: Tensor, indices: Tensor, axis: number, batchAxes: number): { length: number; width: number; batches: number; rows: number; count: number } => ({
  length: x.shape[axis]!, width: sizeOf(x.shape.slice(axis + 1)), batches: sizeOf(x.shape.slice(0, batchAxes)), rows: sizeOf(x.shape.slice(batchAxes, axis)),
  count: sizeOf(indices.shape.slice(batchAxes)),
});

/**
 * The entries of an axis at some indices: x.shape[:axis] + indices.shape + x.shape[axis + 1:].
 *
 * @param indices whole numbers; negative ones count from the end
 * @param batchAxes how many axes in front the two share, so that each sample's indices pick from that sample
 * @throws SeeRnnError for an index that is out of range
 */
export function gather(x: Tensor, indices: Tensor, axis: number, batchAxes = 0): Tensor {
  const place = axisOf(axis, x.rank);
  if (batchAxes > place || batchAxes > indices.rank || indices.shape.slice(0, batchAxes).some((n, i) => meet(n, x.shape[i]!) === null)) {
    throw new SeeRnnError(`indices of shape ${formText(indices.shape)} can't pick from ${formText(x.shape)} with ${batchAxes} axes in common`);
  }
  return apply(GATHER, [x, indices], { axis: place, batchAxes, fromEnd: true })[0]!;
}

/**
 * The rows of a table at some indices: indices.shape + (width).
 *
 * @param fromEnd whether negative indices count from the end
 * @throws SeeRnnError for an index that is out of range
 */
export const embed = (table: Tensor, indices: Tensor, fromEnd = false): Tensor => apply(GATHER, [table, indices], { axis: 0, batchAxes: 0, fromEnd })[0]!;

/** The numbers at an index of their own each along the last axis. */
export const TAKE_ALONG_LAST: Operation<undefined, Int32Array> = {
  name: 'take along the last axis',
  forms: ([x, indices]) => [{ shape: indices!.shape, dtype: x!.dtype }],
  forward({ inputs: [x, indices], outputs: [out] }) {
    const [length, count] = [x!.shape.at(-1)!, indices!.shape.at(-1)!];
    const places = new Int32Array(indices!.size);
    for (let n = 0; n < places.length; n++) {
      places[n] = Math.floor(n / count) * length + placeOf(indices!.data[n]!, length, true);
      out!.data[n] = x!.data[places[n]!]!;
    }
    return places;
  },
  backward({ inputs: [x], adjoints: [d], kept: places }) {
    const dx = zerosLike(d!, x!.size);
    for (let n = 0; n < places.length; n++) dx[places[n]!]! += d![n]!;
    return [dx, null];
  },
};

/**
 * numpy's take_along_axis: out[i, j, k] = x[i, indices[i, j, k], k] for axis 1. Other axes are broadcast. Axis null: of all numbers, in their order.
 *
 * @throws SeeRnnError for an index that is out of range
 */
export function takeAlongAxis(x: Tensor, indices: Tensor, axis: number | null): Tensor {
  if (axis === null) return takeAlongAxis(reshape(x, [-1]), reshape(indices, [-1]), 0);
  const place = axisOf(axis, x.rank);
  if (indices.rank !== x.rank) throw new SeeRnnError(`indices of shape ${formText(indices.shape)} can't pick along an axis of ${formText(x.shape)}`);
  const common = broadcast(x.shape.with(place, 1), indices.shape.with(place, 1));
  const last = (tensor: Tensor): Tensor => {
    const shape = common.with(place, tensor.shape[place]!);
    return moveAxis(shape.every((n, i) => n === tensor.shape[i]) ? tensor : broadcastTo(tensor, shape), place, -1);
  };
  return moveAxis(apply(TAKE_ALONG_LAST, [last(x), last(indices)], undefined)[0]!, -1, place);
}

/** 1 at an index along a new axis, 0 elsewhere; all 0 for an index that is out of range. */
export const ONE_HOT: Operation<{ readonly depth: number; readonly axis: number; readonly dtype: Dtype }> = {
  name: 'one hot',
  forms: ([indices], { depth, axis, dtype }) => [{ shape: indices!.shape.toSpliced(axis, 0, depth), dtype }],
  forward({ inputs: [indices], outputs: [out], attributes: { depth, axis } }) {
    const width = sizeOf(indices!.shape.slice(axis));
    for (let n = 0; n < indices!.size; n++) {
      const index = indices!.data[n]!;
      if (index >= 0 && index < depth && Number.isInteger(index)) out!.data[(Math.floor(n / width) * depth + index) * width + n % width] = 1;
    }
  },
};

/**
 * Whole numbers as arrays that are 1 at that place and 0 elsewhere.
 *
 * @param axis where the new axis stands in the result
 */
export const oneHot = (indices: Tensor, depth: number, axis = -1, dtype: Dtype = 'float'): Tensor => apply(ONE_HOT, [indices], { depth, axis: axisOf(axis, indices.rank + 1), dtype })[0]!;
