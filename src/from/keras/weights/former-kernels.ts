import { zerosLike } from '../../../cells/floats.js';
import type { Layer } from '../../../graph/layer.js';
import { strides } from '../../../graph/shapes.js';
import { copyStrided, whole } from '../../../graph/strided.js';
import type { StoredBy, WeightSource } from './stored-layout.js';

/** Kernels of convolutions as Keras 1 stored them. */

/**
 * Kernels in the layout of Keras 2 and 3, (..., channels, filters), or (..., filters, channels) of a transposed convolution. Keras 1 kept one of one dimension with
 * four axes; with the channels first, (filters, channels, ...); of a Deconvolution2D with the last two the other way round; and Theano applied kernels mirrored.
 *
 * @param shapes those that the layer's weights have
 * @param count how many of the weights are kernels: the first ones
 */
export function convolutionKernels(layer: Layer, stored: readonly WeightSource[], shapes: readonly (readonly number[])[], { backend }: StoredBy, count: number): WeightSource[] {
  return stored.map((kernel, i) => {
    const shape = shapes[i] ?? [];
    const spatial = shape.length - 2;
    if (i >= count || spatial < 1) return kernel;
    const now = spatial === 1 && kernel.shape.length === 4 ? onedimensional(kernel, shape) : inOrder(layer, kernel, shape);
    return backend === 'theano' ? mirrored(now, spatial) : now;
  });
}

/** The class names that Keras 1 had alone. */
const FORMER = /^(AtrousConvolution|Convolution|Deconvolution)[23]D$/;

function inOrder(layer: Layer, kernel: WeightSource, shape: readonly number[]): WeightSource {
  const spatial = shape.length - 2;
  const places = Array.from({ length: spatial }, (_, axis) => axis);
  const isTransposed = layer.className === 'Deconvolution2D';
  const first = [...places.map((axis) => axis + 2), ...(isTransposed ? [0, 1] : [1, 0])];
  const order = isFirst(layer) ? first : isTransposed ? [...places, spatial + 1, spatial] : null;
  const fits = (by: readonly number[]): boolean => by.every((axis, i) => kernel.shape[axis] === shape[i]);
  if (kernel.shape.length !== shape.length) return kernel;
  // A layer whose class or shape shows it: others are as they are to be.
  if (order && FORMER.test(layer.className) && fits(order)) return turned(kernel, order);
  return fits(shape.map((_, axis) => axis)) || !fits(first) ? kernel : turned(kernel, first);
}

/** Whether a layer of a file has its channels first; Keras 1 called that `th`. */
function isFirst(layer: Layer): boolean {
  const config = 'config' in layer ? layer.config as Readonly<Record<string, unknown>> : {};
  return config['data_format'] === 'channels_first';
}

/** With its axes in another order. */
function turned(kernel: WeightSource, order: readonly number[]): WeightSource {
  const shape = order.map((axis) => kernel.shape[axis]);
  return { path: kernel.path, shape, read() {
    const data = kernel.read();
    const out = zerosLike(data, data.length);
    const steps = strides(kernel.shape);
    copyStrided(data, { shape, strides: order.map((axis) => steps[axis]), offset: 0 }, out, whole(shape));
    return out;
  } };
}

/** (length, 1, channels, filters), or (filters, channels, length, 1) of Keras 1.0 and 1.1, as (length, channels, filters). */
function onedimensional(kernel: WeightSource, shape: readonly number[]): WeightSource {
  const [length, channels, filters] = shape as [number, number, number];
  const { path, shape: [a, b, c, d] } = kernel;
  if (a === length && b === 1 && c === channels && d === filters) return { path, shape, read: () => kernel.read() };
  if (a !== filters || b !== channels || c !== length || d !== 1) return kernel;
  return { path, shape, read() {
    const data = kernel.read();
    const out = zerosLike(data, data.length);
    for (let f = 0; f < filters; f++) for (let ch = 0; ch < channels; ch++) for (let l = 0; l < length; l++) out[(l * channels + ch) * filters + f] = data[(f * channels + ch) * length + l]!;
    return out;
  } };
}

/** Reversed along every spatial axis, which is to reverse the order of the whole of them. */
function mirrored(kernel: WeightSource, spatial: number): WeightSource {
  const block = kernel.shape.slice(spatial).reduce((a, b) => a * b, 1);
  return { path: kernel.path, shape: kernel.shape, read() {
    const data = kernel.read();
    const out = zerosLike(data, data.length);
    const blocks = data.length / block;
    for (let i = 0; i < blocks; i++) out.set(data.subarray(i * block, (i + 1) * block), (blocks - 1 - i) * block);
    return out;
  } };
}
