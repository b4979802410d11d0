import { add, multiply, power } from '../operations/arithmetic.js';
import { sigmoid } from '../operations/activation.js';
import { clip } from '../operations/clip.js';
import { logitsOf } from '../operations/logits.js';
import { mean, sum } from '../operations/reductions.js';
import { softmax } from '../operations/softmax.js';
import { log, negative } from '../operations/unary.js';
import { constant, scalar, type Tensor } from '../tensor.js';
import { binaryEntropies, smoothedBinary } from './binary-cross-entropy.js';
import { shares, smoothed } from './cross-entropy.js';
import type { LossDialect } from './loss.js';
import { EPSILON, plain, rest, times, type MakeLoss } from './maker.js';

/** Cross-entropies in which what is right already counts for less: Lin et al. 2017 (1708.02002). */

export const binaryFocalCrossEntropy: MakeLoss = (read, dialect) => {
  const [fromLogits, smoothing, axis] = [read.flag('from_logits', false), read.share('label_smoothing', 0), read.whole('axis', -1)];
  const [balanced, alpha, gamma] = [read.flag('apply_class_balancing', false), read.number('alpha', 0.25), read.number('gamma', 2)];
  return plain((target, prediction) => {
    const t = smoothedBinary(target, smoothing);
    const p = fromLogits ? sigmoid(prediction) : prediction;
    const hit = add(multiply(t, p), multiply(rest(t), rest(p)));
    // Keras 3 has made a head of the logits; Keras 2 takes them as they are.
    const entropy = dialect.kerasMajor === 3 ? binaryEntropies(t, p, false, dialect) : binaryEntropies(t, prediction, fromLogits, dialect);
    const focal = multiply(power(rest(hit), scalar(gamma)), entropy);
    return mean(balanced ? multiply(add(times(alpha, t), times(1 - alpha, rest(t))), focal) : focal, [axis]);
  }, [axis]);
};

export const categoricalFocalCrossEntropy: MakeLoss = (read, dialect) => {
  const [fromLogits, smoothing, axis] = [read.flag('from_logits', false), read.share('label_smoothing', 0), read.whole('axis', -1)];
  const [given, gamma] = [read.factors('alpha', 0.25), read.number('gamma', 2)];
  const alpha = typeof given === 'number' ? scalar(given) : constant(given, [given.length]);
  return plain((target, prediction) => {
    const t = smoothed(target, smoothing, -1);
    const p = clip(shares(probabilities(prediction, fromLogits, axis, dialect), axis), EPSILON, 1 - EPSILON);
    const factor = multiply(power(rest(p), scalar(gamma)), alpha);
    return sum(multiply(factor, negative(multiply(t, log(p)))), [axis]);
  }, [axis]);
};

/** Keras 2 makes a softmax of whatever logits it finds; of a softmax over the same axis that is the prediction itself. */
function probabilities(prediction: Tensor, fromLogits: boolean, axis: number, { kerasMajor, tfjs }: LossDialect): Tensor {
  const { head } = prediction;
  const along = axis < 0 ? axis + prediction.rank : axis;
  const same = head?.activation === 'softmax' && head.axes?.length === 1 && head.axes[0] === along;
  if (kerasMajor === 3 || tfjs || same) return fromLogits && !(same && kerasMajor !== 3) ? softmax(prediction, [axis]) : prediction;
  const logits = logitsOf(prediction, 'softmax', axis) ?? (fromLogits ? prediction : null);
  return logits ? softmax(logits, [axis]) : prediction;
}
