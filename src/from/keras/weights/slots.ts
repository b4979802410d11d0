import { shown } from '../../../core/options.js';
import type { Layer } from '../../../graph/layer.js';
import type { Penalty, StoredWeight } from '../../../graph/weight.js';
import type { KerasLayer } from '../layers/keras-layer.js';
import { layerText } from '../loading.js';
import { ModelLayer } from '../model-layer.js';

/** A layer's own weights: the unit in which stored layouts differ. */
export interface Part {
  /** As messages name it: `lstm`, `encoder/bidirectional/forward`. */
  readonly label: string;
  readonly layer: Layer;
  /** In Keras's order: those that training is for come first. */
  readonly weights: readonly StoredWeight[];
  /** How many of them training is for, frozen or not. */
  readonly trainable: number;
}

/** A layer as files see its weights. */
export interface Holder {
  /** What it is called by what holds it: a layer's name, `forward`, `0`. */
  readonly name: string;
  readonly label: string;
  readonly layer: Layer;
  readonly isModel: boolean;
  readonly frozen: boolean;
  /** Its own weights; null where it has none. */
  readonly part: Part | null;
  /** The layers that it is made of. */
  readonly held: readonly Holder[];
}

/** A layer with all that it is made of. */
export function holderOf(layer: Layer, name = layer.name, label = name): Holder {
  const weights = layer.weights as readonly StoredWeight[];
  const ordered = [...weights.filter(({ trainable }) => trainable), ...weights.filter(({ trainable }) => !trainable)];
  const part = weights.length === 0 ? null : { label, layer, weights: ordered, trainable: weights.filter(({ trainable }) => trainable).length };
  const held = layer.parts.map((inner) => holderOf(inner.layer, inner.name, inner.name === '' ? label : `${label}/${inner.name}`));
  return { name, label, layer, isModel: layer instanceof ModelLayer, frozen: (layer as Partial<KerasLayer>).trainable === false, part, held };
}

/** The parts of a layer, each once. */
export function partsOf(holder: Holder): Part[] {
  const found = new Map<Layer, Part>();
  const visit = ({ part, held }: Holder): void => {
    if (part && !found.has(part.layer)) found.set(part.layer, part);
    held.forEach(visit);
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
export const storedOrder = (holder: Holder): Stretch[] => [...trained(holder), ...untrained(holder)].filter(({ from, to }) => to > from);

function trained({ frozen, part, held }: Holder): Stretch[] {
  if (frozen) return [];
  return [...part ? [{ part, from: 0, to: part.trainable }] : [], ...held.flatMap(trained)];
}

function untrained({ frozen, part, held }: Holder): Stretch[] {
  return [...part ? [{ part, from: frozen ? 0 : part.trainable, to: part.weights.length }] : [], ...frozen ? held.flatMap(trained) : [], ...held.flatMap(untrained)];
}

/** Tells of regularisers that are not known: what they add is in no loss. */
export function tellUnknownPenalties({ label, layer, part, held }: Holder, tell: (line: string) => void): void {
  const where = layerText(label.split('/').slice(1).join('/'), layer.className);
  const said = ({ other, compute }: Penalty, of: string): void => {
    if (other !== null && !compute) tell(`${where}: ${of}_regularizer ${shown(other)} is not known and left out: the loss is without that penalty`);
  };
  const { activity } = layer as Partial<KerasLayer>;
  if (activity) said(activity, 'activity');
  for (const { name, penalty } of part?.weights ?? []) if (penalty) said(penalty, name.replace(/_kernel$/, ''));
  for (const inner of held) tellUnknownPenalties(inner, tell);
}

/** Freezes the weights of the layers that are frozen, and of all that these are made of. */
export function freeze({ frozen, part, held }: Holder, within = false): void {
  const all = frozen || within;
  if (all && part) for (const weight of part.weights) weight.frozen = true;
  for (const inner of held) freeze(inner, all);
}
