import type { WindowsShape } from './convolution-types.js';
import { inRoom } from './room.js';
import { Windows } from './windows.js';

/** Pooling of float32 numbers: one for each window and channel. Inputs are (samples, ..., channels), one group. */

/** Windows at once, about: so many that what they make stays in the cache. */
const NUMBERS = 32_768;

/** The least number there is: what the largest of no numbers is. */
const LEAST = -3.4028234663852886e38;

/** Fills y with the largest number of each window. */
export function maxOfWindows(x: Float32Array, y: Float32Array, shape: WindowsShape): void {
  const { channels } = shape;
  const most = windowsAtOnce(shape);
  inRoom('a pooling', (kernel, room) => {
    const { run, memory } = kernel;
    const windows = new Windows(kernel, room, shape, { most, x, dx: null, around: LEAST });
    const { places, shifts, taps } = windows;
    const results = room.hold(most * channels);
    windows.forEach((first, count, from) => {
      run.maxOfWindows(from, places, count, shifts, taps, channels, results);
      y.set(memory.floats.subarray(results / 4, results / 4 + count * channels), first * channels);
    });
  });
}

/**
 * Fills y with the sum of each window, times its share.
 *
 * @param shares one for each window of a sample
 */
export function meanOfWindows(x: Float32Array, shares: Float32Array, y: Float32Array, shape: WindowsShape): void {
  const { channels } = shape;
  const most = windowsAtOnce(shape);
  inRoom('a pooling', (kernel, room) => {
    const { run, memory } = kernel;
    const windows = new Windows(kernel, room, shape, { most, x, dx: null });
    const { places, shifts, taps } = windows;
    const [results, own] = [room.hold(most * channels), room.hold(most)];
    windows.forEach((first, count, from) => {
      copyAround(shares, first, count, memory.floats, own / 4);
      run.meanOfWindows(from, places, count, shifts, taps, channels, own, results);
      y.set(memory.floats.subarray(results / 4, results / 4 + count * channels), first * channels);
    });
  });
}

/**
 * Fills dx with dL/dx, for the largest number y of each window.
 *
 * @param first whether only the first of several that are equal has a window's adjoint, or each of them
 */
export function backToMax(x: Float32Array, y: Float32Array, dy: Float32Array, dx: Float32Array, shape: WindowsShape, first: boolean): void {
  const { channels } = shape;
  const most = windowsAtOnce(shape);
  inRoom('a pooling', (kernel, room) => {
    const { run, memory } = kernel;
    const windows = new Windows(kernel, room, shape, { most, x, dx, around: LEAST });
    const { places, shifts, taps } = windows;
    const [results, adjoints] = [room.hold(most * channels), room.hold(most * channels)];
    windows.forEach((start, count, from, to) => {
      memory.floats.set(y.subarray(start * channels, (start + count) * channels), results / 4);
      memory.floats.set(dy.subarray(start * channels, (start + count) * channels), adjoints / 4);
      run.addToMaxOfWindows(from, places, count, shifts, taps, channels, results, adjoints, to, first);
    });
  });
}

/** Fills dx with dL/dx, for the sum of each window times its share. */
export function backToMean(dy: Float32Array, shares: Float32Array, dx: Float32Array, shape: WindowsShape): void {
  const { channels } = shape;
  const most = windowsAtOnce(shape);
  inRoom('a pooling', (kernel, room) => {
    const { run, memory } = kernel;
    const windows = new Windows(kernel, room, shape, { most, x: null, dx });
    const { places, shifts, taps } = windows;
    const [adjoints, own] = [room.hold(most * channels), room.hold(most)];
    windows.forEach((start, count, _, to) => {
      copyAround(shares, start, count, memory.floats, own / 4);
      memory.floats.set(dy.subarray(start * channels, (start + count) * channels), adjoints / 4);
      run.addToMeanOfWindows(adjoints, places, count, shifts, taps, channels, own, to);
    });
  });
}

/** Copies so many numbers from a place on of an array that goes on from its beginning. */
function copyAround(numbers: Float32Array, from: number, count: number, to: Float32Array, at: number): void {
  for (let done = 0; done < count;) {
    const start = (from + done) % numbers.length;
    const some = Math.min(count - done, numbers.length - start);
    to.set(numbers.subarray(start, start + some), at + done);
    done += some;
  }
}

const windowsAtOnce = ({ samples, output, channels }: WindowsShape): number =>
  Math.max(1, Math.min(samples * output[0] * output[1] * output[2], Math.ceil(NUMBERS / channels)));
