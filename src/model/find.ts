import { SeeRnnError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { allCalls, nodeOf, type Call, type Graph } from './calls.js';
import { asModel, originOf, type Layer } from './internals.js';

/** How a layer is asked for: its index in `model.layers`, its name, or a part of its name that no other has. */
export type LayerId = number | string;

/** The layers that hold a model's inputs compute nothing: they are meant only where they are named in full. */
const isInput = ({ layer }: Call): boolean => layer.getClassName() === 'InputLayer';
const computing = (calls: readonly Call[]): Call[] => calls.filter((call) => !isInput(call));

/**
 * The calls that an id means. A list means each of its members, `'*'` every layer but the inputs.
 *
 * @throws SeeRnnError where there is no such layer, or several; the message lists those there are
 */
export function findCalls(graph: Graph, id: LayerId | readonly LayerId[]): Call[] {
  if (typeof id === 'object') return id.flatMap((one) => findCalls(graph, one));
  if (id === '*') return computing(allCalls(graph));
  return [findCall(graph, id)];
}

/** The one call that an id means. */
export function findCall(graph: Graph, id: LayerId): Call {
  if (typeof id === 'number') {
    const { layers } = graph.model;
    const layer = layers[id];
    if (!layer) {
      throw new SeeRnnError(`no layer ${id}: the model has layers 0 to ${layers.length - 1} (${layers.map(({ name }) => name).join(', ')})`);
    }
    return theOne(layer.name, callsOf(graph, layer));
  }
  const calls = allCalls(graph);
  const exact = calls.filter(({ label }) => label === id);
  if (exact.length > 0) return theOne(id, exact);
  const named = calls.filter(({ layer }) => layer.name === id);
  if (named.length > 0) return theOne(id, named);
  const dissolved = graph.model.layers.find((layer) => layer.name === id);
  if (dissolved) return theOne(id, callsOf(graph, dissolved));

  const parts = computing(calls).filter(({ label }) => label.includes(id));
  if (parts.length > 1) throw new SeeRnnError(`'${id}' is part of several names: ${labels(parts)}; give one of them`);
  if (parts.length === 1) return parts[0]!;
  const near = nearest(id, calls.flatMap(({ label, layer }) => [label, layer.name]));
  throw new SeeRnnError(`no layer '${id}'; ${near === undefined ? 'the' : `did you mean '${near}'? The`} model has: ${labels(computing(calls))}`);
}

/** A layer, and how it is named: `lstm`, `encoder/lstm` in a nested model. */
export interface FoundLayer { readonly name: string; readonly layer: Layer }

/** The layer that an id means, also one that is used several times: its weights are the same in all its uses. */
export function findLayer(graph: Graph, id: LayerId): FoundLayer {
  const { layers } = graph.model;
  const own = layers.find((layer, i) => layer.name === id || i === id);
  // Not by its calls: a Sequential model dissolves a model that is its first layer.
  if (own && layers.filter(({ name }) => name === own.name).length === 1) return { name: own.name, layer: own };
  const named = allCalls(graph).filter(({ layer }) => layer.name === id);
  const layer = named[0]?.layer;
  if (layer && named.length > 1 && named.every((call) => call.layer === layer)) return { name: layer.name, layer };
  const { label, layer: found } = findCall(graph, id);
  return { name: label, layer: found };
}

/** Whether a name, or a part of one, means a layer, or several. */
export function hasLayer(graph: Graph, id: string): boolean {
  return graph.model.layers.some(({ name }) => name === id) ||
    allCalls(graph).some((call) => call.label === id || call.layer.name === id || (!isInput(call) && call.label.includes(id)));
}

/** The calls of one of a model's own layers. */
function callsOf(graph: Graph, layer: Layer): Call[] {
  const calls = graph.calls.filter((call) => call.layer === layer);
  if (calls.length > 0) return calls;
  // A Sequential model dissolves a model that is its first layer: what stands for that is the last of its layers.
  const output = asModel(layer)?.outputs[0];
  return graph.calls.filter(({ node }) => output && node === nodeOf(originOf(output)));
}

function theOne(name: string, found: readonly Call[]): Call {
  if (found.length === 1) return found[0]!;
  const what = found.every(({ layer }) => layer === found[0]?.layer) ? `layer '${name}' is used several times` : `several layers are called '${name}'`;
  throw new SeeRnnError(`${what}: ${labels(found)}; give one of them`);
}

const labels = (calls: readonly Call[]): string => calls.map(({ label }) => label).join(', ');
