import type { LayersModel } from '@tensorflow/tfjs-layers';
import { asModel, inside, type Layer, type LayerVariable } from '../internals.js';

const layersOf = new WeakMap<LayersModel, readonly Layer[]>();

export const keepLayerOrder = (model: LayersModel, layers: readonly Layer[]): void => { layersOf.set(model, layers); };

/** A loaded model's layers in the order in which Keras lists them, which is that of the weights in a file. */
export const layersInOrder = (model: LayersModel): readonly Layer[] => layersOf.get(model) ?? model.layers;

/** A layer that has weights of its own and holds no other layers: the unit in which stored layouts differ. */
export interface Part {
  /** As messages name it: `lstm`, `encoder/bidirectional/forward`. */
  readonly label: string;
  readonly layer: Layer;
  /** Its weights in Keras's order: the trainable ones first. */
  readonly variables: readonly LayerVariable[];
  readonly frozen: boolean;
  /** How many of them are trainable where the layer is. */
  readonly trainable: number;
}

/** A layer as files see its weights: a part, or other layers in one of the two ways in which Keras 3 names those. */
export interface Holder {
  readonly label: string;
  readonly layer: Layer;
  readonly frozen: boolean;
  readonly part: Part | null;
  readonly held: readonly Holder[];
  /** The attributes that hold them, one each; or for a list of layers the places it may stand in. */
  readonly attributes: readonly string[] | null;
  readonly lists: readonly (readonly string[])[];
}

/** Where the layers of a model stand: in Keras 3; in tf.keras 2.12 to 2.15; in early versions of either. */
const MODEL_LISTS = [['layers'], ['_layer_checkpoint_dependencies'], ['_functional', 'layers'], ['_functional', '_layer_checkpoint_dependencies'], ['_self_tracked_trackables'], ['_layers']];

/** What a layer holds: a model's layers, a wrapper's one or two, a stack's cells; for anything else itself. */
export function holderOf(layer: Layer | LayersModel, label: string = layer.name): Holder {
  const it = inside(layer);
  const held = (parts: readonly Holder[], attributes: readonly string[] | null, lists: Holder['lists'] = []): Holder =>
    ({ label, layer: layer as Layer, frozen: !it.trainable, part: null, held: parts, attributes, lists });
  const model = asModel(layer);
  if (model) return { ...held(layersInOrder(model).map((inner) => holderOf(inner, `${label}/${inner.name}`)), null, MODEL_LISTS), frozen: frozenModels.has(model) };
  if (it.forwardLayer && it.backwardLayer) {
    return held([holderOf(it.forwardLayer, `${label}/forward`), holderOf(it.backwardLayer, `${label}/backward`)], ['forward_layer', 'backward_layer']);
  }
  const cells = it.cell && inside(it.cell).cells;
  if (cells) return held(cells.map((cell, i) => holderOf(cell, `${label}/cells/${i}`)), null, [['cell', 'cells'], ['cells']]);
  if (it.layer && layer.getClassName() === 'TimeDistributed') return held([holderOf(it.layer, `${label}/${it.layer.name}`)], ['layer']);
  const variables = it.weights;
  const part: Part = { label, layer: layer as Layer, variables, frozen: !it.trainable, trainable: it.trainable ? it.trainableWeights.length : variables.length };
  return { ...held([], null), part };
}

/** Models that the file calls frozen: TF.js is told only when the weights are in, since that changes their order. */
const frozenModels = new WeakSet<LayersModel>();

export const keepFrozen = (model: LayersModel): void => { frozenModels.add(model); };

/** Tells TF.js which models are frozen. */
export function settleFrozen(model: LayersModel): void {
  for (const layer of layersInOrder(model)) {
    const inner = asModel(layer);
    if (inner) settleFrozen(inner);
  }
  if (frozenModels.has(model)) model.trainable = false;
}

/** The parts of a layer, each once. */
export function partsOf(holder: Holder): Part[] {
  const found = new Map<Layer, Part>();
  const visit = ({ part, held }: Holder): void => {
    if (part) { if (part.variables.length > 0 && !found.has(part.layer)) found.set(part.layer, part); } else held.forEach(visit);
  };
  visit(holder);
  return [...found.values()];
}

/** A stretch of a part's weights, as files list weights one after the other. */
export interface Stretch { readonly part: Part; readonly from: number; readonly to: number }

/**
 * The order in which Keras's HDF5 files list the weights of a layer that holds others: all that are trained, then all that are not. A
 * frozen layer's count among the latter.
 */
export function storedOrder(holder: Holder): Stretch[] {
  return [...trained(holder), ...untrained(holder)].filter(({ from, to }) => to > from);
}

function trained({ frozen, part, held }: Holder): Stretch[] {
  if (frozen) return [];
  return part ? [{ part, from: 0, to: part.trainable }] : held.flatMap(trained);
}

function untrained({ frozen, part, held }: Holder): Stretch[] {
  if (part) return [{ part, from: frozen ? 0 : part.trainable, to: part.variables.length }];
  return [...(frozen ? held.flatMap(trained) : []), ...held.flatMap(untrained)];
}
