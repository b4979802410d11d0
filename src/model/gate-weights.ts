import { asNamedArray, shapeText, type ArrayInput, type NamedArray } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { suggestion } from '../core/nearest.js';
import { asModel } from './as-model.js';
import { findLayer, type LayerId } from './find.js';
import type { ModelLike } from './live-model.js';
import { requireRecurrent } from './recurrent-parts.js';
import { layerWeights, readWeights } from './weights.js';

/** The weights of a recurrent layer, or something of their shapes such as their gradients. */
export interface GateWeights {
  /** The layer's name. */
  readonly name: string;
  /** Its class: `LSTM`, `CuDNNGRU`, `Bidirectional`. */
  readonly kind: string;
  /** One, or one for each direction and each of stacked cells. */
  readonly directions: readonly DirectionWeights[];
}

/** The weights of one recurrence. In each, gate g takes the columns from g x units on. */
export interface DirectionWeights {
  /** '' where there is only one; else `forward`, `backward`; `0`, `1` of stacked cells; `forward/1`. */
  readonly name: string;
  readonly kind: 'LSTM' | 'GRU' | 'SimpleRNN';
  readonly units: number;
  /** In the order in which they are stored: LSTM `input`, `forget`, `cell`, `output`; GRU `update`, `reset`, `new`; SimpleRNN `state`. */
  readonly gates: readonly string[];
  /** (features, gates x units) */
  readonly kernel: NamedArray;
  /** (units, gates x units) */
  readonly recurrentKernel: NamedArray;
  /** (gates x units); (2, gates x units) for a GRU with `reset_after`, the recurrent bias second; null where there is none. */
  readonly bias: NamedArray | null;
}

/** Arrays for all the weights of a layer: by their names, or a list in the order of `layer.weights`. */
export type WeightArrays = Readonly<Record<string, ArrayInput>> | readonly ArrayInput[];

/**
 * The weights of a recurrent layer, by direction, and with the names of the gates that share them.
 *
 * @param id a layer's index, name or part of its name
 * @param from what to arrange in place of the weights' values: the record that `run.layer(id).gradient('weights')` or `getWeights`
 *   gives, or the list that `getRnnWeights` gives
 * @throws SeeRnnError for a layer that is not recurrent, and where `from` is not of the layer's weights
 * @example
 * const { directions } = await gateWeights(model, 'bidirectional');
 * directions.map(({ name, gates }) => `${name}: ${gates.join(', ')}`); // ['forward: update, reset, new', 'backward: update, reset, new']
 */
export async function gateWeights(model: ModelLike, id: LayerId, from?: WeightArrays): Promise<GateWeights> {
  const read = asModel('gateWeights', model);
  const { name, layer } = findLayer(read, id);
  const parts = requireRecurrent('gateWeights', layer);
  const all = layerWeights(layer);
  const arrays = from === undefined ? await readWeights(read, all) : arranged(from, all, name);
  return {
    name, kind: layer.className,
    directions: parts.map(({ part, cell: { recurrence: { cell, units }, weights } }) => {
      const [kernel, recurrentKernel, bias] = weights.map((one) => arrays[all.findIndex(({ weight }) => weight === one)]!);
      return { name: part, kind: cell.kind, units, gates: [...cell.gates], kernel: kernel!, recurrentKernel: recurrentKernel!, bias: bias ?? null };
    }),
  };
}

/** What was given, one array for each weight. */
function arranged(from: WeightArrays, weights: ReturnType<typeof layerWeights>, layer: string): NamedArray[] {
  const names = weights.map(({ name }) => name);
  const expected = `the weights of layer '${layer}' (${names.join(', ')})`;
  if (typeof from !== 'object' || (from as unknown) === null) throw new SeeRnnError(`gateWeights: expected ${expected}, as a record or a list, found ${from === null ? 'null' : typeof from}`);
  if (Array.isArray(from) && from.length !== names.length) throw new SeeRnnError(`gateWeights: expected ${expected}, found ${from.length} array${from.length === 1 ? '' : 's'}`);
  const unknown = Array.isArray(from) ? undefined : Object.keys(from).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new SeeRnnError(`gateWeights: layer '${layer}' has no weight '${unknown}'${suggestion(unknown, names)}`);
  return weights.map(({ name, weight: { shape: expectedShape, axes } }, i) => {
    const given = Array.isArray(from) ? (from as readonly ArrayInput[])[i] : (from as Readonly<Record<string, ArrayInput>>)[name];
    if (given === undefined) throw new SeeRnnError(`gateWeights: '${name}' of layer '${layer}' is missing in what was given`);
    const { data, shape } = asNamedArray(given, `'${name}' of layer '${layer}'`);
    if (shapeText(shape) !== shapeText(expectedShape)) {
      throw new SeeRnnError(`gateWeights: '${name}' of layer '${layer}': expected shape ${shapeText(expectedShape)}, found ${shapeText(shape)}`);
    }
    return { data, shape, axes: [...axes] };
  });
}
