import type { NamedArray } from '../../src/core/array.js';
import { sizeOf } from '../../src/core/array.js';
import { KERAS_3, type Dialect } from '../../src/from/keras/dialect.js';
import { InputLayer } from '../../src/from/keras/layers/input-layer.js';
import type { Config } from '../../src/from/keras/config-reader.js';
import { KerasLayer } from '../../src/from/keras/layers/keras-layer.js';
import { LAYERS } from '../../src/from/keras/layers/registry.js';
import { ModelLayer, type ModelEnd } from '../../src/from/keras/model-layer.js';
import { connect, inputNode } from '../../src/graph/connect.js';
import type { Graph, Node, Value } from '../../src/graph/graph.js';
import type { Layer } from '../../src/graph/layer.js';
import type { Dtype } from '../../src/graph/tensor.js';
import { StoredWeight } from '../../src/graph/weight.js';
import { Model, type ModelParts } from '../../src/model/model.js';
import { allLayers } from '../../src/model/sublayers.js';
import { layerWeights } from '../../src/model/weights.js';
import { Random } from '../random.js';

/** Models made by hand, without a file. */

/** A layer of Keras's, by its class and options. */
export function layer(className: string, name: string, config: Config = {}, held: Readonly<Record<string, KerasLayer | readonly KerasLayer[]>> = {}, dialect: Dialect = KERAS_3): KerasLayer {
  return LAYERS.get(className)!({ name, className, config: { name, ...config }, dialect, held });
}

/** The same of options in camel case, with the layers that it holds among them. */
export function own(className: string, { name = className.toLowerCase(), ...options }: Readonly<Record<string, unknown>> & { readonly name?: string } = {}): KerasLayer {
  const isHeld = (value: unknown): boolean => value instanceof KerasLayer || (Array.isArray(value) && value.every((one) => one instanceof KerasLayer));
  const [held, config] = [true, false].map((wanted) => Object.fromEntries(Object.entries(options).filter(([, value]) => isHeld(value) === wanted)));
  return layer(className, name, Object.fromEntries(Object.entries(config!).map(([key, value]) => [key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value])), held as Record<string, KerasLayer>);
}

/** Fills a layer's weights, those of its parts too, with numbers that are the same every time. It is called first, so that it has some. */
export function fill(of: Layer, seed = 1, scale = 0.4): void {
  layerWeights(of).forEach(({ weight }, i) => { (weight as StoredWeight).set(Float32Array.from(new Random(seed * 100 + i).normals(sizeOf(weight.shape), scale))); });
}

/** Sets a layer's weights, in their order. */
export function setWeights(of: Layer, numbers: readonly ArrayLike<number>[]): void {
  layerWeights(of).forEach(({ weight }, i) => {
    if (numbers[i]!.length !== sizeOf(weight.shape)) throw new Error(`'${weight.name}' needs ${sizeOf(weight.shape)} numbers, found ${numbers[i]!.length}`);
    (weight as StoredWeight).set(Float32Array.from(numbers[i]!));
  });
}

export const input = (name: string, shape: readonly (number | null)[], dtype: Dtype = 'float'): Value =>
  inputNode(new InputLayer({ name, className: 'InputLayer', config: {}, dialect: KERAS_3, held: {} }), { shape: [null, ...shape], dtype }).outputs[0]!;

/** What a layer gives for some values: its outputs. */
export const callAll = (called: Layer, ...inputs: readonly Value[]): readonly Value[] => connect(called, { inputs }).outputs;
/** The first of them. */
export const call = (called: Layer, ...inputs: readonly Value[]): Value => callAll(called, ...inputs)[0]!;

/** The graph from some values to others: every node after those it reads from. */
export function graphOf(name: string, inputs: readonly Value[], outputs: readonly Value[]): Graph {
  const nodes: Node[] = [];
  const visit = (node: Node): void => {
    if (nodes.includes(node)) return;
    for (const value of [...node.inputs, ...Object.values(node.given)]) visit(value.node);
    nodes.push(node);
  };
  for (const { node } of [...inputs, ...outputs]) visit(node);
  return { name, nodes, inputs, outputs, layers: [...new Set(nodes.map((node) => node.layer))] };
}

/** A model as a layer. */
export function nested(name: string, inputs: readonly Value[], outputs: readonly Value[]): KerasLayer {
  const graph = graphOf(name, inputs, outputs);
  const ends = (values: readonly Value[]): ModelEnd[] => values.map((value, place) => ({ value, name: value.node.layer.name, place }));
  return new ModelLayer({ name, className: 'Functional', config: { name }, dialect: KERAS_3, held: {} }, graph.layers as readonly KerasLayer[], { graph, inputs: ends(inputs), outputs: ends(outputs) });
}

/** A model, its weights drawn at random: from -1 to 1 times a scale, the same every time. */
export function modelOf(inputs: readonly Value[], outputs: readonly Value[], parts: Partial<ModelParts> = {}, seed = 1, scale = 0.6): Model {
  const graph = graphOf('made', inputs, outputs);
  const names = (values: readonly Value[]): string[] => values.map(({ node }) => node.layer.name);
  const next = new Random(seed);
  for (const { weights, className } of allLayers(graph)) {
    // A probe's stay zeros.
    for (const weight of className === 'Probe' ? [] : weights) if (weight instanceof StoredWeight) weight.set(Float32Array.from({ length: sizeOf(weight.shape) }, () => scale * (2 * next.uniform() - 1)));
  }
  return new Model({ graph, kind: 'Functional', inputNames: names(inputs), outputNames: names(outputs), ...parts });
}

/** Input of some shape -> one layer after another. */
export function chainOf(shape: readonly (number | null)[], layers: readonly KerasLayer[]): Model {
  const x = input('x', shape);
  return modelOf([x], [layers.reduce<Value>((below, one) => call(one, below), x)]);
}

/** Normal numbers, the same for the same seed. */
export const normals = (seed: number, shape: readonly number[]): NamedArray => ({ data: new Random(seed).normals(sizeOf(shape)), shape, axes: shape.map((_, i) => `axis${i}`) });
/** Whole numbers from 0 to below `below`. */
export const integers = (seed: number, shape: readonly number[], below: number): NamedArray => {
  const next = new Random(seed);
  return { data: Float64Array.from({ length: sizeOf(shape) }, () => next.integer(0, below - 1)), shape, axes: shape.map((_, i) => `axis${i}`) };
};

/** Normal numbers, (samples, timesteps, features), with timesteps of zeros at the end, to be masked: each sample has a length of its own. */
export function ragged(seed: number, shape: readonly [number, number, number]): NamedArray {
  const array = normals(seed, shape);
  const [, timesteps, features] = shape;
  array.data.forEach((_, n) => { if (Math.floor(n / features) % timesteps > Math.floor(n / features / timesteps) % timesteps) array.data[n] = 0; });
  return array;
}
