import { SeeRnnError } from '../../../core/errors.js';
import { apply } from '../../../graph/operation.js';
import { multiply } from '../../../graph/operations/arithmetic.js';
import { cast } from '../../../graph/operations/cast.js';
import { sum } from '../../../graph/operations/reductions.js';
import { resize } from '../../../graph/operations/resizing.js';
import { RESIZING_METHODS } from '../../../graph/operations/resizing-weights.js';
import { reshape, transpose, VIEW } from '../../../graph/operations/shaping.js';
import { ALL, pad, slice } from '../../../graph/operations/slicing.js';
import { formText, strides } from '../../../graph/shapes.js';
import { constant, type Tensor } from '../../../graph/tensor.js';
import { real } from './element-wise.js';

/** Functions of images: (samples, rows, columns, channels), or one image without samples. */

/** Rows and columns, counted from the end. */
export const rowsAndColumns = (channelsFirst: boolean): [number, number] => (channelsFirst ? [-2, -1] : [-3, -2]);

/** Other numbers of rows and columns. */
export function resized(x: Tensor, sizes: readonly number[], method: string, antialias: boolean, channelsFirst: boolean): Tensor {
  const known = RESIZING_METHODS.find((one) => one === method.toLowerCase());
  if (!known) throw new SeeRnnError(`the interpolation must be ${RESIZING_METHODS.map((one) => `'${one}'`).join(' or ')}, found '${method}'`);
  if (sizes.length !== 2 || x.rank < 3) throw new SeeRnnError(`images of shape ${formText(x.shape)} can't be resized to ${sizes.join(' x ')}`);
  const found = resize(real(x), rowsAndColumns(channelsFirst).map((axis) => axis + x.rank), sizes, { method: known, centred: true, antialias });
  return known === 'nearest' ? cast(found, x.dtype) : found;
}

/** How bright red, green and blue are together. */
export function greyscale(x: Tensor, axis: number): Tensor {
  if (x.shape.at(axis) !== 3) throw new SeeRnnError(`expected three colours, found ${formText(x.shape)}`);
  const place = axis < 0 ? axis + x.rank : axis;
  return sum(multiply(real(x), constant([0.2989, 0.587, 0.114], x.shape.map((_, i) => (i === place ? 3 : 1)))), [place], true);
}

/** Without so many rows at the top and bottom and columns at the left and right; with more, where a number is negative. */
export function framed(x: Tensor, [top, bottom, left, right]: readonly [number, number, number, number], channelsFirst: boolean): Tensor {
  const [rows, columns] = rowsAndColumns(channelsFirst).map((axis) => axis + x.rank) as [number, number];
  const of = (axis: number): [number, number] => (axis === rows ? [top, bottom] : axis === columns ? [left, right] : [0, 0]);
  const cut = slice(x, x.shape.map((n, axis) => {
    const [before, after] = of(axis).map((by) => Math.max(0, by)) as [number, number];
    if (before + after > n) throw new SeeRnnError(`${before} and ${after} can't be cut from axis ${axis} of ${formText(x.shape)}`);
    return before + after === 0 ? ALL : { start: before, stop: n - after, step: 1 };
  }));
  return pad(cut, cut.shape.map((_, axis) => of(axis).map((by) => Math.max(0, -by)) as [number, number]));
}

interface Patches { readonly size: readonly number[]; readonly strides: readonly number[]; readonly dilation: readonly number[]; readonly padding: 'valid' | 'same' }

/** The windows of images, each as one list of numbers: (samples, rows, columns, window rows x window columns x channels). */
export function patches(x: Tensor, { size, strides: by, dilation, padding }: Patches): Tensor {
  if (x.rank !== 4) throw new SeeRnnError(`expected images (samples, rows, columns, channels), found ${formText(x.shape)}`);
  const span = (axis: 0 | 1): number => (size[axis]! - 1) * dilation[axis]! + 1;
  const missing = (axis: 0 | 1): number => (padding === 'valid' ? 0 : Math.max(0, (Math.ceil(x.shape[axis + 1]! / by[axis]!) - 1) * by[axis]! + span(axis) - x.shape[axis + 1]!));
  const around = (axis: 0 | 1): [number, number] => [Math.floor(missing(axis) / 2), Math.ceil(missing(axis) / 2)];
  const wide = padding === 'valid' ? x : pad(x, [[0, 0], around(0), around(1), [0, 0]]);
  const [n, , , channels] = x.shape as [number, number, number, number];
  const count = (axis: 0 | 1): number => Math.floor((wide.shape[axis + 1]! - span(axis)) / by[axis]!) + 1;
  if (count(0) < 1 || count(1) < 1) throw new SeeRnnError(`windows of ${size.join(' x ')} don't fit into ${formText(x.shape)}`);
  const [s, r, c, one] = strides(wide.shape) as [number, number, number, number];
  const view = apply(VIEW, [wide], {
    shape: [n, count(0), count(1), size[0]!, size[1]!, channels], strides: [s, r * by[0]!, c * by[1]!, r * dilation[0]!, c * dilation[1]!, one], offset: 0,
  })[0]!;
  return reshape(view, [n, count(0), count(1), size[0]! * size[1]! * channels]);
}

/** PyTorch's unfold of images (samples, channels, rows, columns): (samples, channels x window, windows). */
export function unfolded(x: Tensor, { size, strides: by, dilation }: Omit<Patches, 'padding'>, padding: readonly number[]): Tensor {
  const wide = pad(x, [[0, 0], [0, 0], [padding[0]!, padding[0]!], [padding[1]!, padding[1]!]]);
  const found = patches(transpose(wide, [0, 2, 3, 1]), { size, strides: by, dilation, padding: 'valid' });
  const [n, rows, columns] = found.shape as [number, number, number];
  const channels = x.shape[1]!;
  const apart = transpose(reshape(found, [n, rows, columns, size[0]!, size[1]!, channels]), [0, 5, 3, 4, 1, 2]);
  return reshape(apart, [n, channels * size[0]! * size[1]!, rows * columns]);
}

/** Blocks of neighbours become channels, or channels blocks of neighbours; images with their channels last. */
export function blocks(x: Tensor, size: number, toSpace: boolean): Tensor {
  if (x.rank !== 4 || size < 1) throw new SeeRnnError(`expected images (samples, rows, columns, channels), found ${formText(x.shape)}`);
  const [n, h, w, c] = x.shape as [number, number, number, number];
  return toSpace
    ? reshape(transpose(reshape(x, [n, h, w, size, size, c / size ** 2]), [0, 1, 3, 2, 4, 5]), [n, h * size, w * size, c / size ** 2])
    : reshape(transpose(reshape(x, [n, h / size, size, w / size, size, c]), [0, 1, 3, 2, 4, 5]), [n, h / size, w / size, c * size ** 2]);
}
