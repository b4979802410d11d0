import { SeeRnnError } from '../../core/errors.js';
import { shown } from '../../core/options.js';
import { printable } from '../../core/printable.js';
import type { Reduction } from './loss.js';

/** Options of Keras's loss classes, under its names; those a loss doesn't know are passed over. */
export type LossOptions = Readonly<Record<string, unknown>>;

/**
 * Reads a loss's options one by one. One that is absent or null is the default.
 *
 * @throws SeeRnnError that names the loss, the option, what was found and what was expected
 */
export class LossOptionsReader {
  constructor(private readonly lossName: string, readonly options: LossOptions) {}

  number(key: string, initial: number): number { return this.get(key, isNumber, 'a number', initial); }

  /** A share of one. */
  share(key: string, initial: number): number { return this.get(key, (value): value is number => isNumber(value) && value >= 0 && value <= 1, 'a number from 0 to 1', initial); }

  whole(key: string, initial: number): number { return this.get(key, isWhole, 'a whole number', initial); }

  flag(key: string, initial: boolean): boolean { return this.get(key, (value) => typeof value === 'boolean', 'true or false', initial); }

  /** A class index; null for none. */
  wholeOrNone(key: string): number | null { return this.get<number | null>(key, isWhole, 'a whole number', null); }

  /** A factor, or one for each class. */
  factors(key: string, initial: number): number | readonly number[] {
    return this.get<number | readonly number[]>(key, (value): value is number | readonly number[] => isNumber(value) || (Array.isArray(value) && value.every(isNumber)), 'a number or a list of numbers', initial);
  }

  /** Some axes; null for all. */
  axes(key: string): readonly number[] | null {
    const value = this.get<number | readonly number[] | null>(key, (one): one is number | readonly number[] => isWhole(one) || (Array.isArray(one) && one.every(isWhole)), 'a whole number or a list of them', null);
    return typeof value === 'number' ? [value] : value;
  }

  /** How values become one number. In Keras 3 null is `none`. */
  reduction(): Reduction {
    const value = this.options['reduction'];
    if (value === undefined) return 'mean';
    const known = value === null ? 'none' : typeof value === 'string' && Object.hasOwn(REDUCTIONS, value) ? REDUCTIONS[value] : undefined;
    if (known === undefined) throw this.error(`reduction must be one of ${Object.keys(REDUCTIONS).map((name) => `'${name}'`).join(', ')}, found ${shown(value)}`);
    return known;
  }

  error(what: string): SeeRnnError { return new SeeRnnError(`loss '${printable(this.lossName)}': ${what}`); }

  private get<T>(key: string, test: (value: unknown) => value is T, form: string, initial: T): T {
    const value = this.options[key];
    if (value == null) return initial;
    if (!test(value)) throw this.error(`${key} must be ${form}, found ${shown(value)}`);
    return value;
  }
}

/** Those of Keras 2 and 3. */
const REDUCTIONS: Readonly<Record<string, Reduction>> = {
  auto: 'mean', sum_over_batch_size: 'mean', mean: 'mean', sum: 'sum', none: 'none', mean_with_sample_weight: 'mean-with-sample-weight',
};

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);
