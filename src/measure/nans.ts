import { asNamedArray, type ArrayInput, type NamedArray } from '../core/array.js';
import { option, readOptions } from '../core/options.js';

/** What is not a number, or not finite, in an array. */
export interface NotNumbers {
  /** How many NaN. */
  readonly nan: number;
  /** How many infinite values, of either sign; 0 where they were not to be counted. */
  readonly infinite: number;
  /** How many values there are in all. */
  readonly size: number;
  /** In words: `25.0% NaN, 50.0% Inf`; where it is less than 0.1%, the count: `1 NaN`. */
  readonly text: string;
}

const nansOptions = { includeInf: option.flag('whether infinite values count too', true) };

/**
 * Counts NaN and, unless told otherwise, infinite values in weights, gradients or any other array.
 *
 * @returns null where there are none
 * @throws UsageError for an unknown option
 * @example
 * detectNans([NaN, Infinity, -Infinity, 0])?.text; // '25.0% NaN, 50.0% Inf'
 * detectNans([1, 2, 3]); // null
 */
export function detectNans(data: ArrayInput, options: { readonly includeInf?: boolean } = {}): NotNumbers | null {
  const { includeInf } = readOptions('detectNans', nansOptions, options as Readonly<Record<string, unknown>>);
  const counts = new NotNumberCounts(includeInf);
  counts.add(asNamedArray(data, 'data of detectNans'));
  return counts.found();
}

/** Counts what is not a number in an array that comes in parts. */
export class NotNumberCounts {
  private nan = 0;
  private infinite = 0;
  private size = 0;

  constructor(private readonly includeInf: boolean) {}

  add({ data }: NamedArray): void {
    this.size += data.length;
    for (const value of data) {
      if (Number.isNaN(value)) this.nan++;
      else if (this.includeInf && !Number.isFinite(value)) this.infinite++;
    }
  }

  /** Null where there are none. */
  found(): NotNumbers | null {
    const { nan, infinite, size } = this;
    if (nan + infinite === 0) return null;
    const share = (count: number, word: string): string[] => (count === 0 ? [] : [count / size < 0.001 ? `${count} ${word}` : `${((100 * count) / size).toFixed(1)}% ${word}`]);
    return { nan, infinite, size, text: [...share(nan, 'NaN'), ...share(infinite, 'Inf')].join(', ') };
  }
}
