import type { Floats } from '../cells/floats.js';
import { sizeOf } from '../core/array.js';
import type { Tensor } from './tensor.js';

/** What a weight, or a layer's output, is penalised with. */
export interface Penalty {
  /** l1 x the sum of magnitudes. */
  readonly l1: number;
  /** l2 x the sum of squares. */
  readonly l2: number;
  /** Keras's OrthogonalRegularizer; null where it is none. */
  readonly orthogonal: { readonly factor: number; readonly mode: 'rows' | 'columns' } | null;
  /** What else it is, by its name; null where all of it is known. */
  readonly other: string | null;
  /** Works out what else it is; absent where that is known by name only, and is in no loss. It may look at other weights than its own. */
  readonly compute?: (x: Tensor, weight: (one: Weight) => Tensor) => Tensor;
}

/** A weight of a layer. A layer that is used several times, or stands in several places, has it once. */
export interface Weight {
  /** Its last name, as the framework has it: `kernel`, `recurrent_kernel`, `bias`, `gamma`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Names of its axes, e.g. `['features', 'gates']`. */
  readonly axes: readonly string[];
  /** Whether training is what it is for, also where its layer is frozen: false for the moving averages of a normalisation. */
  readonly trainable: boolean;
  /** Whether training leaves it as it is though it is what training is for: its layer, or a model around that, is frozen. */
  readonly frozen: boolean;
  readonly penalty: Penalty | null;
  /** Its numbers, row-major, as they are now. Not to be written to. */
  read(): Floats | Promise<Floats>;
}

/** A weight whose numbers are here. Until they are set they are what it is made with, zeros as a rule. */
export class StoredWeight implements Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly axes: readonly string[];
  readonly trainable: boolean;
  penalty: Penalty | null;
  frozen = false;
  readonly #initial: (shape: readonly number[]) => Floats;
  #numbers: Floats | null = null;

  constructor({ name, shape, axes, trainable = true, penalty = null, initial = zeros }: {
    readonly name: string; readonly shape: readonly number[]; readonly axes: readonly string[]; readonly trainable?: boolean; readonly penalty?: Penalty | null;
    readonly initial?: (shape: readonly number[]) => Floats;
  }) {
    this.name = name;
    this.shape = shape;
    this.axes = axes;
    this.trainable = trainable;
    this.penalty = penalty;
    this.#initial = initial;
  }

  read(): Floats { return (this.#numbers ??= this.#initial(this.shape)); }

  /** Sets its numbers; the array is the weight's from then on. */
  set(numbers: Floats): void { this.#numbers = numbers; }
}

const zeros = (shape: readonly number[]): Floats => new Float32Array(sizeOf(shape));
