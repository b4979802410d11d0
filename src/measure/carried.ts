import type { Floats } from '../cells/floats.js';
import type { AnalysisSettings, Carried, Measured } from './analysis.js';
import { fitDecay } from './decay.js';
import { horizonOf } from './horizon.js';
import { norm } from './linear-algebra.js';
import { firstSamples, inFloat64, lastEntry, replayed, stepCost, stepsOf, type Replay } from './replay.js';
import { quantile } from './statistics.js';

/** Up to so many multiplications and additions it runs in float64, on the reference cells; */
const IN_FLOAT64 = 2e7;
/** and up to so many with all samples, on the kernels. */
const WITH_ALL = 2e10;
/** A curve goes as far back as so many samples reach, or all where there are fewer: one long sequence doesn't speak for the others. */
const REACH = 3;

/**
 * What of the gradient at one step gets how far back through the recurrence: for each sample, the norms of dL/dh_(s-k) and dL/dc_(s-k)
 * in units of those at s, where s is the last step at which the loss comes in, and L only what comes in there.
 *
 * The total gradient of a model with a loss at every step (or with a recurrent layer above, which hands gradient down at every step)
 * doesn't show its decay: fresh gradient comes in at each step and hides it. So everything that comes in before s is left out, and the
 * gradient at s alone is sent back. This is the product of Jacobians of Pascanu, Mikolov and Bengio 2013 (1211.5063) applied
 * to a real gradient; the norms |dL_T / dh_(T-k)| that Aicher, Foti and Fox 2019 (1905.07473) fit geometric decay to are the same.
 * Each sample's is scaled to 1 before it is sent, so that small losses don't underflow. Steps that are masked are passed over. Over samples
 * the median stands for all: a mean of logarithms would be 0 where one sample of many is (a rectified unit that is shut all along).
 *
 * @param replay a recurrence as a run recorded it
 * @returns why not, where the gradient is zero throughout, or not finite at some sample: then the loss isn't either
 */
export function carried(replay: Replay, settings: Pick<AnalysisSettings, 'share' | 'confidence'>): Measured<readonly Carried[]> {
  const sums = new CarriedSums(replay.input.samples, settings);
  sums.add(replay);
  return sums.carried();
}

/** What one state's gradient has come to, as far as the samples are there. */
interface StateSums {
  /** By sample, by lag: in units of the sample's first; empty where nothing reaches it. */
  readonly curves: Float64Array[];
  /** By lag, by unit: the norm over samples, (timesteps, units). */
  readonly byUnit: Float64Array;
  /** By lag: how many samples that is over. */
  readonly reaching: Int32Array;
}

/** The same of a recurrence whose samples come in parts. */
export class CarriedSums {
  private readonly states = new Map<'hidden' | 'cell', StateSums>();
  private precision: Carried['precision'] = 'float64';
  private units = 0;
  private seen = 0;
  private notFinite = 0;
  private looked = 0;
  private reads = false;

  /** @param samples how many there are in all */
  constructor(private readonly samples: number, private readonly settings: Pick<AnalysisSettings, 'share' | 'confidence'>) {}

  add(replay: Replay): void {
    const { input: { timesteps, samples }, recurrence: { units, cell } } = replay;
    const each = timesteps * stepCost(replay);
    this.precision = each * this.samples <= IN_FLOAT64 ? 'float64' : 'float32';
    this.units = units;
    const left = Math.max(1, Math.min(this.samples, Math.floor(WITH_ALL / each))) - this.seen;
    this.seen += samples;
    if (left <= 0) return;
    const chosen = firstSamples(replay, left);
    const run = this.precision === 'float64' ? inFloat64(chosen) : chosen;
    const starts = startsOf(run);
    for (const of of cell.hasCellState ? ['hidden', 'cell'] as const : ['hidden'] as const) {
      if (!this.states.has(of)) this.states.set(of, { curves: [], byUnit: new Float64Array(timesteps * units), reaching: new Int32Array(timesteps) });
    }
    this.notFinite += starts.notFinite;
    this.reads ||= starts.reads;
    this.looked += chosen.input.samples;
    if (starts.paths.every(({ length }) => length === 0)) return;
    const pass = replayed(run);
    try {
      pass.backward({ sequence: starts.gradient }, { hidden: true, cell: cell.hasCellState });
      for (const [of, sums] of this.states) gather(sums, of === 'hidden' ? pass.totalHidden() : pass.totalCell(), starts.paths, timesteps, units);
    } finally {
      pass.free();
    }
  }

  carried(): Measured<readonly Carried[]> {
    const { states, precision, units, settings: { share, confidence } } = this;
    if (this.notFinite > 0) return { why: `the gradient that comes into it is not finite at ${this.notFinite} of ${this.looked} samples` };
    if ([...states.values()].every(({ curves }) => curves.every(({ length }) => length === 0))) return { why: this.reads ? 'no gradient reaches it' : 'every step is masked' };
    return [...states].map(([of, { curves: whole, byUnit, reaching }]): Carried => {
      const lengths = whole.map(({ length }) => length).filter((length) => length > 0).sort((a, b) => b - a);
      const lags = lengths[Math.min(REACH, lengths.length) - 1] ?? 0;
      const curves = whole.map((curve) => curve.subarray(0, lags));
      const at = Array.from({ length: lags }, (_, lag) => curves.flatMap((curve) => (lag < curve.length ? [curve[lag]!] : [])));
      const over = (combine: (values: number[]) => number): Float64Array => Float64Array.from(at, combine);
      const curve = over((values) => quantile(values, 0.5));
      return {
        of, precision, norm: curve, low: over((values) => quantile(values, 0.1)), high: over((values) => quantile(values, 0.9)),
        samples: Int32Array.from(at, ({ length }) => length),
        decay: fitDecay(curves, confidence),
        horizon: horizonOf(curve, share),
        unitHorizons: Array.from({ length: units }, (_, unit) => horizonOf(Float64Array.from({ length: lags }, (_one, lag) => byUnit[lag * units + unit]! / Math.sqrt(reaching[lag]!)), share)),
      };
    });
  }
}

/** Adds samples' curves, and what their units add to the norms by unit. */
function gather({ curves, byUnit, reaching }: StateSums, total: Floats, paths: readonly (readonly number[])[], timesteps: number, units: number): void {
  paths.forEach((path, sample) => {
    curves.push(relative(Float64Array.from(path, (t, lag) => {
      const row = (sample * timesteps + t) * units;
      reaching[lag]!++;
      // hypot scales: squares of what is left far back would be 0.
      for (let unit = 0; unit < units; unit++) byUnit[lag * units + unit] = Math.hypot(byUnit[lag * units + unit]!, total[row + unit]!);
      return norm(total, row, row + units);
    })));
  });
}

/** In units of the first; nothing where that is 0. What began finite and isn't any more has overflowed, and so has all that comes of it. */
function relative(norms: Float64Array): Float64Array {
  const overflow = norms.findIndex((value) => !Number.isFinite(value));
  return norms[0]! > 0 ? norms.map((value, lag) => (overflow >= 0 && lag >= overflow ? Infinity : value / norms[0]!)) : new Float64Array();
}

interface Starts {
  readonly gradient: Float32Array | Float64Array;
  /** By sample; empty where it has no gradient to be sent. */
  readonly paths: readonly (readonly number[])[];
  /** How many samples' gradients are NaN or infinite. */
  readonly notFinite: number;
  /** Whether there is any step that isn't masked. */
  readonly reads: boolean;
}

/** Each sample's gradient where the loss last comes in, scaled to 1, and the steps from there back. */
function startsOf(replay: Replay): Starts {
  const { recurrence: { units, backwards }, input: { samples, timesteps, x }, hiddenGradient: { data } } = replay;
  const gradient = x instanceof Float64Array ? new Float64Array(samples * timesteps * units) : new Float32Array(samples * timesteps * units);
  let notFinite = 0;
  let reads = false;
  const paths = Array.from({ length: samples }, (_, sample) => {
    const steps = stepsOf(replay, sample);
    reads ||= steps.length > 0;
    const last = lastEntry(replay, sample, steps);
    if (last < 0) return [];
    const t = steps[last]!;
    const from = (sample * timesteps + t) * units;
    const size = norm(data, from, from + units);
    if (!Number.isFinite(size)) {
      notFinite++;
      return [];
    }
    // In the order of processing.
    const to = (sample * timesteps + (backwards ? timesteps - 1 - t : t)) * units;
    for (let unit = 0; unit < units; unit++) gradient[to + unit] = data[from + unit]! / size;
    return steps.slice(0, last + 1).reverse();
  });
  return { gradient, paths, notFinite, reads };
}
