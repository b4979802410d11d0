import { asNamedArray, shapeText, type ArrayInput, type NamedArray } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { readOptions, type OptionSpec } from '../core/options.js';

/** How much of the time the units of a gate are saturated. */
export interface GateSaturation {
  /** (units): the share of samples and timesteps at which the unit's gate is below the lower limit: shut, or left-saturated. NaN where all steps are masked. */
  readonly left: NamedArray;
  /** (units): the same, above the upper limit: open, or right-saturated. */
  readonly right: NamedArray;
  /** The means of both over the units. */
  readonly leftShare: number;
  readonly rightShare: number;
}

export interface SaturationOptions {
  /** The limits; default `[0.1, 0.9]`. */
  readonly saturated?: readonly [number, number];
  /** (samples, timesteps), 0 at steps that don't count, since they are skipped; null, the default, where all count. */
  readonly mask?: ArrayInput | null;
}

export const saturationOptions = {
  saturated: {
    help: 'below the first a gate is left-saturated, above the second right-saturated', form: 'two numbers, the smaller first', default: [0.1, 0.9],
    read: (value) => (Array.isArray(value) && value.length === 2 && value.every((one) => Number.isFinite(one)) && (value as number[])[0]! < (value as number[])[1]! ? (value as [number, number]) : undefined),
  } satisfies OptionSpec<readonly [number, number]>,
};

/**
 * The share of time at which each unit of a gate is saturated: below 0.1, left-saturated, or above 0.9, right-saturated, as Karpathy,
 * Johnson and Li 2015 (arXiv 1506.02078) define both. A forget gate that is nearly always right-saturated keeps its cell
 * for long; a unit whose gates are never saturated on either side is a plain mix of old and new.
 *
 * @param gate a gate after its activation, (samples, timesteps, units), as `run.layer(id).value('gates')` has them by name
 * @throws SeeRnnError where the mask is not of the gate's samples and timesteps; UsageError for an unknown option
 * @example
 * const { forget } = (await trace(model, x, null, { quantities: ['gates'] })).layer('lstm').value('gates');
 * gateSaturation(forget).right.data[0]; // the share of time at which unit 0 keeps more than 90% of its cell
 */
export function gateSaturation(gate: ArrayInput, options: SaturationOptions = {}): GateSaturation {
  const { mask = null, ...limits } = options;
  const { saturated: [low, high] } = readOptions('gateSaturation', saturationOptions, limits as Readonly<Record<string, unknown>>);
  const counts = new SaturationCounts(low, high);
  counts.add(asNamedArray(gate, 'gate of gateSaturation'), mask === null ? null : asNamedArray(mask, 'mask of gateSaturation'));
  return counts.saturation();
}

/** Counts how often each unit of a gate is saturated, where its values come in parts. */
export class SaturationCounts {
  private left = new Float64Array();
  private right = new Float64Array();
  private counted = 0;

  /** @param low below it a gate is shut; @param high above it open */
  constructor(private readonly low: number, private readonly high: number) {}

  add({ data, shape }: NamedArray, mask: NamedArray | null): void {
    const units = shape.at(-1) ?? 0;
    const rows = units === 0 ? 0 : data.length / units;
    if (rows === 0) throw new SeeRnnError(`gateSaturation: expected a gate of shape (samples, timesteps, units), found ${shapeText(shape)}`);
    if (mask && mask.data.length !== rows) throw new SeeRnnError(`gateSaturation: expected a mask of shape ${shapeText(shape.slice(0, -1))}, found ${shapeText(mask.shape)}`);
    if (this.left.length === 0) [this.left, this.right] = [new Float64Array(units), new Float64Array(units)];
    const { left, right, low, high } = this;
    for (let row = 0; row < rows; row++) {
      if (mask?.data[row] === 0) continue;
      this.counted++;
      for (let unit = 0, at = row * units; unit < units; unit++) {
        const value = data[at + unit]!;
        if (value < low) left[unit]!++;
        else if (value > high) right[unit]!++;
      }
    }
  }

  saturation(): GateSaturation {
    const shares = (counts: Float64Array): Float64Array => counts.map((count) => count / this.counted);
    const [left, right] = [shares(this.left), shares(this.right)];
    const units = left.length;
    const mean = (all: Float64Array): number => all.reduce((sum, share) => sum + share, 0) / units;
    return { left: { data: left, shape: [units], axes: ['units'] }, right: { data: right, shape: [units], axes: ['units'] }, leftShare: mean(left), rightShare: mean(right) };
  }
}
