import type { NamedArray } from '../core/array.js';
import type { Analysis } from '../measure/analysis.js';
import type { LayerHealth } from '../measure/health.js';
import type { GateWeights } from '../model/gate-weights.js';
import type { ModelSummary } from '../model/summary.js';
import type { Extent } from './extent.js';
import type { OtherNorm, ShownFlow } from './other-norms.js';

/** Everything that a report shows: plain data, which the page draws from. */
export interface ReportContent {
  readonly title: string;
  /** See RNN's version. */
  readonly version: string;
  readonly model: ModelSummary;
  readonly analysis: Analysis;
  /** The layers with recurrences, in the order of data. */
  readonly layers: readonly LayerContent[];
  /** What a reader should know of how it was made, a sentence each. */
  readonly notes: readonly string[];
}

/** One recurrent layer. */
export interface LayerContent {
  readonly name: string;
  readonly kind: string;
  readonly parts: readonly PartContent[];
  /** Every array over samples, timesteps and units that there is of it, the first of them shown first. */
  readonly sequences: readonly Sequence[];
  /** By gate; null where they could not be had, and of weights that training doesn't change. */
  readonly weights: GateWeights | null;
  readonly weightGradients: GateWeights | null;
  readonly health: LayerHealth | null;
}

/** One recurrence: all of a layer, a direction of it, or one of stacked cells. */
export interface PartContent {
  /** '' where there is only one. */
  readonly part: string;
  /** What it is, in a few words: `LSTM of 100 units, forwards, returns every step`. */
  readonly about: string;
  readonly timesteps: number;
  /** The norms of the gradients by `outputs`, `hidden` and `cell` against time, as `analysis` has the Euclidean ones; of the samples that are shown or more. */
  readonly flows: Readonly<Record<OtherNorm, Readonly<Record<string, ShownFlow>>>>;
  /** Zeros in the gradient by the hidden state and why they are zero, by timestep; null where there are none, or none was taken. */
  readonly zeros: Readonly<Record<'structural' | 'masked' | 'underflow' | 'exact', NamedArray>> | null;
}

/** Values of a layer over time. */
export interface Sequence {
  /** As the command line and `run.layer` name it: `outputs`, `hidden`, `forward/gates/update`. */
  readonly name: string;
  readonly of: 'gradient' | 'value';
  /** For gates after their activation, whether it is one that lies between 0 and 1; else false. */
  readonly isGate: boolean;
  /** (samples, timesteps, units) */
  readonly array: NamedArray;
  /** Of the array. */
  readonly extent: Extent;
  /** How the samples were put together, where all of them would make the file too large: the array then has one. */
  readonly together: 'mean' | 'root mean square' | null;
}
