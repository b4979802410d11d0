import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { NamedArray } from '../core/array.js';
import { slotsOf, type ArrayInputs } from '../trace/inputs.js';
import { totalLoss, type LossParts } from '../trace/loss.js';
import { sameNumbers, shuffled } from './shuffled.js';

/** How often samples are dealt out anew. */
const DEALS = 99;

/**
 * How likely predictions like these would have a loss this low if they had nothing to do with the targets: the share of ways to deal the
 * predictions out among the samples under which the loss is as low or lower (a permutation test; Fisher 1935, Phipson and Smyth 2010 on
 * counting the way that it is as one of them). 99 ways are drawn, the same every time, so that 0.01 is the least there can be.
 *
 * Samples are taken for exchangeable: windows that overlap make it smaller than it is.
 *
 * @param predictions one array for each of the model's outputs, (samples, ...)
 */
export function chanceOf(model: LayersModel, predictions: readonly NamedArray[], y: ArrayInputs, parts: Partial<LossParts>): number {
  const samples = predictions[0]!.shape[0]!;
  const next = sameNumbers();
  const losses = tf.tidy(() => {
    const given = predictions.map(({ data, shape }) => tf.tensor(Float32Array.from(data), [...shape]));
    const loss = totalLoss(model, slotsOf('output', model.outputs), y, { loss: undefined, lossWeights: undefined, sampleWeight: undefined, ...parts });
    return Array.from({ length: 1 + DEALS }, (_, deal) => tf.tidy(() => {
      const order = deal === 0 ? Int32Array.from({ length: samples }, (_one, i) => i) : shuffled(samples, next);
      const rows = tf.tensor1d(order, 'int32');
      return loss(given.map((prediction) => tf.gather(prediction, rows))).dataSync()[0]!;
    }));
  });
  // Not `<=`: of a loss that is NaN nothing is known, and so nothing is unlikely.
  return losses.filter((loss) => !(loss > losses[0]!)).length / losses.length;
}
