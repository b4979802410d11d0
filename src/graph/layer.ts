import type { Recurrence } from '../cells/sequence.js';
import type { Context } from './context.js';
import type { Graph } from './graph.js';
import type { OpenShape } from './shapes.js';
import type { Tensor } from './tensor.js';
import type { Weight } from './weight.js';

/** A tensor, and the mask that goes with it: (samples, timesteps), 0 where a step is skipped; null where there is none. */
export interface Masked { readonly value: Tensor; readonly mask: Tensor | null }

/** What a layer is called with. */
export interface LayerInputs {
  readonly inputs: readonly Tensor[];
  /** The masks that come with the inputs, one for each. */
  readonly masks: readonly (Tensor | null)[];
  /**
   * How many of the inputs each argument of the call holds: [1, 2] of a recurrent layer called with a sequence and two initial states. Absent
   * where one argument holds them all. Keras goes by it in what masks it hands on.
   */
  readonly argumentSizes?: readonly number[] | null;
  /**
   * Tensors that the call gives by name and that are no inputs of the layer: `mask`, `query_mask`, `attention_mask`. Of a list of masks each has a
   * name of its own: `mask:0`, `mask:1`.
   */
  readonly given: Readonly<Record<string, Tensor>>;
  /** What else the call says: `training`, `use_causal_mask`, an operation's numbers. As the file has it. */
  readonly options: CallOptions;
}

export type CallOptions = Readonly<Record<string, unknown>>;

/**
 * What a node calls: a layer as its user knows it, whichever framework it is of. It computes by applying operations, and says itself
 * which masks go with what it gives.
 */
export interface Layer {
  readonly name: string;
  /** Its class, as its framework has it: `LSTM`, `TimeDistributed`, `Functional`. */
  readonly className: string;
  /** Its own, in the order in which its framework lists them; not those of its parts. */
  readonly weights: readonly Weight[];
  /** The layers that it is made of: directions, stacked cells, what a wrapper wraps, an attention's dense layers, a model's layers. */
  readonly parts: readonly LayerPart[];
  /** The graph that runs when it is called: of a model, or of a wrapper around one. */
  readonly graph: Graph | null;
  /** Whether it keeps its states from one batch to the next. */
  readonly stateful: boolean;
  /** Its recurrence, where it is a recurrent layer itself; not those of its parts. */
  readonly recurrent: RecurrentLayer | null;
  /** Why it has none though its class is recurrent, to be read on after its name; null for all others. */
  readonly notRecurrent: string | null;
  /** Of a layer of two directions: how what they return becomes one; null for neither. */
  readonly mergeMode?: 'concat' | 'sum' | 'ave' | 'mul' | null;
  /** Whether a call leaves what it read without masks, for whoever reads it later: as Keras's MultiHeadAttention does from 3.8 on. */
  readonly takesMasks?: boolean;
  /** Whether it is an operation written into a model rather than a layer of its framework: it has no weights, and its call says all. */
  readonly isOperation?: boolean;
  /** Makes its weights for inputs of these shapes, where they depend on that; the first time alone. */
  build?(inputs: readonly OpenShape[]): void;
  /** Adds to the loss what its activity costs: of the layer of a graph's call, which leaves it to who runs that. */
  charge?(outputs: readonly Tensor[], context: Context): void;
  /** What it is given to compute with: the same for every kind of layer. */
  call(given: LayerInputs, context: Context): Masked[];
}

/** A layer within a layer. */
export interface LayerPart {
  /** What its weights' names have before them: `forward`, `0`, a layer's name; '' for a wrapper's only layer. */
  readonly name: string;
  readonly layer: Layer;
}

/** A recurrent layer as our cells see it. */
export interface RecurrentLayer {
  /** The first reads the inputs, the next its outputs, and so on: one, but for stacked cells. Only the first may go backwards. */
  readonly cells: readonly RecurrentCell[];
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  /** Whether inputs, outputs and masks have the timesteps in front of the samples. */
  readonly timeMajor: boolean;
}

/** A cell of a recurrent layer: what it computes, and its weights. */
export interface RecurrentCell {
  readonly recurrence: Recurrence;
  /** Kernel, recurrent kernel and, where there is one, bias; in Keras's layout. */
  readonly weights: readonly Weight[];
  /** Shares that training drops. */
  readonly dropout: number;
  readonly recurrentDropout: number;
  /** What drops them in the usual one's place, if anything. */
  readonly dropoutFactors?: DropoutFactors | null;
}

/** By what training multiplies inputs or states, (samples, features or units), to drop a share of them: the same for all steps. */
export type DropoutFactors = (shape: readonly number[], rate: number) => Tensor;
