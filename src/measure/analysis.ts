import type { NamedArray } from '../core/array.js';
import type { ZeroCounts } from '../trace/zeros.js';

/**
 * What `analyse` gives: plain data, every quantity with what it was measured on. The report draws from it.
 *
 * Steps back are counted from where the loss comes in: lag 0 is that step, lag k the k-th step before it that is not masked
 * ("before" as the layer reads: for one that reads backwards, later in time). Curves against timesteps are in input order.
 */
export interface Analysis {
  /** How many samples were looked at. */
  readonly samples: number;
  readonly loss: number;
  readonly settings: AnalysisSettings;
  /** Every recurrence of the model: each layer, each direction of one, each of stacked cells; in the order of data. */
  readonly recurrences: readonly RecurrenceAnalysis[];
  /** How far back the model's inputs change its output; not told of a model that reads from both ends, whose recurrences each have their own. */
  readonly forward: Measured<ForwardHorizon>;
  /** Of the whole model. */
  readonly verdict: Verdict;
}

/** Where the lines were drawn. */
export interface AnalysisSettings {
  /** A horizon ends where the curve falls below this share of its peak. */
  readonly share: number;
  /** The relative error of the weights' gradient that a truncation may have. */
  readonly bias: number;
  /** Of intervals: 0.95 means that they hold the value 19 times in 20. */
  readonly confidence: number;
}

/** A value, or why there is none. */
export type Measured<T> = T | NotMeasured;
/** `why` reads on after "not measured: ". */
export interface NotMeasured { readonly why: string }

/** Whether there is a value. */
export const isMeasured = <T extends object>(measured: Measured<T>): measured is T => !('why' in measured);

/** One recurrence of a layer. */
export interface RecurrenceAnalysis {
  /** As `run.layer` takes it. */
  readonly layer: string;
  /** '' where the layer has only one; else `forward`, `backward`; `0`, `1` of stacked cells; `forward/1`. */
  readonly part: string;
  readonly kind: 'LSTM' | 'GRU' | 'SimpleRNN';
  readonly units: number;
  readonly timesteps: number;
  readonly backwards: boolean;
  /** The share of its units that are dead: whose hidden state is never larger than 1e-6, and whose gates get no gradient at all. */
  readonly dead: number;
  /** Why zeros in the total gradient by its hidden state are 0: how many at each timestep, by why. */
  readonly zeros: ZeroCounts;
  /** The gradient by the layer's outputs at every timestep; not measured where the layer returns only its last. */
  readonly outputs: Measured<Flow>;
  /** The total gradient by the hidden state, and by the cell state of an LSTM. */
  readonly hidden: Measured<Flow>;
  readonly cell: Measured<Flow> | null;
  /** What of the loss that comes in at each sample's last such step gets how far back. First `hidden`, then `cell` of an LSTM. */
  readonly carried: Measured<readonly Carried[]>;
  readonly gates: Measured<readonly GateMeasure[]>;
  readonly jacobians: Measured<Jacobians>;
  readonly lyapunov: Measured<Lyapunov>;
  readonly learning: Measured<StepLearning>;
  /** How far back inputs change what the model says; in a model that reads from both ends, the recurrence's own inputs its own state. */
  readonly forward: Measured<ForwardHorizon>;
  readonly verdict: Verdict;
}

/** The norm of a gradient (or any array) against time. Arrays by timestep, in input order; NaN at steps that are masked in every sample, and where the gradient is. */
export interface Flow {
  /** Over all samples and units together: what stands in "the norm at t". */
  readonly norm: Float64Array;
  /** (samples, timesteps): each sample's norm over units; NaN where masked, or where the gradient is. */
  readonly bySample: NamedArray;
  /** Over samples: the middle, and the 10th and 90th percentile. */
  readonly median: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** At how many timesteps, of how many, something of the loss comes in anew; more than one and the curve hides decay: see {@link Carried}. */
  readonly entries: { readonly steps: number; readonly of: number };
}

/** What of the gradient at one step gets how far back: a curve against lag. */
export interface Carried {
  readonly of: 'hidden' | 'cell';
  /** Over samples: the median of (norm at lag k) / (norm at lag 0), and the 10th and 90th percentile. By lag, from 0, as far back as three samples reach, or all of fewer. */
  readonly norm: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** By lag: how many samples reach back that far. */
  readonly samples: Int32Array;
  /** The factor per step, fitted. */
  readonly decay: Measured<Decay>;
  readonly horizon: Horizon;
  /** By unit, of the root mean square over the samples that reach back that far. */
  readonly unitHorizons: readonly Horizon[];
  /** `float32` where the recurrence is large: values below 1e-30 of the start are 0 then. */
  readonly precision: 'float64' | 'float32';
}

/** An exponential fitted to a curve: norm(k) ~ factor^k. */
export interface Decay {
  /** Per step back: below 1 it decays, above 1 it grows. */
  readonly factor: number;
  /** Its confidence interval. */
  readonly low: number;
  readonly high: number;
  /** Steps until half (or twice, where it grows) is left; Infinity where factor is 1. */
  readonly halfLife: number;
  /** The lags that were fitted, both included. */
  readonly from: number;
  readonly to: number;
  /** The share of the log norm's variance that the exponential explains: low where the decay is no exponential. */
  readonly r2: number;
}

/** How many steps back. */
export interface Horizon {
  readonly steps: number;
  /** Whether the curve is still above the share where the data end: the horizon is at least that far. */
  readonly open: boolean;
}

/** How far back the inputs change the output, or a recurrence's state. */
export interface ForwardHorizon {
  /** What changes: the model's last output, or the state that a recurrence has come to where it has read all. */
  readonly of: 'output' | 'state';
  /** Which steps were taken from another sample: the first, or the last where it is read from the end. */
  readonly end: 'first' | 'last';
  /** How many of them; ascending, from 0 to all. */
  readonly occluded: Int32Array;
  /** By `occluded`: the root mean square change, in units of that at all steps occluded (1 at the end). */
  readonly change: Float64Array;
  /** Likewise the loss without penalties on weights, of the last output step where there are several; of a state only where none and all are occluded, else NaN. */
  readonly loss: Float64Array;
  /** (loss - loss at 0) / |loss at 0| with everything occluded; Infinity where that at 0 is 0, and it rises. */
  readonly lossRise: number;
  /** Whether the loss with everything occluded is half again as high or more, and the chance 0.01: else the model has learnt nothing of x that shows. */
  readonly usesInputs: boolean;
  /** How likely the loss would be this low if predictions had nothing to do with targets; see `chanceOf`. At least 0.01: fewer than some 6 samples hardly get there. */
  readonly chance: number;
  /** How many steps back inputs change it by at least the share of what all do: at least so many, where not all places were tried (see `occluded`). */
  readonly horizon: Horizon;
  readonly timesteps: number;
  /** How often all was repeated, each time with other samples paired; fewer times, at fewer places, in models that take long. */
  readonly pairings: number;
  /** How many samples were looked at: all, or of a state in wide layers over long sequences the first. */
  readonly samples: number;
}

/** One gate (or the candidate) over samples and timesteps that are not masked. */
export interface GateMeasure {
  readonly gate: string;
  /** Whether values lie in [0, 1] (sigmoids), or [-1, 1] (tanh); null for other activations: saturation is not told. */
  readonly range: 'sigmoid' | 'tanh' | null;
  /** By unit. */
  readonly mean: Float64Array;
  /** By unit: the share of values below 0.1 (tanh: below -0.9), and above 0.9; NaN where range is null. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** By unit: -1 / ln(mean) steps, Infinity where the mean is 1; of the gate that keeps the state (LSTM `forget`, GRU `update`), else null. */
  readonly timeConstant: Float64Array | null;
  /** The mean over units and samples at each timestep, with the 10th and 90th percentile over units. */
  readonly overTime: { readonly mean: Float64Array; readonly low: Float64Array; readonly high: Float64Array };
}

/** Jacobians of one step, d(state after) / d(state before), along real inputs. */
export interface Jacobians {
  /** Which samples and timesteps. */
  readonly at: readonly { readonly sample: number; readonly timestep: number }[];
  /** (at, units): singular values of dh_t / dh_(t-1), descending; of an LSTM with the cell state held. */
  readonly hidden: NamedArray;
  /** By lag from 1: the largest singular value, and the root mean square of all, of products of that many steps' whole Jacobians (of an LSTM's (h, c)); geometric means over samples. */
  readonly largest: Float64Array;
  readonly rms: Float64Array;
  /** How many samples the products are of. */
  readonly samples: number;
}

/** The Lyapunov spectrum along real inputs: by how much directions in the state grow, in nats per step. */
export interface Lyapunov {
  /** Descending: the mean over samples. As many as were asked for; of an LSTM's state (h, c) there are twice as many as units. */
  readonly exponents: Float64Array;
  /** Standard error over samples; NaN of one sample. */
  readonly error: Float64Array;
  readonly samples: number;
  readonly steps: number;
}

/** What each timestep's use of the weights adds to their gradient. */
export interface StepLearning {
  /** By weight (`kernel`, `recurrent_kernel`, `bias`), by timestep: the norm of the step's term. */
  readonly norms: Readonly<Record<string, Float64Array>>;
  /** By weight, by timestep: <term, dL/dW> / |dL/dW|^2. They sum to 1; a negative one works against the rest. NaN where dL/dW is 0. */
  readonly shares: Readonly<Record<string, Float64Array>>;
  /** The lengths of truncation that were tried, ascending, the last whole; and the relative error of the gradient by all weights that each has. */
  readonly truncations: Int32Array;
  readonly biases: Float64Array;
  /** The smallest of these from which on the error stays within the bias; the whole length where none shorter does. */
  readonly truncation: number;
  /** |dL/dW| over all the recurrence's weights, of these samples. */
  readonly gradientNorm: number;
  /** How many samples were looked at, the first: in wide layers over long sequences not all. */
  readonly samples: number;
}

export const VERDICTS = ['long-term', 'short-term', 'vanishing', 'exploding', 'saturated', 'dead', "can't tell"] as const;
export type VerdictKind = (typeof VERDICTS)[number];

/** What the numbers say, and what they don't. */
export interface Verdict {
  readonly kind: VerdictKind;
  /** One sentence. */
  readonly sentence: string;
  /** The figures that it rests on. */
  readonly figures: readonly { readonly name: string; readonly value: number; readonly text: string }[];
  /** `sure`: well beyond every line that was drawn; `likely`: beyond it; `unsure`: with "can't tell", always. */
  readonly sureness: 'sure' | 'likely' | 'unsure';
  /** What speaks against it, or was not measured; also where the two horizons disagree. */
  readonly doubts: readonly string[];
  /** What to try, most promising first; empty where nothing needs to be. */
  readonly advice: readonly string[];
}
