import type { Activation } from './activations.js';
import type { Floats } from './floats.js';
import type { Product } from './product.js';

/**
 * A recurrent cell: its gates, one step forwards, and the same step backwards.
 *
 * A step works on the whole batch at once. Every array holds (samples, units) of one timestep as a flat block of
 * `pass.size` numbers, so that the equations of a cell are plain loops over `n`.
 *
 * To add a cell: write one such object in its own file, and add it to the list in `cells.ts`.
 */
export interface Cell {
  readonly kind: 'LSTM' | 'GRU' | 'SimpleRNN';
  /** The gates in the order in which Keras stores their weights. */
  readonly gates: readonly string[];
  /** The gates that go through the recurrent activation; the others go through the activation. */
  readonly recurrentlyActivated: readonly string[];
  /** Whether there is a cell state beside the hidden state. */
  readonly hasCellState: boolean;
  /** Names of what `forward` keeps for `backward` beyond gates and states. */
  readonly kept: readonly string[];
  /** Names of adjoints that `backward` needs room for beyond those of gates and states. */
  readonly keptAdjoints: readonly string[];

  /**
   * One step forwards. On entry `pass.preactivations` holds x W + b at `at`; on return it holds the whole
   * pre-activation, `pass.gates` the gates and the states' blocks at `at + pass.size` the new states.
   */
  forward(pass: Pass, at: number): void;

  /**
   * One step backwards: from dL/dh and dL/dc after the step (`step.hidden`, `step.cell`) to the adjoints of the gate
   * pre-activations (`adjoints.gates` at `at`) and of the states before the step, which it adds to
   * `step.hiddenBefore` and `step.cellBefore`. What the cell state's adjoint gains from this step's output is added to
   * `adjoints.cell`, so that it is the total derivative there too.
   */
  backward(pass: Pass, adjoints: Adjoints, step: StepAdjoints, at: number): void;

  /**
   * What the recurrent weights of a gate are multiplied with, and the adjoint of that product: dL/dU is the sum over
   * the steps of factor^T adjoint, and where there is a recurrent bias, dL/d(bias) is the sum of the adjoint.
   */
  recurrentTerm(pass: Pass, adjoints: Adjoints, gate: string): { readonly factor: Floats; readonly adjoint: Floats };

  /**
   * One step's Jacobian for one sample, d(state after) / d(state before), where the state is h or, with a cell state, (h, c):
   * row-major, a row for each entry of the state after. For activations that act on every value alone.
   *
   * @param at where the sample's row of the step starts in `pass.gates`
   * @param weights by gate: the recurrent weights, (units, units)
   */
  jacobian(pass: Pass, at: number, weights: Readonly<Record<string, Floats>>): Float64Array;
}

/**
 * Everything one pass over a sequence keeps. Steps are in the order in which they were processed: for a layer that
 * goes backwards step 0 is the last timestep.
 */
export interface Pass {
  readonly samples: number;
  readonly steps: number;
  readonly units: number;
  readonly features: number;
  /** samples x units: the length of one step's block. */
  readonly size: number;
  readonly activation: Activation;
  readonly recurrentActivation: Activation;
  /** GRU: the reset gate acts on the recurrent product (Keras's default since 2019), not on the state itself. */
  readonly resetAfter: boolean;

  /** (steps, samples, features). */
  readonly inputs: Floats;
  /** (steps + 1, samples, units): block 0 is the initial state, block s + 1 the state after step s. */
  readonly hidden: Floats;
  /** As `hidden`; LSTM only, else empty. */
  readonly cell: Floats;
  /** The hidden state as step s sees it, at block s: `hidden` itself but for recurrent dropout. */
  readonly hiddenBefore: Floats;
  /** GRU: whether what is carried over is `hidden` also where dropout acts on the recurrence. */
  readonly carriesWhole: boolean;
  /** By gate: (steps, samples, units). */
  readonly preactivations: Readonly<Record<string, Floats>>;
  readonly gates: Readonly<Record<string, Floats>>;
  /** By the names in `cell.kept`: (steps + 1, samples, units), for a state's companions as for any other. */
  readonly kept: Readonly<Record<string, Floats>>;
  /** By gate: adds (samples, units) . U to (samples, units). */
  readonly recurrent: Readonly<Record<string, Product>>;
  /** By gate: the second, recurrent bias, (units); null where there is none. */
  readonly recurrentBias: Readonly<Record<string, Floats>> | null;
  /** (steps, samples): 1 where a step is to be skipped for a sample; null where none is. */
  readonly skipped: Uint8Array | null;
  /** (samples, units): recurrent dropout's factors; null where there is none. */
  readonly recurrentDropout: Floats | null;
}

/** Derivatives of the loss, by the quantities of a {@link Pass} with the same names and shapes. */
export interface Adjoints {
  /** Total dL/dh: block 0 is that of the initial state. */
  readonly hidden: Floats;
  /** Total dL/dc; LSTM only, else empty. */
  readonly cell: Floats;
  /** By gate: dL/d(pre-activation), (steps, samples, units). */
  readonly gates: Readonly<Record<string, Floats>>;
  /** By the names in `cell.keptAdjoints`: (steps + 1, samples, units). */
  readonly kept: Readonly<Record<string, Floats>>;
  /** By gate: adds (samples, units) . U^T to (samples, units). */
  readonly recurrentTransposed: Readonly<Record<string, Product>>;
}

/** One step's adjoints of the states, (samples, units) each. Samples that skip the step are zero here. */
export interface StepAdjoints {
  readonly hidden: Floats;
  readonly cell: Floats;
  readonly hiddenBefore: Floats;
  readonly cellBefore: Floats;
}
