import { UsageError } from './errors.js';
import { suggestion } from './nearest.js';
import { printable } from './printable.js';

/**
 * One option of a function, described once: the function checks its caller by it, the command line makes a flag of
 * it, and the documentation lists it.
 */
export interface OptionSpec<T> {
  /** One line on what it does, with its unit where it has one. */
  readonly help: string;
  /** How a value is written, for help and messages: `number > 0`, `min,max | auto | none`. */
  readonly form: string;
  readonly default: T;
  /** Turns a value of the API into the option's type, or returns undefined where it is not of the right form. */
  readonly read: (value: unknown) => T | undefined;
  /** Turns the text of a command-line flag into what `read` takes. Default: JSON where it parses, else the text itself. */
  readonly parse?: (text: string) => unknown;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec<unknown>>>;

/** The values that a table of options yields. */
export type OptionValues<S> = { readonly [K in keyof S]: S[K] extends OptionSpec<infer T> ? T : never };

/**
 * Checks what a caller gave against a table of options, and fills in the defaults.
 *
 * A key set to undefined counts as not given.
 *
 * @param owner the function whose options these are, as messages name it
 * @throws UsageError for an unknown option (the nearest known one is named) or a value of the wrong form
 */
export function readOptions<S extends Readonly<Record<string, OptionSpec<never>>> | OptionSpecs>(
  owner: string, specs: S, given: Readonly<Record<string, unknown>> = {},
): OptionValues<S> {
  const known = Object.keys(specs);
  if (typeof given !== 'object' || (given as unknown) === null) throw new UsageError(`${owner}: expected options, found ${shown(given)}`);
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) throw new UsageError(`${owner}: unknown option '${name}'${suggestion(name, known)}`);
  }
  const values: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const value = given[name];
    if (value === undefined) {
      values[name] = spec.default;
      continue;
    }
    const read = spec.read(value);
    if (read === undefined) throw new UsageError(`${owner}: option '${name}' must be ${spec.form}, found ${shown(value)}`);
    values[name] = read;
  }
  return values as OptionValues<S>;
}

/** A value as a message shows it: short, on one line. */
export function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  const text = printable(typeof value === 'number' ? String(value) : written(value));
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function written(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // One that holds itself, or a BigInt.
    return String(value);
  }
}

/** Options of common forms. `help` says what the option does; the rest follows from the form. */
export const option = {
  flag: (help: string, initial: boolean): OptionSpec<boolean> => ({
    help, form: 'true or false', default: initial, read: (v) => (typeof v === 'boolean' ? v : undefined),
  }),
  number: <D extends number | null>(help: string, initial: D, test: (v: number) => boolean, form: string): OptionSpec<number | D> => ({
    help, form, default: initial, read: (v) => (typeof v === 'number' && test(v) ? v : undefined),
  }),
  integer: <D extends number | null>(help: string, initial: D, least: number): OptionSpec<number | D> => ({
    help, form: `a whole number of at least ${least}`, default: initial,
    read: (v) => (Number.isInteger(v) && (v as number) >= least ? (v as number) : undefined),
  }),
  choice: <const C extends readonly string[]>(help: string, choices: C, initial: C[number]): OptionSpec<C[number]> => ({
    help, form: choices.map((c) => `'${c}'`).join(', ').replace(/, ([^,]*)$/, ' or $1'), default: initial,
    read: (v) => (choices.includes(v as string) ? (v as C[number]) : undefined),
    parse: (text) => text,
  }),
};
