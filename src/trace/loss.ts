import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { SeeRnnError } from '../core/errors.js';
import { shapeText, type ArrayInput } from '../core/array.js';
import { suggestion } from '../core/nearest.js';
import { inside } from '../model/internals.js';
import { sublayers } from '../model/sublayers.js';
import { dealOut, toTensor, type TargetShape } from './inputs.js';

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

/** The losses of a model's outputs: those given, else those it was compiled with. */
export function outputLosses(model: LayersModel, names: readonly string[], given: PerOutput<Loss> | undefined): Loss[] {
  const compiled = model.loss as PerOutput<Loss> | undefined;
  const losses = given ?? compiled;
  if (losses === undefined) {
    throw new SeeRnnError("the model has no loss: compile it, or give one by the option 'loss', e.g. { loss: 'meanSquaredError' }");
  }
  const single = (value: unknown): boolean => typeof value === 'string' || typeof value === 'function';
  if (single(losses)) return names.map(() => losses as Loss);
  return dealOut<Loss>(losses as Loss, names, 'loss', single).map((loss, i) => {
    if (loss === undefined) throw new SeeRnnError(`loss: none was given for the output '${names[i]!}'`);
    return loss;
  });
}

/** What shape a loss wants its targets in. */
export function targetShape(loss: Loss): TargetShape {
  if (typeof loss === 'function') return 'any';
  return loss === 'sparseCategoricalCrossentropy' ? 'indices' : 'output';
}

/** The function of a loss. TF.js shows its losses only through a compiled model, so that is how a name is looked up. */
function lossFunction(loss: Loss): LossFunction {
  if (typeof loss === 'function') return loss;
  const input = tfl.input({ shape: [1] });
  const probe = tfl.model({ inputs: input, outputs: tfl.layers.activation({ activation: 'linear' }).apply(input) as tfl.SymbolicTensor });
  try {
    probe.compile({ loss, optimizer: 'sgd' });
    return probe.lossFunctions[0] as LossFunction;
  } catch {
    throw new SeeRnnError(`unknown loss '${loss}'${suggestion(loss, KNOWN)}`);
  } finally {
    probe.dispose();
  }
}

/** What weighs the outputs' losses and their samples. */
export interface LossWeights {
  /** One factor for each output. */
  readonly outputs: PerOutput<number> | undefined;
  /** One array for each output: (samples), or (samples, timesteps) for an output with timesteps. */
  readonly samples: PerOutput<ArrayInput> | undefined;
}

/**
 * The compiled loss: the sum over the outputs of (loss weight) x mean of (sample weight x loss), plus the penalties of
 * regularised weights, those of recurrent cells too. The mean is over the batch and, for an output with timesteps, over those.
 */
export function totalLoss(
  model: LayersModel, names: readonly string[], losses: readonly Loss[], weights: LossWeights,
): (targets: readonly tf.Tensor[], predictions: readonly tf.Tensor[]) => tf.Scalar {
  const functions = losses.map(lossFunction);
  const isNumber = (value: unknown): boolean => typeof value === 'number';
  const factors = weights.outputs === undefined ? [] : isNumber(weights.outputs)
    ? names.map(() => weights.outputs as number)
    : dealOut<number>(weights.outputs as number, names, 'lossWeights', isNumber);
  const isArray = (value: unknown): boolean => names.length === 1 && !(Array.isArray(value) && typeof value[0] === 'object' && !Array.isArray(value[0]));
  const samples = weights.samples === undefined ? [] : dealOut<ArrayInput>(weights.samples as ArrayInput, names, 'sampleWeight', isArray);

  return (targets, predictions) => {
    const parts = predictions.map((prediction, i) => {
      let loss = functions[i]!(targets[i]!, prediction);
      if (samples[i] !== undefined) loss = tf.mul(loss, weightsLike(loss, samples[i], names.length === 1 ? 'sampleWeight' : `sampleWeight '${names[i]!}'`));
      return tf.mul(tf.mean(loss), factors[i] ?? 1);
    });
    // A wrapper shows its layer's penalties as its own: each counts once.
    const penalties = [...new Set(sublayers(model).flatMap((layer) => inside(layer).losses ?? []))].map((penalty) => penalty());
    return tf.addN([...parts, ...penalties].map((part) => tf.reshape(part, []))) as tf.Scalar;
  };
}

/** Sample weights shaped to multiply a loss: (samples) holds for all timesteps of a sample. */
function weightsLike(loss: tf.Tensor, given: ArrayInput, what: string): tf.Tensor {
  const weights = toTensor(given, what);
  const leading = loss.shape.slice(0, weights.rank);
  if (weights.rank > loss.rank || leading.some((n, axis) => n !== weights.shape[axis])) {
    throw new SeeRnnError(`${what}: expected shape ${shapeText(loss.shape)}${loss.rank > 1 ? ` or ${shapeText(loss.shape.slice(0, 1))}` : ''}, found ${shapeText(weights.shape)}`);
  }
  return tf.reshape(weights, [...weights.shape, ...loss.shape.slice(weights.rank).map(() => 1)]);
}
