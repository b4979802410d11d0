import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { SeeRnnError } from '../core/errors.js';
import type { ArrayInput } from '../core/array.js';
import { suggestion } from '../core/nearest.js';
import { shown } from '../core/options.js';
import { printable } from '../core/printable.js';
import { compiledWith } from '../model/compiled.js';
import { lossByName, lossNames, namedLoss, type LossFunction, type NamedLoss } from '../model/losses.js';
import { penaltiesOf } from '../model/penalties.js';
import { dealOut, dealOutArrays, nameOf, shapeOfAll, targetTensors, toTensor, type ArrayInputs, type Slots, type TargetShape } from './inputs.js';

/** A loss: TF.js's or Keras's name for it (`meanSquaredError`, `mean_squared_error`, `mse`), or a function of (target, prediction) whose value is averaged. */
export type Loss = string | ((target: tf.Tensor, prediction: tf.Tensor) => tf.Tensor);

/** One for all outputs, or a list or record by output name. */
export type PerOutput<T> = T | readonly T[] | Readonly<Record<string, T>>;

const isLoss = (value: unknown): boolean => typeof value === 'string' || typeof value === 'function';
const isNumber = (value: unknown): boolean => typeof value === 'number';

/** What the loss is made of, beside the model. */
export interface LossParts {
  /** What the model was compiled with where undefined. */
  readonly loss: PerOutput<Loss> | undefined;
  /** One factor for each output. */
  readonly lossWeights: PerOutput<number> | undefined;
  /** One array for each output: (samples), or (samples, timesteps) for an output with timesteps. */
  readonly sampleWeight: PerOutput<ArrayInput> | undefined;
}

/**
 * The compiled loss: the sum over the outputs of (loss weight) x mean of (sample weight x loss), plus the penalties of
 * regularised weights, those of recurrent cells too. The mean is over the batch and, for an output with timesteps, over those.
 *
 * Where only a part of the samples is meant, it is what that part adds to the loss of all.
 *
 * @returns the loss of what the model predicted, one tensor for each output
 */
export function totalLoss(model: LayersModel, outputs: Slots, y: ArrayInputs, parts: LossParts): (predictions: readonly tf.Tensor[]) => tf.Scalar {
  const losses = outputLosses(model, outputs, parts.loss);
  const functions = losses.map(lossFunction);
  const factors = outputFactors(outputs, parts.lossWeights ?? (parts.loss === undefined ? compiledWith(model)?.lossWeights ?? undefined : undefined));
  const { part } = outputs;
  const share = part ? (part.to - part.from) / part.of : 1;
  const weights = parts.sampleWeight === undefined ? [] : dealOutArrays(parts.sampleWeight, outputs, 'sampleWeight');

  return (predictions) => {
    const targets = targetTensors(y, outputs, losses.map(targetShape), predictions);
    const terms = predictions.map((prediction, i) => {
      const loss = functions[i]!(targets[i]!, prediction);
      requireOneEach(loss, outputs, nameOf('loss', outputs, i));
      const weighted = weights[i] === undefined ? loss : tf.mul(loss, weightsLike(loss, weights[i], outputs, nameOf('sampleWeight', outputs, i)));
      return tf.mul(tf.mean(weighted), factors[i]! * share);
    });
    // Where the samples come in parts each counts once.
    const penalties = part && part.from > 0 ? [] : penaltiesOf(model).map((penalty) => penalty());
    return tf.addN([...terms, ...penalties].map((term) => tf.reshape(term, []))) as tf.Scalar;
  };
}

/** The losses of a model's outputs: those given, else those it was compiled with. */
function outputLosses(model: LayersModel, outputs: Slots, given: PerOutput<Loss> | undefined): Loss[] {
  const losses = given ?? (model.loss as PerOutput<Loss> | undefined);
  if (losses === undefined) {
    throw new SeeRnnError("the model has no loss: compile it, or give one by the option 'loss', e.g. { loss: 'meanSquaredError' }");
  }
  if (isLoss(losses)) return outputs.names.map(() => losses as Loss);
  return perOutput<Loss>(losses, outputs, 'loss').map((loss, i) => {
    const name = nameOf('loss', outputs, i);
    if (loss === undefined) throw new SeeRnnError(`${name}: nothing was given`);
    if (!isLoss(loss)) throw new SeeRnnError(`${name}: expected a name or a function, found ${shown(loss)}`);
    return loss;
  });
}

function outputFactors(outputs: Slots, given: PerOutput<number> | undefined): number[] {
  if (given === undefined || isNumber(given)) return outputs.names.map(() => (given as number | undefined) ?? 1);
  return perOutput<number>(given, outputs, 'lossWeights').map((factor = 1, i) => {
    if (!isNumber(factor)) throw new SeeRnnError(`${nameOf('lossWeights', outputs, i)}: expected a number, found ${shown(factor)}`);
    return factor;
  });
}

/** Deals out a list or a record, or one value of whatever type where that is what was given. */
const perOutput = <T>(given: PerOutput<T>, outputs: Slots, what: string): (T | undefined)[] =>
  dealOut<T>(given as T, outputs, what, (value) => typeof value !== 'object' || value === null);

/** What shape a loss wants its targets in. */
function targetShape(loss: Loss): TargetShape {
  return typeof loss === 'function' ? namedLoss(loss)?.targets ?? 'any' : lossNamed(loss).targets;
}

function lossFunction(loss: Loss): LossFunction {
  return typeof loss === 'function' ? loss : lossNamed(loss).apply;
}

function lossNamed(name: string): NamedLoss {
  const found = lossByName(name);
  if (!found) throw new SeeRnnError(`unknown loss '${printable(name)}'${suggestion(name, lossNames)}`);
  return found;
}

/** A mean over all samples can be put together from parts of them only where each sample has a loss of its own. */
function requireOneEach(loss: tf.Tensor, { part }: Slots, what: string): void {
  if (part && loss.shape[0] !== part.to - part.from) {
    throw new SeeRnnError(`the batch cannot run in parts (option batchSize): ${what} is a function that gives one value for the batch, not one for each sample`);
  }
}

/** Sample weights shaped to multiply a loss: (samples) holds for all timesteps of a sample. */
function weightsLike(loss: tf.Tensor, given: ArrayInput, outputs: Slots, what: string): tf.Tensor {
  const weights = toTensor(given, what);
  if (loss.rank === 0) throw new SeeRnnError(`${what}: the loss function gives one number for the batch, not one for each sample, so there is nothing to weigh`);
  const leading = loss.shape.slice(0, weights.rank);
  if (weights.rank === 0 || weights.rank > loss.rank || leading.some((n, axis) => n !== weights.shape[axis])) {
    throw new SeeRnnError(`${what}: expected shape ${shapeOfAll(loss.shape, outputs)}${loss.rank > 1 ? ` or ${shapeOfAll(loss.shape.slice(0, 1), outputs)}` : ''}, found ${shapeOfAll(weights.shape, outputs)}`);
  }
  return tf.reshape(weights, [...weights.shape, ...loss.shape.slice(weights.rank).map(() => 1)]);
}
