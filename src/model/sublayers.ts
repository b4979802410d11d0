import type { LayersModel } from '@tensorflow/tfjs-layers';
import { inside, type Layer } from './internals.js';

/** A layer and everything it is made of: the layers of a model, the halves of a wrapper, the cells of an RNN. Each once. */
export function sublayers(root: Layer | LayersModel): Layer[] {
  const found = new Set<Layer>();
  const visit = (layer: Layer): void => {
    if (found.has(layer)) return;
    found.add(layer);
    const { layer: wrapped, forwardLayer, backwardLayer, cell, cells } = inside(layer);
    const parts = [wrapped, forwardLayer, backwardLayer, cell, ...(cells ?? []), ...((layer as Partial<LayersModel>).layers ?? [])];
    // A Bidirectional layer's two halves are copies of the layer it was given, which itself takes no part.
    for (const part of parts) if (part && !(part === wrapped && forwardLayer)) visit(part);
  };
  visit(root as Layer);
  return [...found];
}
