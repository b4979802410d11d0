import { kernels, type Kernels } from './module.js';
import type { Flushed, PassAdjoints, PassInput, PassOptions, PassShape, PassWeights } from './pass-types.js';
import { Room } from './room.js';
import { LANES, Share, SHARE_WORDS, type Field, type Fields } from './share.js';
import { threads, type Job } from './threads.js';
import { KINDS, LaidWeights, ROWS, upTo } from './weights.js';

/** Rows that are read, and dropped, beyond an array's last. */
const SLACK = 8 * LANES;
/** Floats of a chunk's inputs and gates, about: a quarter of a megabyte, to stay in the second-level cache. */
const CHUNK = 65_536;
/** Samples, over steps, whose share of a weight gradient is summed at a go. */
const OUTER = 512;

/** Multiplications that are worth a second thread: from 1 million on it gains, below it loses up to a fifth of a millisecond. */
const WORTH_A_THREAD = 2_000_000;

/**
 * One pass of a recurrence over a sequence, on the kernels, in their memory. To be freed.
 *
 * Threads share the samples among them: each sample is a sequence of its own but for the weights' gradients, which are
 * sums over all of them.
 */
export class KernelPass {
  readonly #kernel: Kernels = kernels();
  readonly #shape: PassShape;
  readonly #keep: boolean;
  readonly #shares: readonly Share[];
  readonly #room: Room;
  readonly #weights: LaidWeights;
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
   * @throws SeeRnnError where WebAssembly's memory can't hold what the pass keeps, or a thread died
   */
  constructor(shape: PassShape, weights: PassWeights, input: PassInput, options: PassOptions) {
    const { kind, samples, steps, features, units } = shape;
    const { keep } = options;
    this.#shape = shape;
    this.#keep = keep;
    const rows = ROWS[kind].length * units;
    this.#room = new Room(this.#kernel.memory, `${kind} of ${units} units over ${samples} samples of ${steps} timesteps`);
    this.#weights = new LaidWeights(this.#kernel, this.#room, shape, weights);
    try {
      this.#shares = this.#divided();
      const x = keep ? this.#room.holdCopy(input.x) : this.#room.lendCopy(input.x);
      const mask = input.mask ? this.#room.lendFlags(input.mask) : 0;
      const initialHidden = this.#room.lendCopy(input.initialHidden);
      const initialCell = kind === 'LSTM' ? this.#room.lendCopy(input.initialCell) : 0;
      const sequence = options.sequence ? this.#room.lend(samples * steps * units) : 0;
      const packed = this.#weights.forward();
      this.#set((share) => {
        const lanes = share.blocks * LANES;
        const slots = keep ? steps : share.get('chunk');
        return {
          ...packed,
          x: share.part(x, steps * features),
          mask: share.part(mask, steps),
          initialHidden: share.part(initialHidden, units),
          initialCell: share.part(initialCell, units),
          sequence: share.part(sequence, steps * units),
          gates: this.#room.hold(slots * lanes * rows + SLACK),
          hidden: this.#room.hold((slots + 1) * lanes * units + SLACK),
          cell: kind === 'LSTM' ? this.#room.hold((slots + 1) * lanes * units) : 0,
          skipped: mask === 0 ? 0 : this.#room.hold(steps * lanes),
          lanes: this.#room.lend(share.get('chunk') * lanes * features + SLACK),
        };
      });
      this.#do('forward');
      this.sequence = options.sequence ? this.#room.read(sequence, samples * steps * units) : null;
      this.lastHidden = this.#last('hidden');
      this.lastCell = kind === 'LSTM' ? this.#last('cell') : null;
    } catch (error) {
      this.free();
      throw error;
    } finally {
      this.#room.giveBack();
    }
  }

  /** Every step's hidden state: (samples, steps, units), time in input order. */
  hidden(): Float32Array { return this.#states('hidden', 1); }
  /** Every step's cell state, likewise. */
  cell(): Float32Array { return this.#states('cell', 1); }

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

  /**
   * Goes through the sequence backwards. Once: the gates become their adjoints.
   *
   * @param totals which total adjoints of the states are to be kept, for `totalHidden` and `totalCell`
   * @returns the adjoints of the initial states, (samples, units) each
   * @throws SeeRnnError as the constructor
   */
  backward(from: PassAdjoints, totals: { readonly hidden?: boolean; readonly cell?: boolean } = {}): { hidden: Float32Array; cell: Float32Array | null; flushed: Flushed } {
    const { kind, steps, units, resetAfter } = this.#shape;
    this.#needKept();
    if (this.#wentBack) throw new Error('a pass goes backwards once');
    this.#wentBack = true;
    const lstm = kind === 'LSTM';
    try {
      const dSequence = this.#room.lendCopy(from.sequence);
      const dLastHidden = this.#room.lendCopy(from.lastHidden);
      const dLastCell = lstm ? this.#room.lendCopy(from.lastCell) : 0;
      const packed = this.#weights.backward();
      this.#set((share) => {
        const state = share.blocks * LANES * units;
        return {
          ...packed,
          mask: share.get('skipped'), // any number but 0 where there is one
          dSequence: share.part(dSequence, steps * units),
          dLastHidden: share.part(dLastHidden, units),
          dLastCell: share.part(dLastCell, units),
          dHidden: this.#room.lend(state),
          dCell: lstm ? this.#room.lend(state) : 0,
          dProduct: kind === 'GRU' && !resetAfter ? this.#room.lend(state) : 0,
          activated: lstm ? this.#room.lend(LANES * units) : 0,
          lanes: this.#room.lend(state),
          flushed: this.#room.lendZeros(3 * steps),
          totalHidden: totals.hidden ? this.#room.hold(steps * state) : 0,
          totalCell: totals.cell && lstm ? this.#room.hold(steps * state) : 0,
        };
      });
      this.#do('backward');
      return {
        hidden: this.#readRows('dHidden', { steps: 1, rows: units }),
        cell: lstm ? this.#readRows('dCell', { steps: 1, rows: units }) : null,
        flushed: this.#flushed(),
      };
    } finally {
      this.#room.giveBack();
    }
  }

  /** Total dL/dh of every step, if `backward` was to keep it: (samples, steps, units), time in input order. */
  totalHidden(): Float32Array { return this.#states('totalHidden', 0); }
  /** Total dL/dc, likewise. */
  totalCell(): Float32Array { return this.#states('totalCell', 0); }

  /** dL/dx, after `backward`: (samples, steps, features), time in input order. */
  inputGradient(): Float32Array {
    const { samples, steps, features } = this.#shape;
    this.#needAdjoints();
    try {
      const dx = this.#room.lend(samples * steps * features);
      const kernelBack = this.#weights.kernelBack();
      this.#set((share) => ({
        kernelBack,
        dx: share.part(dx, steps * features),
        lanes: this.#room.lend(share.get('chunk') * share.blocks * LANES * features),
      }));
      this.#do('inputGradient');
      return this.#room.read(dx, samples * steps * features);
    } finally {
      this.#room.giveBack();
    }
  }

  /** dL/dW, dL/dU and dL/db, after `backward`, in Keras's layout. */
  weightGradients(): PassWeights {
    const { features, units, steps } = this.#shape;
    this.#needAdjoints();
    const { run } = this.#kernel;
    const most = Math.max(...this.#shares.map(({ blocks }) => blocks));
    const outer = Math.max(1, Math.min(steps, Math.floor(OUTER / LANES / most)));
    const sizes = this.#weights.sums;
    const columns = upTo(this.#weights.columns, 8);
    try {
      this.#set(({ blocks }) => {
        const samples = outer * blocks * LANES;
        return {
          outer,
          lanes: this.#room.lend(samples * features + SLACK),
          factors: this.#room.lend(samples * upTo(Math.max(features, units), run.panelRows())),
          adjoints: this.#room.lend(samples * columns),
          dKernel: this.#room.lendZeros(sizes.dKernel),
          dRecurrent: this.#room.lendZeros(sizes.dRecurrent),
          dBias: this.#room.lendZeros(sizes.dBias),
        };
      });
      this.#do('weightGradients');
      const [sums, ...others] = this.#shares as readonly [Share, ...Share[]];
      for (const other of others) {
        for (const name of ['dKernel', 'dRecurrent', 'dBias'] as const) run.addSums(sums.get(name), other.get(name), sizes[name]);
      }
      return this.#weights.gradients({ dKernel: sums.get('dKernel'), dRecurrent: sums.get('dRecurrent'), dBias: sums.get('dBias') });
    } finally {
      this.#room.giveBack();
    }
  }

  /** Gives the memory back. The pass can't be used afterwards; a second call does nothing. */
  free(): void {
    this.#room.free();
    this.#freed = true;
  }

  /**
   * Divides the samples among the threads, if there is enough to do. Among those that are wanted, not those that are ready:
   * how sums are split must not depend on how fast a worker starts.
   */
  #divided(): Share[] {
    const { kind, resetAfter, activation, recurrentActivation, backwards, samples, steps, features, units } = this.#shape;
    const blocks = Math.ceil(samples / LANES);
    const work = blocks * LANES * steps * this.#weights.columns * (features + units);
    const count = this.#kernel.team === null || work < WORTH_A_THREAD ? 1 : Math.min(threads(), blocks);
    const rows = ROWS[kind].length * units;
    return Array.from({ length: count }, (_, k) => {
      const [from, to] = [Math.floor(k * blocks / count), Math.floor((k + 1) * blocks / count)];
      const own = to - from;
      const inCache = Math.floor(CHUNK / (own * LANES * (rows + features)));
      const share = new Share(this.#kernel.memory, this.#room.hold(SHARE_WORDS), from * LANES, own);
      share.set({
        kind: KINDS.indexOf(kind), resetAfter: Number(resetAfter), activation, recurrentActivation, backwards: Number(backwards),
        samples: Math.min(samples, to * LANES) - from * LANES, steps, features, units, rows,
        // At least four blocks: a panel of weights is read once for all of them.
        chunk: Math.max(1, Math.min(steps, Math.max(inCache, Math.ceil(4 / own)))),
        keep: Number(this.#keep),
      });
      return share;
    });
  }

  #gate(name: string): Float32Array {
    const { kind, units } = this.#shape;
    const index = (ROWS[kind] as readonly string[]).indexOf(name);
    if (index === -1) throw new Error(`${kind} has no gate '${name}'`);
    return this.#reading('gates', { rows: ROWS[kind].length * units, skip: index * units });
  }

  #states(from: Field, slot: number): Float32Array { return this.#reading(from, { rows: this.#shape.units, slot }); }

  /** The states after the last step. */
  #last(from: Field): Float32Array {
    const { steps, units } = this.#shape;
    return this.#readRows(from, { steps: 1, rows: units, slot: this.#keep ? steps : 0 });
  }

  #reading(from: Field, where: { rows: number; skip?: number; slot?: number }): Float32Array {
    this.#needKept();
    try {
      return this.#readRows(from, { ...where, steps: this.#shape.steps });
    } finally {
      this.#room.giveBack();
    }
  }

  /** Reads `units` of the rows of every step's blocks from a slot on, beginning with row `skip`: (samples, steps, units), time in input order. */
  #readRows(from: Field, { steps, rows, skip = 0, slot = 0 }: { steps: number; rows: number; skip?: number; slot?: number }): Float32Array {
    const { samples, units, backwards } = this.#shape;
    const to = this.#room.lend(samples * steps * units);
    for (const share of this.#shares) {
      this.#kernel.run.readRows(share.at, share.get(from) + slot * share.stateBytes, steps, rows, skip, units, backwards && steps > 1, share.part(to, steps * units));
    }
    return this.#room.read(to, samples * steps * units);
  }

  #flushed(): Flushed {
    const { steps } = this.#shape;
    const flushed = { hidden: new Uint32Array(steps), cell: new Uint32Array(steps), gates: new Uint32Array(steps) };
    const { words } = this.#kernel.memory;
    for (const share of this.#shares) {
      for (let step = 0, at = share.get('flushed') / 4; step < steps; step++, at += 3) {
        flushed.hidden[step]! += words[at]!;
        flushed.cell[step]! += words[at + 1]!;
        flushed.gates[step]! += words[at + 2]!;
      }
    }
    return flushed;
  }

  #needKept(): void {
    if (this.#freed) throw new Error('this pass was freed');
    if (!this.#keep) throw new Error('this pass kept nothing');
  }

  #needAdjoints(): void {
    this.#needKept();
    if (!this.#wentBack) throw new Error('this pass has not gone backwards');
  }

  #set(fields: (share: Share) => Partial<Fields>): void {
    for (const share of this.#shares) share.set(fields(share));
  }

  #do(job: Job): void {
    const { team, run } = this.#kernel;
    const [only, ...others] = this.#shares as readonly [Share, ...Share[]];
    if (team === null || others.length === 0) {
      run[job](only.at);
      return;
    }
    try {
      team.do(job, this.#shares.map(({ at }) => at), this.#shares.map(({ progress }) => progress));
    } catch (error) {
      // A thread that was given up may still write: its memory is not used again.
      this.#room.abandon();
      throw error;
    }
  }
}
