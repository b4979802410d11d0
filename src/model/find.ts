import { SeeRnnError, UsageError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { shown } from '../core/options.js';
import { allCalls, type Call } from '../graph/graph.js';
import type { Layer } from '../graph/layer.js';
import type { Model } from './model.js';

/** How a layer is asked for: its index in `model.layers`, its name, or a part of its name that no other has. */
export type LayerId = number | string;

/** The layers that hold a model's inputs compute nothing: they are meant only where they are named in full. */
const isInput = ({ layer }: Call): boolean => layer.className === 'InputLayer';
const computing = (calls: readonly Call[]): Call[] => calls.filter((call) => !isInput(call));

/**
 * The calls that an id means. A list means each of its members, `'*'` every layer but the inputs.
 *
 * @throws SeeRnnError where there is no such layer, or several; the message lists those there are
 */
export function findCalls(model: Model, id: LayerId | readonly LayerId[]): Call[] {
  if (Array.isArray(id)) return (id as readonly LayerId[]).flatMap((one) => findCalls(model, one));
  if (id === '*') return computing(allCalls(model.calls));
  return [findCall(model, id as LayerId)];
}

/** The one call that an id means. */
export function findCall(model: Model, id: LayerId): Call {
  const { layers } = model;
  if (typeof id === 'number') {
    const layer = layers[id];
    if (!layer) throw new SeeRnnError(`no layer ${id}: the model has layers 0 to ${layers.length - 1} (${layers.map(({ name }) => name).join(', ')})`);
    return theOne(layer.name, callsOfLayer(model, layer));
  }
  if (typeof id !== 'string') throw new UsageError(`expected a layer's index or name, found ${shown(id)}`);
  const calls = allCalls(model.calls);
  const exact = calls.filter(({ label }) => label === id);
  if (exact.length > 0) return theOne(id, exact);
  const named = calls.filter(({ layer }) => layer.name === id);
  if (named.length > 0) return theOne(id, named);
  const dissolved = layers.find((layer) => layer.name === id);
  if (dissolved) return theOne(id, callsOfLayer(model, dissolved));

  const parts = computing(calls).filter(({ label }) => label.includes(id));
  if (parts.length > 1) throw new SeeRnnError(`'${id}' is part of several names: ${labels(parts)}; give one of them`);
  if (parts.length === 1) return parts[0]!;
  const near = nearest(id, calls.flatMap(({ label, layer }) => [label, layer.name]));
  throw new SeeRnnError(`no layer '${id}'; ${near === undefined ? 'the' : `did you mean '${near}'? The`} model has: ${labels(computing(calls))}`);
}

/** A layer, and how it is named: `lstm`, `encoder/lstm` in a nested model. */
export interface FoundLayer { readonly name: string; readonly layer: Layer }

/** The layer that an id means, also one that is used several times: its weights are the same in all its uses. */
export function findLayer(model: Model, id: LayerId): FoundLayer {
  const { layers } = model;
  const own = layers.find((layer, i) => layer.name === id || i === id);
  // Not by its calls: a framework may put a nested model's layers in the model's own place.
  if (own && layers.filter(({ name }) => name === own.name).length === 1) return { name: own.name, layer: own };
  const named = allCalls(model.calls).filter(({ layer }) => layer.name === id);
  const layer = named[0]?.layer;
  if (layer && named.length > 1 && named.every((call) => call.layer === layer)) return { name: layer.name, layer };
  const { label, layer: found } = findCall(model, id);
  return { name: label, layer: found };
}

/** Whether a name, or a part of one, means a layer, or several. */
export function hasLayer(model: Model, id: string): boolean {
  return model.layers.some(({ name }) => name === id) ||
    allCalls(model.calls).some((call) => call.label === id || call.layer.name === id || (!isInput(call) && call.label.includes(id)));
}

/** The calls of one of a model's own layers. */
function callsOfLayer({ calls: { calls } }: Model, layer: Layer): Call[] {
  const own = calls.filter((call) => call.layer === layer);
  if (own.length > 0) return own;
  // What stands for a nested model that is dissolved is the last of its layers.
  const output = layer.graph?.outputs[0];
  return calls.filter(({ node }) => node === output?.node);
}

function theOne(name: string, found: readonly Call[]): Call {
  if (found.length === 1) return found[0]!;
  if (found.length === 0) throw new SeeRnnError(`layer '${name}' is not used on the way from the model's inputs to its outputs`);
  const what = found.every(({ layer }) => layer === found[0]?.layer) ? `layer '${name}' is used several times` : `several layers are called '${name}'`;
  throw new SeeRnnError(`${what}: ${labels(found)}; give one of them`);
}

const labels = (calls: readonly Call[]): string => calls.map(({ label }) => label).join(', ');
