import { mean } from 'd3-array';
import type { Decay, Measured } from './analysis.js';
import { standardError, studentT } from './statistics.js';

/** Fewer lags than these make no fit. */
const LEAST = 4;

/**
 * The factor by which a norm changes per step back, fitted: norm(k) ~ factor^k.
 *
 * A straight line is fitted by least squares to ln norm(k) of each sample, over the lags from 1 (what happens between 0 and 1 is the
 * output's doing, not the recurrence's) to the last at which it is not 0. The factor is e to the mean slope. Its interval comes from the
 * spread of the slopes over samples, by Student's t: not from the residuals along the lags, which follow each other and would make it
 * far too narrow. It takes samples for independent: of windows that overlap it is too narrow. Of one sample there is no interval, and its
 * ends are NaN. A sample with fewer than 4 such lags has no slope and is left out.
 *
 * That the gradient of a recurrence goes with an exponential: Bengio, Simard and Frasconi 1994; Pascanu, Mikolov and Bengio 2013
 * (1211.5063). Where it doesn't, r2 says so.
 *
 * @param curves by sample, by lag from 0; NaN where a sample has none
 * @param confidence of the interval, e.g. 0.95
 * @returns why not, where no sample has 4 such lags
 */
export function fitDecay(curves: readonly Float64Array[], confidence: number): Measured<Decay> {
  const lines = curves.flatMap((curve) => lineThrough(curve) ?? []);
  if (lines.length === 0) return { why: `no sample's gradient is other than 0 at ${LEAST} lags or more` };
  const slope = mean(lines, (line) => line.slope)!;
  const around = standardError(lines.map((line) => line.slope)) * studentT(confidence, lines.length - 1);
  const factor = Math.exp(slope);
  return {
    factor, low: Math.exp(slope - around), high: Math.exp(slope + around),
    halfLife: slope === 0 ? Infinity : Math.LN2 / Math.abs(slope),
    from: 1, to: Math.max(...lines.map(({ to }) => to)),
    r2: mean(lines, (line) => line.r2)!,
  };
}

function lineThrough(curve: Float64Array): { readonly slope: number; readonly r2: number; readonly to: number } | null {
  const points = Array.from(curve, (value, lag): [number, number] => [lag, Math.log(value)]).filter(([lag, log]) => lag > 0 && Number.isFinite(log));
  if (points.length < LEAST) return null;
  const [middleX, middleY] = [mean(points, ([x]) => x)!, mean(points, ([, y]) => y)!];
  let [xx, xy, yy] = [0, 0, 0];
  for (const [x, y] of points) {
    xx += (x - middleX) ** 2;
    xy += (x - middleX) * (y - middleY);
    yy += (y - middleY) ** 2;
  }
  // A level line is explained by a level line.
  return { slope: xy / xx, r2: yy <= 1e-20 * points.length ? 1 : (xy * xy) / (xx * yy), to: points.at(-1)![0] };
}
