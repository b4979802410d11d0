import type * as tfjs from '@tensorflow/tfjs-core';
import type { LossFunction } from '../../../graph/losses/loss.js';
import { foreign } from './foreign.js';

/** A loss of TF.js's: a function of (target, prediction). */
export type TfLoss = (target: tfjs.Tensor, prediction: tfjs.Tensor) => tfjs.Tensor;

/** A loss that TF.js computes and differentiates. */
export const foreignLoss = (loss: TfLoss): LossFunction => ({
  name: 'a function', targets: 'any', reduction: 'mean', masks: false, joint: () => null,
  apply: (target, prediction) => ({ values: foreign('the loss', ([t, p]) => [loss(t!, p!)], [target, prediction])[0]!, mask: null }),
});
