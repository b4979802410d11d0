import type { Kernels } from './module.js';
import type { PassShape, PassWeights } from './pass-types.js';
import type { Room } from './room.js';
import type { Fields } from './share.js';

/** Rows of the gates, in the kernels' order. A GRU's fourth is what its new gate takes from the state. */
export const ROWS = {
  LSTM: ['input', 'forget', 'cell', 'output'],
  GRU: ['new', 'update', 'reset', 'q'],
  SimpleRNN: ['state'],
} as const;
/** By their numbers in the kernels. */
export const KINDS = Object.keys(ROWS);

/** Sums for the weights' gradients, as the kernels leave them: addresses, or sizes in floats. */
type Sums = Record<'dKernel' | 'dRecurrent' | 'dBias', number>;

/** Some rows or columns of a weight matrix as a left operand: `rows` sums of `depth` products each. */
interface Operand {
  readonly rows: number;
  readonly depth: number;
  /** Whether its rows are the matrix's columns: the product is x W; else it is with W^T. */
  readonly columns: boolean;
  /** The gates' first is so many columns on. */
  readonly turn?: number;
  /** Begins with this column. */
  readonly offset?: number;
}

/**
 * The weights of a pass between Keras's layout, (inputs, gates x units), and the kernels': in panels, a GRU's new gate first
 * instead of last, its recurrent biases among the others.
 */
export class LaidWeights {
  readonly #kernel: Kernels;
  readonly #room: Room;
  readonly #shape: PassShape;
  readonly #weights: PassWeights;
  /** Columns of a weight matrix. */
  readonly columns: number;

  /** @param room where what is laid out is lent */
  constructor(kernel: Kernels, room: Room, shape: PassShape, weights: PassWeights) {
    this.#kernel = kernel;
    this.#room = room;
    this.#shape = shape;
    this.#weights = weights;
    this.columns = (shape.kind === 'LSTM' ? 4 : shape.kind === 'GRU' ? 3 : 1) * shape.units;
  }

  /** What the way forwards needs. */
  forward(): Partial<Fields> {
    const { features } = this.#shape;
    return {
      bias: this.#room.lendCopy(this.#biasRows()),
      kernel: this.#packed(this.#weights.kernel, { rows: this.columns, depth: features, columns: true, turn: this.#turn }),
      ...this.#recurrent(true),
    };
  }

  /** What the way back needs. */
  backward(): Partial<Fields> { return this.#recurrent(false); }

  /** W^T, for the inputs' gradient. */
  kernelBack(): number {
    return this.#packed(this.#weights.kernel, { rows: this.#shape.features, depth: this.columns, columns: false, turn: this.#turn });
  }

  /** How many floats the sums for the gradients take. */
  get sums(): Sums {
    const { kind, features, units } = this.#shape;
    const columns = upTo(this.columns, 8);
    return { dKernel: columns * features, dRecurrent: (columns + 8) * units, dBias: ROWS[kind].length * units };
  }

  /** The gradients in Keras's layout. */
  gradients(sums: Sums): PassWeights {
    return {
      kernel: this.#kernelGradient(sums.dKernel),
      recurrentKernel: this.#recurrentGradient(sums.dRecurrent),
      bias: this.#weights.bias && this.#biasGradient(this.#room.read(sums.dBias, this.sums.dBias)),
    };
  }

  /** The rows of a GRU's gates begin with its new gate, Keras's last. */
  get #turn(): number { return this.#shape.kind === 'GRU' ? 2 * this.#shape.units : 0; }

  /** Whether the new gate's recurrent product is not of the state, but of the reset state. */
  get #newApart(): boolean { return this.#shape.kind === 'GRU' && !this.#shape.resetAfter; }

  /** What the rows' pre-activations begin with: a GRU's recurrent biases too, where they are just added. */
  #biasRows(): Float32Array {
    const { kind, units, resetAfter } = this.#shape;
    const { bias } = this.#weights;
    if (bias === null) return new Float32Array(ROWS[kind].length * units);
    if (kind !== 'GRU') return bias;
    const out = new Float32Array(4 * units);
    out.set(bias.subarray(2 * units, 3 * units));
    out.set(bias.subarray(0, 2 * units), units);
    if (resetAfter) for (let k = 0; k < 3 * units; k++) out[units + k]! += bias[3 * units + k]!;
    return out;
  }

  #biasGradient(rows: Float32Array): Float32Array {
    const { kind, units, resetAfter } = this.#shape;
    if (kind !== 'GRU') return rows;
    const out = new Float32Array((resetAfter ? 6 : 3) * units);
    out.set(rows.subarray(units, 3 * units));
    out.set(rows.subarray(0, units), 2 * units);
    if (resetAfter) out.set(rows.subarray(units), 3 * units);
    return out;
  }

  #kernelGradient(sums: number): Float32Array {
    const { features } = this.#shape;
    const to = this.#room.lend(features * this.columns);
    this.#kernel.run.readColumns(sums, features, this.columns, this.#turn, to, this.columns);
    return this.#room.read(to, features * this.columns);
  }

  #recurrentGradient(sums: number): Float32Array {
    const { units } = this.#shape;
    const to = this.#room.lend(units * this.columns);
    const { run } = this.#kernel;
    if (this.#newApart) {
      run.readColumns(sums, units, 2 * units, 0, to, this.columns);
      run.readColumns(sums + 4 * upTo(2 * units, 8) * units, units, units, 0, to + 8 * units, this.columns);
    } else {
      run.readColumns(sums, units, this.columns, 0, to, this.columns);
    }
    return this.#room.read(to, units * this.columns);
  }

  /** The recurrent weights in panels, for h U, or for the adjoints times U^T. */
  #recurrent(forward: boolean): Partial<Fields> {
    const { units } = this.#shape;
    const { recurrentKernel } = this.#weights;
    const width = this.#newApart ? 2 * units : this.columns;
    const first = forward ? { rows: width, depth: units, columns: true } : { rows: units, depth: width, columns: false };
    const all = this.#packed(recurrentKernel, first);
    const rest = this.#newApart ? this.#packed(recurrentKernel, { rows: units, depth: units, columns: forward, offset: 2 * units }) : 0;
    return forward ? { recurrent: all, recurrentNew: rest } : { recurrentBack: all, recurrentNewBack: rest };
  }

  /** A weight matrix in panels. */
  #packed(weight: Float32Array, { rows, depth, columns, turn = 0, offset = 0 }: Operand): number {
    const { run, memory } = this.#kernel;
    const to = this.#room.lend(upTo(rows, run.panelRows()) * depth);
    const copy = memory.allocate(weight.length, 'a weight matrix');
    memory.floats.set(weight, copy / 4);
    (columns ? run.packColumns : run.packRows)(copy + 4 * offset, this.columns, rows, depth, turn, to);
    memory.free(copy);
    return to;
  }
}

export const upTo = (size: number, unit: number): number => Math.ceil(size / unit) * unit;
