import type { WindowsShape } from './convolution-types.js';
import { inRoom } from './room.js';
import { Windows } from './windows.js';

/**
 * Convolution of every channel by itself, in float32. Inputs are (samples, ..., channels), one group; weights (taps, channels, multiplier), outputs (samples, ...,
 * channels, multiplier): `multiplier` convolutions, one after the other.
 */

/** Windows' numbers at once, about: so many that they stay in the cache. */
const NUMBERS = 32_768;

/** Fills y with the convolution of x by w. */
export function convolveDepthwise(x: Float32Array, w: Float32Array, y: Float32Array, shape: WindowsShape, multiplier: number): void {
  const { channels } = shape;
  const most = windowsAtOnce(shape);
  inRoom('a convolution', (kernel, room) => {
    const { run, memory } = kernel;
    const windows = new Windows(kernel, room, shape, { most, x, dx: null });
    const { places, shifts, taps } = windows;
    const weights = Array.from({ length: multiplier }, (_, m) => room.holdCopy(every(w, m, multiplier)));
    const results = room.hold(most * channels);
    windows.forEach((first, count, from) => {
      weights.forEach((own, m) => {
        run.weighWindows(from, places, count, shifts, taps, channels, own, results);
        const made = memory.floats.subarray(results / 4, results / 4 + count * channels);
        if (multiplier === 1) y.set(made, first * channels);
        else for (let n = 0, at = first * channels * multiplier + m; n < made.length; n++, at += multiplier) y[at] = made[n]!;
      });
    });
  });
}

/** Fills dx with dL/dx. */
export function backToInput(dy: Float32Array, w: Float32Array, dx: Float32Array, shape: WindowsShape, multiplier: number): void {
  const { channels } = shape;
  const most = windowsAtOnce(shape);
  inRoom('a convolution', (kernel, room) => {
    const { run, memory } = kernel;
    const windows = new Windows(kernel, room, shape, { most, x: null, dx });
    const { places, shifts, taps } = windows;
    const weights = Array.from({ length: multiplier }, (_, m) => room.holdCopy(every(w, m, multiplier)));
    const adjoints = room.hold(most * channels);
    windows.forEach((first, count, _, to) => {
      weights.forEach((own, m) => {
        memory.floats.set(every(dy.subarray(first * channels * multiplier, (first + count) * channels * multiplier), m, multiplier), adjoints / 4);
        run.addToWeighedWindows(adjoints, places, count, shifts, taps, channels, own, to);
      });
    });
  });
}

/** Fills dw with dL/dw. */
export function backToWeights(x: Float32Array, dy: Float32Array, dw: Float32Array, shape: WindowsShape, multiplier: number): void {
  const { channels } = shape;
  const most = windowsAtOnce(shape);
  inRoom('a convolution', (kernel, room) => {
    const { run, memory } = kernel;
    const windows = new Windows(kernel, room, shape, { most, x, dx: null });
    const { places, shifts, taps } = windows;
    const adjoints = room.hold(most * channels);
    const sums = Array.from({ length: multiplier }, () => room.holdCopy(new Float32Array(taps * channels)));
    windows.forEach((first, count, from) => {
      sums.forEach((own, m) => {
        memory.floats.set(every(dy.subarray(first * channels * multiplier, (first + count) * channels * multiplier), m, multiplier), adjoints / 4);
        run.addToWeights(from, places, count, shifts, taps, channels, adjoints, own);
      });
    });
    sums.forEach((own, m) => { for (let n = 0; n < taps * channels; n++) dw[n * multiplier + m] = memory.floats[own / 4 + n]!; });
  });
}

/** Every so many-th number from one on. */
function every(numbers: Float32Array, from: number, step: number): Float32Array {
  if (step === 1) return numbers;
  const out = new Float32Array(numbers.length / step);
  for (let n = 0, at = from; n < out.length; n++, at += step) out[n] = numbers[at]!;
  return out;
}

const windowsAtOnce = ({ samples, output, channels }: WindowsShape): number =>
  Math.max(1, Math.min(samples * output[0] * output[1] * output[2], Math.ceil(NUMBERS / channels)));
