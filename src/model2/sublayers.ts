import type { Graph } from '../graph/graph.js';
import type { Layer } from '../graph/layer.js';

/** A layer and every layer that it is made of: those of a model, the halves of a wrapper, stacked cells. Each once. */
export function sublayers(root: Layer): Layer[] {
  const found = new Set<Layer>();
  collect(root, found);
  return [...found];
}

/** Every layer of a model, and what they are made of. Each once. */
export function allLayers({ layers, nodes }: Graph): Layer[] {
  const found = new Set<Layer>();
  for (const layer of layers) collect(layer, found);
  // A framework may leave some out of its list.
  for (const { layer } of nodes) collect(layer, found);
  return [...found];
}

function collect(layer: Layer, found: Set<Layer>): void {
  if (found.has(layer)) return;
  found.add(layer);
  for (const part of layer.parts) collect(part.layer, found);
}
