import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { SeeRnnError } from '../core/errors.js';
import { shapeText, type ArrayInput } from '../core/array.js';
import { suggestion } from '../core/nearest.js';
import { shown } from '../core/options.js';
import { inside } from '../model/internals.js';
import { sublayers } from '../model/sublayers.js';
import { dealOut, dealOutArrays, nameOf, targetTensors, toTensor, type ArrayInputs, type Slots, type TargetShape } from './inputs.js';

/** A loss: TF.js's name for it, or a function of (target, prediction) whose value is averaged. */
export type Loss = string | ((target: tf.Tensor, prediction: tf.Tensor) => tf.Tensor);

/** One for all outputs, or a list or record by output name. */
export type PerOutput<T> = T | readonly T[] | Readonly<Record<string, T>>;

type LossFunction = (target: tf.Tensor, prediction: tf.Tensor) => tf.Tensor;

const KNOWN = [
  'meanSquaredError', 'meanAbsoluteError', 'meanAbsolutePercentageError', 'meanSquaredLogarithmicError', 'squaredHinge', 'hinge',
  'categoricalHinge', 'logcosh', 'categoricalCrossentropy', 'sparseCategoricalCrossentropy', 'binaryCrossentropy',
  'kullbackLeiblerDivergence', 'poisson', 'cosineProximity',
];

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
 * @returns the loss of what the model predicted, one tensor for each output
 */
export function totalLoss(model: LayersModel, outputs: Slots, y: ArrayInputs, parts: LossParts): (predictions: readonly tf.Tensor[]) => tf.Scalar {
  const losses = outputLosses(model, outputs, parts.loss);
  const functions = losses.map(lossFunction);
  const factors = outputFactors(outputs, parts.lossWeights);
  const weights = parts.sampleWeight === undefined ? [] : dealOutArrays(parts.sampleWeight, outputs, 'sampleWeight');

  return (predictions) => {
    const targets = targetTensors(y, outputs, losses.map(targetShape), predictions);
    const terms = predictions.map((prediction, i) => {
      const loss = functions[i]!(targets[i]!, prediction);
      const weighted = weights[i] === undefined ? loss : tf.mul(loss, weightsLike(loss, weights[i], nameOf('sampleWeight', outputs, i)));
      return tf.mul(tf.mean(weighted), factors[i]!);
    });
    // A wrapper shows its layer's penalties as its own: each counts once.
    const penalties = [...new Set(sublayers(model).flatMap((layer) => inside(layer).losses ?? []))].map((penalty) => penalty());
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
  if (typeof loss === 'function') return 'any';
  return loss === 'sparseCategoricalCrossentropy' ? 'indices' : 'output';
}

const functionsByName = new Map<string, LossFunction>();

/** The function of a loss. TF.js shows its losses only through a compiled model, so that is how a name is looked up. */
function lossFunction(loss: Loss): LossFunction {
  if (typeof loss === 'function') return loss;
  if (!KNOWN.includes(loss)) throw new SeeRnnError(`unknown loss '${loss}'${suggestion(loss, KNOWN)}`);
  const known = functionsByName.get(loss);
  if (known) return known;
  // Named, since TF.js numbers the layers without a name, and the caller's next ones are to get the numbers they would have got.
  const input = tfl.input({ shape: [1], name: 'see_rnn_loss_input' });
  const output = tfl.layers.activation({ activation: 'linear', name: 'see_rnn_loss_output' }).apply(input) as tfl.SymbolicTensor;
  const probe = tfl.model({ inputs: input, outputs: output, name: 'see_rnn_loss' });
  probe.compile({ loss, optimizer: 'sgd' });
  const found = probe.lossFunctions[0] as LossFunction;
  probe.dispose();
  functionsByName.set(loss, found);
  return found;
}

/** Sample weights shaped to multiply a loss: (samples) holds for all timesteps of a sample. */
function weightsLike(loss: tf.Tensor, given: ArrayInput, what: string): tf.Tensor {
  const weights = toTensor(given, what);
  if (loss.rank === 0) throw new SeeRnnError(`${what}: the loss function gives one number for the batch, not one for each sample, so there is nothing to weigh`);
  const leading = loss.shape.slice(0, weights.rank);
  if (weights.rank === 0 || weights.rank > loss.rank || leading.some((n, axis) => n !== weights.shape[axis])) {
    throw new SeeRnnError(`${what}: expected shape ${shapeText(loss.shape)}${loss.rank > 1 ? ` or ${shapeText(loss.shape.slice(0, 1))}` : ''}, found ${shapeText(weights.shape)}`);
  }
  return tf.reshape(weights, [...weights.shape, ...loss.shape.slice(weights.rank).map(() => 1)]);
}
