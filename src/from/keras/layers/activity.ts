import { penaltyTerm } from '../../../graph/losses/penalty.js';
import { divide } from '../../../graph/operations/arithmetic.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';
import type { Penalty } from '../../../graph/weight.js';
import type { ConfigReader } from '../config-reader.js';
import { isStandalone, since, type Dialect } from '../dialect.js';
import { penaltyIn } from './penalty.js';

/** What a layer's activity adds to the loss. */
export interface ActivityTerm {
  readonly term: Tensor;
  /** Whether it is a mean over the samples of the call, rather than a sum. */
  readonly mean: boolean;
}

/** What a layer is charged with for what it gives; null where nothing is. The layer that does nothing else says so by options of its own. */
export function activityPenalty(className: string, read: ConfigReader): Penalty | null {
  const penalty = penaltyIn(read, 'activity_regularizer');
  if (penalty || className !== 'ActivityRegularization') return penalty;
  return { l1: read.number('l1', 0), l2: read.number('l2', 0), orthogonal: null, other: null };
}

/**
 * What a layer's `activity_regularizer` adds to the loss for one of its outputs, (samples, ...); null where it adds nothing that is known.
 *
 * tf.keras has always divided it by the number of samples. Keras from 1.2 to 2.3 didn't, and Keras 3 has done so since 3.14.
 */
export function activityTerm(penalty: Penalty, output: Tensor, dialect: Dialect): ActivityTerm | null {
  if (output.isAbstract || output.dtype !== 'float') return null;
  const sum = penaltyTerm(penalty, output, dialect);
  if (!sum) return null;
  const [samples] = output.shape;
  const mean = samples !== undefined && isMean(dialect);
  return { mean, term: mean ? divide(sum, scalar(Math.max(1, samples))) : sum };
}

function isMean(dialect: Dialect): boolean {
  if (isStandalone(dialect)) return dialect.kerasMajor === 1 && !since(dialect, '1.2');
  return dialect.kerasMajor < 3 || since(dialect, '3.14');
}
