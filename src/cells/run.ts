import { kernelActivations } from '../kernels/activations.js';
import { passWithin } from '../kernels/checkpoints.js';
import { kernelsAvailable } from '../kernels/module.js';
import type { Flushed, PassInput, PassWeights } from '../kernels/pass-types.js';
import type { Adjoints } from './cell.js';
import type { Floats } from './floats.js';
import { fromSteps } from './layout.js';
import {
  backwardThroughTime, forwardThroughTime, inputGradient, weightGradients,
  type OutputAdjoints, type Recurrence, type RecurrentWeights, type SequenceInput, type SequencePass,
} from './sequence.js';

/** What a pass is for: what isn't asked for need not be kept. */
export interface RunOptions {
  /** Whether every step's hidden state is asked for. */
  readonly sequence: boolean;
  /** Whether states and gates of every step are kept: to be read, and to go backwards. */
  readonly keep: boolean;
}

/** Which total adjoints of the states `backward` is to keep. */
export interface Totals { readonly hidden?: boolean; readonly cell?: boolean }

/**
 * A recurrence run over a sequence, on the kernels or on the reference cells. All arrays are (samples, timesteps, ...),
 * time in input order but for `sequence`; what is of no use to the cell (an LSTM's cell state elsewhere) is null.
 */
export interface RecurrentPass {
  /** Every step's hidden state, in processing order, where asked for. */
  readonly sequence: Floats | null;
  /** (samples, units). */
  readonly lastHidden: Floats;
  readonly lastCell: Floats | null;
  /** Every step's states, and gates by their names in `cell.gates`. */
  hidden(): Floats;
  cell(): Floats;
  /** Before `backward` only. */
  gate(name: string): Floats;
  /**
   * Backpropagation through time, once; returns dL/d(initial states), and what was flushed to 0 on the way. It may be put
   * off until something of it is read.
   */
  backward(from: OutputAdjoints, totals?: Totals): { readonly hidden: Floats; readonly cell: Floats | null; readonly flushed: Flushed | null };
  /** Total dL/dh and dL/dc of every step, where `backward` was to keep them. */
  totalHidden(): Floats;
  totalCell(): Floats;
  /**
   * dL/d(pre-activation) of a gate, after `backward`; likewise what follows. A GRU's `q` is the adjoint of the recurrent product
   * of its new gate where the reset gate acts on that; where it acts on the state, it is that state, what the product is made of.
   */
  gateAdjoint(name: string): Floats;
  inputGradient(): Floats;
  weightGradients(): RecurrentWeights;
  /** Gives back what it holds outside JavaScript's memory. Calling it again does nothing. */
  free(): void;
}

/**
 * Runs a recurrence over a sequence: on the kernels where the runtime, the precision and the activations allow, else on the
 * reference cells. The list of what has no kernel is in `kernels/activations.ts`. What would go beyond the memory budget of
 * `kernels/budget.ts` runs with checkpoints; the inputs must then stay as they are until `free`.
 *
 * @throws SeeRnnError where the kernels' memory can't hold what is kept
 */
export function runRecurrence(recurrence: Recurrence, weights: RecurrentWeights, input: SequenceInput, options: RunOptions): RecurrentPass {
  const { cell, units, resetAfter, backwards } = recurrence;
  const activation = kernelActivations.get(recurrence.activation.name);
  const recurrentActivation = kernelActivations.get(recurrence.recurrentActivation.name);
  const single = input.x instanceof Float32Array;
  if (!single || activation === undefined || recurrentActivation === undefined || input.recurrentDropout || !kernelsAvailable()) {
    return new ReferencePass(recurrence, weights, input, options);
  }
  const { samples, timesteps: steps, features } = input;
  const shape = { kind: cell.kind, resetAfter, backwards, activation, recurrentActivation, samples, steps, features, units };
  // Where the inputs are float32, everything is: see `sequence.ts`.
  return passWithin(shape, weights as PassWeights, input as PassInput, options);
}

/** A pass on the reference cells, which keep everything. */
class ReferencePass implements RecurrentPass {
  readonly #pass: SequencePass;
  #adjoints: Adjoints | null = null;
  readonly sequence: Floats | null;
  readonly lastHidden: Floats;
  readonly lastCell: Floats | null;

  constructor(recurrence: Recurrence, weights: RecurrentWeights, input: SequenceInput, options: RunOptions) {
    const pass = forwardThroughTime(recurrence, weights, input);
    const { samples, steps, units, size, hidden, cell } = pass;
    this.#pass = pass;
    this.sequence = options.sequence ? fromSteps(hidden.subarray(size), samples, steps, units, false) : null;
    this.lastHidden = hidden.slice(steps * size);
    this.lastCell = recurrence.cell.hasCellState ? cell.slice(steps * size) : null;
  }

  hidden(): Floats { return this.#rows(this.#pass.hidden.subarray(this.#pass.size)); }
  cell(): Floats { return this.#rows(this.#pass.cell.subarray(this.#pass.size)); }
  gate(name: string): Floats { return this.#rows(this.#pass.gates[name]); }

  backward(from: OutputAdjoints): { hidden: Floats; cell: Floats | null; flushed: null } {
    const { size, recurrence } = this.#pass;
    const { hidden, cell } = (this.#adjoints = backwardThroughTime(this.#pass, from));
    return { hidden: hidden.slice(0, size), cell: recurrence.cell.hasCellState ? cell.slice(0, size) : null, flushed: null };
  }

  totalHidden(): Floats { return this.#rows(this.#needed.hidden.subarray(this.#pass.size)); }
  totalCell(): Floats { return this.#rows(this.#needed.cell.subarray(this.#pass.size)); }
  gateAdjoint(name: string): Floats {
    const { gates, kept } = this.#needed;
    return this.#rows(name !== 'q' ? gates[name] : this.#pass.resetAfter ? kept['q'] : this.#pass.kept['q']);
  }
  inputGradient(): Floats { return inputGradient(this.#pass, this.#needed); }
  weightGradients(): RecurrentWeights { return weightGradients(this.#pass, this.#needed); }
  free(): void { /* all of it is JavaScript's */ }

  get #needed(): Adjoints {
    if (!this.#adjoints) throw new Error('this pass has not gone backwards');
    return this.#adjoints;
  }

  #rows(values: Floats): Floats {
    const { samples, steps, units, recurrence } = this.#pass;
    return fromSteps(values, samples, steps, units, recurrence.backwards);
  }
}
