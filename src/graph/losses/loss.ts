import type { Tensor } from '../tensor.js';

/** Whose losses are meant: they differ in formulas, in how masks weigh, and in their means. The dialect of a Keras file is one. */
export interface LossDialect {
  readonly kerasMajor: 1 | 2 | 3;
  /** Whether TF.js's own definitions count: of a live TF.js model. */
  readonly tfjs: boolean;
}

/** A loss of one output. */
export interface LossFunction {
  /** Its name, e.g. `meanSquaredError`. */
  readonly name: string;
  /** What targets it takes: arrays of the output's shape, class indices (without the axis of the classes, or with one of size 1), or whatever a caller's own takes. */
  readonly targets: 'output' | 'indices' | 'any';
  readonly reduction: Reduction;
  /** Whether it may leave values out of the mean. */
  readonly masks: boolean;
  /**
   * Why the loss of a batch is not the sum of its samples', for a prediction of so many axes; null where it is. To be read on after the loss's
   * name: `compares the samples of a batch with one another`.
   */
  joint(rank: number): string | null;
  /** What the loss makes of the targets of all samples before any of them are looked at by themselves: hinge's labels. */
  prepare?(target: Tensor): Tensor;
  /** One value for each sample, or for each step of one: the prediction's shape without the axis along which the loss goes. */
  apply(target: Tensor, prediction: Tensor): LossValues;
}

/** Values, and which of them count: 0 where one is left out of the mean too; null where all do. */
export interface LossValues { readonly values: Tensor; /** Of the values' shape. */ readonly mask: Tensor | null }

/**
 * How the values of samples and steps become one number. `none` is their sum, since that is what TensorFlow differentiates where it is
 * given several numbers.
 */
export type Reduction = 'mean' | 'sum' | 'none' | 'mean-with-sample-weight';
