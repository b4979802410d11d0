import { activations } from '../../cells/activations.js';
import { activate } from '../operations/activation.js';
import { add, divide, maximum, multiply, squaredDifference, subtract } from '../operations/arithmetic.js';
import { lessEqual } from '../operations/comparison.js';
import { mean } from '../operations/reductions.js';
import { where } from '../operations/select.js';
import { abs, log, square } from '../operations/unary.js';
import { scalar, type Tensor } from '../tensor.js';
import { EPSILON, one, plain, times, type MakeLoss } from './maker.js';

/** Losses that compare number by number, and are averaged over the last axis. Every dialect has them alike. */

const epsilon = scalar(EPSILON);
const softplus = activations.get('softplus')!;

const averaged = (of: (target: Tensor, prediction: Tensor) => Tensor) => plain((target, prediction) => mean(of(target, prediction), [-1]));

export const meanSquaredError: MakeLoss = () => averaged((t, p) => squaredDifference(p, t));
export const meanAbsoluteError: MakeLoss = () => averaged((t, p) => abs(subtract(p, t)));
/** 100 |(t - p) / t|. */
export const meanAbsolutePercentageError: MakeLoss = () => averaged((t, p) => times(100, abs(divide(subtract(t, p), maximum(abs(t), epsilon)))));

/** (log(1 + p) - log(1 + t))^2. */
export const meanSquaredLogarithmicError: MakeLoss = () => {
  const logOf = (x: Tensor): Tensor => log(add(maximum(x, epsilon), one));
  return averaged((t, p) => squaredDifference(logOf(p), logOf(t)));
};

/** A parabola up to delta, and a line from there on. */
export const huber: MakeLoss = (read, { kerasMajor }) => {
  const given = read.number('delta', 1);
  // Keras 2 has it in float32, whatever the rest is in.
  const delta = kerasMajor === 3 ? given : Math.fround(given);
  return averaged((t, p) => {
    const error = subtract(p, t);
    const size = abs(error);
    return where(lessEqual(size, scalar(delta)), times(0.5, square(error)), subtract(times(delta, size), scalar(0.5 * delta * delta)));
  });
};

/** Keras has it in float32, whatever the rest is in. */
const LOG_2 = scalar(Math.fround(Math.LN2));

/** log cosh(p - t), which doesn't overflow: x + softplus(-2 x) - log 2. */
export const logCosh: MakeLoss = () => averaged((t, p) => {
  const error = subtract(p, t);
  return subtract(add(error, activate(times(-2, error), softplus)), LOG_2);
});

/** p - t log p. */
export const poisson: MakeLoss = () => averaged((t, p) => subtract(p, multiply(t, log(add(p, epsilon)))));
