import type { NamedArray } from '../core/array.js';
import { Tensor, type Dtype } from '../graph/tensor.js';
import type { Model } from '../model/model.js';
import { weightNumbers } from '../model/pass.js';
import { totalLoss, type LossSettings } from '../model/total-loss.js';
import type { Run } from '../trace/run.js';

/** What a model says, one array for each of its outputs, with the masks that weigh their steps in the loss. */
export type Predicted = Pick<Run, 'predictions' | 'masks'>;

/**
 * A model's loss as a function of what it says. Penalties on weights are part of it, those on activities are not.
 *
 * @param y targets, one array for each output
 */
export async function lossOfPredictions(model: Model, y: readonly (NamedArray | undefined)[], settings: Partial<LossSettings>): Promise<(predicted: Predicted) => number> {
  const loss = totalLoss(model, y, { loss: undefined, lossWeights: undefined, sampleWeight: undefined, classWeight: undefined, ...settings }, 'float32');
  const numbers = await weightNumbers(model, 'float32');
  return ({ predictions, masks }) => {
    const outputs = predictions.map((prediction, i) => ({ value: asTensor(prediction, 'float'), mask: masks[i] ? asTensor(masks[i], 'bool') : null }));
    return loss.of({ outputs, activity: [], weight: (weight) => new Tensor(numbers.get(weight)!, weight.shape) }, null).data[0]!;
  };
}

const asTensor = ({ data, shape }: NamedArray, dtype: Dtype): Tensor => new Tensor(dtype === 'float' ? Float32Array.from(data) : Float64Array.from(data), shape, dtype);
