import type { Numbers } from '../core/array.js';
import { Tensor, type Dtype } from '../graph/tensor.js';
import { outputSlots, readArrays, type ArrayInputs } from '../model/inputs.js';
import type { Model } from '../model/model.js';
import { weightNumbers } from '../model/pass.js';
import { totalLoss } from '../model/total-loss.js';
import type { MadeOf, Run } from '../trace/run.js';
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
 * @param run with the model's predictions of the inputs that go with the targets
 */
export async function chanceOf(model: Model, { predictions, masks }: Pick<Run, 'predictions' | 'masks'>, y: ArrayInputs, parts: Partial<Pick<MadeOf, 'loss' | 'lossWeights' | 'sampleWeight' | 'classWeight'>>): Promise<number> {
  const samples = predictions[0]!.shape[0]!;
  const outputs = outputSlots(model);
  const { loss: named, lossWeights, sampleWeight, classWeight } = parts;
  const loss = totalLoss(model, await readArrays(y, outputs, 'y'), {
    loss: named, lossWeights, classWeight, sampleWeight: sampleWeight === undefined ? undefined : await readArrays(sampleWeight as ArrayInputs, outputs, 'sampleWeight'),
  }, 'float32');
  const numbers = await weightNumbers(model, 'float32');
  const next = sameNumbers();
  const losses = Array.from({ length: 1 + DEALS }, (_, deal) => {
    const order = deal === 0 ? Int32Array.from({ length: samples }, (_one, i) => i) : shuffled(samples, next);
    const dealt = predictions.map(({ data, shape }, i) => {
      const mask = masks[i];
      return { value: rows(data, shape, order, 'float'), mask: mask ? rows(mask.data, mask.shape, order, 'bool') : null };
    });
    return loss.of({ outputs: dealt, activity: [], weight: (weight) => new Tensor(numbers.get(weight)!, weight.shape) }, null).data[0]!;
  });
  // Not `<=`: of a loss that is NaN nothing is known, and so nothing is unlikely.
  return losses.filter((one) => !(one > losses[0]!)).length / losses.length;
}

/** An array's samples in another order. */
function rows(data: Numbers, shape: readonly number[], order: Int32Array, dtype: Dtype): Tensor {
  const out = dtype === 'float' ? new Float32Array(data.length) : new Float64Array(data.length);
  const width = data.length / order.length;
  order.forEach((from, to) => { out.set(data.subarray(from * width, (from + 1) * width), to * width); });
  return new Tensor(out, shape, dtype);
}
