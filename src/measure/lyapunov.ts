import { mean } from 'd3-array';
import type { Lyapunov, Measured } from './analysis.js';
import { stepsOpen } from './jacobians.js';
import { orthonormalise } from './linear-algebra.js';
import { firstSamples, noJacobians, stepCost, type Replay } from './replay.js';
import { standardError } from './statistics.js';

/** Most multiplications and additions: about a second. */
const WORTH = 6e8;
/** Of so many samples at least, if there are, and as many exponents as they leave time for; and of so many at most. */
const SAMPLES = { least: 4, most: 8 };

/**
 * The Lyapunov exponents of a recurrence along real inputs: the mean rates, in nats per step, at which directions in its state grow or
 * shrink. The largest says what becomes of a gradient in the long run: it vanishes below 0, explodes above; ones near 0 are what long
 * dependencies are learnt through.
 *
 *     J_t Q_(t-1) = Q_t R_t;   lambda_i = 1/T sum_t ln (R_t)_ii
 *
 * by QR decompositions, Q orthonormal, as in Benettin et al. 1980; for recurrent networks Vogt, Puelma Touzel, Shlizerman and Lajoie 2020
 * (2006.14123) and Engelken 2023 (2312.17306). Q is turned through the whole sequence once before the sum begins, so that it has
 * forgotten where it started. Exponents are limits over infinite time; over the T steps of real data they are finite-time exponents of
 * the trajectories, and the error is their spread over samples. In float64; state (h, c) of an LSTM. Of a linear recurrence with a normal
 * matrix they are ln |eigenvalue|; -Infinity of a direction that a step wipes out.
 *
 * @param count how many, from the largest; all where left out, as far as that is quick enough
 * @returns why not, where the activation mixes units, every step is masked, or there are too many units and steps
 */
export function lyapunov(replay: Replay, count?: number): Measured<Lyapunov> {
  const why = noJacobians(replay);
  if (why !== null) return { why };
  const { recurrence: { units, cell }, input: { samples, timesteps } } = replay;
  const width = cell.hasCellState ? 2 * units : units;
  // For each step: the Jacobian times `directions` columns, and their decomposition.
  const stepOf = (directions: number): number => 2 * directions * width * (width + 2 * directions) + stepCost(replay);
  let directions = Math.min(count ?? width, width);
  while (directions > 1 && Math.min(samples, SAMPLES.least) * timesteps * stepOf(directions) > WORTH) directions = Math.ceil(directions / 2);
  if (timesteps * stepOf(directions) > WORTH) return { why: `${units} units over ${timesteps} timesteps would take minutes` };
  const chosen = firstSamples(replay, Math.max(1, Math.min(SAMPLES.most, samples, Math.floor(WORTH / (timesteps * stepOf(directions))))));
  const open = stepsOpen(chosen);

  const spectra = open.steps.flatMap((steps, sample) => {
    if (steps.length === 0) return [];
    // Rows are the directions.
    let q = startingDirections(directions, width);
    const sums = new Float64Array(directions);
    for (const counts of [false, true]) {
      for (const t of steps) {
        q = timesTransposed(q, open.jacobian(sample, t), directions, width);
        const lengths = orthonormalise(q, directions, width);
        if (counts) lengths.forEach((length, i) => { sums[i]! += Math.log(length); });
      }
    }
    return [sums.map((sum) => sum / steps.length).sort().reverse()];
  });
  if (spectra.length === 0) return { why: 'every step is masked' };
  const over = (read: (values: number[]) => number): Float64Array => Float64Array.from({ length: directions }, (_, i) => read(spectra.map((one) => one[i]!)));
  return {
    exponents: over((values) => mean(values)!), error: over(standardError),
    samples: spectra.length, steps: Math.max(...open.steps.map(({ length }) => length)),
  };
}

/**
 * Directions to begin with: not along the axes, where a state that is a block of its own could keep them for good, but the same every
 * time. Columns of a discrete Hartley transform are orthonormal.
 */
function startingDirections(count: number, width: number): Float64Array {
  return Float64Array.from({ length: count * width }, (_, n) => {
    const angle = (2 * Math.PI * Math.floor(n / width) * (n % width)) / width;
    return (Math.cos(angle) + Math.sin(angle)) / Math.sqrt(width);
  });
}

/** Q J^T, of rows that are directions: each becomes J q. */
function timesTransposed(q: Float64Array, jacobian: Float64Array, rows: number, width: number): Float64Array {
  const out = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let n = 0; n < width; n++) {
      let sum = 0;
      for (let m = 0; m < width; m++) sum += jacobian[n * width + m]! * q[row * width + m]!;
      out[row * width + n] = sum;
    }
  }
  return out;
}
