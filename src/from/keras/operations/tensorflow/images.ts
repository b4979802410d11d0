import { SeeRnnError } from '../../../../core/errors.js';
import { flip } from '../../../../graph/operations/slicing.js';
import { transpose } from '../../../../graph/operations/shaping.js';
import type { Tensor } from '../../../../graph/tensor.js';
import type { Arguments } from '../arguments.js';
import { blocks, framed, greyscale, patches, resized } from '../images.js';
import { operation, unary, type KerasOperation, type OperationTable } from '../operation.js';
import { rot90 } from '../reshaping.js';
import { convolved, convolvedDepthwise, convolvedSeparably, paddingIn, pooled, type Sliding } from '../sliding.js';

const isFirst = (given: Arguments): boolean => /^NC/.test(given.text('data_format', 'NHWC'));

/** One number for each axis that is slid over: TensorFlow takes one for all, one for each, or one for every axis of the array, samples and channels too. */
function sizes(given: Arguments, name: string, x: Tensor, initial: readonly number[]): readonly number[] {
  const found = given.has(name) ? given.wholes(name) : initial;
  if (found.length !== x.rank || found.length === 1) return found;
  const between = isFirst(given) ? found.slice(2) : found.slice(1, -1);
  if (found.reduce((product, n) => product * n, 1) !== between.reduce((product, n) => product * n, 1)) throw new SeeRnnError(`${name} must be 1 for samples and channels, found ${found.join(', ')}`);
  return between;
}

function slidingOf(given: Arguments, x: Tensor, { strides, initial }: { readonly strides: string; readonly initial: readonly number[] }): Sliding {
  return {
    strides: sizes(given, strides, x, initial), dilation: sizes(given, given.has('dilations') ? 'dilations' : 'dilation_rate', x, [1]), padding: paddingIn(given.text('padding', 'VALID')), channelsFirst: isFirst(given),
  };
}

const pooling = (kind: 'max' | 'average'): KerasOperation => operation('input ksize strides padding', (given) => {
  const x = given.tensor('input');
  const size = sizes(given, 'ksize', x, [1]);
  return pooled(x, kind, size, slidingOf(given, x, { strides: 'strides', initial: size }));
});

/** tf.nn.pool: windows of either kind. */
const anyPooling = operation('input window_shape pooling_type', (given) => {
  const x = given.tensor('input');
  const kind = given.text('pooling_type').toUpperCase();
  if (kind !== 'MAX' && kind !== 'AVG') throw new SeeRnnError(`pooling_type must be 'MAX' or 'AVG', found '${kind}'`);
  const sliding = slidingOf(given, x, { strides: 'strides', initial: [1] });
  if (sliding.dilation.some((n) => n !== 1)) throw new SeeRnnError('pooling with dilation is not supported');
  return pooled(x, kind === 'MAX' ? 'max' : 'average', given.wholes('window_shape'), sliding);
});

const kernelIn = (given: Arguments): Tensor => given.tensor(given.has('filters') ? 'filters' : 'filter');
const convolution = (strides: string): KerasOperation => operation('input filters', (given) => {
  const x = given.tensor('input');
  return convolved(x, kernelIn(given), slidingOf(given, x, { strides, initial: [1] }));
});

/** One number for rows and one for columns, from four. */
const between = (given: Arguments, name: string): number[] => given.wholes(name).slice(1, 3);

const blocked = (toSpace: boolean): KerasOperation => operation('input block_size', (given) => {
  const first = isFirst(given);
  const x = given.tensor('input');
  const moved = blocks(first ? transpose(x, [0, 2, 3, 1]) : x, given.whole('block_size'), toSpace);
  return first ? transpose(moved, [0, 3, 1, 2]) : moved;
});

function boxed(given: Arguments, cut: boolean): Tensor {
  const x = given.tensor('image');
  const sides = (axis: number, start: number, size: number): [number, number] => (cut ? [start, x.shape.at(axis)! - start - size] : [-start, -(size - start - x.shape.at(axis)!)]);
  const rows = sides(-3, given.whole('offset_height'), given.whole('target_height'));
  const columns = sides(-2, given.whole('offset_width'), given.whole('target_width'));
  return framed(x, [...rows, ...columns], false);
}

/** TensorFlow's functions that slide over axes, and of images. */
export const images: OperationTable = {
  max_pool: pooling('max'), max_pool1d: pooling('max'), max_pool2d: pooling('max'), max_pool3d: pooling('max'), avg_pool: pooling('average'), avg_pool1d: pooling('average'),
  avg_pool2d: pooling('average'), avg_pool3d: pooling('average'), pool: anyPooling,
  conv1d: convolution('stride'), conv2d: convolution('strides'), conv3d: convolution('strides'), convolution: convolution('strides'),
  depthwise_conv2d: operation('input filter', (given) => { const x = given.tensor('input'); return convolvedDepthwise(x, kernelIn(given), slidingOf(given, x, { strides: 'strides', initial: [1] })); }),
  separable_conv2d: operation('input depthwise_filter pointwise_filter', (given) => {
    const x = given.tensor('input');
    return convolvedSeparably(x, given.tensor('depthwise_filter'), given.tensor('pointwise_filter'), slidingOf(given, x, { strides: 'strides', initial: [1] }));
  }),
  space_to_depth: blocked(false), depth_to_space: blocked(true),

  'image.resize': operation('images size method', (given) => {
    if (given.flag('preserve_aspect_ratio', false)) throw new SeeRnnError('preserve_aspect_ratio is not supported');
    return resized(given.tensor('images'), given.wholes('size'), given.text('method', 'bilinear'), given.flag('antialias', false), false);
  }),
  'image.rgb_to_grayscale': unary((x) => greyscale(x, -1), 'images'), 'image.flip_left_right': unary((x) => flip(x, -2), 'image'), 'image.flip_up_down': unary((x) => flip(x, -3), 'image'),
  'image.rot90': operation('image k', (given) => rot90(given.tensor('image'), given.whole('k', 1), [-3, -2])),
  'image.crop_to_bounding_box': operation('image offset_height offset_width', (given) => boxed(given, true)), 'image.pad_to_bounding_box': operation('image offset_height offset_width', (given) => boxed(given, false)),
  'image.extract_patches': operation('images sizes strides rates padding', (given) => patches(given.tensor('images'), {
    size: between(given, 'sizes'), strides: between(given, 'strides'), dilation: between(given, 'rates'), padding: paddingIn(given.text('padding')),
  })),
};
