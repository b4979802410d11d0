import type { ConvolutionShape } from './convolution-types.js';
import { inRoom } from './room.js';
import { Windows } from './windows.js';

/**
 * Convolution and its two adjoints as matrix products with a row for each window, of all that its taps lie on. The rows are made for
 * some windows at a time, used while they are in the cache, so that memory is bounded.
 *
 * Inputs are (samples, ..., channels), outputs (samples, ..., filters), weights (taps, channels of a group, filters), all row-major;
 * filters of a group are side by side. Sums are float32.
 */

/** Floats of the windows' rows that are made at once, about. */
const ROWS = 49_152;
/** So many windows at once at most, where it is them that are summed over. Not quite 512: panels a power of two apart share sets of the cache. */
const SUMMED = 496;
/** Lines of the left and of the right operand that lie interleaved in a panel. */
const A_LINES = 4;
const B_LINES = 8;

/** Fills y with the convolution of x by w, and adds the bias, (filters), where there is one. */
export function convolve(x: Float32Array, w: Float32Array, bias: Float32Array | null, y: Float32Array, shape: ConvolutionShape): void {
  const { filters } = shape;
  const most = windowsAtOnce(shape);
  inRoom('a convolution', (kernel, room) => {
    const { run, memory } = kernel;
    const windows = new Windows(kernel, room, shape, { most, x, dx: null, joinTaps: true });
    const { depth, taps, shifts, places } = windows;
    const weights = room.holdCopy(w);
    const groups = groupsOf(shape).map((group, i) => {
      const lines = upTo(group.filters, B_LINES);
      const right = room.hold(lines * depth);
      run.packStraight(weights + group.filtersAt, filters, depth, group.filters, right, B_LINES, depth);
      // What each window's sums begin with.
      const begin = room.hold(lines);
      memory.floats.fill(0, begin / 4, begin / 4 + lines);
      if (bias) memory.floats.set(bias.subarray(i * group.filters, (i + 1) * group.filters), begin / 4);
      return { ...group, right, begin };
    });
    const left = room.hold(upTo(most, A_LINES) * depth);
    const results = room.hold(most * filters);
    windows.forEach((first, count, at) => {
      for (const { channelsAt, filtersAt, filters: own, right, begin } of groups) {
        run.packWindows(at + channelsAt, places, count, shifts, taps, windows.run, left);
        run.setProduct(left, A_LINES * depth, right, B_LINES * depth, results + filtersAt, filters, count, own, depth, begin);
      }
      y.set(memory.floats.subarray(results / 4, results / 4 + count * filters), first * filters);
    });
  });
}

/** Fills dx with dL/dx: each window's part of it is its row of dy, times the transpose of w. */
export function convolveBackToInput(dy: Float32Array, w: Float32Array, dx: Float32Array, shape: ConvolutionShape): void {
  const { filters } = shape;
  const most = windowsAtOnce(shape);
  inRoom('a convolution', (kernel, room) => {
    const { run, memory } = kernel;
    const windows = new Windows(kernel, room, shape, { most, x: null, dx, joinTaps: true });
    const { depth, taps, shifts, places } = windows;
    const weights = room.holdCopy(w);
    const groups = groupsOf(shape).map((group) => {
      const right = room.hold(upTo(depth, B_LINES) * group.filters);
      run.packTransposed(weights + group.filtersAt, filters, group.filters, depth, right, B_LINES, group.filters);
      return { ...group, right };
    });
    const zeros = room.hold(upTo(depth, B_LINES));
    memory.floats.fill(0, zeros / 4, zeros / 4 + upTo(depth, B_LINES));
    const adjoints = room.hold(most * filters);
    const left = room.hold(upTo(most, A_LINES) * (filters / shape.groups));
    const rows = room.hold(most * depth);
    windows.forEach((first, count, _, at) => {
      memory.floats.set(dy.subarray(first * filters, (first + count) * filters), adjoints / 4);
      for (const { channelsAt, filtersAt, filters: own, right } of groups) {
        run.packTransposed(adjoints + filtersAt, filters, own, count, left, A_LINES, own);
        run.setProduct(left, A_LINES * own, right, B_LINES * own, rows, depth, count, depth, own, zeros);
        run.addToWindows(rows, places, count, shifts, taps, windows.run, at + channelsAt);
      }
    });
  });
}

/** Fills dw with dL/dw: the sum over windows of what each lies on, times its row of dy. */
export function convolveBackToKernel(x: Float32Array, dy: Float32Array, dw: Float32Array, shape: ConvolutionShape): void {
  const { filters } = shape;
  const most = Math.min(SUMMED, 4 * windowsAtOnce(shape));
  inRoom('a convolution', (kernel, room) => {
    const { run, memory } = kernel;
    const windows = new Windows(kernel, room, shape, { most, x, dx: null, joinTaps: true });
    const { depth, taps, shifts, places } = windows;
    const groups = groupsOf(shape);
    const own = filters / shape.groups;
    const rows = room.hold(most * depth);
    const left = room.hold(upTo(depth, A_LINES) * most);
    const adjoints = room.hold(most * filters);
    const right = room.hold(upTo(own, B_LINES) * most);
    const sums = room.hold(depth * filters);
    memory.floats.fill(0, sums / 4, sums / 4 + depth * filters);
    windows.forEach((first, count, at) => {
      memory.floats.set(dy.subarray(first * filters, (first + count) * filters), adjoints / 4);
      for (const { channelsAt, filtersAt } of groups) {
        run.readWindows(at + channelsAt, places, count, shifts, taps, windows.run, rows);
        run.packStraight(rows, depth, count, depth, left, A_LINES, count);
        run.packStraight(adjoints + filtersAt, filters, count, own, right, B_LINES, count);
        run.addProduct(left, A_LINES * count, right, B_LINES * count, sums + filtersAt, filters, depth, own, count);
      }
    });
    dw.set(memory.floats.subarray(sums / 4, sums / 4 + depth * filters));
  });
}

/** Where a group's channels and filters begin among all, in bytes, and how many filters it has. */
const groupsOf = ({ channels, filters, groups }: ConvolutionShape): { readonly channelsAt: number; readonly filtersAt: number; readonly filters: number }[] =>
  Array.from({ length: groups }, (_, group) => ({ channelsAt: 4 * group * (channels / groups), filtersAt: 4 * group * (filters / groups), filters: filters / groups }));

function windowsAtOnce({ samples, output, kernel, channels, filters, groups }: ConvolutionShape): number {
  const width = Math.max(kernel[0] * kernel[1] * kernel[2] * (channels / groups), filters);
  return Math.min(samples * output[0] * output[1] * output[2], upTo(ROWS / width, 32));
}

/** The multiple of `unit` at or above a size; at least one unit. */
const upTo = (size: number, unit: number): number => Math.max(1, Math.ceil(size / unit)) * unit;
