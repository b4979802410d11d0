import { zerosLike, type Floats } from '../../cells/floats.js';
import { SeeRnnError } from '../../core/errors.js';
import type { WindowsShape } from '../../kernels/convolution-types.js';
import { backToInput as backToInputFast, backToWeights, convolveDepthwise as convolveFast } from '../../kernels/depthwise.js';
import { kernelsAvailable } from '../../kernels/module.js';
import { apply, type Operation } from '../operation.js';
import { formText } from '../shapes.js';
import type { Form, Tensor } from '../tensor.js';
import { addToRows, checkBias, checkReal, columnSums, type ConvolutionOptions } from './convolution.js';
import { forEachTapRow, inner, windowsOver } from './windows.js';

export type DepthwiseOptions = Omit<ConvolutionOptions, 'groups'>;

/**
 * A convolution of every channel by itself: y[o, c, m] = sum over taps t of x[o + t, c] w[t, c, m].
 *
 * x (samples, ..., channels), kernel (..., channels, multiplier) and, where there is one, bias (channels x multiplier): (samples, ..., channels x multiplier).
 */
export const CONVOLVE_DEPTHWISE: Operation<DepthwiseOptions> = {
  name: 'convolve, depthwise',
  forms([x, kernel, bias], options) {
    const { samples, output, channels } = shapeOf(x, kernel, options);
    const filters = channels * kernel.shape.at(-1)!;
    checkBias(bias, filters);
    return [{ shape: [samples, ...inner(output, kernel.shape.length - 2), filters], dtype: 'float' }];
  },
  forward({ inputs: [{ data: x, shape }, kernel, bias], outputs: [out], attributes }) {
    const [y, w, multiplier] = [out.data, kernel.data, kernel.shape.at(-1)!];
    const windows = shapeOf({ shape, dtype: 'float' }, kernel, attributes);
    if (isFast(y)) convolveFast(x as Float32Array, w as Float32Array, y, windows, multiplier);
    else addConvolution(x, w, y, windows, multiplier);
    if (bias) addToRows(y, bias.data);
  },
  backward({ inputs: [x, kernel], adjoints: [dy], attributes, wanted }) {
    const shape = shapeOf(x, kernel, attributes);
    const multiplier = kernel.shape.at(-1)!;
    return [
      wanted[0] ? backToInput(dy!, kernel.data, zerosLike(dy!, x.size), shape, multiplier) : null,
      wanted[1] ? backToKernel(x.data, dy!, zerosLike(dy!, kernel.size), shape, multiplier) : null,
      wanted[2] ? columnSums(dy!, shape.channels * multiplier) : null,
    ];
  },
};

export const convolveDepthwise = (x: Tensor, kernel: Tensor, bias: Tensor | null, options: DepthwiseOptions): Tensor => apply(CONVOLVE_DEPTHWISE, bias ? [x, kernel, bias] : [x, kernel], options)[0];

/** Whether the kernels compute it: in float32, where they run. */
const isFast = (y: Floats): y is Float32Array => y instanceof Float32Array && kernelsAvailable();

function addConvolution(x: Floats, w: Floats, y: Floats, shape: WindowsShape, multiplier: number): void {
  forEachTap(shape, multiplier, (xAt, xStep, wAt, yAt, yStep, count) => {
    for (let window = 0; window < count; window++, xAt += xStep, yAt += yStep) {
      for (let c = 0, n = 0; c < shape.channels; c++) {
        const value = x[xAt + c];
        for (let m = 0; m < multiplier; m++, n++) y[yAt + n] += value * w[wAt + n];
      }
    }
  });
}

function backToInput(dy: Floats, w: Floats, dx: Floats, shape: WindowsShape, multiplier: number): Floats {
  if (isFast(dx)) {
    backToInputFast(dy as Float32Array, w as Float32Array, dx, shape, multiplier);
    return dx;
  }
  forEachTap(shape, multiplier, (xAt, xStep, wAt, yAt, yStep, count) => {
    for (let window = 0; window < count; window++, xAt += xStep, yAt += yStep) {
      for (let c = 0, n = 0; c < shape.channels; c++) {
        let sum = 0;
        for (let m = 0; m < multiplier; m++, n++) sum += dy[yAt + n] * w[wAt + n];
        dx[xAt + c] += sum;
      }
    }
  });
  return dx;
}

function backToKernel(x: Floats, dy: Floats, dw: Floats, shape: WindowsShape, multiplier: number): Floats {
  if (isFast(dw)) {
    backToWeights(x as Float32Array, dy as Float32Array, dw, shape, multiplier);
    return dw;
  }
  forEachTap(shape, multiplier, (xAt, xStep, wAt, yAt, yStep, count) => {
    for (let window = 0; window < count; window++, xAt += xStep, yAt += yStep) {
      for (let c = 0, n = 0; c < shape.channels; c++) {
        const value = x[xAt + c];
        for (let m = 0; m < multiplier; m++, n++) dw[wAt + n] += dy[yAt + n] * value;
      }
    }
  });
  return dw;
}

function shapeOf(x: Form, { shape }: Form, options: DepthwiseOptions): WindowsShape {
  checkReal(x);
  const windows = windowsOver(x.shape, { ...options, size: shape.slice(0, -2) });
  if (windows.channels !== shape.at(-2)) throw new SeeRnnError(`expected ${shape.at(-2)} channels, found an input of ${formText(x.shape)}`);
  return windows;
}

/** Visits every tap in every row of windows: with where its channels begin in x, in w and in y, and how far on they are in the next window of `count`. */
function forEachTap(shape: WindowsShape, multiplier: number, visit: (xAt: number, xStep: number, wAt: number, yAt: number, yStep: number, count: number) => void): void {
  const { channels } = shape;
  const made = channels * multiplier;
  forEachTapRow(shape, ({ tap, output, input, step, count }) => { visit(input * channels, step * channels, tap * made, output * made, made, count); });
}
