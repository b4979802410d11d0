import { mean, quantile } from 'd3-array';
import { shapeText, type NamedArray } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import type { GateMeasure } from './analysis.js';
import { SaturationCounts } from './saturation.js';

/** Where values of an activation lie, by its name; others have no ends at which they could saturate on both sides. */
const ranges: Readonly<Record<string, 'sigmoid' | 'tanh'>> = { sigmoid: 'sigmoid', hardSigmoid: 'sigmoid', hardSigmoidKeras3: 'sigmoid', tanh: 'tanh', hardTanh: 'tanh', softsign: 'tanh' };

/** The gates that say how much of the state stays: LSTM c = f c' + ..., GRU h = z h' + ... */
const KEEPS: ReadonlySet<string> = new Set(['forget', 'update']);

/**
 * How a gate behaves: its mean, the share of time at which it is saturated and, of the gate that keeps the state, the time constant.
 *
 * - Saturation: below 0.1 and above 0.9 (Karpathy, Johnson and Li 2015, 1506.02078); of a tanh below -0.9 and above 0.9.
 * - Time constant: with a constant forget gate f a cell's memory decays as f^k = e^(-k / T), so T = -1 / ln f steps, Infinity where f is 1;
 *   f is the mean over samples and steps (Mahto, Vo, Turek and Huth 2021, 2009.12727). Tallec and Ollivier 2018, 1804.11188, take
 *   1 / (1 - f), which is longer: by half a step where f is near 1, by a whole one where it is near 0. What comes back through the
 *   recurrent weights is not in it.
 *
 * @param gate after its activation, (samples, timesteps, units)
 * @param activation its name, as `cells/activations.ts` has it
 * @param mask (samples, timesteps), 0 at steps that are skipped; null where none is
 * @throws SeeRnnError for a gate of another rank
 * @example
 * const forget = run.layer('lstm').value('gates').forget;
 * gateMeasure('forget', forget, 'sigmoid', null).timeConstant; // in steps, by unit
 */
export function gateMeasure(name: string, gate: NamedArray, activation: string, mask: NamedArray | null): GateMeasure {
  const sums = new GateSums(name, activation);
  sums.add(gate, mask);
  return sums.measure();
}

/** Of one that never shuts -1 / ln f would be -Infinity: zero has a sign. Sums of float32 may come out above 1 by rounding. */
const timeConstant = (f: number): number => (f >= 1 ? Infinity : -1 / Math.log(f));

/** The same of a gate whose values come in parts. */
export class GateSums {
  private readonly range: 'sigmoid' | 'tanh' | null;
  private readonly saturated: SaturationCounts;
  /** (timesteps, units), and by timestep how many samples. */
  private sums = new Float64Array();
  private counts = new Float64Array();

  /** @param activation its name, as `cells/activations.ts` has it */
  constructor(private readonly name: string, activation: string) {
    this.range = ranges[activation] ?? null;
    this.saturated = new SaturationCounts(this.range === 'tanh' ? -0.9 : 0.1, 0.9);
  }

  add(gate: NamedArray, mask: NamedArray | null): void {
    const { data, shape } = gate;
    if (shape.length !== 3) throw new SeeRnnError(`gateMeasure: expected a gate of shape (samples, timesteps, units), found ${shapeText(shape)}`);
    const [samples, timesteps, units] = shape as [number, number, number];
    if (this.counts.length === 0) [this.sums, this.counts] = [new Float64Array(timesteps * units), new Float64Array(timesteps)];
    const { sums, counts } = this;
    for (let row = 0; row < samples * timesteps; row++) {
      if (mask?.data[row] === 0) continue;
      const t = row % timesteps;
      counts[t]!++;
      for (let unit = 0, to = t * units, from = row * units; unit < units; unit++) sums[to + unit]! += data[from + unit]!;
    }
    if (this.range) this.saturated.add(gate, mask);
  }

  measure(): GateMeasure {
    const { name, range, sums, counts } = this;
    const timesteps = counts.length;
    const units = sums.length / timesteps;
    const total = counts.reduce((sum, count) => sum + count, 0);
    const means = new Float64Array(units);
    sums.forEach((sum, n) => { means[n % units]! += sum; });
    for (let unit = 0; unit < units; unit++) means[unit]! /= total;
    const at = (t: number): Float64Array => sums.subarray(t * units, (t + 1) * units).map((sum) => sum / counts[t]!);
    const over = (read: (values: Float64Array) => number | undefined): Float64Array => Float64Array.from({ length: timesteps }, (_, t) => read(at(t)) ?? Number.NaN);
    const shares = range && this.saturated.saturation();
    const none = new Float64Array(units).fill(Number.NaN);
    return {
      gate: name, range, mean: means,
      low: shares ? Float64Array.from(shares.left.data) : none, high: shares ? Float64Array.from(shares.right.data) : none,
      timeConstant: KEEPS.has(name) && range === 'sigmoid' ? means.map(timeConstant) : null,
      overTime: { mean: over((values) => mean(values)), low: over((values) => quantile(values, 0.1)), high: over((values) => quantile(values, 0.9)) },
    };
  }
}
