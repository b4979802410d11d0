import { expect } from 'vitest';
import type { NamedArray } from '../../../src/core/array.js';
import type { Floats } from '../../../src/cells/floats.js';
import { loadModel, type LoadModelOptions } from '../../../src/from/keras/load-model.js';
import type { Layer } from '../../../src/graph/layer.js';
import type { StoredWeight } from '../../../src/graph/weight.js';
import type { Model } from '../../../src/model/model.js';
import type { NamedLayer } from '../../files/writers/keras-hdf5.js';
import type { Stored } from './stored.js';

/*
 * For the tests of every dialect of Keras's files, a file each. Their models have two layers of one shape, so that a swap would show, and are
 * written by the HDF5 library, in the structure of that version.
 */

export const T = 5;
export const F = 3;
export const U = 4;

/** Loads a model that must give no warning. */
export async function load(source: Parameters<typeof loadModel>[0], options: LoadModelOptions = {}): Promise<Model> {
  const warnings: string[] = [];
  const model = await loadModel(source, { warn: (line) => warnings.push(line), ...options });
  expect(warnings).toEqual([]);
  return model;
}

export const named = (layer: string, names: readonly string[], weights: readonly Stored[]): NamedLayer =>
  ({ name: layer, weights: names.map((name, i) => ({ name, ...weights[i]! })) });

/** A layer of a model, or of a nested one: `encoder/lstm`. */
export function layerAt({ layers }: { readonly layers: readonly Layer[] }, path: string): Layer {
  const [name, ...rest] = path.split('/');
  const found = layers.find((layer) => layer.name === name);
  if (!found) throw new Error(`there is no ${path} among ${layers.map((layer) => layer.name).join(', ')}`);
  return rest.length === 0 ? found : layerAt(found.graph!, rest.join('/'));
}

/** The weights of a layer and of what it is made of, part by part. */
export const weightsIn = ({ weights, parts }: Layer): StoredWeight[] => [...weights as readonly StoredWeight[], ...parts.flatMap(({ layer }) => weightsIn(layer))];

/** Expects a layer to have just these weights, in this order. */
export function expectWeights(model: Model, path: string, expected: readonly Stored[]): void {
  const found = weightsIn(layerAt(model, path));
  expect(found.map(({ shape }) => [...shape]), path).toEqual(expected.map(({ shape }) => shape));
  found.forEach((weight, i) => { expect(weight.read(), `${path}, weight ${i}`).toEqual(expected[i]!.data); });
}

/** What a model makes of inputs: its first output. */
export async function predicted(model: Model, ...inputs: readonly Stored[]): Promise<Floats> {
  const y = await model.predict(inputs.length === 1 ? inputs[0]! : inputs);
  return (Array.isArray(y) ? y[0]! : y).data as Floats;
}

/** An array as nested lists. */
export function lists({ data, shape }: NamedArray): unknown {
  const inner = (axis: number, from: number): unknown => {
    if (axis === shape.length) return data[from];
    const size = shape.slice(axis + 1).reduce((product, n) => product * n, 1);
    return Array.from({ length: shape[axis]! }, (_, i) => inner(axis + 1, from + i * size));
  };
  return inner(0, 0);
}
