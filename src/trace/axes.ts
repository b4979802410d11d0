import type { NamedArray, Numbers } from '../core/array.js';
import { inside, type Layer } from '../model/internals.js';

/** Names the axes of a layer's output. The first is always the batch; the others follow from the kind of layer. */
export function outputAxes(layer: Layer, rank: number): string[] {
  const last = layer.getClassName().includes('Conv') || layer.getClassName().includes('Pooling') ? 'channels' : 'units';
  const axes = ['samples', 'timesteps', last];
  if (rank === 3) return axes;
  if (rank === 2) return inside(layer).cell || last === 'units' ? ['samples', 'units'] : ['samples', last];
  if (rank === 1) return ['samples'];
  return ['samples', ...Array.from({ length: rank - 2 }, (_, i) => `axis${i + 1}`), last];
}

/** A tensor's numbers as an array with the axes of its layer's output. */
export const outputArray = (data: Numbers, shape: readonly number[], layer: Layer): NamedArray =>
  ({ data, shape: [...shape], axes: outputAxes(layer, shape.length) });
