import { shapeText, type NamedArray } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import type { Flow } from './analysis.js';
import { norm } from './linear-algebra.js';
import { quantile } from './statistics.js';

/**
 * The norm of a gradient against time: the Euclidean norm over units, for each sample and over all, and its spread over samples.
 *
 * Where the loss comes in at more than one timestep (`entries`), the norm gathers from all of them and can't be read as what is left of
 * a gradient some steps on: that is what `carried` measures. Norms are scaled, so that squares of tiny values don't underflow.
 *
 * @param gradient (samples, timesteps, units)
 * @param mask (samples, timesteps), 0 at steps that are skipped: they are NaN in the result, and left out of the norm over all and the spread;
 *   a gradient that is NaN makes the norm over all NaN, unless another is infinite, and is left out of the spread
 * @param entries at how many timesteps the loss comes in; see `addEntries`
 * @throws SeeRnnError for a gradient of another rank
 * @example
 * const run = await trace(model, x, y, { quantities: ['hidden'] });
 * flow(run.layer('lstm').gradient('hidden'), null, 1).norm[0]; // of dL/dh_0, over all samples and units
 */
export function flow(gradient: NamedArray, mask: NamedArray | null, entries: number): Flow {
  const rows = new FlowRows();
  rows.add(gradient, mask);
  return rows.flow(entries);
}

/** The same of a gradient that comes in parts. */
export class FlowRows {
  private timesteps = 0;
  /** The samples' norms by timestep, a stretch of samples after another. */
  private readonly parts: Float64Array[] = [];
  /** Timesteps at which some sample's gradient is NaN, and not for being masked. */
  private readonly nan = new Set<number>();

  add({ data, shape }: NamedArray, mask: NamedArray | null): void {
    if (shape.length !== 3) throw new SeeRnnError(`flow: expected a gradient of shape (samples, timesteps, units), found ${shapeText(shape)}`);
    const [samples, timesteps, units] = shape as [number, number, number];
    this.timesteps = timesteps;
    this.parts.push(Float64Array.from({ length: samples * timesteps }, (_, row) => {
      if (mask?.data[row] === 0) return Number.NaN;
      const size = norm(data, row * units, (row + 1) * units);
      if (Number.isNaN(size)) this.nan.add(row % timesteps);
      return size;
    }));
  }

  flow(entries: number): Flow {
    const { timesteps } = this;
    const bySample = joined(this.parts);
    const samples = bySample.length / timesteps;
    const at = (t: number): number[] => Array.from({ length: samples }, (_, sample) => bySample[sample * timesteps + t]!).filter((value) => !Number.isNaN(value));
    const over = (read: (values: number[]) => number | undefined): Float64Array => Float64Array.from({ length: timesteps }, (_, t) => read(at(t)) ?? Number.NaN);
    return {
      norm: over((values) => (values.length === 0 ? undefined : norm(values))).map((size, t) => (this.nan.has(t) && size !== Infinity ? Number.NaN : size)),
      bySample: { data: bySample, shape: [samples, timesteps], axes: ['samples', 'timesteps'] },
      median: over((values) => quantile(values, 0.5)), low: over((values) => quantile(values, 0.1)), high: over((values) => quantile(values, 0.9)),
      entries: { steps: entries, of: timesteps },
    };
  }
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** At which timesteps a gradient is not zero throughout: of the gradient by `outputs`, those at which the loss comes in. Put into `entered`. */
export function addEntries({ data, shape }: NamedArray, entered: Set<number>): void {
  const [timesteps, units] = [shape.at(-2)!, shape.at(-1)!];
  for (let row = 0; row < data.length / units && entered.size < timesteps; row++) {
    if (!entered.has(row % timesteps) && data.subarray(row * units, (row + 1) * units).some((value) => value !== 0)) entered.add(row % timesteps);
  }
}
