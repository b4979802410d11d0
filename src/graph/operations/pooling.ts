import { zerosLike, type Floats } from '../../cells/floats.js';
import { kernelsAvailable } from '../../kernels/module.js';
import type { WindowsShape } from '../../kernels/convolution-types.js';
import { backToMax, backToMean, maxOfWindows, meanOfWindows } from '../../kernels/pooling.js';
import { apply, type Operation } from '../operation.js';
import type { Form, Tensor } from '../tensor.js';
import { checkReal } from './convolution.js';
import { forEachTapRow, inner, tapsInside, windowsOver, type WindowOptions } from './windows.js';

/** Pooling over one to three axes, channels last: one number for each window and channel. */

export interface MaxPoolingOptions extends WindowOptions {
  /**
   * Which of several equal numbers has the gradient: the first of the window; or each of them all of it, as TensorFlow has it in three
   * dimensions.
   */
  readonly ties: 'first' | 'all';
}

export interface AveragePoolingOptions extends WindowOptions {
  /** Whether zeros around the input are among what the mean is of. */
  readonly countsPadding: boolean;
}

const formOf = (x: Form, options: WindowOptions): Form => {
  const { samples, output, channels } = windowsOver(x.shape, options);
  return { shape: [samples, ...inner(output, options.size.length), channels], dtype: x.dtype };
};

/** As TensorFlow has it, what is less than every number there is, or none, counts as the least. */
const least = (x: Floats): number => (x instanceof Float32Array ? -3.4028234663852886e38 : -Number.MAX_VALUE);

/** The largest number of each window. */
export const MAX_POOL: Operation<MaxPoolingOptions> = {
  name: 'max pooling',
  forms: ([x], options) => [formOf(x, options)],
  forward({ inputs: [input], outputs: [out], attributes }) {
    const [x, y] = [input.data, out.data];
    const shape = windowsOver(input.shape, attributes);
    if (isFast(y)) {
      maxOfWindows(x as Float32Array, y, shape);
      return;
    }
    y.fill(least(y));
    forEachTap(shape, (xAt, xStep, yAt, channels, count) => {
      for (let window = 0; window < count; window++, xAt += xStep, yAt += channels) {
        for (let c = 0; c < channels; c++) {
          const value = x[xAt + c];
          if (value > y[yAt + c]) y[yAt + c] = value;
        }
      }
    });
  },
  backward({ inputs: [input], outputs: [out], adjoints: [dy], attributes }) {
    const [x, y] = [input.data, out.data];
    const dx = zerosLike(dy!, x.length);
    const shape = windowsOver(input.shape, attributes);
    if (isFast(dx)) {
      backToMax(x as Float32Array, y as Float32Array, dy as Float32Array, dx, shape, attributes.ties === 'first');
      return [dx];
    }
    // What was not given on yet: of each number, where only one of several that are equal has it.
    const left = attributes.ties === 'first' ? dy!.slice() : dy!;
    forEachTap(shape, (xAt, xStep, yAt, channels, count) => {
      for (let window = 0; window < count; window++, xAt += xStep, yAt += channels) {
        for (let c = 0; c < channels; c++) {
          if (x[xAt + c] !== y[yAt + c]) continue;
          dx[xAt + c] += left[yAt + c];
          if (left !== dy) left[yAt + c] = 0;
        }
      }
    });
    return [dx];
  },
};

/** The mean of each window: of what lies inside the input, or with the zeros around it. */
export const AVERAGE_POOL: Operation<AveragePoolingOptions> = {
  name: 'average pooling',
  forms([x], options) {
    checkReal(x);
    return [formOf(x, options)];
  },
  forward({ inputs: [input], outputs: [out], attributes }) {
    const [x, y] = [input.data, out.data];
    const shape = windowsOver(input.shape, attributes);
    const shares = sharesOf(shape, attributes);
    if (isFast(y)) {
      meanOfWindows(x as Float32Array, new Float32Array(shares), y, shape);
      return;
    }
    forEachTap(shape, (xAt, xStep, yAt, channels, count) => {
      for (let window = 0; window < count; window++, xAt += xStep, yAt += channels) {
        for (let c = 0; c < channels; c++) y[yAt + c] += x[xAt + c];
      }
    });
    share(y, shares, shape.channels);
  },
  backward({ inputs: [input], adjoints: [dy], attributes }) {
    const dx = zerosLike(dy!, input.size);
    const shape = windowsOver(input.shape, attributes);
    const shares = sharesOf(shape, attributes);
    if (isFast(dx)) {
      backToMean(dy as Float32Array, new Float32Array(shares), dx, shape);
      return [dx];
    }
    const shared = share(dy!.slice(), shares, shape.channels);
    forEachTap(shape, (xAt, xStep, yAt, channels, count) => {
      for (let window = 0; window < count; window++, xAt += xStep, yAt += channels) {
        for (let c = 0; c < channels; c++) dx[xAt + c] += shared[yAt + c];
      }
    });
    return [dx];
  },
};

export const maxPool = (x: Tensor, options: MaxPoolingOptions): Tensor => apply(MAX_POOL, [x], options)[0];
export const averagePool = (x: Tensor, options: AveragePoolingOptions): Tensor => apply(AVERAGE_POOL, [x], options)[0];

/** Whether the kernels compute it: in float32, where they run. */
const isFast = (y: Floats): y is Float32Array => y instanceof Float32Array && kernelsAvailable();

/** What each number has in its window's mean, for each window of a sample. */
function sharesOf(shape: WindowsShape, { countsPadding }: AveragePoolingOptions): Float64Array {
  const { kernel } = shape;
  const size = kernel[0] * kernel[1] * kernel[2];
  const shares = tapsInside(shape);
  for (let n = 0; n < shares.length; n++) shares[n] = 1 / (countsPadding ? size : shares[n]);
  return shares;
}

/** Multiplies every window's numbers by its share. */
function share(y: Floats, shares: Float64Array, channels: number): Floats {
  for (let n = 0, window = 0; n < y.length; window = window + 1 === shares.length ? 0 : window + 1) {
    const by = shares[window];
    for (const end = n + channels; n < end; n++) y[n] *= by;
  }
  return y;
}

/** Visits every tap in every row of windows: with where its channels begin in the input, how far on they are in the next window of `count`, and where they begin in the output. */
function forEachTap(shape: WindowsShape, visit: (xAt: number, xStep: number, yAt: number, channels: number, count: number) => void): void {
  const { channels } = shape;
  forEachTapRow(shape, ({ output, input, step, count }) => { visit(input * channels, step * channels, output * channels, channels, count); });
}
