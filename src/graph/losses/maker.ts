import { scalar, type Tensor } from '../tensor.js';
import { subtract, multiply } from '../operations/arithmetic.js';
import type { LossDialect, LossFunction } from './loss.js';
import type { LossOptionsReader } from './loss-options.js';

/** What a loss is beside its name and how it is reduced. */
export type LossParts = Pick<LossFunction, 'apply' | 'targets'> & Partial<Pick<LossFunction, 'joint' | 'masks' | 'prepare'>>;

/** Makes a loss from its options, as a dialect has it. */
export type MakeLoss = (read: LossOptionsReader, dialect: LossDialect) => LossParts;

/**
 * A loss of targets of the output's shape, all of whose values count.
 *
 * @param axes along which it goes; null for all
 */
export const plain = (values: (target: Tensor, prediction: Tensor) => Tensor, axes: readonly number[] | null = [-1]): LossParts => ({
  targets: 'output',
  joint: (rank) => (axes === null || axes.some((axis) => axis === 0 || axis === -rank) ? 'takes the samples of a batch together' : null),
  apply: (target, prediction) => ({ values: values(target, prediction), mask: null }),
});

/** Keras's smallest number that is not 0. */
export const EPSILON = 1e-7;

export const one = scalar(1);

/** 1 - x. */
export const rest = (x: Tensor): Tensor => subtract(one, x);

/** x times a number. */
export const times = (factor: number, x: Tensor): Tensor => multiply(scalar(factor), x);
