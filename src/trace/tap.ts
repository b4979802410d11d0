import { shapeText, type NamedArray, type Numbers } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import type { Tape } from '../graph/tape.js';
import type { Tensor } from '../graph/tensor.js';
import { folded } from '../model/axes.js';
import { Joined } from '../model/joined.js';
import { numbersOf } from '../model/numbers.js';
import type { Part } from '../model/parts.js';

/** How a tensor goes through a {@link Tap}. */
export interface TapContext {
  /** Which samples are on their way; null for all. */
  readonly part: Part | null;
  /** How many rows of the tensor are one sample's: of a layer that is called with every timestep as a sample. */
  readonly fold: number;
  /** Whether the values are recorded beside the gradient by them. */
  readonly values: boolean;
  /** Follows the tensor, so that the gradient by it is heard of; null where there is no way back. */
  readonly tape: Tape | null;
  /** Arrays that belong to the caller. */
  readonly theirs: ReadonlySet<unknown>;
  /** Hears that the way back has come by. */
  readonly reached?: () => void;
}

/**
 * A place that a tensor goes through, pass after pass: it goes on unchanged, and on the way back the gradient by it, complete
 * by then, is kept.
 */
export class Tap {
  private shape: readonly number[] = [];
  private names: readonly string[] = [];
  private readonly values = new Joined();
  private readonly gradients = new Joined();

  /** @param axes names the axes of a tensor of so many */
  constructor(private readonly what: string, private readonly axes: (rank: number) => readonly string[]) {}

  pass(tensor: Tensor, { part, fold, values, tape, theirs, reached }: TapContext): Tensor {
    const { shape } = tensor;
    const [rows, ...rest] = shape;
    const isFolded = fold > 1 && rows !== undefined && rows % fold === 0;
    const own = isFolded ? [rows / fold, fold, ...rest] : shape;
    this.names = isFolded ? folded(this.axes(shape.length)) : this.axes(shape.length);
    this.shape = part ? this.shapeOfAll(own, part) : own;
    if (values) this.values.add(numbersOf(tensor, theirs), own, part);
    if (tape === null || tensor.dtype !== 'float') return tensor;
    return tape.tap(tensor, (adjoint) => {
      this.gradients.add(adjoint, own, part);
      reached?.();
    });
  }

  private shapeOfAll(shape: readonly number[], { from, to, of }: Part): number[] {
    if (shape[0] === to - from) return shape.with(0, of);
    throw new SeeRnnError(`the batch cannot run in parts (option batchSize): ${this.what} has shape ${shapeText(shape)} for ${to - from} samples`);
  }

  get record(): PassingRecord {
    const { shape, names } = this;
    const named = (data: Numbers | null): NamedArray | null => data && { data, shape: [...shape], axes: [...names] };
    return { shape, axes: names, value: named(this.values.whole), gradient: named(this.gradients.whole) };
  }
}

/** What was recorded of a tensor that a layer gave or read, of all samples. */
export interface PassingRecord {
  readonly shape: readonly number[];
  readonly axes: readonly string[];
  /** Null where values were not asked for. */
  readonly value: NamedArray | null;
  /** Null where no path leads from it to the loss, or no backward pass was made. */
  readonly gradient: NamedArray | null;
}
