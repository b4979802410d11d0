import { asNamedArray, type ArrayInput, type NamedArray } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { option, readOptions } from '../core/options.js';

/** Which units of a layer are dead. */
export interface DeadUnits {
  readonly units: number;
  /** Their indices. */
  readonly dead: readonly number[];
  /** dead / units */
  readonly share: number;
}

export const deadOptions = {
  deadBelow: option.number('magnitude that a dead unit never exceeds', 1e-6, (v) => v >= 0 && Number.isFinite(v), 'a number of at least 0'),
};

/**
 * The units that are never active over a batch: those of which no value, at any sample and timestep, is larger in magnitude than
 * `deadBelow`. Where all inputs leave a rectified unit at 0 its weights get no gradient either, and it stays so: the "dying ReLU" (Maas,
 * Hannun and Ng 2013; Lu, Shin, Su and Karniadakis 2019, arXiv 1903.06733, who call a unit dead that is 0 for every input). A batch is
 * only some of all inputs, so that the share found falls with its size. A unit with a NaN is not dead.
 *
 * @param activations (..., units): what a layer returns, or a recurrent layer's hidden states
 * @param options `deadBelow`, default 1e-6; 0 asks for exact zeros
 * @throws SeeRnnError for an array without units; UsageError for an unknown option
 * @example
 * deadUnits([[0, 0.5], [0, -0.1]]); // { units: 2, dead: [0], share: 0.5 }
 */
export function deadUnits(activations: ArrayInput, options: { readonly deadBelow?: number } = {}): DeadUnits {
  const { deadBelow } = readOptions('deadUnits', deadOptions, options as Readonly<Record<string, unknown>>);
  const active = new ActiveUnits(deadBelow);
  active.add(asNamedArray(activations, 'activations of deadUnits'));
  return active.dead();
}

/** Which units are ever active, of activations that come in parts. */
export class ActiveUnits {
  private active = new Uint8Array();
  private left = -1;

  /** @param deadBelow the magnitude that a dead unit never exceeds */
  constructor(private readonly deadBelow: number) {}

  /** Whether there is a unit that was never active yet. */
  get someDead(): boolean { return this.left !== 0; }

  add({ data, shape }: NamedArray): void {
    const units = shape.at(-1) ?? 0;
    if (data.length === 0) throw new SeeRnnError('deadUnits: expected activations of shape (..., units), found none');
    if (this.left < 0) [this.active, this.left] = [new Uint8Array(units), units];
    for (let row = 0; row < data.length && this.left > 0; row += units) {
      for (let unit = 0; unit < units; unit++) {
        // Not `> deadBelow`: a NaN counts as active.
        if (this.active[unit] === 1 || Math.abs(data[row + unit]!) <= this.deadBelow) continue;
        this.active[unit] = 1;
        this.left--;
      }
    }
  }

  dead(): DeadUnits {
    const dead = [...this.active.keys()].filter((unit) => this.active[unit] === 0);
    return { units: this.active.length, dead, share: dead.length / this.active.length };
  }
}
