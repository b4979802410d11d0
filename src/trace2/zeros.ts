import type { NamedArray } from '../core/array.js';
import type { InsideRecord } from './inside.js';

/** Why a gradient is zero; see `LayerRun.zeros`. */
export const ZERO_REASONS = ['structural', 'masked', 'underflow', 'exact'] as const;
export type ZeroReason = (typeof ZERO_REASONS)[number];

/** How many zeros there are at each timestep, (timesteps), by why. */
export type ZeroCounts = Readonly<Record<ZeroReason, NamedArray>>;

/** Counts of some samples and of others, together. */
export const addZeros = (some: ZeroCounts, others: ZeroCounts): ZeroCounts => Object.fromEntries(ZERO_REASONS.map((reason) => {
  const { data, shape, axes } = some[reason];
  return [reason, { data: Float64Array.from(data, (count, t) => count + others[reason].data[t]!), shape, axes }];
})) as unknown as ZeroCounts;

/** Below this the kernels flush adjoints to 0. */
const TINY = 1e-30;

/**
 * Counts the zeros in gradients by states or gates of a recurrence, by why they are zero.
 *
 * @param arrays (samples, timesteps, units) each; none where nothing leads to the loss
 * @param count how many arrays there would be
 */
export function countZeros({ shape, mask, entered, reached, flushed, backwards }: InsideRecord, arrays: readonly NamedArray[], count: number): ZeroCounts {
  const [timesteps, units] = [shape.at(-2)!, shape.at(-1)!];
  const samples = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  const counts = Object.fromEntries(ZERO_REASONS.map((reason) => [reason, new Float64Array(timesteps)])) as Record<ZeroReason, Float64Array>;
  if (!reached) counts.structural.fill(samples * units * count);
  else {
    for (let sample = 0; sample < samples; sample++) {
      let open = false;
      let lost = false;
      // As the backward pass went.
      for (let step = timesteps - 1; step >= 0; step--) {
        const t = backwards ? timesteps - 1 - step : step;
        const row = sample * timesteps + t;
        open ||= entered![row] !== 0;
        lost ||= flushed !== null && flushed[t]! > 0;
        let zeros = 0;
        for (const { data } of arrays) {
          for (let n = row * units; n < (row + 1) * units; n++) {
            if (data[n] === 0) zeros++;
            else if (flushed === null && Math.abs(data[n]!) < TINY) lost = true;
          }
        }
        const reason: ZeroReason = mask?.data[row] === 0 ? 'masked' : !open ? 'structural' : lost ? 'underflow' : 'exact';
        counts[reason][t]! += zeros;
      }
    }
  }
  return Object.fromEntries(ZERO_REASONS.map((reason) => [reason, { data: counts[reason], shape: [timesteps], axes: ['timesteps'] }])) as unknown as ZeroCounts;
}
