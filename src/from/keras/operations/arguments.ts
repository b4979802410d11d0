import { SeeRnnError } from '../../../core/errors.js';
import { shown } from '../../../core/options.js';
import { stack } from '../../../graph/operations/joining.js';
import { isOpen } from '../../../graph/shapes.js';
import { abstract, scalar, type Dtype, type Tensor } from '../../../graph/tensor.js';
import type { Config } from '../config-reader.js';
import { arrayIn, constantIn, dtypeOf } from './constants.js';
import { Slot, type CallArguments } from './slot.js';

/**
 * The arguments of an operation's call, by name: those of the call itself, by name or position, else what the operation was made with. An
 * argument that is absent or null is the default.
 *
 * @throws SeeRnnError that names the argument, what was found and what was expected
 */
export class Arguments {
  /**
   * @param names of the arguments by position
   * @param inputs the tensors that the slots stand for
   * @param isAbstract whether only forms are looked for
   */
  constructor(
    private readonly names: readonly string[], private readonly call: CallArguments, private readonly config: Config, private readonly inputs: readonly Tensor[], private readonly isAbstract = false,
  ) {}

  /** What a new array is to be like: abstract where only forms are looked for, and of the run's precision. */
  get model(): Tensor { return this.isAbstract ? abstract({ shape: [], dtype: 'float' }) : this.inputs.find(({ dtype }) => dtype === 'float') ?? scalar(0); }

  /** A tensor that is about to be repeated: without its numbers where only forms are looked for and some size is open, since it would be vast. */
  spread(tensor: Tensor, sizes: readonly number[]): Tensor { return this.isAbstract && sizes.some(isOpen) ? abstract(tensor) : tensor; }

  /** As the file has it, but for slots; undefined where it is absent or null. */
  raw(name: string): unknown {
    const { args, kwargs } = this.call;
    const position = this.names.indexOf(name);
    for (const value of [kwargs[name], position < 0 ? undefined : args[position], this.config[name]]) if (value != null) return value;
    return undefined;
  }

  /** Whether an argument is there, and null: of some that is not the default. */
  isNothing(name: string): boolean {
    const { args, kwargs } = this.call;
    const position = this.names.indexOf(name);
    return kwargs[name] === null || (position >= 0 && args[position] === null) || (!(name in kwargs) && !(position in args) && this.config[name] === null);
  }

  /** Whether an argument is numbers that the call holds, rather than a tensor of the graph. */
  isHeld(name: string): boolean { return this.has(name) && !(this.raw(name) instanceof Slot); }

  has(name: string): boolean { return this.raw(name) !== undefined; }

  /** A tensor: one of the graph, a number, or an array. */
  tensor(name: string): Tensor {
    const value = this.raw(name);
    const found = value === undefined ? null : this.tensorIn(value);
    if (!found) throw this.wrong(name, 'a tensor');
    return found;
  }

  optional(name: string): Tensor | null { return this.has(name) ? this.tensor(name) : null; }

  /** A list of tensors, at least one. */
  tensors(name: string): Tensor[] {
    const value = this.listIn(this.raw(name));
    const found = value?.map((entry) => this.tensorIn(entry));
    if (!found?.every((entry) => entry !== null) || found.length === 0) throw this.wrong(name, 'a list of tensors');
    return found;
  }

  /** All arguments by position, from one on. */
  rest(from = 0): Tensor[] {
    return this.call.args.slice(from).map((value) => {
      const found = this.tensorIn(value);
      if (!found) throw new SeeRnnError(`expected tensors only, found ${shown(value)}`);
      return found;
    });
  }

  number(name: string, initial?: number): number { return this.one(name, 'a number', initial, (value) => (typeof value === 'number' ? value : undefined)); }

  whole(name: string, initial?: number): number { return this.one(name, 'a whole number', initial, (value) => (Number.isSafeInteger(value) ? value as number : undefined)); }

  flag(name: string, initial: boolean): boolean { return this.one(name, 'true or false', initial, (value) => (typeof value === 'boolean' ? value : value === 0 || value === 1 ? value === 1 : undefined)); }

  text(name: string, initial?: string): string { return this.one(name, 'a word', initial, (value) => (typeof value === 'string' ? value : undefined)); }

  dtype(name: string, initial: Dtype): Dtype { return this.has(name) ? dtypeOf(this.raw(name)) : initial; }

  /** Axes: a number, several, or null for none given. */
  axes(name = 'axis'): number[] | null {
    if (!this.has(name)) return null;
    const found = this.numbersIn(this.raw(name));
    if (!found?.every(Number.isInteger)) throw this.wrong(name, 'an axis, or several');
    return found;
  }

  /** An axis; null where none is given. */
  axis(name = 'axis'): number | null { return this.has(name) ? this.whole(name) : null; }

  /** Whole numbers: a list, a single one, or a tensor that has them. */
  wholes(name: string): number[] {
    const found = this.numbersIn(this.raw(name));
    if (!found?.every(Number.isInteger)) throw this.wrong(name, 'whole numbers');
    return found;
  }

  numbers(name: string): number[] {
    const found = this.numbersIn(this.raw(name));
    if (!found) throw this.wrong(name, 'numbers');
    return found;
  }

  /** All arguments by name that are whole numbers, but for some. */
  wholeNamed(except: readonly string[]): Map<string, number> {
    return new Map(Object.entries(this.call.kwargs).filter(([name, value]) => !except.includes(name) && Number.isSafeInteger(value)) as [string, number][]);
  }

  /** Whether an argument is one number, not a list. */
  isSingle(name: string): boolean {
    const value = this.raw(name);
    return typeof value === 'number' || (value instanceof Slot && this.at(value).rank === 0);
  }

  /** An argument's entries; null where it is no list. */
  list(name: string): readonly unknown[] | null { return this.listIn(this.raw(name)); }

  /** A tensor of the graph, a number or an array; null for anything else. Lists that hold tensors are stacked. */
  tensorIn(value: unknown): Tensor | null {
    if (value instanceof Slot) return this.at(value);
    if (Array.isArray(value) && holdsSlot(value)) {
      const parts = value.map((entry) => this.tensorIn(entry));
      return parts.every((part) => part !== null) ? stack(parts) : null;
    }
    return constantIn(value);
  }

  /** Numbers of a list, or one number as a list. Tensors among them must have their numbers already: sizes, and what is computed of these. */
  numbersIn(value: unknown): number[] | null {
    if (typeof value === 'number') return [value];
    if (value instanceof Slot) return numbersOf(this.at(value));
    const array = arrayIn(value);
    if (array) return this.numbersIn(array.value);
    const entries = this.listIn(value);
    if (!entries) return null;
    const found = entries.map((entry) => this.numbersIn(entry));
    return found.every((entry) => entry?.length === 1) ? found.map((entry) => entry![0]!) : null;
  }

  wrong(name: string, expected: string): SeeRnnError {
    const found = this.raw(name);
    return new SeeRnnError(`${name} must be ${expected}, found ${found === undefined ? 'nothing' : found instanceof Slot ? 'a tensor' : shown(found)}`);
  }

  private one<T>(name: string, expected: string, initial: T | undefined, read: (value: unknown) => T | undefined): T {
    const value = this.raw(name);
    if (value === undefined && initial !== undefined) return initial;
    const plain = value instanceof Slot || arrayIn(value) ? this.numbersIn(value)?.[0] : value;
    const found = read(plain);
    if (found === undefined) throw this.wrong(name, expected);
    return found;
  }

  private at({ index }: Slot): Tensor { return this.inputs[index]!; }

  /** A list, or a tuple as Keras 3 writes some. */
  private listIn(value: unknown): readonly unknown[] | null {
    if (Array.isArray(value)) return value as readonly unknown[];
    if (typeof value !== 'object' || value === null) return null;
    const { class_name: className, items } = value as Readonly<Record<string, unknown>>;
    return className === '__tuple__' && Array.isArray(items) ? items as readonly unknown[] : null;
  }
}

/**
 * The numbers of a tensor that must be known before anything runs.
 *
 * @throws SeeRnnError where they are computed from the model's inputs
 */
export function numbersOf(tensor: Tensor): number[] {
  if (tensor.isAbstract) throw new SeeRnnError('sizes or places that depend on the numbers of the model\'s inputs are not supported');
  return [...tensor.data];
}

const holdsSlot = (value: readonly unknown[]): boolean => value.some((entry) => entry instanceof Slot || (Array.isArray(entry) && holdsSlot(entry)));
