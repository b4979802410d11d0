import { sizeOf, type NamedArray } from '../core/array.js';

/** How strong a gradient is at one timestep. */
export interface Strength {
  /** Null where the gradient has no timesteps. */
  readonly timestep: number | null;
  /** The mean of its absolute values, over samples and units. */
  readonly mean: number;
}

/** How strong a gradient is at the first timestep, the last, and three between: after each quarter of the sequence. */
export function strengths({ data, shape, axes }: NamedArray): Strength[] {
  const position = axes.indexOf('timesteps');
  if (position < 0) return [{ timestep: null, mean: meanOf(data.length, (i) => data[i]) }];
  const steps = shape[position];
  const inner = sizeOf(shape.slice(position + 1));
  return [...new Set([0, 1, 2, 3, 4].map((quarter) => Math.min(Math.floor((quarter * steps) / 4), steps - 1)))].map((timestep) => ({
    timestep,
    mean: meanOf(data.length / steps, (i) => data[Math.floor(i / inner) * steps * inner + timestep * inner + (i % inner)]),
  }));
}

function meanOf(count: number, at: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.abs(at(i));
  return sum / count;
}
