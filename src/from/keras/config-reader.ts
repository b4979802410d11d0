import { SeeRnnError } from '../../core/errors.js';
import { shown } from '../../core/options.js';
import { nameText } from '../../core/printable.js';

/** A layer's options as Keras writes them, with Python's names. Whatever is in there is checked. */
export type Config = Readonly<Record<string, unknown>>;

/**
 * Reads a layer's options one by one. A key that is absent or null is the default.
 *
 * @throws SeeRnnError that names the layer, the option, what was found and what was expected
 */
export class ConfigReader {
  constructor(private readonly className: string, readonly config: Config, private readonly name: string | null = null) {}

  get<T>(key: string, read: (value: unknown) => T | undefined, form: string, initial?: T): T {
    const value = this.config[key];
    if (value == null && initial !== undefined) return initial;
    const result = value == null ? undefined : read(value);
    if (result === undefined) throw this.error(`${key} must be ${form}, found ${value == null ? 'nothing' : shown(value)}`);
    return result;
  }

  whole(key: string, least: number, initial?: number): number {
    return this.get(key, (v) => (Number.isSafeInteger(v) && (v as number) >= least ? (v as number) : undefined), `a whole number of at least ${least}`, initial);
  }

  number(key: string, initial?: number): number {
    return this.get(key, (v) => (Number.isFinite(v) ? (v as number) : undefined), 'a number', initial);
  }

  /** A share of what is dropped. */
  rate(key: string, initial?: number): number {
    return this.get(key, (v) => (typeof v === 'number' && v >= 0 && v <= 1 ? v : undefined), 'a number from 0 to 1', initial);
  }

  flag(key: string, initial: boolean): boolean {
    // Keras 1 wrote some as 0 and 1.
    return this.get(key, (v) => (typeof v === 'boolean' ? v : v === 0 || v === 1 ? v === 1 : undefined), 'true or false', initial);
  }

  choice<const C extends string>(key: string, choices: readonly C[], initial?: C): C {
    return this.get(key, (v) => choices.find((one) => one === v), choices.map((one) => `'${one}'`).join(' or '), initial);
  }

  /** A whole number, or a list of `length` of them. */
  wholes(key: string, length: number, least: number, initial?: readonly number[]): readonly number[] {
    const whole = (v: unknown): boolean => Number.isSafeInteger(v) && (v as number) >= least;
    return this.get<readonly number[]>(key, (v) => {
      if (whole(v)) return Array.from({ length }, () => v as number);
      return Array.isArray(v) && v.length === length && v.every(whole) ? (v as number[]) : undefined;
    }, length === 1 ? `a whole number of at least ${least}` : `a whole number of at least ${least}, or ${length} of them`, initial);
  }

  /** Refuses an option that has no counterpart here. */
  refuse(key: string, unless: (value: unknown) => boolean, reason: string): void {
    const value = this.config[key];
    if (value != null && !unless(value)) throw this.error(`${key} is ${shown(value)}: ${reason}`);
  }

  error(what: string): SeeRnnError {
    const name = this.name ?? (typeof this.config['name'] === 'string' ? this.config['name'] : null);
    return new SeeRnnError(`${name === null ? this.className : `layer '${nameText(name)}' (${this.className})`}: ${what}`);
  }
}
