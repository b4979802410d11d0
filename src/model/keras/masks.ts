import type { JsonValue } from '../../files/json.js';
import { fault, layerText, type Loading } from './context.js';
import type { LayerEntry } from './build-layer.js';
import type { Vertex } from './functional.js';
import type { NodeCall, Reference } from './node-calls.js';

/**
 * Keras 3 writes the masks that Masking and Embedding make into the graph: as operations (`NotEqual`, `Any`) whose result is the
 * argument `mask` of later calls. Here masks flow along by themselves, so that such an argument says nothing new and is left out. A mask of
 * any other origin is refused.
 */
export const isMaskOperation = ({ className, source }: LayerEntry): boolean =>
  (className === 'NotEqual' || className === 'Any' || className === 'LogicalAnd' || className === 'LogicalOr') && String(source['module'] ?? '').includes('ops');

/** Refuses a mask that isn't the one that flows along by itself. */
export function checkMask(loading: Loading, graph: ReadonlyMap<string, Vertex>, { name, className }: LayerEntry, call: NodeCall): void {
  for (const mask of call.masks) {
    const marked = maskedTensor(graph, mask, 0);
    if (marked === null || !call.inputs.some((input) => comesFromMasking(graph, input, marked, new Set()))) {
      throw fault(loading, `${layerText(name, className)}: is called with a mask of its own, made by ${layerText(mask.layer)}; only masks of Masking and Embedding layers are supported`);
    }
  }
}

interface Marked { readonly tensor: Reference; readonly value: JsonValue }

/** What `NotEqual(x, value)`, or `Any` of it, looks at. */
function maskedTensor(graph: ReadonlyMap<string, Vertex>, { layer }: Reference, steps: number): Marked | null {
  const vertex = graph.get(layer);
  const call = vertex?.calls[0];
  if (!vertex || !call || !isMaskOperation(vertex.entry) || call.inputs.length === 0 || steps > 2) return null;
  if (vertex.entry.className === 'NotEqual') return { tensor: call.inputs[0]!, value: call.options['1'] ?? call.options['x2'] ?? 0 };
  return vertex.entry.className === 'Any' ? maskedTensor(graph, call.inputs[0]!, steps + 1) : null;
}

/** Whether a masking layer above a tensor looks at what the mask looks at. */
function comesFromMasking(graph: ReadonlyMap<string, Vertex>, reference: Reference, marked: Marked, seen: Set<string>): boolean {
  const key = `${reference.layer} ${reference.node}`;
  if (seen.has(key)) return false;
  seen.add(key);
  const vertex = graph.get(reference.layer);
  const call = vertex?.calls[Math.max(0, reference.node - (vertex?.offset ?? 0))];
  if (!vertex || !call) return false;
  const { className, config } = vertex.entry;
  const looks = call.inputs.some((input) => input.layer === marked.tensor.layer && input.node === marked.tensor.node && input.tensor === marked.tensor.tensor);
  if (looks && className === 'Embedding' && config['mask_zero'] === true && marked.value === 0) return true;
  if (looks && className === 'Masking' && (config['mask_value'] ?? 0) === marked.value) return true;
  return call.inputs.some((input) => comesFromMasking(graph, input, marked, seen));
}
