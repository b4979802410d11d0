import { mean, quantile } from 'd3-array';
import { shapeText, type NamedArray } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import type { GateMeasure } from './analysis.js';
import { gateSaturation } from './saturation.js';

/** Where values of an activation lie, by its name; others have no ends at which they could saturate on both sides. */
const ranges: Readonly<Record<string, 'sigmoid' | 'tanh'>> = { sigmoid: 'sigmoid', hardSigmoid: 'sigmoid', hardSigmoidKeras3: 'sigmoid', tanh: 'tanh', hardTanh: 'tanh', softsign: 'tanh' };

/** The gates that say how much of the state stays: LSTM c = f c' + ..., GRU h = z h' + ... */
const KEEPS: ReadonlySet<string> = new Set(['forget', 'update']);

/**
 * How a gate behaves: its mean, the share of time at which it is saturated and, of the gate that keeps the state, the time constant.
 *
 * - Saturation: below 0.1 and above 0.9 (Karpathy, Johnson and Li 2015, 1506.02078, section 4.3); of a tanh below -0.9 and above 0.9.
 * - Time constant: with a constant forget gate f a cell's memory decays as f^k = e^(-k / T), so T = -1 / ln f steps; f is the mean over
 *   samples and steps (Mahto, Vo, Turek and Huth 2021, 2009.12727; Tallec and Ollivier 2018, 1804.11188, take 1 / (1 - f), which is the
 *   same to half a step). What comes back through the recurrent weights is not in it.
 *
 * @param gate after its activation, (samples, timesteps, units)
 * @param activation its name, as TF.js has it
 * @param mask (samples, timesteps), 0 at steps that are skipped; null where none is
 * @throws SeeRnnError for a gate of another rank
 * @example
 * const forget = run.layer('lstm').value('gates').forget;
 * gateMeasure('forget', forget, 'sigmoid', null).timeConstant; // in steps, by unit
 */
export function gateMeasure(name: string, gate: NamedArray, activation: string, mask: NamedArray | null): GateMeasure {
  const { data, shape } = gate;
  if (shape.length !== 3) throw new SeeRnnError(`gateMeasure: expected a gate of shape (samples, timesteps, units), found ${shapeText(shape)}`);
  const [samples, timesteps, units] = shape as [number, number, number];
  const range = ranges[activation] ?? null;
  const sums = new Float64Array(timesteps * units);
  const counts = new Float64Array(timesteps);
  for (let sample = 0; sample < samples; sample++) {
    for (let t = 0; t < timesteps; t++) {
      const row = sample * timesteps + t;
      if (mask?.data[row] === 0) continue;
      counts[t]!++;
      for (let unit = 0; unit < units; unit++) sums[t * units + unit]! += data[row * units + unit]!;
    }
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  const means = Float64Array.from({ length: units }, (_, unit) => counts.reduce((sum, _count, t) => sum + sums[t * units + unit]!, 0) / total);
  const at = (t: number): Float64Array => sums.subarray(t * units, (t + 1) * units).map((sum) => sum / counts[t]!);
  const over = (read: (values: Float64Array) => number | undefined): Float64Array => Float64Array.from({ length: timesteps }, (_, t) => read(at(t)) ?? Number.NaN);
  const saturated = range && gateSaturation(gate, { saturated: range === 'tanh' ? [-0.9, 0.9] : [0.1, 0.9], mask });
  const none = new Float64Array(units).fill(Number.NaN);
  return {
    gate: name, range, mean: means,
    low: saturated ? Float64Array.from(saturated.left.data) : none, high: saturated ? Float64Array.from(saturated.right.data) : none,
    timeConstant: KEEPS.has(name) && range === 'sigmoid' ? means.map((f) => -1 / Math.log(f)) : null,
    overTime: { mean: over((values) => mean(values)), low: over((values) => quantile(values, 0.1)), high: over((values) => quantile(values, 0.9)) },
  };
}
