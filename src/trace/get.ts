import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { NamedArray } from '../core/array.js';
import type { LayerId } from '../model/find.js';
import type { ArrayInputs } from './inputs.js';
import type { LayerRun } from './run.js';
import { trace, type TraceOptions } from './trace.js';

/**
 * See RNN's names for what {@link trace} does: one call, arrays out.
 *
 * One id gives one array; a list of ids, or `'*'` for all layers, gives a list, or with `byName` a record by the layers' names.
 */

/** Options of {@link getGradients}. */
export type GetGradientsOptions = Omit<TraceOptions, 'layers' | 'quantities' | 'values'>;
/** Options of {@link getOutputs}. */
export type GetOutputsOptions = Pick<TraceOptions, 'training' | 'batchSize' | 'progress'>;

type Many = '*' | readonly LayerId[];

/**
 * The outputs of one layer, or of several.
 *
 * @param id a layer's index, name or part of its name; a list of these; or `'*'`
 * @throws SeeRnnError as {@link trace} does
 * @example
 * const h = await getOutputs(model, 'lstm', x); // { data, shape: [16, 100, 6], axes: ['samples', 'timesteps', 'units'] }
 */
export async function getOutputs(model: LayersModel, id: Many, x: ArrayInputs, options: GetOutputsOptions & { byName: true }): Promise<Record<string, NamedArray>>;
export async function getOutputs(model: LayersModel, id: Many, x: ArrayInputs, options?: GetOutputsOptions & { byName?: false }): Promise<NamedArray[]>;
export async function getOutputs(model: LayersModel, id: LayerId, x: ArrayInputs, options?: GetOutputsOptions): Promise<NamedArray>;
export async function getOutputs(
  model: LayersModel, id: LayerId | Many, x: ArrayInputs, { byName = false, ...options }: GetOutputsOptions & { byName?: boolean } = {},
): Promise<NamedArray | NamedArray[] | Record<string, NamedArray>> {
  const run = await trace(model, x, null, { ...options, layers: id });
  return arranged(run.select(id), id, byName, (layer) => layer.value('outputs'));
}

/**
 * The gradient of the compiled loss by the outputs of one layer, or of several: for a recurrent layer that returns its
 * sequences one gradient for each timestep.
 *
 * @param id as for {@link getOutputs}
 * @throws SeeRnnError as {@link trace} does
 * @example
 * const [first, second] = await getGradients(model, [0, 1], x, y);
 * const all = await getGradients(model, '*', x, y, { byName: true }); // all['lstm'], all['dense'], ...
 */
export async function getGradients(model: LayersModel, id: Many, x: ArrayInputs, y: ArrayInputs, options: GetGradientsOptions & { byName: true }): Promise<Record<string, NamedArray>>;
export async function getGradients(model: LayersModel, id: Many, x: ArrayInputs, y: ArrayInputs, options?: GetGradientsOptions & { byName?: false }): Promise<NamedArray[]>;
export async function getGradients(model: LayersModel, id: LayerId, x: ArrayInputs, y: ArrayInputs, options?: GetGradientsOptions): Promise<NamedArray>;
export async function getGradients(
  model: LayersModel, id: LayerId | Many, x: ArrayInputs, y: ArrayInputs, { byName = false, ...options }: GetGradientsOptions & { byName?: boolean } = {},
): Promise<NamedArray | NamedArray[] | Record<string, NamedArray>> {
  const run = await trace(model, x, y, { ...options, layers: id, values: false });
  return arranged(run.select(id), id, byName, (layer) => layer.gradient('outputs'));
}

function arranged(layers: readonly LayerRun[], id: LayerId | Many, byName: boolean, read: (layer: LayerRun) => NamedArray): NamedArray | NamedArray[] | Record<string, NamedArray> {
  if (byName) return Object.fromEntries(layers.map((layer) => [layer.name, read(layer)]));
  const arrays = layers.map(read);
  return typeof id === 'object' || id === '*' ? arrays : arrays[0]!;
}
