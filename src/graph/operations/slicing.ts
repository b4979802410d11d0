import { zerosLike } from '../../cells/floats.js';
import { SeeRnnError } from '../../core/errors.js';
import { apply, type Operation } from '../operation.js';
import { axisOf, formText, strides } from '../shapes.js';
import { copyStrided, whole, type Strided } from '../strided.js';
import { constant, type Tensor } from '../tensor.js';
import { gather } from './gathering.js';
import { concatenate } from './joining.js';
import { broadcastTo, reshape, VIEW } from './shaping.js';

/** Parts of arrays by position, and arrays put together of such parts. */

/** Which indices of an axis are meant, as Python's slice has it. Null is what Python's None is. */
export interface Range { readonly start: number | null; readonly stop: number | null; readonly step: number | null }

/** All of an axis. */
export const ALL: Range = { start: null, stop: null, step: null };

/** The first index that a slice of an axis takes, and how many it takes. */
function taken({ start, stop, step }: Range, length: number): { first: number; count: number; step: number } {
  const by = step ?? 1;
  if (by === 0) throw new SeeRnnError('a slice\'s step can\'t be 0');
  const [least, most] = by > 0 ? [0, length] : [-1, length - 1];
  const within = (index: number): number => Math.min(most, Math.max(least, index < 0 ? index + length : index));
  const first = start === null ? (by > 0 ? 0 : length - 1) : within(start);
  const end = stop === null ? (by > 0 ? length : -1) : within(stop);
  return { first, count: Math.max(0, Math.ceil((end - first) / by)), step: by };
}

/** What Python's `x[a:b:c, ...]` is. @param ranges one for each axis; those that are left out are taken whole */
export function slice(x: Tensor, ranges: readonly Range[]): Tensor {
  if (ranges.length > x.rank) throw new SeeRnnError(`${ranges.length} slices of an array of shape ${formText(x.shape)}`);
  const own = strides(x.shape);
  const axes = x.shape.map((length, axis) => taken(ranges[axis] ?? ALL, length));
  const shape = axes.map(({ count }) => count);
  if (axes.every(({ count, step }, axis) => step === 1 && count === x.shape[axis])) return reshape(x, shape);
  return apply(VIEW, [x], { shape, strides: axes.map(({ step }, axis) => step * own[axis]!), offset: axes.reduce((sum, { first, count }, axis) => sum + (count > 0 ? first : 0) * own[axis]!, 0) })[0]!;
}

/** The part of an array at one index of an axis, which is gone from the result. @throws SeeRnnError for an index beyond it */
export function at(x: Tensor, index: number, axis: number): Tensor {
  const place = axisOf(axis, x.rank);
  const length = x.shape[place]!;
  const from = index < 0 ? index + length : index;
  if (!Number.isInteger(from) || from < 0 || from >= length) throw new SeeRnnError(`index ${index} is beyond axis ${place} of ${formText(x.shape)}`);
  return reshape(slice(x, x.shape.map((_, i) => (i === place ? { start: from, stop: from + 1, step: 1 } : ALL))), x.shape.toSpliced(place, 1));
}

/** From the end to the start, along some axes; null: along all. */
export function flip(x: Tensor, axes: number | readonly number[] | null = null): Tensor {
  const turned = (typeof axes === 'number' ? [axes] : axes ?? x.shape.map((_, axis) => axis)).map((axis) => axisOf(axis, x.rank));
  return slice(x, x.shape.map((_, axis) => (turned.includes(axis) ? { start: null, stop: null, step: -1 } : ALL)));
}

/** Moved on along an axis; what goes over the end comes in at the start. Axis null: along all numbers, in their order. */
export function roll(x: Tensor, shift: number, axis: number | null = null): Tensor {
  if (axis === null) return reshape(roll(reshape(x, [-1]), shift, 0), x.shape);
  const place = axisOf(axis, x.rank);
  const length = x.shape[place]!;
  const by = length === 0 ? 0 : ((shift % length) + length) % length;
  if (by === 0) return reshape(x, x.shape);
  const part = (start: number, stop: number): Tensor => slice(x, x.shape.map((_, i) => (i === place ? { start, stop, step: 1 } : ALL)));
  return concatenate([part(length - by, length), part(0, length - by)], place);
}

/** Numbers around an array: how many before and after along each axis, and which. */
export const PAD: Operation<{ readonly widths: readonly (readonly [number, number])[]; readonly value: number }> = {
  name: 'pad',
  forms: ([x], { widths }) => [{ shape: x!.shape.map((n, axis) => n + widths[axis]![0] + widths[axis]![1]), dtype: x!.dtype }],
  forward({ inputs: [x], outputs: [out], attributes: { widths, value } }) {
    if (value !== 0) out!.data.fill(value);
    copyStrided(x!.data, whole(x!.shape), out!.data, within(x!.shape, out!.shape, widths));
  },
  backward({ inputs: [x], outputs: [out], adjoints: [d], attributes: { widths } }) {
    const dx = zerosLike(d!, x!.size);
    copyStrided(d!, within(x!.shape, out!.shape, widths), dx, whole(x!.shape));
    return [dx];
  },
};

/** An array's place in what is padded. */
function within(shape: readonly number[], padded: readonly number[], widths: readonly (readonly [number, number])[]): Strided {
  const steps = strides(padded);
  return { shape, strides: steps, offset: widths.reduce((sum, [before], axis) => sum + before * steps[axis]!, 0) };
}

export type PadMode = 'constant' | 'reflect' | 'symmetric' | 'edge' | 'wrap';

/**
 * Numbers put before and after, along each axis.
 *
 * @param mode `constant`: the value; `reflect`: mirrored at the outermost number; `symmetric`: mirrored with it; `edge`: it again; `wrap`: from the other side
 * @throws SeeRnnError where there is less to mirror than is asked for
 */
export function pad(x: Tensor, widths: readonly (readonly [number, number])[], mode: PadMode = 'constant', value = 0): Tensor {
  if (widths.length !== x.rank || widths.flat().some((n) => !Number.isInteger(n) || n < 0)) throw new SeeRnnError(`${formText(x.shape)} can't be padded by ${JSON.stringify(widths)}`);
  if (mode === 'constant') return apply(PAD, [x], { widths, value })[0]!;
  return widths.reduce((padded, [before, after], axis) => {
    if (before === 0 && after === 0) return padded;
    const length = x.shape[axis]!;
    const most = mode === 'reflect' ? length - 1 : mode === 'symmetric' ? length : length > 0 ? Infinity : 0;
    if (before > most || after > most) throw new SeeRnnError(`axis ${axis} of ${formText(x.shape)} is too short to be padded by ${before} and ${after} (${mode})`);
    if (x.isAbstract) return apply(PAD, [padded], { widths: x.shape.map((_, i) => (i === axis ? [before, after] as const : [0, 0] as const)), value: 0 })[0]!;
    const last = length - 1;
    const from = (i: number): number => {
      if (i >= 0 && i <= last) return i;
      if (mode === 'edge') return i < 0 ? 0 : last;
      if (mode === 'wrap') return ((i % length) + length) % length;
      const beyond = mode === 'reflect' ? 0 : 1;
      return i < 0 ? -i - beyond : 2 * last - i + beyond;
    };
    const indices = Float64Array.from({ length: before + length + after }, (_, i) => from(i - before));
    return gather(padded, constant(indices, [indices.length], 'int'), axis);
  }, x);
}

/** An array several times along each axis; axes are put in front where there are more numbers than axes. */
export function tile(x: Tensor, repeats: readonly number[]): Tensor {
  const rank = Math.max(x.rank, repeats.length);
  const shape = [...new Array<number>(rank - x.rank).fill(1), ...x.shape];
  const times = [...new Array<number>(rank - repeats.length).fill(1), ...repeats];
  // Each axis with one before it, along which it is the same all over.
  const apart = broadcastTo(reshape(x, shape.flatMap((n) => [1, n])), shape.flatMap((n, axis) => [times[axis]!, n]));
  return reshape(apart, shape.map((n, axis) => n * times[axis]!));
}

/** Each index of an axis several times; a number for all, or one for each index. Axis null: of all numbers, in their order. */
export function repeat(x: Tensor, repeats: number | readonly number[], axis: number | null = null): Tensor {
  if (axis === null) return repeat(reshape(x, [-1]), repeats, 0);
  const place = axisOf(axis, x.rank);
  const length = x.shape[place]!;
  if (typeof repeats === 'number' || repeats.length === 1) {
    const times = typeof repeats === 'number' ? repeats : repeats[0]!;
    const apart = reshape(x, x.shape.toSpliced(place + 1, 0, 1));
    return reshape(broadcastTo(apart, apart.shape.with(place + 1, times)), x.shape.with(place, length * times));
  }
  if (repeats.length !== length) throw new SeeRnnError(`axis ${place} of ${formText(x.shape)} has ${length} entries, and ${repeats.length} numbers say how often each comes`);
  if (repeats.some((times) => !Number.isInteger(times) || times < 0)) throw new SeeRnnError(`entries can't come ${repeats.join(', ')} times`);
  const count = repeats.reduce((total, times) => total + times, 0);
  if (count > 2 ** 25) throw new SeeRnnError(`${count} entries are too many to be listed one by one`);
  const indices = new Float64Array(count);
  repeats.reduce((start, times, i) => { indices.fill(i, start, start + times); return start + times; }, 0);
  return gather(x, constant(indices, [indices.length], 'int'), place);
}
