import { divide, multiply, add } from '../operations/arithmetic.js';
import { clip } from '../operations/clip.js';
import { cast } from '../operations/cast.js';
import { notEqual } from '../operations/comparison.js';
import { softmaxCrossEntropy, sparseSoftmaxCrossEntropy } from '../operations/cross-entropy.js';
import { oneHot } from '../operations/gathering.js';
import { logitsOf } from '../operations/logits.js';
import { sum } from '../operations/reductions.js';
import { where } from '../operations/select.js';
import { expandDims, moveAxis, squeeze } from '../operations/shaping.js';
import { log, negative } from '../operations/unary.js';
import { axisOf } from '../shapes.js';
import { scalar, type Tensor } from '../tensor.js';
import { requireClasses } from './class-indices.js';
import type { LossDialect } from './loss.js';
import { EPSILON, plain, times, type MakeLoss } from './maker.js';

/** Which class is it? -sum t log p along an axis, t being shares or, of the sparse one, the index of a class. */

export const categoricalCrossEntropy: MakeLoss = (read, dialect) => {
  const [fromLogits, smoothing, axis] = [read.flag('from_logits', false), read.share('label_smoothing', 0), read.whole('axis', -1)];
  // Keras 3 counts the classes along the last axis, whichever the loss's is.
  return plain((t, p) => entropies(smoothed(t, smoothing, dialect.kerasMajor === 3 ? -1 : axis), p, { fromLogits, axis, dialect }), [axis]);
};

interface Along { readonly fromLogits: boolean; readonly axis: number; readonly dialect: LossDialect }

function entropies(target: Tensor, prediction: Tensor, { fromLogits, axis, dialect: { tfjs } }: Along): Tensor {
  const logits = (tfjs ? null : logitsOf(prediction, 'softmax', axis)) ?? (fromLogits ? prediction : null);
  if (logits) return softmaxCrossEntropy(target, logits, axis);
  return negative(sum(multiply(target, log(clip(shares(prediction, axis), EPSILON, 1 - EPSILON))), [axis]));
}

/** Probabilities brought to a sum of 1. */
export const shares = (prediction: Tensor, axis: number): Tensor => divide(prediction, sum(prediction, [axis], true));

/** Targets brought closer to equal shares. */
export const smoothed = (target: Tensor, share: number, axis: number): Tensor => (share === 0 ? target : add(times(1 - share, target), scalar(share / target.shape.at(axis)!)));

export const sparseCategoricalCrossEntropy: MakeLoss = (read, dialect) => {
  const [fromLogits, given, ignored] = [read.flag('from_logits', false), read.whole('axis', -1), read.wholeOrNone('ignore_class')];
  return {
    targets: 'indices',
    masks: ignored !== null,
    apply(target, prediction) {
      const axis = axisOf(given, prediction.rank);
      if (dialect.kerasMajor === 3 && !dialect.tfjs && axis !== prediction.rank - 1) throw read.error(`axis is ${given}: Keras 3 takes the last one alone, here ${prediction.rank - 1}`);
      const indices = target.rank === prediction.rank ? squeeze(target, [axis]) : target;
      const valid = ignored === null ? null : notEqual(indices, scalar(ignored));
      const counted = cast(valid ? where(valid, indices, scalar(0)) : indices, 'int');
      requireClasses(valid ? where(valid, indices, scalar(0)) : indices, prediction.shape[axis]);
      const values = sparseEntropies(counted, prediction, valid, { fromLogits, axis, dialect });
      return { values: valid ? where(valid, values, scalar(0)) : values, mask: valid };
    },
  };
};

function sparseEntropies(indices: Tensor, prediction: Tensor, valid: Tensor | null, { fromLogits, axis, dialect: { kerasMajor, tfjs } }: Along): Tensor {
  // TF.js clips, and makes shares of what it has clipped.
  if (tfjs) return entropies(oneHot(indices, prediction.shape[axis], axis), fromLogits ? prediction : clip(prediction, EPSILON, 1 - EPSILON), { fromLogits, axis, dialect: { kerasMajor, tfjs } });
  // What Keras 3 leaves out it writes over, so that the logits are lost.
  const read = valid && kerasMajor === 3 ? where(expandDims(valid, [axis]), prediction, scalar(0)) : prediction;
  const logits = logitsOf(read, 'softmax', axis) ?? (fromLogits ? read : log(clip(read, EPSILON, 1 - EPSILON)));
  return sparseSoftmaxCrossEntropy(indices, moveAxis(logits, axis, -1));
}
