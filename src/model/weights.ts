import type { NamedArray } from '../core/array.js';
import type { Layer } from '../graph/layer.js';
import type { Weight } from '../graph/weight.js';
import type { Model } from './model.js';

/** A weight of a layer, under a name of its own within the layer. */
export interface LayerWeight {
  /**
   * Keras's name: `kernel`, `recurrent_kernel`, `bias`, `gamma`. In a part of the layer it follows the part's name and a slash:
   * `forward/kernel` and `backward/kernel` of a Bidirectional layer, `0/kernel` of the first of stacked cells, `query/kernel` of an
   * attention's dense layer, `lstm/kernel` of the layer `lstm` in a nested model. A wrapper of one layer (TimeDistributed) adds no name.
   */
  readonly name: string;
  readonly weight: Weight;
  /** The layer that holds it itself: the layer asked for, or a part of it. */
  readonly owner: Layer;
}

/** A layer's weights, those of its parts too: its own first, then those of one part after another. Each once. */
export function layerWeights(of: Layer | Model): LayerWeight[] {
  const found = new Map<Weight, LayerWeight>();
  const names = new Set<string>();
  const seen = new Set<Layer>();
  const visit = (layer: Layer, prefix: string): void => {
    if (seen.has(layer)) return;
    seen.add(layer);
    for (const weight of layer.weights) {
      if (!found.has(weight)) found.set(weight, { name: unique(prefix + weight.name, names), weight, owner: layer });
    }
    for (const { name, layer: part } of layer.parts) visit(part, name === '' ? prefix : `${prefix}${name}/`);
  };
  if ('weights' in of) visit(of, '');
  else for (const layer of of.layers) visit(layer, `${layer.name}/`);
  return [...found.values()];
}

function unique(name: string, names: Set<string>): string {
  let free = name;
  for (let n = 1; names.has(free); n++) free = `${name}_${n}`;
  names.add(free);
  return free;
}

/** What weights of a model hold, as copies. */
export async function readWeights({ ready }: Model, weights: readonly LayerWeight[]): Promise<NamedArray[]> {
  // Of a live model they are not here before.
  if (ready) await ready();
  return Promise.all(weights.map(async ({ weight }) => {
    const numbers = await weight.read();
    return { data: numbers.slice(), shape: [...weight.shape], axes: [...weight.axes] };
  }));
}
