import type { NamedArray } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { option, readOptions, shown } from '../core/options.js';
import type { LayerId } from '../model/find.js';
import { omitNames, type GetWeightsOptions, type WeightId, type WeightIds } from '../model/get-weights.js';
import type { ArrayInputs } from '../model/inputs.js';
import type { ModelLike } from '../model/live-model.js';
import { gradientsByParams, gradientsByWeights, type Param } from './given.js';
import type { LayerRun } from './layer-run.js';
import { trace, type TraceOptions } from './trace.js';

/**
 * See RNN's names for what {@link trace} does: one call, arrays out.
 *
 * One id gives one array; a list of ids, or `'*'` for all layers, gives a list, or with `byName` a record by the layers' names.
 */

/** Options of {@link getGradients}. */
export type GetGradientsOptions = Omit<TraceOptions, 'layers' | 'quantities' | 'values'>;
/** Options of {@link getOutputs}. */
export type GetOutputsOptions = Pick<TraceOptions, 'training' | 'batchSize' | 'progress' | 'precision'>;

type Many = '*' | readonly LayerId[];

/**
 * The outputs of one layer, or of several.
 *
 * @param id a layer's index, name or part of its name; a list of these; or `'*'`
 * @throws SeeRnnError as {@link trace} does
 * @example
 * const h = await getOutputs(model, 'lstm', x); // { data, shape: [16, 100, 6], axes: ['samples', 'timesteps', 'units'] }
 */
export async function getOutputs(model: ModelLike, id: Many, x: ArrayInputs, options: GetOutputsOptions & { byName: true }): Promise<Record<string, NamedArray>>;
export async function getOutputs(model: ModelLike, id: Many, x: ArrayInputs, options?: GetOutputsOptions & { byName?: false }): Promise<NamedArray[]>;
export async function getOutputs(model: ModelLike, id: LayerId, x: ArrayInputs, options?: GetOutputsOptions): Promise<NamedArray>;
export async function getOutputs(
  model: ModelLike, id: LayerId | Many, x: ArrayInputs, { byName = false, ...options }: GetOutputsOptions & { byName?: boolean } = {},
): Promise<NamedArray | NamedArray[] | Record<string, NamedArray>> {
  const run = await trace(model, x, null, { ...options, layers: id });
  return arranged(run.select(id), id, byName, (layer) => layer.value('outputs'));
}

/** What {@link getGradients} differentiates by. */
interface ByPassing extends GetGradientsOptions {
  /** `outputs`, the default: what a layer gives; `inputs`: what it reads, the first of several. */
  readonly mode?: 'outputs' | 'inputs';
}
interface ByWeights extends GetGradientsOptions, GetWeightsOptions { readonly mode: 'weights' }

const byOptions = {
  mode: option.choice('what to differentiate by', ['outputs', 'inputs', 'weights'], 'outputs'),
  byName: option.flag("whether there is a record by the layers' names", false),
  omitNames,
};

/**
 * The gradient of the compiled loss by the outputs of one layer, or of several: for a recurrent layer that returns its
 * sequences one gradient for each timestep. With `mode: 'inputs'` by what the layer reads.
 *
 * With `mode: 'weights'` by the weights that training is to change, chosen and named as by `getWeights`, so that weights and gradients
 * go together key by key: `id` may be `'gru/bias'`, and `omitNames` leaves some out.
 *
 * With `params`, and null for the id, by given weights (of `layer.weights`) and given outputs (of a live TF.js model `layer.output`; of
 * ours the values of its graph), in their order.
 *
 * Neither clips: an optimiser's `clipNorm` or `clipValue` changes the update, not the gradient.
 *
 * @param id as for {@link getOutputs}; for weights as for `getWeights`
 * @throws SeeRnnError as {@link trace} does, and for a param that is not of this model
 * @throws UsageError for an unknown option
 * @example
 * const [first, second] = await getGradients(model, [0, 1], x, y);
 * const all = await getGradients(model, '*', x, y, { byName: true }); // all['lstm'], all['dense'], ...
 * const { kernel, recurrent_kernel } = await getGradients(model, 'lstm', x, y, { mode: 'weights' });
 * const [byKernel] = await getGradients(model, null, x, y, { params: [model.layers[0].weights[0]] });
 */
export async function getGradients(model: ModelLike, id: null, x: ArrayInputs, y: ArrayInputs, options: GetGradientsOptions & { params: readonly Param[] }): Promise<NamedArray[]>;
export async function getGradients(model: ModelLike, id: null, x: ArrayInputs, y: ArrayInputs, options: GetGradientsOptions & { params: Param }): Promise<NamedArray>;
export async function getGradients(model: ModelLike, id: WeightId | WeightIds, x: ArrayInputs, y: ArrayInputs, options: ByWeights): Promise<Record<string, NamedArray>>;
export async function getGradients(model: ModelLike, id: Many, x: ArrayInputs, y: ArrayInputs, options: ByPassing & { byName: true }): Promise<Record<string, NamedArray>>;
export async function getGradients(model: ModelLike, id: Many, x: ArrayInputs, y: ArrayInputs, options?: ByPassing & { byName?: false }): Promise<NamedArray[]>;
export async function getGradients(model: ModelLike, id: LayerId, x: ArrayInputs, y: ArrayInputs, options?: ByPassing): Promise<NamedArray>;
export async function getGradients(
  model: ModelLike, id: LayerId | Many | WeightIds | null, x: ArrayInputs, y: ArrayInputs, { params, mode: by, byName: named, omitNames: omitted, ...options }: AnyOptions = {},
): Promise<NamedArray | NamedArray[] | Record<string, NamedArray>> {
  const { mode, byName, omitNames: without } = readOptions('getGradients', byOptions, { mode: by, byName: named, omitNames: omitted });
  const given = { model, x, y, options };
  if (params !== undefined) {
    if (id !== null || by !== undefined) throw new UsageError(`getGradients: params say what to differentiate by: ${id === null ? "leave out 'mode'" : `the id must be null, found ${shown(id)}`}`);
    const gradients = await gradientsByParams(given, Array.isArray(params) ? params as readonly Param[] : [params as Param]);
    return Array.isArray(params) ? gradients : gradients[0]!;
  }
  if (id === null) throw new UsageError("getGradients: expected a layer, a list of layers or '*', or the option 'params', found null");
  if (mode === 'weights') return gradientsByWeights(given, id, without);
  if (omitted !== undefined) throw new UsageError("getGradients: option 'omitNames' goes with mode 'weights' only");
  const layers = id as LayerId | Many;
  const run = await trace(model, x, y, { ...options, layers, quantities: [mode], values: false });
  return arranged(run.select(layers), layers, byName, (layer) => layer.gradient(mode));
}

interface AnyOptions extends GetGradientsOptions, GetWeightsOptions {
  readonly byName?: boolean;
  readonly mode?: 'outputs' | 'inputs' | 'weights';
  readonly params?: Param | readonly Param[];
}

function arranged(layers: readonly LayerRun[], id: LayerId | Many, byName: boolean, read: (layer: LayerRun) => NamedArray): NamedArray | NamedArray[] | Record<string, NamedArray> {
  if (byName) return Object.fromEntries(layers.map((layer) => [layer.name, read(layer)]));
  const arrays = layers.map(read);
  return typeof id === 'object' || id === '*' ? arrays : arrays[0]!;
}
