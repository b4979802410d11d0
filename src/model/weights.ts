import type { LayersModel } from '@tensorflow/tfjs-layers';
import { plainAxes, type NamedArray, type Numbers } from '../core/array.js';
import { asModel, inside, type Layer, type LayerVariable } from './internals.js';
import { directSublayers } from './sublayers.js';

/** A weight of a layer, under a name of its own within the layer. */
export interface LayerWeight {
  /**
   * Keras's name: `kernel`, `recurrent_kernel`, `bias`, `gamma`. In a part of the layer it follows the part's name and a slash:
   * `forward/kernel` and `backward/kernel` of a Bidirectional layer, `0/kernel` of the first of stacked cells, `query/kernel` of an
   * attention's dense layer, `lstm/kernel` of the layer `lstm` in a nested model. A wrapper of one layer (TimeDistributed) adds no name.
   */
  readonly name: string;
  readonly variable: LayerVariable;
  /** The layer that holds it itself: the layer asked for, or a part of it, such as a cell. */
  readonly owner: Layer;
  /** Whether training is what it is for, also where the layer is frozen: false for the moving averages of a normalisation. */
  readonly trainable: boolean;
  /** Names of its axes, e.g. `['features', 'gates']`. */
  readonly axes: readonly string[];
}

/** A layer's weights, those of its parts too, in the order of `layer.weights`. Each once. */
export function layerWeights(layer: Layer | LayersModel): LayerWeight[] {
  const found = new Map<LayerVariable, LayerWeight>();
  const names = new Set<string>();
  const seen = new Set<Layer>();
  const visit = (part: Layer, prefix: string): void => {
    if (seen.has(part)) return;
    seen.add(part);
    // Parts first: some layers list their parts' weights as their own too.
    for (const [name, sublayer] of namedParts(part)) visit(sublayer, name === '' ? prefix : `${prefix}${name}/`);
    const { trained, own } = ownWeights(part);
    const recurrent = own.some((variable) => lastName(variable) === 'recurrent_kernel');
    for (const variable of own) {
      if (found.has(variable)) continue;
      const last = lastName(variable);
      found.set(variable, {
        name: unique(prefix + last, names), variable, owner: part, trainable: trained.includes(variable),
        axes: axesOf(last, variable.shape.length, recurrent ? 'recurrent' : part.getClassName()),
      });
    }
  };
  visit(layer as Layer, '');
  const ordered = ownWeights(layer as Layer).own.flatMap((variable) => found.get(variable) ?? []);
  return [...new Set([...ordered, ...found.values()])];
}

function ownWeights(layer: Layer): { readonly trained: readonly LayerVariable[]; readonly own: readonly LayerVariable[] } {
  const { _trainableWeights: trained = [], _nonTrainableWeights: others = [] } = inside(layer);
  return { trained, own: [...trained, ...others] };
}

/** TF.js puts the names of the layers before, and a number behind where it has made one of the name before. */
const lastName = ({ originalName }: LayerVariable): string => originalName.slice(originalName.lastIndexOf('/') + 1);

function unique(name: string, names: Set<string>): string {
  let free = name;
  for (let n = 1; names.has(free); n++) free = `${name}_${n}`;
  names.add(free);
  return free;
}

/** The parts of a layer by the names that their weights have before them; a wrapper's one layer and an RNN's one cell have none. */
export function namedParts(layer: Layer | LayersModel): [name: string, part: Layer][] {
  const model = asModel(layer);
  if (model) return model.layers.map((part) => [part.name, part]);
  return directSublayers(layer as Layer).map(([property, part]): [string, Layer] => {
    switch (property) {
      case 'forwardLayer': return ['forward', part];
      case 'backwardLayer': return ['backward', part];
      case 'cells': return [String(inside(layer).cells!.indexOf(part)), part];
      case 'layer': case 'cell': return ['', part];
      default: return [part.name, part];
    }
  });
}

/** `gates`: the units of all gates side by side, in the order in which Keras stores them. */
function axesOf(name: string, rank: number, kind: string): readonly string[] {
  const known = kind === 'recurrent' ? { kernel: ['features', 'gates'], recurrent_kernel: ['units', 'gates'], bias: ['biases', 'gates'].slice(-rank) }[name]
    : kind === 'Dense' ? { kernel: ['features', 'units'], bias: ['units'] }[name] : undefined;
  return known?.length === rank ? known : plainAxes(rank);
}

/** What weights hold, as copies: on some backends what is read is the model's own memory. */
export const readWeights = (weights: readonly LayerWeight[]): Promise<NamedArray[]> => Promise.all(weights.map(async ({ variable, axes }) => {
  const tensor = variable.read();
  return { data: ((await tensor.data()) as Numbers).slice(), shape: [...tensor.shape], axes: [...axes] };
}));
