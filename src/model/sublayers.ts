import type { Graph } from '../graph/graph.js';
import type { Layer } from '../graph/layer.js';
import type { Weight } from '../graph/weight.js';

/** A layer and every layer that it is made of: those of a model, the halves of a wrapper, stacked cells. Each once. */
export function sublayers(root: Layer): Layer[] {
  const found = new Set<Layer>();
  collect(root, found);
  return [...found];
}

/** What a graph has: it doesn't change, and every pass asks for it. */
const known = new WeakMap<Graph, { readonly layers: readonly Layer[]; readonly weights: readonly Weight[] }>();

function contents(graph: Graph): { readonly layers: readonly Layer[]; readonly weights: readonly Weight[] } {
  const before = known.get(graph);
  if (before) return before;
  const found = new Set<Layer>();
  for (const layer of graph.layers) collect(layer, found);
  // A framework may leave some out of its list.
  for (const { layer } of graph.nodes) collect(layer, found);
  const all = { layers: [...found], weights: [...new Set([...found].flatMap(({ weights }) => weights))] };
  known.set(graph, all);
  return all;
}

/** Every layer of a model, and what they are made of. Each once. */
export const allLayers = (graph: Graph): readonly Layer[] => contents(graph).layers;

/** Every weight of these. Each once. */
export const allWeights = (graph: Graph): readonly Weight[] => contents(graph).weights;

function collect(layer: Layer, found: Set<Layer>): void {
  if (found.has(layer)) return;
  found.add(layer);
  for (const part of layer.parts) collect(part.layer, found);
}
