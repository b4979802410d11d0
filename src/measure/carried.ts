import { quantile } from 'd3-array';
import type { AnalysisSettings, Carried, Measured } from './analysis.js';
import { fitDecay } from './decay.js';
import { horizonOf } from './horizon.js';
import { norm } from './linear-algebra.js';
import { firstSamples, inFloat64, lastEntry, replayed, stepCost, stepsOf, type Replay } from './replay.js';
import { geometricMean } from './statistics.js';

/** Up to so many multiplications and additions it runs in float64, on the reference cells; */
const IN_FLOAT64 = 2e7;
/** and up to so many with all samples, on the kernels. */
const WITH_ALL = 2e10;

/**
 * What of the gradient at one step gets how far back through the recurrence: for each sample, the norms of dL/dh_(s-k) and dL/dc_(s-k)
 * in units of those at s, where s is the last step at which the loss comes in, and L only what comes in there.
 *
 * The total gradient of a model with a loss at every step (or with a recurrent layer above, which hands gradient down at every step)
 * doesn't show its decay: fresh gradient comes in at each step and hides it. So everything that comes in before s is left out, and the
 * gradient at s alone is sent back. This is the product of Jacobians of Pascanu, Mikolov and Bengio 2013 (1211.5063) applied
 * to a real gradient; the norms |dL_T / dh_(T-k)| that Aicher, Foti and Fox 2019 (1905.07473) fit geometric decay to are the same.
 * Each sample's is scaled to 1 before it is sent, so that small losses don't underflow. Steps that are masked are passed over.
 *
 * @param replay a recurrence as a run recorded it
 */
export function carried(replay: Replay, { share, confidence }: Pick<AnalysisSettings, 'share' | 'confidence'>): Measured<readonly Carried[]> {
  const { samples: all, timesteps } = replay.input;
  const each = timesteps * stepCost(replay);
  const precision = each * all <= IN_FLOAT64 ? 'float64' : 'float32';
  const chosen = firstSamples(replay, Math.max(1, Math.min(all, Math.floor(WITH_ALL / each))));
  const run = precision === 'float64' ? inFloat64(chosen) : chosen;
  const starts = startsOf(run);
  if (starts.paths.every(({ length }) => length === 0)) return { why: 'no gradient reaches it' };

  const pass = replayed(run);
  const { recurrence: { units, cell } } = run;
  try {
    pass.backward({ sequence: starts.gradient }, { hidden: true, cell: cell.hasCellState });
    const read = (of: 'hidden' | 'cell'): Carried => {
      const total = of === 'hidden' ? pass.totalHidden() : pass.totalCell();
      const row = (sample: number, t: number): number => (sample * timesteps + t) * units;
      const curves = starts.paths.map((path, sample) => relative(Float64Array.from(path, (t) => norm(total, row(sample, t), row(sample, t) + units))));
      const lags = Math.max(...curves.map(({ length }) => length));
      const at = (lag: number): number[] => curves.flatMap((curve) => (lag < curve.length && Number.isFinite(curve[lag]) ? [curve[lag]!] : []));
      const over = (combine: (values: number[]) => number | undefined): Float64Array => Float64Array.from({ length: lags }, (_, lag) => combine(at(lag)) ?? Number.NaN);
      const curve = over((values) => (values.length === 0 ? undefined : geometricMean(values)));
      const there = new Float64Array(starts.paths.length);
      const byUnit = Array.from({ length: units }, (_, unit) => Float64Array.from({ length: lags }, (_one, lag) => {
        starts.paths.forEach((path, sample) => { there[sample] = lag < path.length ? total[row(sample, path[lag]!) + unit]! : 0; });
        return norm(there);
      }));
      return {
        of, precision, norm: curve, low: over((values) => quantile(values, 0.1)), high: over((values) => quantile(values, 0.9)),
        samples: Int32Array.from({ length: lags }, (_, lag) => at(lag).length),
        decay: fitDecay(curves, confidence),
        horizon: horizonOf(curve, share),
        unitHorizons: byUnit.map((one) => horizonOf(one, share)),
      };
    };
    return [read('hidden'), ...(cell.hasCellState ? [read('cell')] : [])];
  } finally {
    pass.free();
  }
}

/** In units of the first; nothing where that is 0. */
const relative = (norms: Float64Array): Float64Array => (norms[0]! > 0 ? norms.map((value) => value / norms[0]!) : new Float64Array());

/** Each sample's gradient where the loss last comes in, scaled to 1, and the steps from there back. */
function startsOf(replay: Replay): { readonly gradient: Float32Array | Float64Array; readonly paths: readonly (readonly number[])[] } {
  const { recurrence: { units, backwards }, input: { samples, timesteps, x }, hiddenGradient: { data } } = replay;
  const gradient = x instanceof Float64Array ? new Float64Array(samples * timesteps * units) : new Float32Array(samples * timesteps * units);
  const paths = Array.from({ length: samples }, (_, sample) => {
    const steps = stepsOf(replay, sample);
    const last = lastEntry(replay, sample, steps);
    if (last < 0) return [];
    const t = steps[last]!;
    const from = (sample * timesteps + t) * units;
    const size = norm(data, from, from + units);
    // In the order of processing.
    const to = (sample * timesteps + (backwards ? timesteps - 1 - t : t)) * units;
    if (Number.isFinite(size)) for (let unit = 0; unit < units; unit++) gradient[to + unit] = data[from + unit]! / size;
    return Number.isFinite(size) ? steps.slice(0, last + 1).reverse() : [];
  });
  return { gradient, paths };
}
