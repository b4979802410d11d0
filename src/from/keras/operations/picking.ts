import { SeeRnnError } from '../../../core/errors.js';
import { add, divide, maximum, minimum, multiply } from '../../../graph/operations/arithmetic.js';
import { cast } from '../../../graph/operations/cast.js';
import { equal, greater, greaterEqual, less, logicalAnd } from '../../../graph/operations/comparison.js';
import { counting, filled } from '../../../graph/operations/filling.js';
import { gather, oneHot, takeAlongAxis } from '../../../graph/operations/gathering.js';
import { tensordot } from '../../../graph/operations/matmul.js';
import { all, any, max, min, prod, sum } from '../../../graph/operations/reductions.js';
import { where } from '../../../graph/operations/select.js';
import { expandDims, reshape } from '../../../graph/operations/shaping.js';
import { pad, slice } from '../../../graph/operations/slicing.js';
import { formText } from '../../../graph/shapes.js';
import { alike } from './reshaping.js';
import { abstract, constant, scalar, type Dtype, type Tensor } from '../../../graph/tensor.js';

/** Picking by indices that are numbers themselves, and putting there. */

/** Whole numbers, as indices are wanted. @throws SeeRnnError for real ones and truth values */
export function wholeIndices(indices: Tensor): Tensor {
  if (indices.dtype === 'int') return indices;
  if (indices.dtype === 'float') return cast(indices, 'int');
  throw new SeeRnnError('expected whole numbers as indices, found truth values');
}

/** Numbers before which `size` come from some places on; a size of -1 takes all that is left. */
export function sliceOf(x: Tensor, starts: readonly number[], sizes: readonly number[]): Tensor {
  if (starts.length !== x.rank || sizes.length !== x.rank) throw new SeeRnnError(`${starts.length} places and ${sizes.length} sizes for an array of shape ${formText(x.shape)}`);
  starts.forEach((start, axis) => {
    const size = sizes[axis]!;
    if (start < 0 || size < -1 || (size >= 0 && start + size > x.shape[axis]!)) throw new SeeRnnError(`a slice of ${size} from ${start} on is beyond axis ${axis} of ${formText(x.shape)}`);
  });
  return slice(x, starts.map((start, axis) => ({ start, stop: sizes[axis] === -1 ? null : start + sizes[axis]!, step: 1 })));
}

/**
 * The numbers, or parts, at indices of several axes each: indices.shape[:-1] + x.shape[batchAxes + k:], for k indices in the last axis.
 *
 * @throws SeeRnnError for an index that is beyond its axis
 */
export function gatherNd(x: Tensor, indices: Tensor, batchAxes = 0): Tensor {
  const count = indices.shape.at(-1)!;
  const axes = x.shape.slice(batchAxes, batchAxes + count);
  if (indices.rank === 0 || axes.length < count) throw new SeeRnnError(`${count} indices into an array of shape ${formText(x.shape)}`);
  const [batch, rest] = [x.shape.slice(0, batchAxes), x.shape.slice(batchAxes + count)];
  const flat = reshape(x, [...batch, axes.reduce((product, n) => product * n, 1), ...rest]);
  return gather(flat, flatIndices(indices, axes), batchAxes, batchAxes);
}

/** Which number of all an element is, by its indices; one that there isn't where one is beyond its axis. */
function flatIndices(indices: Tensor, axes: readonly number[]): Tensor {
  const steps = constant(axes.map((_, axis) => axes.slice(axis + 1).reduce((product, n) => product * n, 1)), [axes.length], 'int');
  const within = all(logicalAnd(greaterEqual(indices, scalar(0)), less(indices, constant(axes, [axes.length], 'int'))), [-1]);
  return where(within, sum(multiply(indices, steps), [-1]), scalar(-Number.MAX_SAFE_INTEGER, 'int'));
}

/** How numbers that are put where some are already go together with them. */
export type Reduction = 'update' | 'add' | 'max' | 'min';

/**
 * An array with other numbers, or parts, at some indices, which are as {@link gatherNd} has them and known beforehand.
 *
 * @throws SeeRnnError where an index comes twice, since then the last would have to win
 */
export function scatterNd(x: Tensor, indices: readonly (readonly number[])[], updates: Tensor, how: Reduction): Tensor {
  const count = indices[0]?.length ?? 0;
  const axes = x.shape.slice(0, count);
  const rest = x.shape.slice(count);
  const places = indices.map((index) => index.reduce((flat, i, axis) => {
    const place = i < 0 ? i + axes[axis]! : i;
    if (!(place >= 0 && place < axes[axis]!)) throw new SeeRnnError(`index ${i} is beyond axis ${axis} of ${formText(x.shape)}`);
    return flat * axes[axis]! + place;
  }, 0));
  // Of an open size, the places are not to be listed.
  if (x.isAbstract) return abstract(x);
  if (how !== 'add' && new Set(places).size < places.length) throw new SeeRnnError('numbers put at one place twice are not supported');
  const size = axes.reduce((product, n) => product * n, 1);
  const [flat, rows] = [reshape(x, [size, ...rest]), reshape(updates, [places.length, ...rest])];
  // Row by row of the result, which of the updates it is; for sums a matrix of ones, so that several may meet.
  if (how === 'add') return reshape(add(flat, spread(rows, constant(places, [places.length], 'int'), size)), x.shape);
  const which = new Array<number>(size).fill(-1);
  places.forEach((place, i) => { which[place] = i; });
  const given = gather(rows, constant(which.map((i) => Math.max(0, i)), [size], 'int'), 0);
  const isGiven = reshape(constant(which.map((i) => Number(i >= 0)), [size], 'bool'), [size, ...rest.map(() => 1)]);
  const chosen = how === 'max' ? maximum(flat, given) : how === 'min' ? minimum(flat, given) : given;
  return reshape(where(isGiven, chosen, flat), x.shape);
}

/** Rows added up where each belongs: (count, ...) to (size, ...). Those that belong beyond are left out. */
export function spread(rows: Tensor, places: Tensor, size: number): Tensor {
  const ones = oneHot(places, size, 0);
  return cast(tensordot(ones, rows, 1), rows.dtype === 'bool' ? 'int' : rows.dtype);
}

/** Rows of one segment taken together: (count, ...) to (segments, ...). */
export function segments(rows: Tensor, ids: Tensor, count: number, reduce: 'sum' | 'mean' | 'max' | 'min' | 'prod'): Tensor {
  if (ids.rank !== 1 || ids.shape[0] !== rows.shape[0]) throw new SeeRnnError(`${formText(ids.shape)} can't tell the segments of ${formText(rows.shape)}`);
  if (reduce === 'sum') return spread(rows, ids, count);
  const member = oneHot(ids, count, 0, 'bool');
  const wide = reshape(member, [...member.shape, ...rows.shape.slice(1).map(() => 1)]);
  if (reduce === 'mean') {
    const members = reshape(sum(member, [1]), [count, ...rows.shape.slice(1).map(() => 1)]);
    return divide(spread(rows, ids, count), maximum(members, scalar(1, 'int')));
  }
  const neutral = reduce === 'prod' ? 1 : reduce === 'max' ? -3.4028234663852886e38 : 3.4028234663852886e38;
  const chosen = where(wide, expandDims(rows, 0), scalar(neutral));
  return (reduce === 'prod' ? prod : reduce === 'max' ? max : min)(chosen, [1]);
}

/** @param plain whether both sides are plain numbers: whether these are meant as whole ones files don't tell, and most are not */
export function chosen(condition: Tensor, x: Tensor, y: Tensor, plain: boolean): Tensor {
  const [a, b] = alike(plain ? [x, y, scalar(0, 'float')] : [x, y]) as [Tensor, Tensor];
  return where(condition, a, b);
}

/** Numbers of a list picked by which of some conditions is true first. */
export function select(conditions: readonly Tensor[], choices: readonly Tensor[], otherwise: Tensor): Tensor {
  if (conditions.length !== choices.length || conditions.length === 0) throw new SeeRnnError(`${conditions.length} conditions for ${choices.length} choices`);
  return conditions.reduceRight((rest, condition, i) => where(condition, choices[i]!, rest), otherwise);
}

/** Which classes come among the whole numbers of the second axis: 1 for each. */
export function multiHot(indices: Tensor, depth: number, axis: number, dtype: Dtype): Tensor {
  const hot = oneHot(wholeIndices(indices), depth, axis, dtype === 'bool' ? 'bool' : dtype);
  return max(hot, [indices.rank > 1 ? 1 : 0]);
}

/** Whether each number is among some. */
export const isAmong = (x: Tensor, list: Tensor): Tensor => any(equal(expandDims(x, x.rank), reshape(list, [-1])), [-1]);

/** Whether the target's prediction is among the k largest of its row: fewer than k are larger. */
export function inTopK(targets: Tensor, predictions: Tensor, k: number): Tensor {
  const own = takeAlongAxis(predictions, expandDims(wholeIndices(targets), 1), 1);
  return less(sum(greater(predictions, own), [-1]), scalar(k, 'int'));
}

/** An array with a smaller one put into it, from some places on. */
export function putInto(x: Tensor, starts: readonly number[], part: Tensor): Tensor {
  if (starts.length !== x.rank || part.rank !== x.rank) throw new SeeRnnError(`an array of shape ${formText(part.shape)} can't be put into ${formText(x.shape)} at ${starts.length} places`);
  // As XLA has it, places are moved so that the part fits.
  const from = starts.map((start, axis) => Math.max(0, Math.min(start, x.shape[axis]! - part.shape[axis]!)));
  const widths = from.map((start, axis) => [start, x.shape[axis]! - start - part.shape[axis]!] as const);
  if (widths.some(([, after]) => after < 0)) throw new SeeRnnError(`an array of shape ${formText(part.shape)} doesn't fit into ${formText(x.shape)}`);
  const inside = pad(filled(part, part.shape, 1, 'bool'), widths);
  return where(inside, pad(part, widths), x);
}

/** Entries that a list of truth values, known beforehand, says yes to, along an axis. */
export function keptBy(x: Tensor, mask: readonly boolean[], axis: number): Tensor {
  if (mask.length !== x.shape[axis]) throw new SeeRnnError(`a mask of ${mask.length} for axis ${axis} of ${formText(x.shape)}`);
  const kept = mask.flatMap((yes, i) => (yes ? [i] : []));
  return gather(x, constant(kept, [kept.length], 'int'), axis);
}

/** start, start + step, ... up to stop, which is left out. @param like a tensor of the run */
export function countFrom(like: Tensor, start: number, stop: number, step: number, dtype: Dtype): Tensor {
  const count = step === 0 ? 0 : Math.max(0, Math.ceil((stop - start) / step));
  return cast(add(multiply(counting(like, count), scalar(step)), scalar(start)), dtype);
}
