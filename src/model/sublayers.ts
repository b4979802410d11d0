import type { LayersModel } from '@tensorflow/tfjs-layers';
import { inside, isLayer, type Layer } from './internals.js';

/**
 * A layer and every layer that it holds, under whatever name: the layers of a model, the halves of a wrapper, the cells of an
 * RNN, what a caller's own layer is made of. Each once.
 */
export function sublayers(root: Layer | LayersModel): Layer[] {
  const found = new Set<Layer>();
  const visit = (layer: Layer): void => {
    if (found.has(layer)) return;
    found.add(layer);
    for (const [, part] of directSublayers(layer)) visit(part);
  };
  visit(root as Layer);
  return [...found];
}

/** The layers that a layer holds itself, alone or in a list, and the names of the properties that hold them. */
export function directSublayers(layer: Layer): [property: string, part: Layer][] {
  // A Bidirectional layer's two halves are copies of the layer it was given, which itself takes no part.
  const { layer: wrapped, forwardLayer } = inside(layer);
  const template = forwardLayer && wrapped;
  return Object.entries(layer).flatMap(([property, held]: [string, unknown]) =>
    [held].flat().filter((part): part is Layer => isLayer(part) && part !== template).map((part): [string, Layer] => [property, part]));
}
