import type { Layer } from '../graph/layer.js';

/** Names the axes of a layer's output. The first is always the batch; the others follow from the kind of layer. */
export function outputAxes(layer: Layer, rank: number): string[] {
  const kind = layer.className;
  const last = kind === 'InputLayer' ? 'features' : /Conv|Pooling/.test(kind) ? 'channels' : 'units';
  if (rank < 3) return ['samples', last].slice(0, rank);
  if (rank === 3 && isTimeMajor(layer)) return ['timesteps', 'samples', last];
  // Images and the like have no timesteps, unless it is a sequence of them.
  const timed = rank === 3 || kind === 'TimeDistributed' || layer.recurrent?.returnSequences === true;
  const between = rank - (timed ? 3 : 2);
  return ['samples', ...(timed ? ['timesteps'] : []), ...Array.from({ length: between }, (_, i) => `axis${rank - 1 - between + i}`), last];
}

/** Names the axes of what a layer reads, likewise. */
export function inputAxes(layer: Layer, rank: number): string[] {
  const last = /Conv|Pooling/.test(layer.className) ? 'channels' : 'features';
  if (rank < 3) return ['samples', last].slice(0, rank);
  if (rank === 3 && isTimeMajor(layer)) return ['timesteps', 'samples', last];
  return rank === 3 ? ['samples', 'timesteps', last] : ['samples', ...Array.from({ length: rank - 2 }, (_, i) => `axis${i + 1}`), last];
}

/** Whether a layer, or a Bidirectional one's directions, have the timesteps in front of the samples: Keras 2's `time_major`. */
const isTimeMajor = ({ recurrent, mergeMode, parts }: Layer): boolean => (mergeMode === undefined ? recurrent : parts[0]?.layer.recurrent)?.timeMajor === true;

/**
 * The same where a layer is called with every timestep of the model's as a sample of its own: the timesteps come behind the samples, or,
 * where it has some itself, as an axis without a name.
 */
export function folded(axes: readonly string[]): string[] {
  const [samples, ...rest] = axes;
  return samples === undefined ? [] : [samples, rest.includes('timesteps') ? 'axis1' : 'timesteps', ...rest];
}
