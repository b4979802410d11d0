import type { NamedArray } from '../core/array.js';
import type { Sequence } from './content.js';

/** An array that a report may show: (samples, timesteps, units). */
export type Found = Omit<Sequence, 'together'>;

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
    if (size <= this.left) {
      this.left -= size;
      return { ...found, together: null };
    }
    if (found.array.shape[0] === 1) return { ...found, together: null }; // nothing to be gained
    this.together++;
    const together = found.of === 'gradient' ? 'root mean square' : 'mean';
    return { ...found, together, array: overSamples(found.array, together) };
  }
}

/** The mean over samples, or the root mean square: (1, timesteps, units). */
export function overSamples({ data, shape, axes }: NamedArray, how: 'mean' | 'root mean square'): NamedArray {
  const [samples, timesteps, units] = [shape[0]!, shape[1]!, shape[2]!];
  const sums = new Float64Array(timesteps * units);
  for (let at = 0, place = 0; at < data.length; at++, place = place + 1 === sums.length ? 0 : place + 1) sums[place]! += how === 'mean' ? data[at]! : data[at]! ** 2;
  return { data: Float32Array.from(sums, (sum) => (how === 'mean' ? sum / samples : Math.sqrt(sum / samples))), shape: [1, timesteps, units], axes };
}
