import { quantile } from 'd3-array';
import type { NamedArray, Numbers } from '../core/array.js';
import type { Flow } from '../measure/analysis.js';

/** The norms, beside the Euclidean one of `flow`, by which gradients are shown. */
export const OTHER_NORMS = ['L1', 'maximum'] as const;
export type OtherNorm = (typeof OTHER_NORMS)[number];

/** A flow as the page shows it: without what is the same for every norm. */
export type ShownFlow = Omit<Flow, 'entries'>;

// NaN in, NaN out, as with the Euclidean norm.
const over: Readonly<Record<OtherNorm, (values: Numbers | number[]) => number>> = {
  L1: (values) => { let sum = 0; for (let i = 0, { length } = values; i < length; i++) sum += Math.abs(values[i]!); return sum; },
  maximum: (values) => { let most = 0; for (let i = 0, { length } = values; i < length; i++) most = Math.max(most, Math.abs(values[i]!)); return most; },
};

/**
 * A gradient's norm over units against time, for each sample and over all: the sum of absolute values, or the largest.
 *
 * @param gradient (samples, timesteps, units)
 * @param mask (samples, timesteps), 0 at steps that are skipped, which are NaN in the result; null where none is
 * @param reversed whether time runs backwards in the gradient; it doesn't in the result, nor in the mask
 */
export function flowBy(name: OtherNorm, { data, shape }: NamedArray, mask: NamedArray | null, reversed = false): ShownFlow {
  const [samples, timesteps, units] = shape as [number, number, number];
  const norm = over[name];
  const bySample = new Float64Array(samples * timesteps);
  for (let row = 0; row < bySample.length; row++) {
    const t = row % timesteps;
    const from = (reversed ? row - t + (timesteps - 1 - t) : row) * units;
    bySample[row] = mask?.data[row] === 0 ? Number.NaN : norm(data.subarray(from, from + units));
  }
  const at = Array.from({ length: timesteps }, (_, t) => Array.from({ length: samples }, (_, sample) => bySample[sample * timesteps + t]!).filter((value) => !Number.isNaN(value)));
  const each = (read: (values: number[]) => number | undefined): Float64Array => Float64Array.from(at, (values) => (values.length === 0 ? Number.NaN : read(values) ?? Number.NaN));
  return {
    norm: each(norm), bySample: { data: bySample, shape: [samples, timesteps], axes: ['samples', 'timesteps'] },
    median: each((values) => quantile(values, 0.5)), low: each((values) => quantile(values, 0.1)), high: each((values) => quantile(values, 0.9)),
  };
}
