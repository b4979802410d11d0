import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { asNamedArray, shapeText, type ArrayInput } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { suggestion } from '../core/nearest.js';

/** One array for a model with one input (or output); a list, or a record by name, for several. */
export type ArrayInputs = ArrayInput | readonly ArrayInput[] | Readonly<Record<string, ArrayInput>>;

type Slots = LayersModel['inputs'];

/** Names of a model's inputs or outputs as a caller knows them: TF.js adds a suffix to the layers' names. */
export const slotNames = (names: readonly string[]): string[] => names.map((name) => name.split('/')[0]!);

/** Deals out what was given for several inputs or outputs: one for each, undefined where none was given. */
export function dealOut<T>(given: T | readonly T[] | Readonly<Record<string, T>>, names: readonly string[], what: string, isOne: (value: unknown) => boolean): (T | undefined)[] {
  if (names.length === 1 && isOne(given)) return [given as T];
  if (Array.isArray(given)) {
    if (given.length !== names.length) {
      throw new SeeRnnError(`${what}: the model has ${names.length} (${names.join(', ')}), found ${given.length}`);
    }
    return given as T[];
  }
  if (isOne(given)) throw new SeeRnnError(`${what}: the model has ${names.length} (${names.join(', ')}), found one`);
  const record = given as Readonly<Record<string, T>>;
  for (const name of Object.keys(record)) {
    if (!names.includes(name)) throw new SeeRnnError(`${what}: the model has no '${name}'${suggestion(name, names)}`);
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

/** Several nested arrays look like one; with several slots a list is what was meant. */
const isOneFor = (count: number) => (value: unknown): boolean => isOneArray(value) && !(count > 1 && Array.isArray(value));

/** Arrays in, tensors out, each of the shape that its slot asks for. The tensors belong to the enclosing tidy. */
export function inputTensors(given: ArrayInputs, slots: Slots, names: readonly string[], what: string): tf.Tensor[] {
  const dealt = dealOut<ArrayInput>(given as ArrayInput, names, what, isOneFor(slots.length));
  return slots.map((slot, i) => {
    const name = slots.length === 1 ? what : `${what} '${names[i]!}'`;
    if (dealt[i] === undefined) throw new SeeRnnError(`${name}: nothing was given`);
    const tensor = toTensor(dealt[i], name);
    if (!fits(tensor.shape, slot.shape)) throw new SeeRnnError(`${name}: expected shape ${shapeText(slot.shape)}, found ${shapeText(tensor.shape)}`);
    return tensor;
  });
}

/** What shape targets are to have: the output's, class indices, or whatever the caller's own loss takes. */
export type TargetShape = 'output' | 'indices' | 'any';

/** Targets in, tensors out. Class indices have a last dimension of 1, or none. */
export function targetTensors(given: ArrayInputs, slots: Slots, names: readonly string[], wanted: readonly TargetShape[]): tf.Tensor[] {
  const dealt = dealOut<ArrayInput>(given as ArrayInput, names, 'y', isOneFor(slots.length));
  return slots.map((slot, i) => {
    const name = slots.length === 1 ? 'y' : `y '${names[i]!}'`;
    if (dealt[i] === undefined) throw new SeeRnnError(`${name}: nothing was given`);
    const tensor = toTensor(dealt[i], name);
    if (wanted[i] === 'any') return tensor;
    const expected = wanted[i] === 'indices' ? [...slot.shape.slice(0, -1), 1] : slot.shape;
    if (fits(tensor.shape, expected)) return tensor;
    // (samples) stands for (samples, 1), as in Keras.
    if (expected.at(-1) === 1 && fits(tensor.shape, expected.slice(0, -1))) return tf.expandDims(tensor, -1);
    throw new SeeRnnError(`${name}: expected shape ${shapeText(expected)}, found ${shapeText(tensor.shape)}`);
  });
}

const fits = (shape: readonly number[], expected: readonly (number | null)[]): boolean =>
  shape.length === expected.length && expected.every((n, axis) => n === null || n === shape[axis]);

/** Any array as a tensor: a tensor is taken as it is, everything else becomes float32. */
export function toTensor(value: ArrayInput, what: string): tf.Tensor {
  if (value instanceof tf.Tensor) return value;
  const { data, shape } = asNamedArray(value, what);
  if (data.length === 0) throw new SeeRnnError(`${what}: expected at least one number, found shape ${shapeText(shape)}`);
  return tf.tensor(data instanceof Float32Array ? data : Float32Array.from(data), [...shape], 'float32');
}
