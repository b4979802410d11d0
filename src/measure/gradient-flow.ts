import { asNamedArray, shapeText, type ArrayInput, type NamedArray } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { option, readOptions } from '../core/options.js';
import { norm } from './linear-algebra.js';

/** At how much of the time the gradient through time is much smaller, or larger, than where it came in. */
export interface GradientFlow {
  /** How many pairs of a sample and a timestep were compared with the sample's last step. */
  readonly compared: number;
  /** The share of them at which the gradient has vanished; null where none were compared. */
  readonly vanishing: number | null;
  /** The share of them at which it has exploded, or is not finite. */
  readonly exploding: number | null;
}

export interface GradientFlowOptions {
  /** Vanished: below this multiple of the norm at the last step; default 0.001. */
  readonly vanishingBelow?: number;
  /** Exploded: above this multiple of it; default 1000. */
  readonly explodingAbove?: number;
  /** Whether the layer reads from the end, so that timestep 0 is its last; default false. */
  readonly backwards?: boolean;
  /** (samples, timesteps), 0 at steps that don't count, since they are skipped; null, the default, where all count. */
  readonly mask?: ArrayInput | null;
}

const isShare = (v: number): boolean => v > 0 && v < 1;
const isMultiple = (v: number): boolean => v > 1 && Number.isFinite(v);
export const flowOptions = {
  vanishingBelow: option.number('vanished: below this multiple of the norm at the last step', 1e-3, isShare, 'a number between 0 and 1'),
  explodingAbove: option.number('exploded: above this multiple of it', 1e3, isMultiple, 'a number above 1'),
};

/**
 * The share of a batch's timesteps at which the gradient through time has vanished, and at which it has exploded.
 *
 * With g(t) = |dL/dh_t|, the norm over the units of a sample's total gradient by its hidden state, each timestep is compared with the
 * last one that the layer reads at which the sample's gradient is not zero: T. It has vanished at t where g(t) < 0.001 g(T), exploded
 * where g(t) > 1000 g(T) or is not finite. Where the loss comes in at T alone, g(t) / g(T) is by how much the product of Jacobians
 * dh_T/dh_t shrinks or stretches the gradient, which is how Pascanu, Mikolov and Bengio 2013 (arXiv 1211.5063, section 2) define
 * vanishing and exploding: exponentially in T - t. Where it comes in at every step, g(t) gathers from all of them and grows with T - t
 * also when nothing explodes; hence limits far from 1.
 *
 * @param gradient (samples, timesteps, units): `run.layer(id).gradient('hidden')`
 * @throws SeeRnnError where the gradient is of another rank or the mask not of its samples and timesteps; UsageError for an unknown option
 * @example
 * const run = await trace(model, x, y, { quantities: ['hidden'] });
 * gradientFlow(run.layer('lstm').gradient('hidden')).vanishing; // 0.4: at two fifths of the timesteps
 */
export function gradientFlow(gradient: ArrayInput, options: GradientFlowOptions = {}): GradientFlow {
  const { mask = null, backwards = false, ...limits } = options;
  const { vanishingBelow, explodingAbove } = readOptions('gradientFlow', flowOptions, limits as Readonly<Record<string, unknown>>);
  const counts = new FlowCounts(vanishingBelow, explodingAbove, backwards);
  counts.add(asNamedArray(gradient, 'gradient of gradientFlow'), mask === null ? null : asNamedArray(mask, 'mask of gradientFlow'));
  return counts.flow();
}

/** Counts vanished and exploded timesteps of a gradient that comes in parts. */
export class FlowCounts {
  private compared = 0;
  private vanished = 0;
  private exploded = 0;

  constructor(private readonly vanishingBelow: number, private readonly explodingAbove: number, private readonly backwards: boolean) {}

  add({ data, shape }: NamedArray, mask: NamedArray | null): void {
    if (shape.length < 3 || data.length === 0) throw new SeeRnnError(`gradientFlow: expected a gradient of shape (samples, timesteps, units), found ${shapeText(shape)}`);
    const [timesteps, units] = [shape.at(-2)!, shape.at(-1)!];
    const rows = data.length / units;
    if (mask && mask.data.length !== rows) throw new SeeRnnError(`gradientFlow: expected a mask of shape ${shapeText(shape.slice(0, -1))}, found ${shapeText(mask.shape)}`);
    for (let first = 0; first < rows; first += timesteps) {
      let last: number | null = null;
      for (let step = timesteps - 1; step >= 0; step--) {
        const row = first + (this.backwards ? timesteps - 1 - step : step);
        if (mask?.data[row] === 0) continue;
        const size = norm(data, row * units, (row + 1) * units);
        if (last === null) {
          if (size === 0) continue;
          last = size;
          if (Number.isFinite(size)) continue;
        }
        this.compared++;
        if (!Number.isFinite(size) || size > this.explodingAbove * last) this.exploded++;
        else if (Number.isFinite(last) && size < this.vanishingBelow * last) this.vanished++;
      }
    }
  }

  flow(): GradientFlow {
    const { compared } = this;
    const share = (count: number): number | null => (compared === 0 ? null : count / compared);
    return { compared, vanishing: share(this.vanished), exploding: share(this.exploded) };
  }
}
