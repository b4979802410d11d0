import { cast } from '../operations/cast.js';
import { ctcLoss } from '../operations/ctc.js';
import type { MakeLoss } from './maker.js';

/**
 * Keras 3's CTC: targets (samples, length) of class indices, 0 after a label's end; predictions are logits (samples, timesteps, classes).
 *
 * Where a label needs more timesteps than there are, or has a class that there is not, TensorFlow's numbers mean nothing: that is refused.
 */
export const ctc: MakeLoss = () => ({ targets: 'any', apply: (target, prediction) => ({ values: ctcLoss(cast(target, 'int'), prediction), mask: null }) });
