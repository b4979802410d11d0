import { add, multiply, subtract } from '../../../graph/operations/arithmetic.js';
import { cast } from '../../../graph/operations/cast.js';
import { where } from '../../../graph/operations/select.js';
import { softmax } from '../../../graph/operations/softmax.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';
import { since, type Dialect } from '../dialect.js';

/** What Keras gives to a score that is not to count, or takes off it. */
export const HIDDEN = -1e9;

/**
 * What Keras's Softmax layer makes of scores under a mask. Where some count, the others' shares are 0 in every version; they differ where none does: all are
 * 0 from Keras 3.10 on, and before it is as if all counted.
 *
 * @param mask broadcastable to the scores; null where all count
 * @param robust Keras 2's `robust_masking`: scores that don't count are replaced, not made small
 */
export function maskedSoftmax(scores: Tensor, mask: Tensor | null, axes: readonly number[], dialect: Dialect, robust = false): Tensor {
  if (mask === null) return softmax(scores, axes);
  if (robust || since(dialect, '3.13')) {
    const shares = softmax(where(mask, scores, scalar(HIDDEN)), axes);
    return dialect.kerasMajor === 3 ? where(mask, shares, scalar(0)) : shares;
  }
  const counts = cast(mask, 'float');
  const shares = softmax(add(scores, multiply(subtract(scalar(1), counts), scalar(HIDDEN))), axes);
  return since(dialect, '3.10') ? multiply(shares, counts) : shares;
}
