import { asNamedArray, shapeText, type ArrayInput, type NamedArray } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { readOptions, type OptionSpec } from '../core/options.js';

/** How much of the time the units of a gate are saturated. */
export interface GateSaturation {
  /** (units): the share of samples and timesteps at which the unit's gate is below the lower limit: shut, or left-saturated. */
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
 * Johnson and Li 2015 (arXiv 1506.02078, section 4.3) define both. A forget gate that is nearly always right-saturated keeps its cell
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
  const { data, shape } = asNamedArray(gate, 'gate of gateSaturation');
  const units = shape.at(-1) ?? 0;
  const rows = units === 0 ? 0 : data.length / units;
  if (rows === 0) throw new SeeRnnError(`gateSaturation: expected a gate of shape (samples, timesteps, units), found ${shapeText(shape)}`);
  const steps = mask === null ? null : asNamedArray(mask, 'mask of gateSaturation');
  if (steps && steps.data.length !== rows) throw new SeeRnnError(`gateSaturation: expected a mask of shape ${shapeText(shape.slice(0, -1))}, found ${shapeText(steps.shape)}`);
  const [left, right] = [new Float64Array(units), new Float64Array(units)];
  let counted = 0;
  for (let row = 0; row < rows; row++) {
    if (steps?.data[row] === 0) continue;
    counted++;
    for (let unit = 0; unit < units; unit++) {
      const value = data[row * units + unit]!;
      if (value < low) left[unit]!++;
      else if (value > high) right[unit]!++;
    }
  }
  for (let unit = 0; unit < units && counted > 0; unit++) {
    left[unit]! /= counted;
    right[unit]! /= counted;
  }
  const mean = (shares: Float64Array): number => shares.reduce((sum, share) => sum + share, 0) / units;
  return { left: { data: left, shape: [units], axes: ['units'] }, right: { data: right, shape: [units], axes: ['units'] }, leftShare: mean(left), rightShare: mean(right) };
}
