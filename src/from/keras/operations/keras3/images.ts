import { SeeRnnError } from '../../../../core/errors.js';
import { transpose } from '../../../../graph/operations/shaping.js';
import type { Tensor } from '../../../../graph/tensor.js';
import type { Arguments } from '../arguments.js';
import { blocks, framed, greyscale, patches, resized, rowsAndColumns, unfolded } from '../images.js';
import { operation, type KerasOperation, type OperationTable } from '../operation.js';
import { convolved, convolvedDepthwise, convolvedSeparably, convolvedTransposed, paddingIn, pooled, type Sliding } from '../sliding.js';

const isFirst = (given: Arguments): boolean => given.text('data_format', 'channels_last') === 'channels_first';

const slidingOf = (given: Arguments, strides: readonly number[]): Sliding => ({
  strides: given.has('strides') ? given.wholes('strides') : strides, dilation: given.has('dilation_rate') ? given.wholes('dilation_rate') : [1],
  padding: paddingIn(given.text('padding', 'valid')), channelsFirst: isFirst(given),
});

const pooling = (kind: 'max' | 'average'): KerasOperation => operation('inputs', (given) => pooled(given.tensor('inputs'), kind, given.wholes('pool_size'), slidingOf(given, given.wholes('pool_size'))));

/** Images with their channels last, for a function that wants them so. */
const channelsLast = (given: Arguments, name: string, f: (x: Tensor) => Tensor): Tensor =>
  (isFirst(given) ? transpose(f(transpose(given.tensor(name), [0, 2, 3, 1])), [0, 3, 1, 2]) : f(given.tensor(name)));

/** One number for rows and one for columns. */
function pair(given: Arguments, name: string, initial: readonly number[]): readonly number[] {
  const found = given.has(name) ? given.wholes(name) : initial;
  return found.length === 1 ? [found[0]!, found[0]!] : found;
}

/** How much is cut, or put, around images: given for two sides, or following from the size that they are to have. */
function around(given: Arguments, what: 'cropping' | 'padding'): Tensor {
  const x = given.tensor('images');
  const first = isFirst(given);
  const sides = (before: string, after: string, size: string, axis: number): [number, number] => {
    const [one, other] = [before, after].map((side) => (given.has(`${side}_${what}`) ? given.whole(`${side}_${what}`) : null));
    const length = x.shape.at(axis)!;
    const rest = given.has(size) ? (length - given.whole(size)) * (what === 'cropping' ? 1 : -1) : 0;
    return [one ?? rest - (other ?? 0), other ?? rest - (one ?? 0)];
  };
  const [rows, columns] = rowsAndColumns(first);
  const cut = [...sides('top', 'bottom', 'target_height', rows), ...sides('left', 'right', 'target_width', columns)] as [number, number, number, number];
  return framed(x, what === 'cropping' ? cut : cut.map((by) => -by) as typeof cut, first);
}

function resizedAs(given: Arguments): Tensor {
  if (given.flag('crop_to_aspect_ratio', false) || given.flag('pad_to_aspect_ratio', false)) throw new SeeRnnError('resizing that keeps the aspect ratio is not supported');
  return resized(given.tensor('images'), given.wholes('size'), given.text('interpolation', 'bilinear'), given.flag('antialias', false), isFirst(given));
}

/** `keras.ops.image`, and what of `keras.ops.nn` slides over axes. */
export const images: OperationTable = {
  MaxPool: pooling('max'), AveragePool: pooling('average'),
  Conv: operation('inputs kernel', (given) => convolved(given.tensor('inputs'), given.tensor('kernel'), slidingOf(given, [1]))),
  DepthwiseConv: operation('inputs kernel', (given) => convolvedDepthwise(given.tensor('inputs'), given.tensor('kernel'), slidingOf(given, [1]))),
  SeparableConv: operation('inputs depthwise_kernel pointwise_kernel', (given) => convolvedSeparably(given.tensor('inputs'), given.tensor('depthwise_kernel'), given.tensor('pointwise_kernel'), slidingOf(given, [1]))),
  ConvTranspose: operation('inputs kernel', (given) => convolvedTransposed(given.tensor('inputs'), given.tensor('kernel'), given.has('output_padding') ? given.wholes('output_padding') : null, slidingOf(given, [1]))),

  Resize: operation('images', resizedAs), RGBToGrayscale: operation('images', (given) => greyscale(given.tensor('images'), isFirst(given) ? -3 : -1)),
  CropImages: operation('images', (given) => around(given, 'cropping')), PadImages: operation('images', (given) => around(given, 'padding')),
  ExtractPatches: operation('images', (given) => channelsLast(given, 'images', (x) => patches(x, {
    size: pair(given, 'size', [1]), strides: pair(given, 'strides', pair(given, 'size', [1])), dilation: pair(given, 'dilation_rate', [1]), padding: paddingIn(given.text('padding', 'valid')),
  }))),
  Unfold: operation('x', (given) => unfolded(given.tensor('x'), { size: pair(given, 'kernel_size', [1]), strides: pair(given, 'stride', [1]), dilation: pair(given, 'dilation', [1]) }, pair(given, 'padding', [0]))),
  DepthToSpace: operation('x block_size', (given) => channelsLast(given, 'x', (x) => blocks(x, given.whole('block_size'), true))),
  SpaceToDepth: operation('x block_size', (given) => channelsLast(given, 'x', (x) => blocks(x, given.whole('block_size'), false))),
};
