import { kernels, type Kernels } from './module.js';

/** A recurrence and the size of what goes through it. */
export interface PassShape {
  readonly kind: 'LSTM' | 'GRU' | 'SimpleRNN';
  /** GRU only. */
  readonly resetAfter: boolean;
  /** By their numbers in {@link kernelActivations}. */
  readonly activation: number;
  readonly recurrentActivation: number;
  /** Whether the sequence is read from its end. */
  readonly backwards: boolean;
  readonly samples: number;
  readonly steps: number;
  readonly features: number;
  readonly units: number;
}

/** As Keras lays them out; {@link RecurrentWeights} in float32. */
export interface PassWeights {
  readonly kernel: Float32Array;
  readonly recurrentKernel: Float32Array;
  readonly bias: Float32Array | null;
}

export interface PassInput {
  /** (samples, steps, features), time in input order. */
  readonly x: Float32Array;
  /** (samples, units); zeros where left out. */
  readonly initialHidden?: Float32Array | undefined;
  readonly initialCell?: Float32Array | undefined;
  /** (samples, steps), 0 where a step is skipped. */
  readonly mask?: ArrayLike<number> | undefined;
}

/** What a pass is for: what isn't asked for costs no memory beyond a few steps. */
export interface PassOptions {
  /** Whether every step's hidden state is asked for. */
  readonly sequence: boolean;
  /** Whether states and gates of every step are kept: they can be read, and the pass can be gone through backwards. */
  readonly keep: boolean;
}

/** Where the loss enters: dL/d(what the pass returned). */
export interface PassAdjoints {
  /** (samples, steps, units), steps in processing order. */
  readonly sequence?: Float32Array | undefined;
  /** (samples, units). */
  readonly lastHidden?: Float32Array | undefined;
  readonly lastCell?: Float32Array | undefined;
}

/** How many adjoints below 1e-30 became 0, at each step, in processing order. A 0 that is not among them is structural. */
export interface Flushed {
  readonly hidden: Uint32Array;
  readonly cell: Uint32Array;
  readonly gates: Uint32Array;
}

/** The fields of `Pass` in `assembly/pass.ts`, in its order. */
const FIELDS = [
  'kind', 'resetAfter', 'activation', 'recurrentActivation', 'backwards', 'samples', 'steps', 'features', 'units', 'rows', 'chunk', 'keep',
  'x', 'mask', 'initialHidden', 'initialCell', 'kernel', 'recurrent', 'recurrentNew', 'bias',
  'gates', 'hidden', 'cell', 'sequence', 'lanes', 'skipped',
  'dSequence', 'dLastHidden', 'dLastCell', 'recurrentBack', 'recurrentNewBack', 'kernelBack', 'dHidden', 'dCell', 'dProduct',
  'totalHidden', 'totalCell', 'flushed', 'dx', 'factors', 'adjoints', 'dKernel', 'dRecurrent', 'dBias',
] as const;
type Fields = Record<(typeof FIELDS)[number], number>;

/** Rows of the gates, in the kernels' order. A GRU's fourth is what its new gate takes from the state. */
const ROWS = {
  LSTM: ['input', 'forget', 'cell', 'output'],
  GRU: ['new', 'update', 'reset', 'q'],
  SimpleRNN: ['state'],
} as const;
const KINDS = Object.keys(ROWS);

const LANES = 8;
/** Rows that are read, and dropped, beyond an array's last. */
const SLACK = 8 * LANES;
/** Floats of a chunk's inputs and gates, about: a quarter of a megabyte, to stay in the second-level cache. */
const CHUNK = 65_536;
/** Samples, over steps, whose share of a weight gradient is summed at a go. */
const OUTER = 512;

/** One pass of a recurrence over a sequence, on the kernels, in their memory. To be freed. */
export class KernelPass {
  readonly #kernel: Kernels = kernels();
  readonly #shape: PassShape;
  readonly #weights: PassWeights;
  readonly #keep: boolean;
  readonly #gates: number;
  readonly #blocks: number;
  readonly #fields: Fields;
  readonly #struct: number;
  /** Blocks that live as long as the pass. */
  readonly #held: number[] = [];
  /** Blocks of what is going on. */
  #lent: number[] = [];
  #freed = false;
  #wentBack = false;

  /** (samples, steps, units) in processing order; null where not asked for. */
  readonly sequence: Float32Array | null;
  readonly lastHidden: Float32Array;
  /** LSTM only, else null. */
  readonly lastCell: Float32Array | null;

  /**
   * Runs the recurrence forwards.
   *
   * @throws SeeRnnError where WebAssembly's memory can't hold what the pass keeps
   */
  constructor(shape: PassShape, weights: PassWeights, input: PassInput, options: PassOptions) {
    const { kind, samples, steps, features, units } = shape;
    this.#shape = shape;
    this.#weights = weights;
    this.#keep = options.keep;
    this.#gates = kind === 'LSTM' ? 4 : kind === 'GRU' ? 3 : 1;
    const rows = ROWS[kind].length * units;
    this.#blocks = Math.ceil(samples / LANES);
    const chunk = Math.max(1, Math.min(steps, Math.max(Math.floor(CHUNK / (this.#blocks * LANES * (rows + features))), Math.ceil(4 / this.#blocks))));
    const zeros = Object.fromEntries(FIELDS.map((name) => [name, 0])) as Fields;
    this.#fields = Object.assign(zeros, {
      kind: KINDS.indexOf(kind), resetAfter: Number(shape.resetAfter), activation: shape.activation, recurrentActivation: shape.recurrentActivation,
      backwards: Number(shape.backwards), samples, steps, features, units, rows, chunk, keep: Number(options.keep),
    });
    try {
      this.#struct = this.#hold(FIELDS.length);
      const state = this.#blocks * LANES * units;
      const slots = options.keep ? steps : chunk;
      this.#set({
        x: options.keep ? this.#holdCopy(input.x) : this.#lendCopy(input.x),
        gates: this.#hold(slots * this.#blocks * LANES * rows + SLACK),
        hidden: this.#hold((slots + 1) * state + SLACK),
        cell: kind === 'LSTM' ? this.#hold((slots + 1) * state) : 0,
        skipped: input.mask ? this.#hold(steps * this.#blocks * LANES) : 0,
        mask: input.mask ? this.#lendWords(input.mask) : 0,
        initialHidden: this.#lendCopy(input.initialHidden),
        initialCell: kind === 'LSTM' ? this.#lendCopy(input.initialCell) : 0,
        sequence: options.sequence ? this.#lend(samples * steps * units) : 0,
        lanes: this.#lend(chunk * this.#blocks * LANES * features + SLACK),
        bias: this.#lendCopy(this.#bias()),
        kernel: this.#packed(weights.kernel, { rows: this.#gates * units, depth: features, columns: true, turn: this.#turn }),
        ...this.#recurrent(true),
      });
      this.#run((run) => { run.forward(this.#struct); });
      const final = (from: number): Float32Array => {
        const to = this.#lend(samples * units);
        this.#kernel.run.readRows(this.#struct, from + 4 * state * (options.keep ? steps : 0), 1, units, 0, units, false, to);
        return this.#read(to, samples * units);
      };
      this.sequence = options.sequence ? this.#read(this.#fields.sequence, samples * steps * units) : null;
      this.lastHidden = final(this.#fields.hidden);
      this.lastCell = kind === 'LSTM' ? final(this.#fields.cell) : null;
    } catch (error) {
      this.free();
      throw error;
    } finally {
      this.#giveBack();
    }
  }

  /** The rows of a GRU's gates begin with its new gate, Keras's last. */
  get #turn(): number { return this.#shape.kind === 'GRU' ? 2 * this.#shape.units : 0; }

  /** Every step's hidden state: (samples, steps, units), time in input order. */
  hidden(): Float32Array { return this.#states(this.#fields.hidden + this.#stateBytes); }
  /** Every step's cell state, likewise. */
  cell(): Float32Array { return this.#states(this.#fields.cell + this.#stateBytes); }

  /** A gate at every step, after its activation: (samples, steps, units), time in input order. Before `backward` only. */
  gate(name: string): Float32Array {
    if (this.#wentBack) throw new Error('the gates have become their adjoints');
    return this.#gate(name);
  }
  /** dL/d(pre-activation) of a gate at every step, likewise, after `backward`. */
  gateAdjoint(name: string): Float32Array {
    this.#needAdjoints();
    return this.#gate(name);
  }

  #gate(name: string): Float32Array {
    const { kind, units } = this.#shape;
    const index = (ROWS[kind] as readonly string[]).indexOf(name);
    if (index === -1) throw new Error(`${kind} has no gate '${name}'`);
    return this.#rows(this.#fields.gates, this.#fields.rows, index * units);
  }

  /**
   * Goes through the sequence backwards. Once: the gates become their adjoints.
   *
   * @param totals which total adjoints of the states are to be kept, for `totalHidden` and `totalCell`
   * @returns the adjoints of the initial states, (samples, units) each
   */
  backward(from: PassAdjoints, totals: { readonly hidden?: boolean; readonly cell?: boolean } = {}): { hidden: Float32Array; cell: Float32Array | null; flushed: Flushed } {
    const { kind, steps, units, samples, resetAfter } = this.#shape;
    this.#needKept();
    if (this.#wentBack) throw new Error('a pass goes backwards once');
    this.#wentBack = true;
    const state = this.#blocks * LANES * units;
    const lstm = kind === 'LSTM';
    try {
      this.#set({
        dSequence: this.#lendCopy(from.sequence),
        dLastHidden: this.#lendCopy(from.lastHidden),
        dLastCell: lstm ? this.#lendCopy(from.lastCell) : 0,
        dHidden: this.#lend(state),
        dCell: lstm ? this.#lend(state) : 0,
        dProduct: kind === 'GRU' && !resetAfter ? this.#lend(state) : 0,
        lanes: this.#lend(state),
        flushed: this.#lendZeros(3 * steps),
        totalHidden: totals.hidden ? this.#hold(steps * state) : 0,
        totalCell: totals.cell && lstm ? this.#hold(steps * state) : 0,
        mask: this.#fields.skipped, // any number but 0 where there is one
        ...this.#recurrent(false),
      });
      this.#run((run) => { run.backward(this.#struct); });
      const initial = (at: number): Float32Array => {
        const to = this.#lend(samples * units);
        this.#kernel.run.readRows(this.#struct, at, 1, units, 0, units, false, to);
        return this.#read(to, samples * units);
      };
      const counts = this.#kernel.memory.words.slice(this.#fields.flushed / 4, this.#fields.flushed / 4 + 3 * steps);
      const column = (k: number): Uint32Array => Uint32Array.from({ length: steps }, (_, step) => counts[3 * step + k]!);
      return {
        hidden: initial(this.#fields.dHidden),
        cell: lstm ? initial(this.#fields.dCell) : null,
        flushed: { hidden: column(0), cell: column(1), gates: column(2) },
      };
    } finally {
      this.#giveBack();
    }
  }

  /** Total dL/dh of every step, if `backward` was to keep it: (samples, steps, units), time in input order. */
  totalHidden(): Float32Array { return this.#states(this.#fields.totalHidden); }
  /** Total dL/dc, likewise. */
  totalCell(): Float32Array { return this.#states(this.#fields.totalCell); }

  /** dL/dx, after `backward`: (samples, steps, features), time in input order. */
  inputGradient(): Float32Array {
    const { samples, steps, features, units } = this.#shape;
    this.#needAdjoints();
    try {
      this.#set({
        dx: this.#lend(samples * steps * features),
        lanes: this.#lend(this.#fields.chunk * this.#blocks * LANES * features),
        kernelBack: this.#packed(this.#weights.kernel, { rows: features, depth: this.#gates * units, columns: false, turn: this.#turn }),
      });
      this.#run((run) => { run.inputGradient(this.#struct); });
      return this.#read(this.#fields.dx, samples * steps * features);
    } finally {
      this.#giveBack();
    }
  }

  /** dL/dW, dL/dU and dL/db, after `backward`, in Keras's layout. */
  weightGradients(): PassWeights {
    const { kind, features, units, resetAfter, steps } = this.#shape;
    this.#needAdjoints();
    const { run } = this.#kernel;
    const columns = this.#gates * units;
    const rows = this.#fields.rows;
    const chunk = Math.max(1, Math.min(steps, Math.floor(OUTER / LANES / this.#blocks)));
    const samples = chunk * this.#blocks * LANES;
    const eights = (n: number): number => upTo(n, 8);
    const panelRows = run.panelRows();
    try {
      const bias = this.#lendZeros(rows);
      this.#set({
        lanes: this.#lend(samples * features + SLACK),
        factors: this.#lend(samples * upTo(Math.max(features, units), panelRows)),
        adjoints: this.#lend(samples * eights(columns)),
        dKernel: this.#lendZeros(eights(columns) * features),
        dRecurrent: this.#lendZeros((eights(columns) + 8) * units),
        dBias: bias,
      });
      this.#run((kernel) => { kernel.weightGradients(this.#struct, chunk, 4 * panelRows); });
      const kernelAt = this.#lend(features * columns);
      run.readColumns(this.#fields.dKernel, features, columns, this.#turn, kernelAt, columns);
      const recurrentAt = this.#lend(units * columns);
      if (kind === 'GRU' && !resetAfter) {
        run.readColumns(this.#fields.dRecurrent, units, 2 * units, 0, recurrentAt, columns);
        run.readColumns(this.#fields.dRecurrent + 4 * eights(2 * units) * units, units, units, 0, recurrentAt + 8 * units, columns);
      } else {
        run.readColumns(this.#fields.dRecurrent, units, columns, 0, recurrentAt, columns);
      }
      return {
        kernel: this.#read(kernelAt, features * columns),
        recurrentKernel: this.#read(recurrentAt, units * columns),
        bias: this.#weights.bias && this.#biasGradient(this.#read(bias, rows)),
      };
    } finally {
      this.#giveBack();
    }
  }

  /** Gives the memory back. The pass can't be used afterwards; a second call does nothing. */
  free(): void {
    this.#giveBack();
    for (const at of this.#held.splice(0)) this.#kernel.memory.free(at);
    this.#freed = true;
  }

  /** What the rows' pre-activations begin with: a GRU's recurrent biases too, where they are just added. */
  #bias(): Float32Array {
    const { kind, units, resetAfter } = this.#shape;
    const { bias } = this.#weights;
    if (bias === null) return new Float32Array(this.#fields.rows);
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

  /** The recurrent weights in panels, for h U, or for the adjoints times U^T. */
  #recurrent(forward: boolean): Partial<Fields> {
    const { kind, units, resetAfter } = this.#shape;
    const { recurrentKernel } = this.#weights;
    const apart = kind === 'GRU' && !resetAfter;
    const width = (apart ? 2 : this.#gates) * units;
    const first = forward ? { rows: width, depth: units, columns: true } : { rows: units, depth: width, columns: false };
    const all = this.#packed(recurrentKernel, first);
    const rest = apart ? this.#packed(recurrentKernel, { rows: units, depth: units, columns: forward, offset: 2 * units }) : 0;
    return forward ? { recurrent: all, recurrentNew: rest } : { recurrentBack: all, recurrentNewBack: rest };
  }

  /** A weight matrix in panels of rows, which are its columns or its rows. Its rows are `gates` x units long. */
  #packed(weight: Float32Array, { rows, depth, columns, turn = 0, offset = 0 }: { rows: number; depth: number; columns: boolean; turn?: number; offset?: number }): number {
    const { run, memory } = this.#kernel;
    const ld = this.#gates * this.#shape.units;
    const to = this.#lend(upTo(rows, run.panelRows()) * depth);
    const copy = memory.allocate(weight.length, 'a weight matrix');
    memory.floats.set(weight, copy / 4);
    (columns ? run.packColumns : run.packRows)(copy + 4 * offset, ld, rows, depth, turn, to);
    memory.free(copy);
    return to;
  }

  get #stateBytes(): number { return 4 * this.#blocks * LANES * this.#shape.units; }
  #states(from: number): Float32Array { return this.#rows(from, this.#shape.units, 0); }

  #rows(from: number, rows: number, first: number): Float32Array {
    const { samples, steps, units, backwards } = this.#shape;
    this.#needKept();
    try {
      const to = this.#lend(samples * steps * units);
      this.#kernel.run.readRows(this.#struct, from, steps, rows, first, units, backwards, to);
      return this.#read(to, samples * steps * units);
    } finally {
      this.#giveBack();
    }
  }

  #needKept(): void {
    if (this.#freed) throw new Error('this pass was freed');
    if (!this.#keep) throw new Error('this pass kept nothing');
  }

  #needAdjoints(): void {
    this.#needKept();
    if (!this.#wentBack) throw new Error('this pass has not gone backwards');
  }

  #set(fields: Partial<Fields>): void { Object.assign(this.#fields, fields); }

  #run(call: (run: Kernels['run']) => void): void {
    const { words } = this.#kernel.memory;
    FIELDS.forEach((name, k) => { words[this.#struct / 4 + k] = this.#fields[name]; });
    call(this.#kernel.run);
  }

  #allocate(floats: number): number {
    const { kind, samples, steps, units } = this.#shape;
    return this.#kernel.memory.allocate(floats, `${kind} of ${units} units over ${samples} samples of ${steps} timesteps`);
  }

  #hold(floats: number): number {
    const at = this.#allocate(floats);
    this.#held.push(at);
    return at;
  }

  #lend(floats: number): number {
    const at = this.#allocate(floats);
    this.#lent.push(at);
    return at;
  }

  #lendZeros(floats: number): number {
    const at = this.#lend(floats);
    this.#kernel.memory.floats.fill(0, at / 4, at / 4 + floats);
    return at;
  }

  #copied(at: number, values: ArrayLike<number>): number {
    this.#kernel.memory.floats.set(values, at / 4);
    return at;
  }

  #holdCopy(values: Float32Array): number { return this.#copied(this.#hold(values.length), values); }
  #lendCopy(values: Float32Array | undefined): number { return values ? this.#copied(this.#lend(values.length), values) : 0; }

  #lendWords(mask: ArrayLike<number>): number {
    const at = this.#lend(mask.length);
    const { words } = this.#kernel.memory;
    for (let n = 0; n < mask.length; n++) words[at / 4 + n] = mask[n] ? 1 : 0;
    return at;
  }

  #read(at: number, length: number): Float32Array { return this.#kernel.memory.floats.slice(at / 4, at / 4 + length); }

  #giveBack(): void {
    for (const at of this.#lent.splice(0)) this.#kernel.memory.free(at);
  }
}

const upTo = (size: number, unit: number): number => Math.ceil(size / unit) * unit;
