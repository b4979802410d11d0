import { sizeOf, type NamedArray } from '../core/array.js';
import { SeeRnnError, UsageError } from '../core/errors.js';
import { shown } from '../core/options.js';
import { allCalls, type Call, type Value } from '../graph/graph.js';
import type { Weight } from '../graph/weight.js';
import { asModel, isModel, liveReader } from '../model/as-model.js';
import { chooseWeights, type WeightId, type WeightIds } from '../model/get-weights.js';
import type { ArrayInputs } from '../model/inputs.js';
import type { ModelLike } from '../model/live-model.js';
import type { Model } from '../model/model.js';
import { layerWeights } from '../model/weights.js';
import { trace, type TraceOptions } from './trace.js';

/**
 * Something of a model to differentiate by: a weight, of `layer.weights`, or what a layer gives, a value of the model's graph; of a live
 * TF.js model its variables, and `layer.output`.
 */
export type Param = Weight | Value | object;

interface Given {
  readonly model: ModelLike;
  readonly x: ArrayInputs;
  readonly y: ArrayInputs;
  readonly options: Omit<TraceOptions, 'layers' | 'quantities' | 'values'>;
}

/** The gradients by weights under the keys that `getWeights` gives them; weights that training doesn't change have none. */
export async function gradientsByWeights(given: Given, id: WeightId | WeightIds, omitted: readonly string[]): Promise<Record<string, NamedArray>> {
  const model = asModel('getGradients', given.model);
  const several = Array.isArray(id) || id === '*';
  const chosen = chooseWeights('getGradients', model, id, omitted).flatMap(({ name, weights }) =>
    weights.filter(({ weight }) => weight.trainable).map((one) => ({ key: several ? `${name}/${one.name}` : one.name, weight: one.weight })));
  const gradients = await tracedWeights(model, given, chosen.map(({ weight }) => weight), []);
  return Object.fromEntries(chosen.map(({ key, weight }) => [key, gradients.byWeight.get(weight)!]));
}

/** The gradients by weights and outputs that were given as such, in their order. */
export async function gradientsByParams(given: Given, params: readonly Param[]): Promise<NamedArray[]> {
  const model = asModel('getGradients', given.model);
  const found = params.map((param, i) => paramOf(model, given.model, param, `getGradients: params[${i}]`));
  const { byWeight, run } = await tracedWeights(model, given, found.filter((one) => !('call' in one)) as Weight[], found.flatMap((one) => ('call' in one ? [one.call] : [])));
  return found.map((one) => ('call' in one ? run.layer(one.call.label).gradient('outputs', one.output) : byWeight.get(one)!));
}

function paramOf(model: Model, given: ModelLike, param: Param, what: string): Weight | { readonly call: Call; readonly output: number } {
  const isObject = typeof param === 'object' && (param as unknown) !== null;
  const of: object | null = !isObject ? null : isModel(given) ? param : liveReader()?.param(model, param) ?? null;
  const weight = layerWeights(model).find((one) => one.weight === of);
  if (weight) {
    if (weight.weight.trainable) return weight.weight;
    throw new SeeRnnError(`${what}: '${weight.name}' is a weight that training doesn't change: there is no gradient by it`);
  }
  if (of && 'node' in of) {
    const { node, index } = of as Value;
    const call = allCalls(model.calls).find((one) => one.node === node);
    if (call) return { call, output: index };
  }
  if (isObject && ('sourceLayer' in param || 'node' in param)) {
    throw new SeeRnnError(`${what}${'name' in param ? `: '${String(param.name)}'` : ''} is not an output of a layer of this model`);
  }
  if (isObject && 'shape' in param) throw new SeeRnnError(`${what} is not a weight of this model`);
  throw new UsageError(`${what}: expected a weight of the model (of layer.weights), or what a layer gives (layer.output), found ${shown(param)}`);
}

/** Traces the layers that have these weights, and others whose outputs are asked for. */
async function tracedWeights(model: Model, { x, y, options }: Given, weights: readonly Weight[], calls: readonly Call[]): Promise<{
  readonly byWeight: ReadonlyMap<Weight, NamedArray>; readonly run: Awaited<ReturnType<typeof trace>>;
}> {
  // By call, since that is what is recorded: a layer that is used several times has the same gradients in all of its calls.
  const owners = new Map(allCalls(model.calls).flatMap((call) => layerWeights(call.layer).map(({ weight }): [Weight, Call] => [weight, call])));
  const traced = [...new Set(weights.flatMap((weight) => owners.get(weight) ?? []))];
  const quantities = [...(traced.length > 0 ? ['weights'] as const : []), ...(calls.length > 0 ? ['outputs'] as const : [])];
  const run = await trace(model, x, y, { ...options, values: false, quantities, layers: [...traced, ...calls].map(({ label }) => label) });
  // Of a layer that is not used on the way to the outputs there is nothing to trace.
  const byWeight = new Map(weights.map((weight): [Weight, NamedArray] => [weight, { data: new Float32Array(owners.has(weight) ? 0 : sizeOf(weight.shape)), shape: weight.shape, axes: weight.axes }]));
  for (const [weight, gradient] of traced.flatMap(({ label, layer }) => {
    const gradients = run.layer(label).gradient('weights');
    return layerWeights(layer).flatMap(({ name, weight }): [Weight, NamedArray][] => (gradients[name] ? [[weight, gradients[name]]] : []));
  })) byWeight.set(weight, gradient);
  return { byWeight, run };
}
