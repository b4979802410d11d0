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
interface Block {
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

/** By weight: the Frobenius norm of every step's term, (steps). */
export type StepNorms = Partial<Record<WeightName, Float64Array>>;

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

/**
 * The norm of every step's term, of all samples.
 *
 * ||A^T B||^2 is also the sum of the elements of (A A^T) * (B B^T), two matrices of (samples, samples): that way no matrix of
 * the weights' size is made, and with few samples there is less to multiply: samples (width + columns) / 2 for each sample, where
 * the term itself takes width x columns. The cheaper one is taken. What it costs: where the samples' parts of a term cancel, the
 * norm is good to 1e-8 of what it would be without that, not to 1e-16.
 *
 * In float64 nothing needs scaling: the fourth power of the smallest float32 is 1e-180, of the largest 1e154.
 */
export function termNorms(factors: StepFactors): StepNorms {
  const { samples, steps, units, blocks } = factors;
  const squares: StepNorms = {};
  for (const { weight } of blocks) squares[weight] ??= new Float64Array(steps);
  const term = new Float64Array(Math.max(...blocks.map((block) => termSize(block, units))));
  for (let step = 0; step < steps; step++) {
    const grams = new Map<object, Float64Array>();
    const gramOf = (key: object, arrays: readonly Floats[], width: number): Float64Array => {
      const known = grams.get(key) ?? gram(arrays, width, step, factors);
      grams.set(key, known);
      return known;
    };
    for (const block of blocks) {
      const { weight, factor, adjoints } = block;
      const columns = adjoints.length * units;
      let square = 0;
      if (factor.values && (samples + 1) * (factor.width + columns) < 2 * factor.width * columns) {
        const [a, b] = [gramOf(factor, [factor.values], factor.width), gramOf(adjoints, adjoints, units)];
        for (let n = 0; n < a.length; n++) square += a[n]! * b[n]!;
      } else {
        const size = termSize(block, units);
        term.fill(0, 0, size);
        addTerm(term, 0, block, step, factors);
        for (let n = 0; n < size; n++) square += term[n]! * term[n]!;
      }
      // Rounding may leave less than nothing of a sum that cancels.
      squares[weight]![step]! += Math.max(0, square);
    }
  }
  return rooted(squares);
}

const rooted = (squares: StepNorms): StepNorms => Object.fromEntries(Object.entries(squares).map(([weight, all]) => [weight, all.map(Math.sqrt)]));

const termSize = ({ factor, adjoints }: Block, units: number): number => factor.width * adjoints.length * units;

/** X X^T over a step's rows: (samples, samples). Only the upper half, the rest of it doubled into that. */
function gram(arrays: readonly Floats[], width: number, step: number, { samples, steps }: StepFactors): Float64Array {
  const out = new Float64Array(samples * samples);
  const row = (sample: number): number => (sample * steps + step) * width;
  for (const values of arrays) {
    for (let i = 0; i < samples; i++) {
      for (let j = i; j < samples; j++) {
        let sum = 0;
        for (let n = 0, a = row(i), b = row(j); n < width; n++) sum += values[a + n]! * values[b + n]!;
        out[i * samples + j]! += sum;
      }
    }
  }
  // Both matrices of a product have it: the elements off the diagonal count twice.
  for (let i = 0; i < samples; i++) for (let j = i + 1; j < samples; j++) out[i * samples + j]! *= Math.SQRT2;
  return out;
}

/** Adds a step's term to a matrix, (width, columns), at an offset. */
function addTerm(to: Float64Array, at: number, { factor: { values, width }, adjoints }: Block, step: number, { samples, steps, units }: StepFactors): void {
  const columns = adjoints.length * units;
  adjoints.forEach((adjoint, k) => {
    for (let sample = 0; sample < samples; sample += 2) {
      // Two samples at a time: half the reading and writing of the term.
      const row = sample * steps + step;
      const last = sample + 1 === samples;
      const next = last ? row : row + steps;
      for (let i = 0; i < width; i++) {
        const a = values ? values[row * width + i]! : 1;
        const b = last ? 0 : values ? values[next * width + i]! : 1;
        addTwo(to, at + i * columns + k * units, adjoint, row * units, a, next * units, b, units);
      }
    }
  });
}

/** The innermost loop, by itself so that it is compiled for its types alone. */
function addTwo(to: Float64Array, at: number, from: Floats, first: number, a: number, second: number, b: number, count: number): void {
  for (let n = 0; n < count; n++) to[at + n]! += a * from[first + n]! + b * from[second + n]!;
}

/** Terms that come in parts, each of some of the samples: the norm of a sum is known only when all of it is there. */
export class TermSums {
  private sums: { readonly weight: WeightName; readonly size: number; readonly terms: Float64Array }[] | null = null;

  /** Bytes that are kept for factors like these. */
  static bytes({ steps, units, blocks }: StepFactors): number { return 8 * steps * blocks.reduce((sum, block) => sum + termSize(block, units), 0); }

  add(factors: StepFactors): void {
    const { steps, units, blocks } = factors;
    this.sums ??= blocks.map((block) => ({ weight: block.weight, size: termSize(block, units), terms: new Float64Array(steps * termSize(block, units)) }));
    blocks.forEach((block, i) => {
      const { size, terms } = this.sums![i]!;
      for (let step = 0; step < steps; step++) addTerm(terms, step * size, block, step, factors);
    });
  }

  norms(): StepNorms {
    const squares: StepNorms = {};
    for (const { weight, size, terms } of this.sums ?? []) {
      const all = (squares[weight] ??= new Float64Array(terms.length / size));
      for (let n = 0; n < terms.length; n++) all[Math.floor(n / size)]! += terms[n]! * terms[n]!;
    }
    return rooted(squares);
  }
}
