import type { NamedArray } from '../core/array.js';
import { SeeRnnError, UsageError } from '../core/errors.js';
import { suggestion } from '../core/nearest.js';
import { readOptions, shown, type OptionSpec } from '../core/options.js';
import { asModel } from './as-model.js';
import { findLayer, hasLayer, type FoundLayer, type LayerId } from './find.js';
import type { ModelLike } from './live-model.js';
import type { Model } from './model.js';
import { layerWeights, readWeights, type LayerWeight } from './weights.js';

/**
 * Which weights of which layer: all of a layer's, by its index, its name or a part of its name; or of a layer by name only some,
 * behind a slash: `'gru/bias'`.
 */
export type WeightId = LayerId;
/** In a list also by indices: `[1, 0, 2]` is the weights 0 and 2 of layer 1, in the order of `layer.weights`. */
export type WeightIds = '*' | readonly (WeightId | readonly number[])[];

export interface GetWeightsOptions {
  /** Weights with one of these in their name are left out; default none. The layer's name doesn't count. */
  readonly omitNames?: string | readonly string[];
}

/** Left out by name; the option of all functions that choose weights. */
export const omitNames: OptionSpec<readonly string[]> = {
  help: 'weights with one of these in their name are left out', form: 'a text or a list of texts', default: [],
  read: (value) => (typeof value === 'string' ? [value] : Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined),
  parse: (text) => text.split(','),
};

/** Weights of one layer. */
export interface ChosenWeights extends FoundLayer { readonly weights: readonly LayerWeight[] }

/**
 * The weights of a layer by their names, as copies.
 *
 * A recurrent layer has `kernel` (features, gates x units), `recurrent_kernel` (units, gates x units), the units of all gates side by
 * side, and `bias` (gates x units), or (2, gates x units) for a GRU with `reset_after`. A part's weights stand after its name:
 * `forward/kernel`. Weights that are not trained, such as a normalisation's `moving_mean`, are among them.
 *
 * The text after a slash chooses: the weight of that name, else those whose name ends so after a slash of its own (`bidirectional/bias`
 * is `forward/bias` and `backward/bias`), else those of the part of that name (`bidirectional/forward`), else those with the text in their
 * name (`gru/kern`). A list, or `'*'` for every layer, gives a record with the layers' names in front: `gru/kernel`.
 *
 * @param id what is asked for: see {@link WeightId} and {@link WeightIds}
 * @returns an empty record for a layer without weights
 * @throws SeeRnnError where there is no such layer or weight, or several layers; UsageError for an unknown option
 * @example
 * const { kernel, recurrent_kernel } = await getWeights(model, 'lstm');
 * const { bias } = await getWeights(model, 'lstm/bias');
 * const kernels = await getWeights(model, '*', { omitNames: 'bias' }); // 'lstm/kernel', 'lstm/recurrent_kernel', 'dense/kernel'
 */
export async function getWeights(model: ModelLike, id: WeightId | WeightIds, options: GetWeightsOptions = {}): Promise<Record<string, NamedArray>> {
  const read = asModel('getWeights', model);
  const { omitNames: omitted } = readOptions('getWeights', { omitNames }, options as Readonly<Record<string, unknown>>);
  const chosen = chooseWeights('getWeights', read, id, omitted);
  const several = Array.isArray(id) || id === '*';
  const all = chosen.flatMap(({ name: layer, weights }) => weights.map((weight) => ({ key: several ? `${layer}/${weight.name}` : weight.name, weight })));
  const arrays = await readWeights(read, all.map(({ weight }) => weight));
  return Object.fromEntries(all.map(({ key }, i) => [key, arrays[i]!]));
}

/** The weights that an id means, by layer: each layer once, and of it each weight once. */
export function chooseWeights(owner: string, model: Model, id: WeightId | WeightIds, omitted: readonly string[]): ChosenWeights[] {
  const chosen = new Map<string, { layer: FoundLayer['layer']; weights: Set<LayerWeight>; all: LayerWeight[] }>();
  const add = ({ name, layer }: FoundLayer, choose: (all: readonly LayerWeight[]) => readonly LayerWeight[]): void => {
    const entry = chosen.get(name) ?? { layer, weights: new Set(), all: layerWeights(layer) };
    chosen.set(name, entry);
    for (const weight of choose(entry.all)) if (!omitted.some((part) => weight.name.includes(part))) entry.weights.add(weight);
  };
  for (const one of Array.isArray(id) ? id as readonly (WeightId | readonly number[])[] : [id as WeightId]) {
    if (Array.isArray(one)) {
      const [index, ...indices] = requireIndices(owner, one as readonly number[]);
      const layer = findLayer(model, index!);
      add(layer, (all) => indices.map((at) => weightAt(owner, layer, all, at)));
    } else if (one === '*') {
      for (const layer of model.layers) if (layerWeights(layer).length > 0) add({ name: layer.name, layer }, (all) => all);
    } else {
      const { layer, part } = split(owner, model, one as WeightId);
      add(layer, (all) => (part === null ? all : named(owner, layer, all, part)));
    }
  }
  return [...chosen].map(([name, { layer, weights }]) => ({ name, layer, weights: [...weights] }));
}

/** Reads an id as a layer or, where there is none of that name, as a layer and a part of its weights' names. */
function split(owner: string, model: Model, id: WeightId): { readonly layer: FoundLayer; readonly part: string | null } {
  if (typeof id !== 'number' && typeof id !== 'string') throw new UsageError(`${owner}: expected a layer's index or name, a list of these, or '*', found ${shown(id)}`);
  if (typeof id === 'string' && !hasLayer(model, id)) {
    // The longest name first: parts of layers and nested models have slashes too.
    for (let at = id.lastIndexOf('/'); at > 0; at = id.lastIndexOf('/', at - 1)) {
      const layer = id.slice(0, at);
      if (hasLayer(model, layer)) return { layer: findLayer(model, layer), part: id.slice(at + 1) };
    }
  }
  return { layer: findLayer(model, id), part: null };
}

function named(owner: string, { name: layer }: FoundLayer, all: readonly LayerWeight[], part: string): readonly LayerWeight[] {
  const tests: ((name: string) => boolean)[] = [(name) => name === part, (name) => name.endsWith(`/${part}`), (name) => name.startsWith(`${part}/`), (name) => name.includes(part)];
  for (const test of tests) {
    const found = all.filter(({ name }) => test(name));
    if (found.length > 0 && part !== '') return found;
  }
  throw new SeeRnnError(`${owner}: no weight '${part}' in layer '${layer}'${all.length === 0 ? ', which has none' : suggestion(part, all.map(({ name }) => name))}`);
}

function requireIndices(owner: string, indices: readonly number[]): readonly number[] {
  if (indices.length >= 2 && indices.every(Number.isInteger)) return indices;
  throw new UsageError(`${owner}: expected the index of a layer and those of its weights, e.g. [1, 0], found ${shown(indices)}`);
}

function weightAt(owner: string, { name }: FoundLayer, all: readonly LayerWeight[], at: number): LayerWeight {
  const weight = all[at];
  if (!weight) throw new SeeRnnError(`${owner}: no weight ${at} in layer '${name}'${all.length === 0 ? ', which has none' : `: it has weights 0 to ${all.length - 1} (${all.map((one) => one.name).join(', ')})`}`);
  return weight;
}
