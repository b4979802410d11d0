import { SeeRnnError } from '../../../core/errors.js';
import { convolve, convolveTransposed } from '../../../graph/operations/convolution.js';
import { convolveDepthwise } from '../../../graph/operations/depthwise.js';
import { averagePool, maxPool } from '../../../graph/operations/pooling.js';
import { transpose } from '../../../graph/operations/shaping.js';
import { formText } from '../../../graph/shapes.js';
import type { Tensor } from '../../../graph/tensor.js';

/** Convolution and pooling as functions: what they are told, whichever framework's words it is in. */
export interface Sliding {
  /** One number for each axis between samples and channels, or one for all. */
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: 'valid' | 'same';
  readonly channelsFirst: boolean;
}

/** @throws SeeRnnError for another word */
export function paddingIn(word: string): 'valid' | 'same' {
  const found = word.toLowerCase();
  if (found === 'valid' || found === 'same') return found;
  throw new SeeRnnError(`padding must be 'valid' or 'same', found '${word}'`);
}

/** Computes with the channels last, wherever they are. */
function channelsLast(x: Tensor, first: boolean, compute: (x: Tensor) => Tensor): Tensor {
  if (!first) return compute(x);
  const between = Array.from({ length: x.rank - 2 }, (_, i) => i + 2);
  const y = compute(transpose(x, [0, ...between, 1]));
  return transpose(y, [0, y.rank - 1, ...between.map((axis) => axis - 1)]);
}

/** The widest window: one that a file merely claims would take forever. */
const WIDEST = 65_536;

/** One number for each axis that a window goes over. */
function each(numbers: readonly number[], x: Tensor, what: string): readonly number[] {
  const axes = x.rank - 2;
  if (axes < 1 || axes > 3) throw new SeeRnnError(`expected an array of samples, one to three axes, and channels, found ${formText(x.shape)}`);
  const list = numbers.length === 1 ? Array.from({ length: axes }, () => numbers[0]!) : numbers;
  if (list.length !== axes || list.some((n) => !(n >= 1 && n <= WIDEST))) throw new SeeRnnError(`${what} must be ${axes} whole numbers from 1 to ${WIDEST}, found ${numbers.join(', ')}`);
  return list;
}

export function pooled(x: Tensor, kind: 'max' | 'average', size: readonly number[], { strides, padding, channelsFirst }: Sliding): Tensor {
  return channelsLast(x, channelsFirst, (last) => {
    const windows = { size: each(size, x, 'the window'), strides: each(strides, x, 'strides'), dilation: each([1], x, 'dilation'), padding };
    // In three dimensions TensorFlow gives each of several equal numbers the whole gradient.
    return kind === 'max' ? maxPool(last, { ...windows, ties: x.rank === 5 ? 'all' : 'first' }) : averagePool(last, { ...windows, countsPadding: false });
  });
}

const over = (x: Tensor, { strides, dilation, padding }: Sliding) => ({ strides: each(strides, x, 'strides'), dilation: each(dilation, x, 'dilation'), padding });

/** The kernel has so many channels that the input's are one group, or several. */
export function convolved(x: Tensor, kernel: Tensor, sliding: Sliding): Tensor {
  return channelsLast(x, sliding.channelsFirst, (last) => {
    const [channels, own] = [last.shape.at(-1)!, kernel.shape.at(-2)!];
    return convolve(last, kernel, null, { ...over(x, sliding), groups: channels % own === 0 ? channels / own : 1 });
  });
}

export const convolvedDepthwise = (x: Tensor, kernel: Tensor, sliding: Sliding): Tensor => channelsLast(x, sliding.channelsFirst, (last) => convolveDepthwise(last, kernel, null, over(x, sliding)));

export function convolvedSeparably(x: Tensor, depthwise: Tensor, pointwise: Tensor, sliding: Sliding): Tensor {
  return channelsLast(x, sliding.channelsFirst, (last) => {
    const one = each([1], x, 'strides');
    return convolve(convolveDepthwise(last, depthwise, null, over(x, sliding)), pointwise, null, { strides: one, dilation: one, padding: 'valid', groups: 1 });
  });
}

export const convolvedTransposed = (x: Tensor, kernel: Tensor, outputPadding: readonly number[] | null, sliding: Sliding): Tensor =>
  channelsLast(x, sliding.channelsFirst, (last) => convolveTransposed(last, kernel, null, { ...over(x, sliding), outputPadding: outputPadding?.length === 1 ? each([1], x, '').map(() => outputPadding[0]!) : outputPadding }));
