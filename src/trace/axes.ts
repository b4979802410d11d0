import { inside, type Layer } from '../model/internals.js';

/** Names the axes of a layer's output. The first is always the batch; the others follow from the kind of layer. */
export function outputAxes(layer: Layer, rank: number): string[] {
  const kind = layer.getClassName();
  const last = kind === 'InputLayer' ? 'features' : /Conv|Pooling/.test(kind) ? 'channels' : 'units';
  if (rank < 3) return ['samples', last].slice(0, rank);
  // Images and the like have no timesteps, unless it is a sequence of them.
  const timed = rank === 3 || kind === 'TimeDistributed' || inside(layer).cell !== undefined && inside(layer).returnSequences === true;
  const between = rank - (timed ? 3 : 2);
  return ['samples', ...(timed ? ['timesteps'] : []), ...Array.from({ length: between }, (_, i) => `axis${rank - 1 - between + i}`), last];
}

/** Names the axes of what a layer reads, likewise. */
export function inputAxes(layer: Layer, rank: number): string[] {
  const last = /Conv|Pooling/.test(layer.getClassName()) ? 'channels' : 'features';
  if (rank < 3) return ['samples', last].slice(0, rank);
  return rank === 3 ? ['samples', 'timesteps', last] : ['samples', ...Array.from({ length: rank - 2 }, (_, i) => `axis${i + 1}`), last];
}
