import type { Floats } from '../../cells/floats.js';
import type { ConvolutionShape } from '../../kernels/convolution-types.js';
import { forEachTapRow } from './windows.js';

/** Convolution and its adjoints as their definition says it: y[o, f] = sum over taps t and channels c of x[o + t, c] w[t, c, f]. */

/** y += the convolution of x by w. */
export function addConvolution(x: Floats, w: Floats, y: Floats, shape: ConvolutionShape): void {
  const { filters } = shape;
  forEachTap(shape, (xAt, wAt, yAt, channels, made) => {
    for (let c = 0; c < channels; c++) {
      const value = x[xAt + c];
      const row = wAt + c * filters;
      for (let f = 0; f < made; f++) y[yAt + f] += value * w[row + f];
    }
  });
}

/** dx += dL/dx. */
export function addBackToInput(dy: Floats, w: Floats, dx: Floats, shape: ConvolutionShape): void {
  const { filters } = shape;
  forEachTap(shape, (xAt, wAt, yAt, channels, made) => {
    for (let c = 0; c < channels; c++) {
      const row = wAt + c * filters;
      let sum = 0;
      for (let f = 0; f < made; f++) sum += dy[yAt + f] * w[row + f];
      dx[xAt + c] += sum;
    }
  });
}

/** dw += dL/dw. */
export function addBackToKernel(x: Floats, dy: Floats, dw: Floats, shape: ConvolutionShape): void {
  const { filters } = shape;
  forEachTap(shape, (xAt, wAt, yAt, channels, made) => {
    for (let c = 0; c < channels; c++) {
      const value = x[xAt + c];
      const row = wAt + c * filters;
      for (let f = 0; f < made; f++) dw[row + f] += value * dy[yAt + f];
    }
  });
}

/**
 * Visits every tap of every window that lies inside the input, group by group: with where its channels begin in x, its row of the
 * first of them in w, and its filters in y; and how many channels and filters there are.
 */
function forEachTap(shape: ConvolutionShape, visit: (xAt: number, wAt: number, yAt: number, channels: number, filters: number) => void): void {
  const { filters, groups } = shape;
  const [channels, made] = [shape.channels / groups, filters / groups];
  forEachTapRow(shape, ({ tap, output, input, step, count }) => {
    for (let n = 0; n < count; n++) {
      for (let group = 0; group < groups; group++) {
        visit((input + n * step) * shape.channels + group * channels, tap * channels * filters + group * made, (output + n) * filters + group * made, channels, made);
      }
    }
  });
}
