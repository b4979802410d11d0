import { SeeRnnError } from '../../core/errors.js';
import type { Triple, WindowsShape } from '../../kernels/convolution-types.js';
import { formText } from '../shapes.js';

/** Windows that go over an array's axes between samples and channels, as convolution and pooling have them. */

/**
 * Zeros around the input: none; as many as make the output as long as the input over the stride, the odd one at the end; all at the beginning,
 * so that no window sees what comes later; or so many before and after each axis.
 */
export type Padding = 'valid' | 'same' | 'causal' | readonly (readonly [before: number, after: number])[];

/** One number for each axis that windows go over. */
export interface WindowOptions {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: Padding;
}

/** How far a window reaches along an axis. */
export const spanOf = (size: number, dilation: number): number => (size - 1) * dilation + 1;

/**
 * How windows lie in an array of (samples, ..., channels), and how many there are.
 *
 * @throws SeeRnnError where the array has other axes, or is too short for a window
 */
export function windowsOver(shape: readonly number[], { size, strides, dilation, padding }: WindowOptions): WindowsShape {
  const sizes = shape.slice(1, -1);
  if (sizes.length !== size.length) {
    throw new SeeRnnError(`expected an input of ${size.length + 2} axes (samples, ${size.length === 1 ? 'one' : size.length} to slide over, channels), found ${formText(shape)}`);
  }
  const axes = sizes.map((n, axis) => {
    const span = spanOf(size[axis], dilation[axis]);
    const [before, after] = around(n, span, strides[axis], typeof padding === 'string' ? padding : padding[axis]);
    const output = Math.floor((n + before + after - span) / strides[axis]) + 1;
    if (output < 1) throw new SeeRnnError(`a window reaches over ${span} of axis ${axis + 1}, and an input of ${formText(shape)} has ${n} there`);
    return { output, before };
  });
  return {
    samples: shape[0], channels: shape.at(-1)!, input: triple(sizes, 1), output: triple(axes.map(({ output }) => output), 1),
    kernel: triple(size, 1), strides: triple(strides, 1), dilation: triple(dilation, 1), before: triple(axes.map(({ before }) => before), 0), groups: 1,
  };
}

/** Zeros before and after an axis of n. */
function around(n: number, span: number, stride: number, padding: 'valid' | 'same' | 'causal' | readonly [before: number, after: number]): readonly [before: number, after: number] {
  switch (padding) {
    case 'valid': return [0, 0];
    case 'causal': return [span - 1, 0];
    case 'same': {
      const missing = Math.max(0, (Math.ceil(n / stride) - 1) * stride + span - n);
      return [Math.floor(missing / 2), Math.ceil(missing / 2)];
    }
    default: return padding;
  }
}

/** Three numbers, those that are missing filled in at the front. */
const triple = (list: readonly number[], missing: number): Triple => [...new Array<number>(3 - list.length).fill(missing), ...list] as unknown as Triple;

/** The sizes of an array's axes between samples and channels, as many as windows go over. */
export const inner = (three: Triple, axes: number): readonly number[] => three.slice(3 - axes);

/** A tap of the kernel, and the windows of one row of the output in which it lies inside the input. Places are cells, each of as many numbers as there are channels. */
export interface TapRow {
  /** Which of the kernel's taps. */
  tap: number;
  /** The first window's place in the output; the others follow. */
  output: number;
  /** What the tap lies on in the first window; in the others it is `step` further on each. */
  input: number;
  readonly step: number;
  /** How many windows. */
  count: number;
}

/**
 * Goes through the output row by row, in order, and for each through the taps, in order, leaving out what lies outside the input. `visit` is
 * always given the same object.
 */
export function forEachTapRow({ samples, input, output, kernel, strides, dilation, before }: WindowsShape, visit: (row: TapRow) => void): void {
  const row = { tap: 0, output: 0, input: 0, step: strides[2], count: 0 };
  // Of the last axis: the first window that has a tap inside, and how many have.
  const spans = Array.from({ length: kernel[2] }, (_, tap) => {
    const shift = tap * dilation[2] - before[2];
    const first = Math.max(0, Math.ceil(-shift / strides[2]));
    return { first, count: Math.min(output[2], Math.floor((input[2] - 1 - shift) / strides[2]) + 1) - first, at: first * strides[2] + shift };
  });
  for (let sample = 0, start = 0; sample < samples; sample++) {
    for (let k = 0; k < output[0]; k++) {
      for (let j = 0; j < output[1]; j++, start += output[2]) {
        for (let a = 0; a < kernel[0]; a++) {
          const plane = k * strides[0] - before[0] + a * dilation[0];
          if (plane < 0 || plane >= input[0]) continue;
          for (let b = 0; b < kernel[1]; b++) {
            const line = j * strides[1] - before[1] + b * dilation[1];
            if (line < 0 || line >= input[1]) continue;
            const at = ((sample * input[0] + plane) * input[1] + line) * input[2];
            for (let c = 0; c < kernel[2]; c++) {
              const span = spans[c];
              if (span.count <= 0) continue;
              row.tap = (a * kernel[1] + b) * kernel[2] + c;
              row.output = start + span.first;
              row.input = at + span.at;
              row.count = span.count;
              visit(row);
            }
          }
        }
      }
    }
  }
}

/** How many taps lie inside the input, for each window of a sample. */
export function tapsInside({ input, output, kernel, strides, dilation, before }: WindowsShape): Float64Array {
  const along = (axis: 0 | 1 | 2): Float64Array => {
    const inside = new Float64Array(output[axis]);
    for (let tap = 0; tap < kernel[axis]; tap++) {
      for (let o = 0, at = tap * dilation[axis] - before[axis]; o < inside.length; o++, at += strides[axis]) if (at >= 0 && at < input[axis]) inside[o]++;
    }
    return inside;
  };
  const [planes, lines, columns] = [along(0), along(1), along(2)];
  const counts = new Float64Array(planes.length * lines.length * columns.length);
  let n = 0;
  for (const plane of planes) for (const line of lines) for (const column of columns) counts[n++] = plane * line * column;
  return counts;
}
