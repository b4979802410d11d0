import type { Horizon } from './analysis.js';

/**
 * How far a curve reaches: the last of its entries that is at least a share of its peak. That it may dip below in between is let pass,
 * so that one step at which a gate happens to be shut ends nothing; for a curve that falls it is the step at which it "stays above".
 *
 * @param curve by lag, from 0; NaN where nothing is known
 * @param share of the peak, e.g. 0.1
 * @returns `open` where the last known entry is still above; -1 steps where there is no curve, or nothing but zeros
 * @example
 * horizonOf([1, 0.5, 0.2, 0.05, 0.01], 0.1); // { steps: 2, open: false }
 */
export function horizonOf(curve: ArrayLike<number>, share: number): Horizon {
  let peak = 0;
  let known = -1;
  for (let lag = 0; lag < curve.length; lag++) {
    if (Number.isNaN(curve[lag]!)) continue;
    known = lag;
    peak = Math.max(peak, curve[lag]!);
  }
  let steps = -1;
  if (peak > 0) for (let lag = 0; lag <= known; lag++) if (curve[lag]! >= share * peak) steps = lag;
  return { steps, open: steps >= 0 && steps === known };
}
