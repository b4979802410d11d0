import { zerosLike, type Floats } from '../../cells/floats.js';
import { SeeRnnError } from '../../core/errors.js';
import { convolve as convolveFast, convolveBackToInput, convolveBackToKernel } from '../../kernels/convolution.js';
import type { ConvolutionShape } from '../../kernels/convolution-types.js';
import { kernelsAvailable } from '../../kernels/module.js';
import { apply, type Operation } from '../operation.js';
import { formText } from '../shapes.js';
import type { Form, Tensor } from '../tensor.js';
import { addBackToInput, addBackToKernel, addConvolution } from './convolution-loops.js';
import { inner, spanOf, windowsOver, type Padding } from './windows.js';

/** Convolutions over one to three axes, channels last. */

/** One number for each axis that the kernel slides over. */
export interface ConvolutionOptions {
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: Padding;
  /** Each has its share of the channels, which makes its share of the filters. */
  readonly groups: number;
}

export interface TransposedOptions extends Omit<ConvolutionOptions, 'groups' | 'padding'> {
  readonly padding: 'valid' | 'same';
  /** How much longer the output is than it need be; null for what makes it as long as the input times the stride, or no shorter than a window. */
  readonly outputPadding: readonly number[] | null;
}

/** x (samples, ..., channels), kernel (..., channels / groups, filters) and, where there is one, bias (filters): (samples, ..., filters). */
export const CONVOLVE: Operation<ConvolutionOptions> = {
  name: 'convolve',
  forms([x, kernel, bias], options) {
    const { output, samples, filters } = shapeOf(x, kernel, options);
    checkBias(bias, filters);
    return [{ shape: [samples, ...inner(output, kernel.shape.length - 2), filters], dtype: 'float' }];
  },
  forward({ inputs: [x, kernel, bias], outputs: [y], attributes }) { convolveInto(y.data, x.data, kernel.data, bias?.data ?? null, shapeOf(x, kernel, attributes)); },
  backward({ inputs: [x, kernel], adjoints: [dy], attributes, wanted }) {
    const shape = shapeOf(x, kernel, attributes);
    return [
      wanted[0] ? backToInput(dy!, kernel.data, x.size, shape) : null,
      wanted[1] ? backToKernel(x.data, dy!, kernel.size, shape) : null,
      wanted[2] ? columnSums(dy!, shape.filters) : null,
    ];
  },
};

/**
 * The adjoint of a convolution, as a layer of its own: from the shape of a convolution's output to that of its input. x (samples, ..., channels),
 * kernel (..., filters, channels) and, where there is one, bias (filters): (samples, ..., filters).
 */
export const CONVOLVE_TRANSPOSED: Operation<TransposedOptions> = {
  name: 'convolve, transposed',
  forms([x, kernel, bias], options) {
    const { input, samples, channels } = transposedShape(x, kernel, options);
    checkBias(bias, channels);
    return [{ shape: [samples, ...inner(input, kernel.shape.length - 2), channels], dtype: 'float' }];
  },
  forward({ inputs: [x, kernel, bias], outputs: [y], attributes }) {
    const shape = transposedShape(x, kernel, attributes);
    y.data = backToInput(x.data, kernel.data, y.shape.reduce((size, n) => size * n, 1), shape);
    if (bias) addToRows(y.data, bias.data);
  },
  backward({ inputs: [x, kernel], adjoints: [dy], attributes, wanted }) {
    const shape = transposedShape(x, kernel, attributes);
    const dx = wanted[0] ? zerosLike(dy!, x.size) : null;
    if (dx) convolveInto(dx, dy!, kernel.data, null, shape);
    return [dx, wanted[1] ? backToKernel(dy!, x.data, kernel.size, shape) : null, wanted[2] ? columnSums(dy!, shape.channels) : null];
  },
};

export const convolve = (x: Tensor, kernel: Tensor, bias: Tensor | null, options: ConvolutionOptions): Tensor => apply(CONVOLVE, bias ? [x, kernel, bias] : [x, kernel], options)[0];
export const convolveTransposed = (x: Tensor, kernel: Tensor, bias: Tensor | null, options: TransposedOptions): Tensor => apply(CONVOLVE_TRANSPOSED, bias ? [x, kernel, bias] : [x, kernel], options)[0];

function shapeOf(x: Form, kernel: Form, { strides, dilation, padding, groups }: ConvolutionOptions): ConvolutionShape {
  const size = kernel.shape.slice(0, -2);
  const [own, filters] = kernel.shape.slice(-2);
  const windows = windowsOver(x.shape, { size, strides, dilation, padding });
  if (windows.channels !== own * groups) throw new SeeRnnError(`expected ${own * groups} channels, found an input of ${formText(x.shape)}`);
  checkReal(x);
  if (filters % groups !== 0) throw new SeeRnnError(`${groups} groups can't share ${filters} filters evenly`);
  return { ...windows, filters, groups };
}

/** The convolution that it is the adjoint of: from its output to its input. */
function transposedShape(x: Form, kernel: Form, { strides, dilation, padding, outputPadding }: TransposedOptions): ConvolutionShape {
  const size = kernel.shape.slice(0, -2);
  const [filters, channels] = kernel.shape.slice(-2);
  if (x.shape.length !== size.length + 2 || x.shape.at(-1) !== channels) throw new SeeRnnError(`expected an input of ${size.length + 2} axes, the last of ${channels} channels, found ${formText(x.shape)}`);
  checkReal(x);
  const sizes = size.map((n, axis) => transposedLength(x.shape[axis + 1], spanOf(n, dilation[axis]), strides[axis], padding, outputPadding?.[axis] ?? null));
  const windows = windowsOver([x.shape[0], ...sizes, filters], { size, strides, dilation, padding });
  inner(windows.output, size.length).forEach((n, axis) => {
    if (n !== x.shape[axis + 1]) throw new SeeRnnError(`there is no convolution that makes ${x.shape[axis + 1]} of ${sizes[axis]} along axis ${axis + 1}, whose transpose this would be`);
  });
  return { ...windows, filters: channels, groups: 1 };
}

/** How long the result is along an axis, as Keras has it. */
function transposedLength(n: number, span: number, stride: number, padding: 'valid' | 'same', outputPadding: number | null): number {
  if (outputPadding === null) return padding === 'same' ? n * stride : (n - 1) * stride + Math.max(span, stride);
  return (n - 1) * stride + (padding === 'same' ? span % 2 : span) + outputPadding;
}

export function checkReal({ dtype }: Form): void {
  if (dtype !== 'float') throw new SeeRnnError(`expected real numbers, found ${dtype === 'int' ? 'whole ones' : 'truth values'}`);
}

export function checkBias(bias: Form | undefined, filters: number): void {
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== filters)) throw new SeeRnnError(`expected a bias of (${filters},), found ${formText(bias.shape)}`);
}

/** Whether the kernels compute it: in float32, where they run. */
const isFast = (x: Floats): x is Float32Array => x instanceof Float32Array && kernelsAvailable();

function convolveInto(y: Floats, x: Floats, w: Floats, bias: Floats | null, shape: ConvolutionShape): void {
  if (isFast(y)) convolveFast(x as Float32Array, w as Float32Array, bias as Float32Array | null, y, shape);
  else {
    addConvolution(x, w, y, shape);
    if (bias) addToRows(y, bias);
  }
}

function backToInput(dy: Floats, w: Floats, size: number, shape: ConvolutionShape): Floats {
  const dx = zerosLike(dy, size);
  if (isFast(dx)) convolveBackToInput(dy as Float32Array, w as Float32Array, dx, shape);
  else addBackToInput(dy, w, dx, shape);
  return dx;
}

function backToKernel(x: Floats, dy: Floats, size: number, shape: ConvolutionShape): Floats {
  const dw = zerosLike(dy, size);
  if (isFast(dw)) convolveBackToKernel(x as Float32Array, dy as Float32Array, dw, shape);
  else addBackToKernel(x, dy, dw, shape);
  return dw;
}

/** Adds a row to every row. */
export function addToRows(y: Floats, row: Floats): void {
  for (let at = 0; at < y.length; at += row.length) for (let n = 0; n < row.length; n++) y[at + n] += row[n];
}

/** The sum of all rows of so many numbers, in float64 until it is done. */
export function columnSums(y: Floats, width: number): Floats {
  const sums = new Float64Array(width);
  for (let at = 0; at < y.length; at += width) for (let n = 0; n < width; n++) sums[n] += y[at + n];
  return y instanceof Float64Array ? sums : Float32Array.from(sums);
}
