import type { Floats } from '../cells/floats.js';
import { strides } from './shapes.js';

/** Which numbers of an array are meant: element (i, j, ...) is number `offset + i strides[0] + j strides[1] + ...`. */
export interface Strided {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** All of a row-major array, in order. */
export const whole = (shape: readonly number[]): Strided => ({ shape, strides: strides(shape), offset: 0 });

/** Copies what is meant of one array to what is meant of another, of the same shape. */
export function copyStrided(from: Floats, read: Strided, to: Floats, write: Strided): void { walk(from, read, to, write, false); }

/** The same, but adds to what is there: also where numbers of `to` are meant several times. */
export function addStrided(from: Floats, read: Strided, to: Floats, write: Strided): void { walk(from, read, to, write, true); }

/** Runs at least this long are copied by the engine. */
const RUN = 24;

function walk(from: Floats, read: Strided, to: Floats, write: Strided, adds: boolean): void {
  const { sizes, steps, into } = merged(read.shape, read.strides, write.strides);
  const last = sizes.length - 1;
  const [length, step, intoStep] = [sizes[last]!, steps[last]!, into[last]!];
  const runs = sizes.reduce((product, n, axis) => (axis === last ? product : product * n), 1);
  if (length === 0 || runs === 0) return;
  const together = !adds && step === 1 && intoStep === 1 && length >= RUN;
  const index = new Array<number>(last).fill(0);
  for (let run = 0, i = read.offset, j = write.offset; run < runs; run++) {
    if (together) to.set(from.subarray(i, i + length), j);
    else if (!adds) for (let n = 0, p = i, q = j; n < length; n++, p += step, q += intoStep) to[q] = from[p]!;
    else if (intoStep !== 0) for (let n = 0, p = i, q = j; n < length; n++, p += step, q += intoStep) to[q]! += from[p]!;
    else {
      let sum = 0;
      for (let n = 0, p = i; n < length; n++, p += step) sum += from[p]!;
      to[j]! += sum;
    }
    for (let axis = last - 1; axis >= 0; axis--) {
      i += steps[axis]!;
      j += into[axis]!;
      if (++index[axis]! < sizes[axis]!) break;
      i -= steps[axis]! * sizes[axis]!;
      j -= into[axis]! * sizes[axis]!;
      index[axis] = 0;
    }
  }
}

/** Axes that follow one another in both arrays as one, and none of size 1, so that the innermost is long. At least one axis. */
function merged(shape: readonly number[], from: readonly number[], to: readonly number[]): { sizes: number[]; steps: number[]; into: number[] } {
  const [sizes, steps, into]: [number[], number[], number[]] = [[], [], []];
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const before = sizes.length - 1;
    if (before >= 0 && steps[before] === from[axis]! * size && into[before] === to[axis]! * size) {
      sizes[before]! *= size;
      steps[before] = from[axis]!;
      into[before] = to[axis]!;
    } else {
      sizes.push(size);
      steps.push(from[axis]!);
      into.push(to[axis]!);
    }
  });
  return sizes.length > 0 ? { sizes, steps, into } : { sizes: [1], steps: [1], into: [1] };
}
