import type { NamedArray } from '../core/array.js';
import type { Predicted } from './loss-of-predictions.js';

/**
 * Where each sample of a model's outputs ends: at the last timestep or, where an output is masked, at the last that isn't. Arrays are
 * moved along, sample by sample, so that these are the last of all; what is moved out at the end comes in at the start.
 */
export class LastSteps {
  /** By output, how far each sample is moved, and -1 for one without a step; null for an output that has no such timesteps. */
  private readonly moves: readonly (Int32Array | null)[];

  /** @param predicted with `timesteps`, or without any: (samples, ...) */
  constructor({ predictions, masks }: Predicted, private readonly timesteps: number) {
    this.moves = predictions.map(({ shape }, i) => {
      if (shape.length < 3 || shape[1] !== timesteps) return null;
      return Int32Array.from({ length: shape[0]! }, (_, sample) => {
        const steps = masks[i]?.data.subarray(sample * timesteps, (sample + 1) * timesteps);
        const last = steps ? steps.findLastIndex((step) => step !== 0) : timesteps - 1;
        return last < 0 ? -1 : timesteps - 1 - last;
      });
    });
  }

  /** Whether any output has these timesteps. */
  get some(): boolean { return this.moves.some((moves) => moves !== null); }

  hasSteps(output: number): boolean { return this.moves[output] !== null; }

  /** Whether a sample of an output has a step at all. */
  hasStep(output: number, sample: number): boolean { return this.moves[output]![sample]! >= 0; }

  /** An array of one output, (samples, timesteps, ...), moved; any other as it is. */
  moved(output: number, array: NamedArray): NamedArray {
    const { data, shape } = array;
    const moves = this.moves[output];
    if (!moves?.some((move) => move > 0) || shape[0] !== moves.length || shape[1] !== this.timesteps) return array;
    const out = data.slice();
    const sample = data.length / moves.length;
    const step = sample / this.timesteps;
    moves.forEach((move, i) => {
      if (move <= 0) return;
      const [from, to, cut] = [i * sample, (i + 1) * sample, (i + 1) * sample - move * step];
      out.set(data.subarray(from, cut), from + move * step);
      out.set(data.subarray(cut, to), from);
    });
    return { ...array, data: out };
  }

  /** What a model says, moved. Masks of steps have done their part. */
  predicted({ predictions, masks }: Predicted): Predicted {
    return { predictions: predictions.map((one, i) => this.moved(i, one)), masks: masks.map((one, i) => (this.hasSteps(i) ? null : one)) };
  }
}
