import { kernelsAvailable } from '../kernels/product.js';
import type { Floats } from './floats.js';
import { addTransposed } from './product.js';
import { termSize, type Block, type StepFactors, type WeightName } from './step-terms.js';

/** By weight: the Frobenius norm of every step's term, (steps). */
export type StepNorms = Partial<Record<WeightName, Float64Array>>;

/**
 * The norm of every step's term, of all samples, whichever way is cheaper for each block:
 *
 * - by the matrices A A^T and B B^T of (samples, samples): ||A^T B||^2 is the sum of the elements of their product element by element.
 *   No matrix of the weights' size is made, and with few samples there is little to multiply. In float64; where the samples' parts of a
 *   term cancel, the norm is good to 1e-8 of what it would be without that;
 * - by the term itself, on the kernels, in float32 and scaled so that nothing under- or overflows; its norm in float64. It is good to some
 *   1e-7 of what it would be without cancelling, that is no worse than the float32 adjoints which it is made of;
 * - without kernels, or in float64: by the term itself in plain loops.
 *
 * In float64 nothing needs scaling: the fourth power of the smallest float32 is 1e-180, of the largest 1e154.
 */
export function termNorms(factors: StepFactors): StepNorms {
  const { steps, units, blocks } = factors;
  const squares: StepNorms = {};
  for (const { weight } of blocks) squares[weight] ??= new Float64Array(steps);
  const terms = new Terms(factors);
  for (let step = 0; step < steps; step++) {
    const grams = new Map<object, Float64Array>();
    const gramOf = (key: object, arrays: readonly Floats[], width: number): Float64Array => {
      const known = grams.get(key) ?? gram(arrays, width, step, factors);
      grams.set(key, known);
      return known;
    };
    for (const block of blocks) {
      const { weight, factor, adjoints } = block;
      let square = 0;
      if (factor.values && byGrams(block, factors)) {
        const [a, b] = [gramOf(factor, [factor.values], factor.width), gramOf(adjoints, adjoints, units)];
        for (let n = 0; n < a.length; n++) square += a[n]! * b[n]!;
      } else {
        const { values, size, scale } = terms.at(block, step);
        for (let n = 0; n < size; n++) square += values[n]! * values[n]!;
        square *= scale * scale;
      }
      // Rounding may leave less than nothing of a sum that cancels.
      squares[weight]![step]! += Math.max(0, square);
    }
  }
  return rooted(squares);
}

/** How many multiplications the kernels do in the time of one in plain loops; and how long it takes to set one number of a term to 0, read and square it. */
const KERNELS = { faster: 12, each: 4 };

/** Whether a term's norm is quicker to come by from (samples, samples) matrices than from the term. */
function byGrams(block: Block, { samples, units }: StepFactors): boolean {
  const { factor: { width }, adjoints } = block;
  const size = width * adjoints.length * units;
  const own = onKernels(block) ? size * (samples / KERNELS.faster + KERNELS.each) : size * samples;
  return ((samples + 1) * samples * (width + adjoints.length * units)) / 2 < own;
}

const onKernels = ({ factor: { values }, adjoints }: Block): boolean =>
  values instanceof Float32Array && adjoints.every((adjoint) => adjoint instanceof Float32Array) && kernelsAvailable();

/** Makes single terms, one after another in the same place. */
class Terms {
  private readonly exact: Float64Array;
  private readonly single: Float32Array;
  private readonly rows: { readonly a: Float32Array; readonly b: Float32Array };

  constructor(private readonly factors: StepFactors) {
    const { samples, units, blocks } = factors;
    const most = (of: (block: Block) => number): number => Math.max(0, ...blocks.map(of));
    this.single = new Float32Array(most((block) => (onKernels(block) ? termSize(block, units) : 0)));
    this.exact = new Float64Array(most((block) => (onKernels(block) ? 0 : termSize(block, units))));
    this.rows = { a: new Float32Array(samples * most(({ factor }) => factor.width)), b: new Float32Array(samples * most(({ adjoints }) => adjoints.length * units)) };
  }

  /** A block's term of a step is the first `size` of `values`, times `scale`. Until the next is asked for. */
  at(block: Block, step: number): { readonly values: Floats; readonly size: number; readonly scale: number } {
    const { samples, units } = this.factors;
    const { factor, adjoints } = block;
    const size = termSize(block, units);
    if (!onKernels(block)) {
      this.exact.fill(0, 0, size);
      addTerm(this.exact, 0, block, step, this.factors);
      return { values: this.exact, size, scale: 1 };
    }
    const columns = adjoints.length * units;
    const a = this.gathered(this.rows.a, [factor.values!], factor.width, step);
    const b = this.gathered(this.rows.b, adjoints, units, step);
    const values = this.single.subarray(0, size);
    values.fill(0);
    if (a.scale > 0 && b.scale > 0) addTransposed(values, this.rows.a.subarray(0, samples * factor.width), this.rows.b.subarray(0, samples * columns), samples, factor.width, columns);
    return { values, size, scale: a.scale * b.scale };
  }

  /** A step's rows of some arrays, side by side, divided by a power of two that brings the largest to about 1; 0 where all are 0. */
  private gathered(to: Float32Array, arrays: readonly Floats[], width: number, step: number): { readonly scale: number } {
    const { samples, steps } = this.factors;
    let [largest, nan] = [0, false];
    arrays.forEach((values, k) => {
      for (let sample = 0; sample < samples; sample++) {
        const from = (sample * steps + step) * width;
        const at = (sample * arrays.length + k) * width;
        for (let n = 0; n < width; n++) {
          const value = values[from + n]!;
          to[at + n] = value;
          if (Math.abs(value) > largest) largest = Math.abs(value);
          else if (Number.isNaN(value)) nan = true;
        }
      }
    });
    const scale = nan || largest === Infinity ? 1 : largest === 0 ? 0 : 2 ** Math.floor(Math.log2(largest));
    if (scale > 0 && scale !== 1) for (let n = 0; n < samples * arrays.length * width; n++) to[n]! /= scale;
    return { scale };
  }
}

const rooted = (squares: StepNorms): StepNorms => Object.fromEntries(Object.entries(squares).map(([weight, all]) => [weight, all.map(Math.sqrt)]));

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
    const single = new Terms(factors);
    blocks.forEach((block, i) => {
      const { size, terms } = this.sums![i]!;
      for (let step = 0; step < steps; step++) {
        if (!onKernels(block)) {
          addTerm(terms, step * size, block, step, factors);
          continue;
        }
        const { values, scale } = single.at(block, step);
        for (let n = 0, at = step * size; n < size; n++) terms[at + n]! += scale * values[n]!;
      }
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
