import { zerosLike, type Floats } from './floats.js';
import type { RecurrentPass } from './run.js';
import type { Recurrence } from './sequence.js';

/**
 * The terms of dL/dW = sum over steps: what each step's use of the weights adds to their gradient, told by its norm.
 *
 * A step's term is a sum over samples of outer products: A^T B, with the factors A (samples, width): the inputs, the state
 * before the step, or ones for a bias; and the adjoints B (samples, gates x units).
 */

/** The weights' names, as Keras has them. */
export type WeightName = 'kernel' | 'recurrent_kernel' | 'bias';

/** Columns of a weight that are multiplied with the same factor. Arrays are (samples, steps, width). */
export interface Block {
  readonly weight: WeightName;
  readonly factor: Factor;
  readonly adjoints: readonly Floats[];
}

/** `values` are null where they are all 1. */
interface Factor { readonly values: Floats | null; readonly width: number }

/** What the terms are made of. */
export interface StepFactors {
  readonly samples: number;
  readonly steps: number;
  readonly units: number;
  readonly blocks: readonly Block[];
}

/** What a pass was called with; see {@link SequenceInput}. */
export interface Called {
  readonly samples: number;
  readonly timesteps: number;
  readonly features: number;
  readonly x: Floats;
  readonly initialHidden?: Floats | undefined;
  readonly recurrentDropout?: Floats | undefined;
  readonly hasBias: boolean;
}

/**
 * Reads the factors of a pass that has gone backwards.
 *
 * @param adjoints of the gates, by name, as the pass gives them
 */
export function stepFactors(recurrence: Recurrence, pass: RecurrentPass, called: Called, adjoints: Readonly<Record<string, Floats>>): StepFactors {
  const { samples, timesteps: steps, features, x, hasBias } = called;
  const { cell, units, resetAfter } = recurrence;
  const own = Object.values(adjoints);
  const inputs: Factor = { values: x, width: features };
  const state: Factor = { values: statesBefore(recurrence, pass.hidden(), called), width: units };
  const ones: Factor = { values: null, width: 1 };
  const blocks: Block[] = [{ weight: 'kernel', factor: inputs, adjoints: own }];
  // By a GRU's recurrent weights of the new gate, see `gru.ts`: q is their product with resetAfter, and their factor without.
  const apart = cell.kind === 'GRU' ? pass.gateAdjoint('q') : null;
  const others = apart ? [adjoints['update']!, adjoints['reset']!] : own;
  const recurrent = apart && resetAfter ? [...others, apart] : others;
  blocks.push({ weight: 'recurrent_kernel', factor: state, adjoints: recurrent });
  if (apart && !resetAfter) blocks.push({ weight: 'recurrent_kernel', factor: { values: apart, width: units }, adjoints: [adjoints['new']!] });
  if (hasBias) blocks.push({ weight: 'bias', factor: ones, adjoints: own });
  if (hasBias && resetAfter) blocks.push({ weight: 'bias', factor: ones, adjoints: recurrent });
  return { samples, steps, units, blocks };
}

/** The hidden state as every step sees it, time in input order. */
function statesBefore({ units, backwards }: Recurrence, hidden: Floats, { samples, timesteps: steps, initialHidden, recurrentDropout }: Called): Floats {
  const before = zerosLike(hidden, hidden.length);
  const length = steps * units;
  for (let sample = 0; sample < samples; sample++) {
    const from = sample * length;
    const after = hidden.subarray(from, from + length);
    if (backwards) before.set(after.subarray(units), from);
    else before.set(after.subarray(0, length - units), from + units);
    if (initialHidden) before.set(initialHidden.subarray(sample * units, (sample + 1) * units), from + (backwards ? length - units : 0));
    if (!recurrentDropout) continue;
    for (let n = 0; n < length; n++) before[from + n] *= recurrentDropout[sample * units + n % units];
  }
  return before;
}

/** How many numbers a block's term has. */
export const termSize = ({ factor, adjoints }: Block, units: number): number => factor.width * adjoints.length * units;
