import type { Watch } from '../cells/watch.js';
import type { Call } from './graph.js';
import type { Layer } from './layer.js';
import type { Tape } from './tape.js';
import type { Tensor } from './tensor.js';
import type { Weight } from './weight.js';

/** Under what circumstances layers are called: the same for all of a run, but for `call`, `watch` and `fold`. */
export interface Context {
  /** Whether only forms are looked for, and nothing of a size that is open may be made. */
  readonly isAbstract?: boolean;
  /** Whether dropout drops and batch normalisation uses the batch's statistics. */
  readonly training: boolean;
  /** Follows what is computed; null where there is no way back. */
  readonly tape: Tape | null;
  /** A weight's numbers, in the precision of the run. */
  readonly weight: (weight: Weight) => Tensor;
  /** Numbers from 0 to 1, evenly spread: for dropout and noise. */
  readonly random: () => number;
  /** States that stateful layers keep from one batch to the next. */
  readonly states: States;
  /** Takes what a layer adds to the loss: a scalar, for its activity's penalty; and whether that is a mean over the samples of the call, rather than a sum. */
  readonly penalise: (term: Tensor, mean: boolean) => void;
  /** The call under way; null where a layer is called by itself, to find its shapes. */
  readonly call: Call | null;
  /** Looks into every recurrence of the call under way. */
  readonly watch: Watch | null;
  /** How many samples of the call under way are one of the model's: a TimeDistributed layer calls what it holds with every timestep as a sample. */
  readonly fold: number;
  /** Sees what goes by; null where nobody looks. */
  readonly onlooker: Onlooker | null;
}

/** States by the layer that keeps them. */
export interface States {
  /** Hidden and, for an LSTM, cell state of each cell, in the precision of the run; null before the first batch. */
  of(layer: Layer): readonly Tensor[] | null;
  /** Within the run, for another call of the layer; and beyond it, unless the run is to leave the model as it was. No derivative leads through them. */
  keep(layer: Layer, states: readonly Tensor[]): void;
}

/** Sees every call of a run, those in nested models and wrappers too. */
export interface Onlooker {
  /** Sees what a call reads, and gives back what it is to read in its place. */
  enter(call: Call, inputs: readonly Tensor[], fold: number): readonly Tensor[];
  /** What is to look into the call's recurrences. */
  watch(call: Call, fold: number): Watch | null;
  /** Sees what a call gives, and gives back what takes its place further on. */
  leave(call: Call, outputs: readonly Tensor[], fold: number): readonly Tensor[];
}
