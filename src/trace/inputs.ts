import * as tf from '@tensorflow/tfjs-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { asNamedArray, shapeText, sizeOf, type ArrayInput } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { suggestion } from '../core/nearest.js';
import { originOf } from '../model/internals.js';
import type { Part } from './parts.js';

/** One array for a model with one input (or output); a list, or a record by name, for several. */
export type ArrayInputs = ArrayInput | readonly ArrayInput[] | Readonly<Record<string, ArrayInput>>;

/** A model's inputs, or its outputs, as a caller knows them: by the names of their layers. */
export interface Slots {
  readonly kind: 'input' | 'output';
  readonly names: readonly string[];
  readonly tensors: readonly SymbolicTensor[];
  /** Which samples are meant, of arrays that hold all; null for all. */
  readonly part: Part | null;
}

/** The model's own list of names is not used: a Sequential model has none until TF.js builds it. */
export const slotsOf = (kind: Slots['kind'], tensors: readonly SymbolicTensor[]): Slots =>
  ({ kind, tensors, names: tensors.map((tensor) => originOf(tensor).sourceLayer.name), part: null });

/**
 * Deals out what was given for several inputs or outputs: one for each, undefined where none was given.
 *
 * @param isOne whether a value is one of them, rather than a list or a record of them
 */
export function dealOut<T>(given: T | readonly T[] | Readonly<Record<string, T>>, { kind, names }: Slots, what: string, isOne: (value: unknown) => boolean): (T | undefined)[] {
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

/** Arrays, dealt out; of each the samples that are meant. With several slots a list is what was meant, though nested arrays look like one. */
export function dealOutArrays(given: ArrayInputs, slots: Slots, what: string): (ArrayInput | undefined)[] {
  const dealt = dealOut<ArrayInput>(given as ArrayInput, slots, what, (value) => isOneArray(value) && !(slots.names.length > 1 && Array.isArray(value)));
  const { part } = slots;
  return part ? dealt.map((value, i) => value && cut(value, part, nameOf(what, slots, i))) : dealt;
}

/**
 * Arrays of all samples, made ready to be cut many times: a list with one for each slot.
 *
 * @returns what was given, where it can't be dealt out: whoever reads it then says why
 */
export function readyToCut(given: ArrayInputs, slots: Slots, what: string): ArrayInputs {
  const dealt = dealOutArrays(given, slots, what);
  return dealt.includes(undefined) && slots.names.length === 1 ? given
    : dealt.map((value, i) => (value === undefined || value instanceof tf.Tensor ? value : asNamedArray(value, nameOf(what, slots, i)))) as ArrayInput[];
}

/** How many samples an array holds: a tensor, or what {@link readyToCut} gave. */
export function samplesOf(given: ArrayInputs): number {
  const first = (Array.isArray(given) ? (given as unknown[])[0] : given) as { readonly shape?: readonly number[] } | undefined;
  return first?.shape?.[0] ?? 0;
}

/** Some of an array's samples. Typed data is shared, not copied. */
function cut(value: ArrayInput, { from, to, of }: Part, what: string): ArrayInput {
  const given = value instanceof tf.Tensor ? value : asNamedArray(value, what);
  const [samples, ...rest] = given.shape;
  if (samples === undefined) return value;
  if (samples !== of) throw new SeeRnnError(`${what}: expected ${of} samples, as x has, found ${samples}`);
  if (given instanceof tf.Tensor) return tf.slice(given, [from, ...rest.map(() => 0)], [to - from, ...rest]);
  const inner = sizeOf(rest);
  return { data: given.data.subarray(from * inner, to * inner), shape: [to - from, ...rest] };
}

/** The shape of an array of the samples that are meant, as its caller knows it: of all of them. */
export const shapeOfAll = (shape: readonly (number | null)[], { part }: Slots): string =>
  shapeText(part && shape.length > 0 && shape[0] === part.to - part.from ? shape.with(0, part.of) : shape);

/** Whether a value is one array, rather than a list or record of arrays. */
function isOneArray(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (ArrayBuffer.isView(value) || 'shape' in value) return true;
  // A list of numbers or of nested numbers is one array; a list of tensors or typed arrays is several.
  let first: unknown = value;
  while (Array.isArray(first)) first = first[0];
  return Array.isArray(value) && (typeof first !== 'object' || first === null);
}

/** The name of one of several arrays, for messages. */
export const nameOf = (what: string, { names }: Slots, i: number): string => (names.length === 1 ? what : `${what} '${names[i]!}'`);

/** Arrays in, tensors out, each of the shape that its slot asks for. The tensors belong to the enclosing tidy. */
export function inputTensors(given: ArrayInputs, slots: Slots): tf.Tensor[] {
  const tensors = dealOutArrays(given, slots, 'x').map((value, i) => {
    const name = nameOf('x', slots, i);
    const { shape, dtype } = slots.tensors[i]!;
    const tensor = toTensor(value, name, dtype);
    if (!fits(tensor.shape, shape)) throw new SeeRnnError(`${name}: expected shape ${shapeText(shape)}, found ${shapeOfAll(tensor.shape, slots)}`);
    return tensor;
  });
  tensors.forEach(({ shape }, i) => {
    const samples = tensors[0]!.shape[0];
    if (shape[0] !== samples) throw new SeeRnnError(`${nameOf('x', slots, i)}: expected ${samples} samples, as ${nameOf('x', slots, 0)} has, found ${shape[0]}`);
  });
  return tensors;
}

/** What shape targets are to have: the output's, class indices, or whatever the caller's own loss takes. */
export type TargetShape = 'output' | 'indices' | 'any';

/** Targets in, tensors out, to go with what the model predicted. Class indices have a last dimension of 1, or none. */
export function targetTensors(given: ArrayInputs, slots: Slots, wanted: readonly TargetShape[], predictions: readonly tf.Tensor[]): tf.Tensor[] {
  return dealOutArrays(given, slots, 'y').map((value, i) => {
    const name = nameOf('y', slots, i);
    const tensor = toTensor(value, name);
    const { shape } = predictions[i]!;
    if (wanted[i] === 'any') {
      if (tensor.shape[0] !== shape[0]) throw new SeeRnnError(`${name}: expected ${shape[0]!} samples, as predicted, found ${tensor.rank === 0 ? 'a single number' : tensor.shape[0]}`);
      return tensor;
    }
    // TF.js's losses take nothing else: the sparse one throws at int32.
    const real = tf.cast(tensor, 'float32');
    const expected = wanted[i] === 'indices' ? [...shape.slice(0, -1), 1] : shape;
    // (samples) stands for (samples, 1), as in Keras.
    const shaped = fits(tensor.shape, expected) ? real : expected.at(-1) === 1 && fits(tensor.shape, expected.slice(0, -1)) ? tf.expandDims(real, -1) : null;
    if (shaped) {
      if (wanted[i] === 'indices') requireIndices(shaped, shape.at(-1)!, name);
      return shaped;
    }
    throw new SeeRnnError(`${name}: expected shape ${shapeOfAll(expected, slots)}, found ${shapeOfAll(tensor.shape, slots)}`);
  });
}

/** TF.js takes a class that there is not for none at all, and a fraction for the class below. */
function requireIndices(target: tf.Tensor, classes: number, name: string): void {
  const wrong = target.dataSync().find((value) => !(Number.isInteger(value) && value >= 0 && value < classes));
  if (wrong !== undefined) throw new SeeRnnError(`${name}: expected class indices from 0 to ${classes - 1}, found ${wrong}`);
}

const fits = (shape: readonly number[], expected: readonly (number | null)[]): boolean =>
  shape.length === expected.length && expected.every((n, axis) => n === null || n === shape[axis]);

/**
 * Any array as a tensor. A tensor of numbers is taken as it is.
 *
 * @param dtype what everything else becomes: `int32` where that is asked for, else float32
 */
export function toTensor(value: ArrayInput | undefined, what: string, dtype: tf.DataType = 'float32'): tf.Tensor {
  if (value === undefined) throw new SeeRnnError(`${what}: nothing was given`);
  const given = value instanceof tf.Tensor ? value : asNamedArray(value, what);
  if (given.shape.includes(0)) throw new SeeRnnError(`${what}: expected at least one number, found shape ${shapeText(given.shape)}`);
  if (given instanceof tf.Tensor) {
    if (given.dtype === 'string' || given.dtype === 'complex64') throw new SeeRnnError(`${what}: expected real numbers, found a tensor of ${given.dtype}`);
    return given.dtype === 'bool' ? tf.cast(given, 'float32') : given;
  }
  if (dtype === 'int32') return tf.tensor(Int32Array.from(given.data), [...given.shape], dtype);
  return tf.tensor(given.data instanceof Float32Array ? given.data : Float32Array.from(given.data), [...given.shape], 'float32');
}
