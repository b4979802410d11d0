import { zerosLike, type Floats } from '../../cells/floats.js';
import { sizeOf } from '../../core/array.js';
import { SeeRnnError } from '../../core/errors.js';
import { apply, type Operation } from '../operation.js';
import { axisOf, formText, isOpen, meet } from '../shapes.js';
import type { Dtype, Tensor } from '../tensor.js';
import { expandDims, squeeze } from './shaping.js';

/** Arrays made one, and one taken apart. */

/** Arrays one after the other along an axis. */
export const CONCATENATE: Operation<{ readonly axis: number }> = {
  name: 'concatenate',
  forms(inputs, { axis }) {
    const [first] = inputs;
    const common = inputs.reduce((before, { shape }) => before.map((n, i) => {
      const size = shape.length !== before.length ? null : i === axis ? n : meet(n, shape[i]!);
      if (size === null) throw new SeeRnnError(`${formText(first!.shape)} and ${formText(shape)} can't be joined along axis ${axis}`);
      return size;
    }), first!.shape);
    return [{ shape: common.with(axis, inputs.reduce((sum, { shape }) => sum + shape[axis]!, 0)), dtype: together(inputs.map(({ dtype }) => dtype)) }];
  },
  forward({ inputs, outputs: [out], attributes: { axis } }) {
    const width = sizeOf(out!.shape.slice(axis));
    let at = 0;
    for (const { data, shape } of inputs) {
      const own = sizeOf(shape.slice(axis));
      blocks(data, own, 0, out!.data, width, at, own);
      at += own;
    }
  },
  backward({ inputs, outputs: [out], adjoints: [d], attributes: { axis }, wanted }) {
    const width = sizeOf(out!.shape.slice(axis));
    let at = 0;
    return inputs.map(({ shape, size }, i) => {
      const own = sizeOf(shape.slice(axis));
      const part = wanted[i] ? zerosLike(d!, size) : null;
      if (part) blocks(d!, width, at, part, own, 0, own);
      at += own;
      return part;
    });
  },
};

/** Parts of an array along an axis, of the given sizes. */
export const SPLIT: Operation<{ readonly axis: number; readonly sizes: readonly number[] }> = {
  name: 'split',
  forms: ([x], { axis, sizes }) => sizes.map((size) => ({ shape: x!.shape.with(axis, size), dtype: x!.dtype })),
  forward({ inputs: [x], outputs, attributes: { axis } }) {
    const width = sizeOf(x!.shape.slice(axis));
    let at = 0;
    for (const out of outputs) {
      const own = sizeOf(out.shape.slice(axis));
      blocks(x!.data, width, at, out.data, own, 0, own);
      at += own;
    }
  },
  backward({ inputs: [x], outputs, adjoints, attributes: { axis } }) {
    const width = sizeOf(x!.shape.slice(axis));
    const dx = zerosLike(adjoints.find((d) => d !== null)!, x!.size);
    let at = 0;
    outputs.forEach(({ shape }, i) => {
      const own = sizeOf(shape.slice(axis));
      const d = adjoints[i];
      if (d) blocks(d, own, 0, dx, width, at, own);
      at += own;
    });
    return [dx];
  },
};

/** Copies `length` numbers out of every `fromWidth` into every `toWidth`. */
function blocks(from: Floats, fromWidth: number, fromAt: number, to: Floats, toWidth: number, toAt: number, length: number): void {
  if (length === 0) return;
  const long = length >= 24;
  for (let i = fromAt, j = toAt; i < from.length && j < to.length; i += fromWidth, j += toWidth) {
    if (long) to.set(from.subarray(i, i + length), j);
    else for (let n = 0; n < length; n++) to[j + n] = from[i + n]!;
  }
}

const together = (dtypes: readonly Dtype[]): Dtype => (dtypes.includes('float') ? 'float' : dtypes.includes('int') ? 'int' : 'bool');

/** Arrays one after the other along an axis. @throws SeeRnnError where they differ along another, or there are none */
export function concatenate(xs: readonly Tensor[], axis = -1): Tensor {
  if (xs.length === 0) throw new SeeRnnError('there is nothing to join');
  return apply(CONCATENATE, xs, { axis: axisOf(axis, xs[0]!.rank) })[0]!;
}

/** Arrays of one shape side by side, along a new axis. @param axis where that stands in the result */
export const stack = (xs: readonly Tensor[], axis = 0): Tensor => {
  const place = axisOf(axis, (xs[0]?.rank ?? 0) + 1);
  return concatenate(xs.map((x) => expandDims(x, place)), place);
};

/**
 * Parts of an array along an axis.
 *
 * @param parts how many, all of one size; or the size of each, one of which may be -1: what is left
 * @throws SeeRnnError where they don't add up to the axis
 */
export function split(x: Tensor, parts: number | readonly number[], axis = -1): Tensor[] {
  const place = axisOf(axis, x.rank);
  const length = x.shape[place]!;
  const wrong = (): SeeRnnError => new SeeRnnError(`axis ${place} of ${formText(x.shape)} can't be split into ${typeof parts === 'number' ? `${parts} equal parts` : `parts of ${parts.join(', ')}`}`);
  if (typeof parts === 'number') {
    if (!Number.isInteger(parts) || parts < 1 || parts > Math.max(1, length) || length % parts !== 0) throw wrong();
    return apply(SPLIT, [x], { axis: place, sizes: new Array<number>(parts).fill(length / parts) });
  }
  const known = parts.reduce((sum, size) => sum + Math.max(0, size), 0);
  const sizes = parts.map((size) => (size === -1 ? length - known : size));
  if (sizes.some((size) => !Number.isInteger(size) || size < 0) || sizes.reduce((sum, size) => sum + size, 0) !== length) throw wrong();
  return apply(SPLIT, [x], { axis: place, sizes });
}

/** What stacking would make an array of: its parts of size 1 along an axis, without that axis. @throws SeeRnnError where its size is open */
export function unstack(x: Tensor, axis = 0): Tensor[] {
  const place = axisOf(axis, x.rank);
  if (x.isAbstract && isOpen(x.shape[place]!)) throw new SeeRnnError(`axis ${place} of ${formText(x.shape)} can't be taken apart: its size must be known`);
  return split(x, x.shape[place]!, place).map((part) => squeeze(part, place));
}
