import { asNamedArray, shapeText, sizeOf, type ArrayInput, type NamedArray, type Numbers } from '../core/array.js';
import { oneLine, SeeRnnError } from '../core/errors.js';
import { suggestion } from '../core/nearest.js';
import type { Value } from '../graph/graph.js';
import { Tensor, type Dtype } from '../graph/tensor.js';
import type { Model } from './model.js';
import type { Part } from './parts.js';
import { inPrecision, type Precision } from './precision.js';

/** One array for a model with one input (or output); a list, or a record by name, for several. */
export type ArrayInputs = ArrayInput | readonly ArrayInput[] | Readonly<Record<string, ArrayInput>>;

/** A model's inputs, or its outputs, as a caller knows them: by their names. */
export interface Slots {
  readonly kind: 'input' | 'output';
  readonly names: readonly string[];
  /** What is known of each before anything runs. */
  readonly values: readonly Value[];
  /** Which samples are meant, of arrays that hold all; null for all. */
  readonly part: Part | null;
}

export const inputSlots = ({ inputNames, graph }: Model): Slots => ({ kind: 'input', names: inputNames, values: graph.inputs, part: null });
export const outputSlots = ({ outputNames, graph }: Model): Slots => ({ kind: 'output', names: outputNames, values: graph.outputs, part: null });

/** The name of one of several arrays, for messages. */
export const nameOf = (what: string, { names }: Pick<Slots, 'names'>, i: number): string => (names.length === 1 ? what : `${what} '${names[i]!}'`);

/** The shape of an array of the samples that are meant, as its caller knows it: of all of them. */
export const shapeOfAll = (shape: readonly (number | null)[], { part }: Pick<Slots, 'part'>): string =>
  shapeText(part && shape.length > 0 && shape[0] === part.to - part.from ? shape.with(0, part.of) : shape);

/**
 * Deals out what was given for several inputs or outputs: one for each, undefined where none was given.
 *
 * @param isOne whether a value is one of them, rather than a list or a record of them
 */
export function dealOut<T>(given: T | readonly T[] | Readonly<Record<string, T>>, { kind, names }: Pick<Slots, 'kind' | 'names'>, what: string, isOne: (value: unknown) => boolean): (T | undefined)[] {
  const several = names.length > 1;
  if (isOne(given) && !several) return [given as T];
  if (isOne(given) || Array.isArray(given)) {
    const list = isOne(given) ? [given as T] : (given as readonly T[]);
    if (list.length === names.length) return [...list];
    throw new SeeRnnError(`${what}: expected one for ${several ? `each of the model's ${names.length} ${kind}s` : `the model's ${kind}`} (${names.join(', ')}), found ${list.length}`);
  }
  const record = given as Readonly<Record<string, T>>;
  for (const name of Object.keys(record)) {
    if (!names.includes(name)) throw new SeeRnnError(`${what}: the model has no ${kind} '${name}'${suggestion(name, names)}`);
    if (names.indexOf(name) !== names.lastIndexOf(name)) throw new SeeRnnError(`${what}: the model has several ${kind}s of the name '${name}': give a list`);
  }
  return names.map((name) => record[name]);
}

/** Whether a value is one array, rather than a list or record of arrays. */
function isOneArray(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (ArrayBuffer.isView(value) || 'shape' in value) return true;
  // A list of numbers or of nested numbers is one array; a list of tensors or typed arrays is several.
  let first: unknown = value;
  while (Array.isArray(first)) first = first[0];
  return Array.isArray(value) && (typeof first !== 'object' || first === null);
}

/**
 * Reads what was given for a model's inputs or outputs: one array for each, undefined where none was given. Typed data is shared, not
 * copied; that of a tensor is read once.
 *
 * @throws SeeRnnError where there are more or fewer of them, or others, or one is no array of numbers
 */
export async function readArrays(given: ArrayInputs, slots: Slots, what: string): Promise<(NamedArray | undefined)[]> {
  // With several slots a list is what was meant, though nested arrays look like one.
  const dealt = dealOut<ArrayInput>(given as ArrayInput, slots, what, (value) => isOneArray(value) && !(slots.names.length > 1 && Array.isArray(value)));
  const arrays = dealt.map((value, i) => (value === undefined ? undefined : readArray(value, nameOf(what, slots, i))));
  // Awaited only where there is something to wait for.
  return arrays.some((one) => one instanceof Promise) ? Promise.all(arrays) : arrays as (NamedArray | undefined)[];
}

/** As {@link readArrays}, for a model's inputs: there is to be one for each. */
export async function readInputs(given: ArrayInputs, slots: Slots): Promise<NamedArray[]> {
  return (await readArrays(given, slots, 'x')).map((array, i) => {
    if (!array) throw new SeeRnnError(`${nameOf('x', slots, i)}: nothing was given`);
    return array;
  });
}

/** What a tensor of TF.js, or of something like it, has. */
interface TensorLike {
  readonly shape: readonly number[];
  readonly dtype?: string;
  readonly isDisposed?: boolean;
  dataSync(): ArrayLike<number>;
  data?(): Promise<ArrayLike<number>>;
}

function readArray(value: ArrayInput, what: string): NamedArray | Promise<NamedArray> {
  if (typeof value !== 'object' || (value as unknown) === null || !('dataSync' in value)) return checked(asNamedArray(value, what), what);
  const { shape, dtype, isDisposed } = value as TensorLike;
  if (isDisposed === true) throw new SeeRnnError(`${what}: the tensor has been disposed of`);
  if (dtype === 'string' || dtype === 'complex64') throw new SeeRnnError(`${what}: expected real numbers, found a tensor of ${dtype}`);
  if (shape.includes(0)) throw new SeeRnnError(`${what}: expected at least one number, found shape ${shapeText(shape)}`);
  try {
    return tensorArray((value as TensorLike).dataSync(), shape, what);
  } catch (error) {
    // Some backends' numbers come in their own time alone.
    const later = (value as TensorLike).data;
    if (error instanceof SeeRnnError || typeof later !== 'function') throw error instanceof SeeRnnError ? error : unreadable(error, what);
    return later.call(value).then((data) => tensorArray(data, shape, what), (reason: unknown) => { throw unreadable(reason, what); });
  }
}

const tensorArray = (data: ArrayLike<number>, shape: readonly number[], what: string): NamedArray =>
  checked(asNamedArray({ data: ArrayBuffer.isView(data) ? data as unknown as Numbers : Float64Array.from(data), shape }, what), what);

const unreadable = (error: unknown, what: string): SeeRnnError =>
  new SeeRnnError(`${what}: the tensor can't be read: ${oneLine(error)}`, { cause: error });

function checked(array: NamedArray, what: string): NamedArray {
  if (array.shape.includes(0)) throw new SeeRnnError(`${what}: expected at least one number, found shape ${shapeText(array.shape)}`);
  return array;
}

/** How many samples arrays hold, by the first of them. */
export const samplesIn = (arrays: readonly (NamedArray | undefined)[]): number => arrays[0]?.shape[0] ?? 0;

/** Some of each array's samples. Data is shared, not copied. */
export function cutArrays(arrays: readonly (NamedArray | undefined)[], slots: Slots, what: string): (NamedArray | undefined)[] {
  const { part } = slots;
  return part ? arrays.map((array, i) => array && cut(array, part, nameOf(what, slots, i))) : [...arrays];
}

function cut(array: NamedArray, { from, to, of }: Part, what: string): NamedArray {
  const { data, shape: [samples, ...rest], axes } = array;
  if (samples === undefined) return array;
  if (samples !== of) throw new SeeRnnError(`${what}: expected ${of} samples, as x has, found ${samples}`);
  const inner = sizeOf(rest);
  return { data: data.subarray(from * inner, to * inner), shape: [to - from, ...rest], axes };
}

/**
 * A model's inputs as tensors, each of the shape that its slot asks for.
 *
 * @param arrays of the samples that are meant
 * @throws SeeRnnError for other shapes, and for arrays of different numbers of samples
 */
export function inputTensors(arrays: readonly (NamedArray | undefined)[], slots: Slots, precision: Precision): Tensor[] {
  const tensors = arrays.map((array, i) => {
    const name = nameOf('x', slots, i);
    const { shape, dtype } = slots.values[i]!;
    const tensor = tensorOf(array, name, dtype, precision);
    if (!fits(tensor.shape, shape)) throw new SeeRnnError(`${name}: expected shape ${shapeText(shape)}, found ${shapeOfAll(tensor.shape, slots)}`);
    return tensor;
  });
  tensors.forEach(({ shape }, i) => {
    const samples = tensors[0]!.shape[0];
    if (shape[0] !== samples) throw new SeeRnnError(`${nameOf('x', slots, i)}: expected ${samples} samples, as ${nameOf('x', slots, 0)} has, found ${shape[0]}`);
  });
  return tensors;
}

/** Whether an array's shape is one that was asked for; null stands for any number. */
export const fits = (shape: readonly number[], expected: readonly (number | null)[]): boolean =>
  shape.length === expected.length && expected.every((n, axis) => n === null || n === shape[axis]);

/** An array as a tensor: real numbers in the precision of the run, sharing the array's where they are in it; whole ones without what is behind the point. */
export function tensorOf(array: NamedArray | undefined, what: string, dtype: Dtype, precision: Precision): Tensor {
  if (array === undefined) throw new SeeRnnError(`${what}: nothing was given`);
  const { data, shape } = array;
  switch (dtype) {
    case 'float': return new Tensor(inPrecision(data, precision), shape);
    case 'int': return new Tensor(Float64Array.from(data, Math.trunc), shape, dtype);
    case 'bool': return new Tensor(Float64Array.from(data, (value) => (value === 0 ? 0 : 1)), shape, dtype);
  }
}
