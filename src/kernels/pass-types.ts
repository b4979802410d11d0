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
