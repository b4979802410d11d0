import { SeeRnnError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { allCalls, type Call, type Graph } from './calls.js';

/** How a layer is asked for: its index in `model.layers`, its name, or a part of its name that no other has. */
export type LayerId = number | string;

/**
 * The calls that an id means. A list means all of its members, `'*'` every layer but the inputs.
 *
 * @throws SeeRnnError where there is no such layer, or several; the message lists those there are
 */
export function findCalls(graph: Graph, id: LayerId | readonly LayerId[]): Call[] {
  if (typeof id === 'object') return [...new Set(id.flatMap((one) => findCalls(graph, one)))];
  if (id === '*') return allCalls(graph).filter(({ layer }) => layer.getClassName() !== 'InputLayer');
  return [findCall(graph, id)];
}

/** The one call that an id means. */
export function findCall(graph: Graph, id: LayerId): Call {
  const calls = allCalls(graph);
  if (typeof id === 'number') {
    const { layers } = graph.model;
    const layer = layers[id];
    if (!layer) throw new SeeRnnError(`no layer ${id}: the model has layers 0 to ${layers.length - 1} (${list(layers)})`);
    return one(String(id), calls.filter((call) => call.layer === layer), calls);
  }
  const exact = calls.filter(({ label }) => label === id);
  if (exact.length > 0) return one(id, exact, calls);
  const named = calls.filter(({ layer }) => layer.name === id);
  if (named.length > 0) return one(id, named, calls);
  return one(id, calls.filter(({ label }) => label.includes(id)), calls);
}

const list = (named: readonly { readonly name: string }[]): string => named.map(({ name }) => name).join(', ');

function one(id: string, found: readonly Call[], all: readonly Call[]): Call {
  if (found.length === 1) return found[0]!;
  const labels = (calls: readonly Call[]): string[] => calls.map(({ label }) => label);
  if (found.length === 0) {
    const near = nearest(id, labels(all));
    throw new SeeRnnError(`no layer '${id}'${near === undefined ? '' : `, did you mean '${near}'?`} The model has: ${labels(all).join(', ')}`);
  }
  throw new SeeRnnError(`'${id}' is part of several names: ${labels(found).join(', ')}; give one of them`);
}
