import type { Floats } from '../cells/floats.js';
import { sizeOf } from '../core/array.js';
import type { Tape } from './tape.js';

/** What numbers stand for: real ones, whole ones, or 0 and 1. Only real ones are differentiated. */
export type Dtype = 'float' | 'int' | 'bool';

/** What an array is but for its numbers. */
export interface Form {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
}

/**
 * An array on its way through a graph.
 *
 * Real numbers are in the precision of the run, float32 or float64; whole ones and truth values are always float64, which holds
 * whole numbers up to 2^53. One without numbers is abstract: operations on it give abstract ones of the right form, which is how the
 * shapes of a graph are found before anything runs.
 */
export class Tensor implements Form {
  /** What a softmax or sigmoid was made of, so that a loss can be taken from that: see {@link Head}. */
  head: Head | null = null;

  /**
   * @param tape follows what is computed from it, so that it can be differentiated by; null where nobody asks
   * @param slot where the tape keeps its adjoint
   */
  constructor(
    readonly numbers: Floats | null, readonly shape: readonly number[], readonly dtype: Dtype = 'float', readonly tape: Tape | null = null, readonly slot = -1,
  ) {}

  /** Its numbers, row-major. Not to be written to: others may share them. */
  get data(): Floats {
    if (this.numbers === null) throw new Error('an abstract tensor has no numbers');
    return this.numbers;
  }

  get rank(): number { return this.shape.length; }
  get size(): number { return sizeOf(this.shape); }
  get isAbstract(): boolean { return this.numbers === null; }
}

/**
 * The logits under an activation: Keras takes every cross-entropy from them where what it is of is the very tensor that its softmax or sigmoid
 * gave, also a binary one of a softmax. What is no more than a copy of that tensor, of the same shape, has no head.
 */
export interface Head {
  readonly activation: 'softmax' | 'sigmoid';
  readonly logits: Tensor;
  /** Which axes a softmax is over, counted from the front; null of a sigmoid. */
  readonly axes: readonly number[] | null;
  /** Whether only the cross-entropy of its own kind knows it: of TensorFlow's operation where Keras 2 has it as a layer. */
  readonly ownKindOnly?: boolean;
}

/** A constant: in float64, and in the precision of whatever real numbers it meets. */
export const constant = (data: readonly number[] | Floats, shape: readonly number[], dtype: Dtype = 'float'): Tensor =>
  new Tensor(Array.isArray(data) ? Float64Array.from(data as readonly number[]) : (data as Floats), shape, dtype);

export const scalar = (value: number, dtype: Dtype = 'float'): Tensor => constant([value], [], dtype);

/** A tensor that has a form, and no numbers. */
export const abstract = ({ shape, dtype }: Form): Tensor => new Tensor(null, shape, dtype);

/** The same tensor, of which nobody knows any more what it was made of. */
export const headless = (x: Tensor): Tensor => (x.head ? new Tensor(x.numbers, x.shape, x.dtype, x.tape, x.slot) : x);

/** The same numbers, as if they came from nowhere: nothing is differentiated through them. */
export const detached = ({ numbers, shape, dtype }: Tensor): Tensor => new Tensor(numbers, shape, dtype);
