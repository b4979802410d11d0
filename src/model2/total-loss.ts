import type { NamedArray } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import type { LossFunction } from '../graph/losses/loss.js';
import type { Tensor } from '../graph/tensor.js';
import type { Model } from './model.js';
import type { Part } from './parts.js';
import type { Passed } from './pass.js';
import type { Precision } from './precision.js';

/**
 * A loss: a name of Keras's or TF.js's (`meanSquaredError`, `mean_squared_error`, `mse`), one with its options (`lossByName`), or a
 * function of (target, prediction) whose value is averaged.
 */
export type Loss = string | LossFunction | OwnLoss;

/** A caller's own loss, made of the graph's operations. */
export type OwnLoss = (target: Tensor, prediction: Tensor) => Tensor;

/** One for all outputs, or a list or record by output name. */
export type PerOutput<T> = T | readonly T[] | Readonly<Record<string, T>>;

/** What the loss is made of, beside the model. */
export interface LossSettings {
  /** What the model was compiled with where undefined. */
  readonly loss: PerOutput<Loss> | undefined;
  /** One factor for each output. */
  readonly lossWeights: PerOutput<number> | undefined;
  /** One array for each output, of all samples: (samples), or (samples, timesteps) for an output with timesteps; undefined for one without. */
  readonly sampleWeight: readonly (NamedArray | undefined)[] | undefined;
  /** Factors by class index, for a model with one output: each sample weighs as its class does. */
  readonly classWeight: Readonly<Record<number, number>> | undefined;
}

/** The loss of a model on given targets, made ready. */
export interface TotalLoss {
  /**
   * Whether parts of a batch have to be measured, every one, before the loss of any is taken: the mean is over what masks leave, which no
   * part knows of the others. A pass forwards will do.
   */
  readonly measuresParts: boolean;
  measure(passed: Pick<Passed, 'outputs'>, part: Part): void;
  /** The loss, a scalar; of a part what it adds to the loss of all. */
  of(passed: Passed, part: Part | null): Tensor;
}

/**
 * The compiled loss as the model's own framework has it: the sum over the outputs of (loss weight) x mean of (mask x sample weight x class
 * weight x loss), plus the penalties of weights and activities.
 *
 * @param y targets of all samples, one array for each output
 * @throws SeeRnnError where something doesn't fit
 */
export function totalLoss(_model: Model, _y: readonly (NamedArray | undefined)[], _settings: LossSettings, _precision: Precision): TotalLoss {
  throw new SeeRnnError('not written yet');
}
