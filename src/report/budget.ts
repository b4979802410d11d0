import type { NamedArray } from '../core/array.js';
import type { Sequence } from './content.js';
import { extentOf } from './extent.js';

/** An array that a report may show: (samples, timesteps, units). */
export type Found = Omit<Sequence, 'together' | 'extent'>;

/** Keeps arrays whole as long as there is room; what comes after that has its samples put together. */
export class Budget {
  /** How many bytes were asked for in all, and how many arrays were put together. */
  asked = 0;
  together = 0;
  private left: number;

  constructor(bytes: number) {
    this.left = bytes;
  }

  keep(found: Found): Sequence {
    const size = found.array.data.byteLength;
    this.asked += size;
    const whole = size <= this.left;
    if (whole) this.left -= size;
    if (whole || found.array.shape[0] === 1) return { ...found, extent: extentOf(found.array.data), together: null }; // one sample leaves nothing to be gained
    this.together++;
    const together = found.of === 'gradient' ? 'root mean square' : 'mean';
    const array = overSamples(found.array, together);
    return { ...found, together, array, extent: extentOf(array.data) };
  }
}

/** The mean over samples, or the root mean square: (1, timesteps, units). */
export function overSamples({ data, shape, axes }: NamedArray, how: 'mean' | 'root mean square'): NamedArray {
  const [samples, timesteps, units] = [shape[0]!, shape[1]!, shape[2]!];
  const sums = new Float64Array(timesteps * units);
  const square = how === 'root mean square';
  for (let sample = 0, at = 0; sample < samples; sample++) {
    for (let place = 0; place < sums.length; place++, at++) sums[place]! += square ? data[at]! * data[at]! : data[at]!;
  }
  const result = new Float32Array(sums.length);
  for (let place = 0; place < sums.length; place++) result[place] = square ? Math.sqrt(sums[place]! / samples) : sums[place]! / samples;
  return { data: result, shape: [1, timesteps, units], axes };
}
