import type { NamedArray } from '../core/array.js';
import type { Predicted } from './loss-of-predictions.js';
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
 * @param predicted of the inputs that go with the targets
 * @param loss of predictions, for those targets
 */
export function chanceOf({ predictions, masks }: Predicted, loss: (predicted: Predicted) => number): number {
  const samples = predictions[0]!.shape[0]!;
  const next = sameNumbers();
  const losses = Array.from({ length: 1 + DEALS }, (_, deal) => {
    const order = deal === 0 ? Int32Array.from({ length: samples }, (_one, i) => i) : shuffled(samples, next);
    return loss({ predictions: predictions.map((one) => rows(one, order)), masks: masks.map((one) => one && rows(one, order)) });
  });
  // Not `<=`: of a loss that is NaN nothing is known, and so nothing is unlikely.
  return losses.filter((one) => !(one > losses[0]!)).length / losses.length;
}

/** An array's samples in another order. */
function rows({ data, shape, axes }: NamedArray, order: Int32Array): NamedArray {
  const out = data.slice();
  const width = data.length / order.length;
  order.forEach((from, to) => { out.set(data.subarray(from * width, (from + 1) * width), to * width); });
  return { data: out, shape, axes };
}
