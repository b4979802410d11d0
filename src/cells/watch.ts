import type { Floats } from './floats.js';
import type { Recurrence } from './sequence.js';
import type { StepFactors } from './step-terms.js';

/** What there is inside a recurrence, at every step: arrays of (samples, timesteps, units), time in input order. */
export interface Inside {
  readonly hidden?: Floats | undefined;
  /** LSTM only. */
  readonly cell?: Floats | undefined;
  /** By their names in `cell.gates`. */
  readonly gates?: Readonly<Record<string, Floats>> | undefined;
}

export type InsideName = keyof Inside;

/** What a recurrence shows when it has gone forwards. */
export interface SeenForward {
  readonly recurrence: Recurrence;
  readonly samples: number;
  readonly timesteps: number;
  readonly hasBias: boolean;
  /** (samples, timesteps), 0 where a step is skipped; undefined where none is. */
  readonly mask: ArrayLike<number> | undefined;
  /** What was asked for; gates after their activation. */
  readonly values: Inside;
}

/** What it shows when the loss's gradient has gone back through it. Time in input order throughout. */
export interface SeenBack {
  /** How many adjoints were flushed to 0 at each timestep; null where none were counted, on the reference cells. */
  readonly flushed: Float64Array | null;
  /** Of what was asked for: total derivatives by states, and derivatives by gates' pre-activations. */
  readonly gradients: Inside;
  /** Of what each step adds to the weights' gradients, where that was asked for. */
  readonly terms: StepFactors | null;
  /** (samples, timesteps): 1 where something of the loss comes in at the step itself, through what the layer returns there; null where nothing was asked for. */
  readonly entered: Uint8Array | null;
}

/** Where in a layer a recurrence is. */
export interface Place {
  /** A part's name: `forward`, `backward`; `0`, `1` of stacked cells. */
  readonly name?: string;
  /** How many of its samples are one of the layer's: a TimeDistributed layer calls what it holds with every timestep as a sample. */
  readonly fold?: number;
  /** Whether what it takes for its input is in reverse order of time. */
  readonly reversed?: boolean;
}

/** Looks into recurrences while they run. What it doesn't ask for costs nothing. */
export interface Watch {
  /** The layer, as messages name it. */
  readonly label: string;
  readonly values: ReadonlySet<InsideName>;
  readonly gradients: ReadonlySet<InsideName | 'weight-steps'>;
  wentForward(seen: SeenForward): void;
  wentBack(seen: SeenBack): void;
  /** The same for a part. */
  within(place: Place): Watch;
}
