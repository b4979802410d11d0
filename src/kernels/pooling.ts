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
  pool(x, y, shape, LEAST, 'maxOfWindows');
}

/** Fills y with the sum of each window. */
export function sumOfWindows(x: Float32Array, y: Float32Array, shape: WindowsShape): void {
  pool(x, y, shape, 0, 'sumOfWindows');
}

function pool(x: Float32Array, y: Float32Array, shape: WindowsShape, around: number, how: 'maxOfWindows' | 'sumOfWindows'): void {
  const { channels } = shape;
  const most = windowsAtOnce(shape);
  inRoom('a pooling', (kernel, room) => {
    const windows = new Windows(kernel, room, shape, { most, x, dx: null, around });
    const { places, shifts, taps } = windows;
    const results = room.hold(most * channels);
    windows.forEach((first, count, from) => {
      kernel.run[how](from, places, count, shifts, taps, channels, results);
      y.set(kernel.memory.floats.subarray(results / 4, results / 4 + count * channels), first * channels);
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

/** Fills dx with dL/dx, for the sum of each window. */
export function backToSum(dy: Float32Array, dx: Float32Array, shape: WindowsShape): void {
  const { channels } = shape;
  const most = windowsAtOnce(shape);
  inRoom('a pooling', (kernel, room) => {
    const windows = new Windows(kernel, room, shape, { most, x: null, dx });
    const { places, shifts, taps } = windows;
    const adjoints = room.hold(most * channels);
    windows.forEach((start, count, _, to) => {
      kernel.memory.floats.set(dy.subarray(start * channels, (start + count) * channels), adjoints / 4);
      kernel.run.addToSumOfWindows(adjoints, places, count, shifts, taps, channels, to);
    });
  });
}

const windowsAtOnce = ({ samples, output, channels }: WindowsShape): number =>
  Math.max(1, Math.min(samples * output[0] * output[1] * output[2], Math.ceil(NUMBERS / channels)));
