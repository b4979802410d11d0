import { add, divide, multiply } from '../operations/arithmetic.js';
import { clip } from '../operations/clip.js';
import { sigmoidCrossEntropy } from '../operations/cross-entropy.js';
import { logitsOf } from '../operations/logits.js';
import { mean } from '../operations/reductions.js';
import { log, negative } from '../operations/unary.js';
import { scalar, type Tensor } from '../tensor.js';
import type { LossDialect } from './loss.js';
import { EPSILON, plain, rest, times, type MakeLoss } from './maker.js';

/** Of each number: is it 1 or 0? Averaged over an axis. */
export const binaryCrossEntropy: MakeLoss = (read, dialect) => {
  const [fromLogits, smoothing, axis] = [read.flag('from_logits', false), read.share('label_smoothing', 0), read.whole('axis', -1)];
  return plain((t, p) => mean(binaryEntropies(smoothedBinary(t, smoothing), p, fromLogits, dialect), [axis]), [axis]);
};

/** -t log p - (1 - t) log(1 - p), number by number: from the logits where they are known. */
export function binaryEntropies(target: Tensor, prediction: Tensor, fromLogits: boolean, { kerasMajor, tfjs }: LossDialect): Tensor {
  const logits = (tfjs ? null : logitsOf(prediction, 'sigmoid')) ?? (fromLogits ? prediction : null);
  if (logits) return sigmoidCrossEntropy(target, logits);
  const p = clip(prediction, EPSILON, 1 - EPSILON);
  // TF.js goes back to logits.
  if (tfjs) return sigmoidCrossEntropy(target, log(divide(p, rest(p))));
  // Keras 2 adds what it has clipped to once more.
  const logOf = (x: Tensor): Tensor => log(kerasMajor === 3 ? x : add(x, scalar(EPSILON)));
  return negative(add(multiply(target, logOf(p)), multiply(rest(target), logOf(rest(p)))));
}

/** Targets of 0 and 1 brought closer to a half. */
export const smoothedBinary = (target: Tensor, share: number): Tensor => (share === 0 ? target : add(times(1 - share, target), scalar(0.5 * share)));
