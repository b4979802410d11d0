import type * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable as Weight, LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { NamedArray } from '../core/array.js';
import { SeeRnnError, UsageError } from '../core/errors.js';
import { shown } from '../core/options.js';
import { allCalls, graphOf, nodeOf, type Call } from '../model/calls.js';
import { originOf, requireModel, type LayerVariable } from '../model/internals.js';
import { chooseWeights, type WeightId, type WeightIds } from '../model/get-weights.js';
import { layerWeights } from '../model/weights.js';
import type { ArrayInputs } from './inputs.js';
import { trace, type TraceOptions } from './trace.js';

/** Something of a model to differentiate by: a weight, of `layer.weights` or `layer.getWeights()`, or what a layer gives, `layer.output`. */
export type Param = SymbolicTensor | Weight | tf.Tensor;

interface Given {
  readonly model: LayersModel;
  readonly x: ArrayInputs;
  readonly y: ArrayInputs;
  readonly options: Omit<TraceOptions, 'layers' | 'quantities' | 'values'>;
}

/** The gradients by weights under the keys that `getWeights` gives them; weights that training doesn't change have none. */
export async function gradientsByWeights(given: Given, id: WeightId | WeightIds, omitted: readonly string[]): Promise<Record<string, NamedArray>> {
  requireModel('getGradients', given.model);
  const several = typeof id === 'object' || id === '*';
  const chosen = chooseWeights('getGradients', given.model, id, omitted).flatMap(({ name, weights }) =>
    weights.filter(({ trainable }) => trainable).map((weight) => ({ key: several ? `${name}/${weight.name}` : weight.name, variable: weight.variable })));
  const gradients = await tracedWeights(given, chosen.map(({ variable }) => variable), []);
  return Object.fromEntries(chosen.map(({ key, variable }) => [key, gradients.byWeight.get(variable)!]));
}

/** The gradients by weights and outputs that were given as such, in their order. */
export async function gradientsByParams(given: Given, params: readonly Param[]): Promise<NamedArray[]> {
  requireModel('getGradients', given.model);
  const weights = layerWeights(given.model);
  const calls = allCalls(graphOf(given.model));
  const found = params.map((param, i): LayerVariable | { readonly call: Call; readonly output: number } => {
    const what = `getGradients: params[${i}]`;
    const isObject = typeof param === 'object' && (param as unknown) !== null;
    const weight = weights.find(({ variable }) => (variable as unknown) === param || (variable.val as unknown) === param);
    if (weight) {
      if (weight.trainable) return weight.variable;
      throw new SeeRnnError(`${what}: '${weight.name}' is a weight that training doesn't change: there is no gradient by it`);
    }
    if (isObject && 'sourceLayer' in param) {
      const node = nodeOf(originOf(param as SymbolicTensor));
      const call = calls.find((one) => one.node === node);
      if (call) return { call, output: originOf(param as SymbolicTensor).tensorIndex };
      throw new SeeRnnError(`${what}: '${(param as SymbolicTensor).name}' is not an output of a layer of this model`);
    }
    if (isObject && 'shape' in param) throw new SeeRnnError(`${what} is not a weight of this model`);
    throw new UsageError(`${what}: expected a weight of the model (of layer.weights), or what a layer gives (layer.output), found ${shown(param)}`);
  });
  const { byWeight, run } = await tracedWeights(given, found.filter((one) => !('call' in one)) as LayerVariable[], found.flatMap((one) => ('call' in one ? [one.call] : [])));
  return found.map((one) => ('call' in one ? run.layer(one.call.label).gradient('outputs', one.output) : byWeight.get(one)!));
}

/** Traces the layers that have these weights, and others whose outputs are asked for. */
async function tracedWeights({ model, x, y, options }: Given, variables: readonly LayerVariable[], calls: readonly Call[]): Promise<{
  readonly byWeight: ReadonlyMap<LayerVariable, NamedArray>; readonly run: Awaited<ReturnType<typeof trace>>;
}> {
  // By call, since that is what is recorded: a layer that is used several times has the same gradients in all of its calls.
  const owners = new Map(allCalls(graphOf(model)).flatMap((call) => layerWeights(call.layer).map(({ variable }): [LayerVariable, Call] => [variable, call])));
  const traced = [...new Set(variables.map((variable) => owners.get(variable)!))];
  const quantities = [...(traced.length > 0 ? ['weights'] as const : []), ...(calls.length > 0 ? ['outputs'] as const : [])];
  const run = await trace(model, x, y, { ...options, values: false, quantities, layers: [...traced, ...calls].map(({ label }) => label) });
  const byWeight = new Map(traced.flatMap(({ label, layer }) => {
    const gradients = run.layer(label).gradient('weights');
    return layerWeights(layer).flatMap(({ name, variable }): [LayerVariable, NamedArray][] => (gradients[name] ? [[variable, gradients[name]]] : []));
  }));
  return { byWeight, run };
}
