import type { Tensor } from '../tensor.js';

/** A loss of one output. */
export interface LossFunction {
  /** Its name, e.g. `meanSquaredError`. */
  readonly name: string;
  /** What targets it takes: arrays of the output's shape, class indices (without the last axis, or with one of size 1), or whatever a caller's own takes. */
  readonly targets: 'output' | 'indices' | 'any';
  /** How the values of samples and steps become one number. */
  readonly reduction: 'mean' | 'sum' | 'mean-with-sample-weight';
  /** One value for each sample, or for each step of one: the prediction's shape without the axis along which the loss goes. */
  apply(target: Tensor, prediction: Tensor): Tensor;
}
