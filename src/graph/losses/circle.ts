import { activations } from '../../cells/activations.js';
import { SeeRnnError } from '../../core/errors.js';
import { activate } from '../operations/activation.js';
import { add, maximum, multiply, subtract } from '../operations/arithmetic.js';
import { cast } from '../operations/cast.js';
import { equal, greater, logicalAnd, logicalNot, notEqual } from '../operations/comparison.js';
import { matmul } from '../operations/matmul.js';
import { logSumExp } from '../operations/reductions.js';
import { where } from '../operations/select.js';
import { reshape, transpose } from '../operations/shaping.js';
import { formText } from '../shapes.js';
import { constant, scalar, type Tensor } from '../tensor.js';
import { rest, times, type MakeLoss } from './maker.js';

/**
 * Circle loss (Sun et al. 2020, 2002.10857) of embeddings (samples, features) of length 1, each compared with all others of the batch: those of
 * its class are to be near, others far. Samples whose loss is 0 don't count.
 */
export const circle: MakeLoss = (read) => {
  const [gamma, margin, removeDiagonal] = [read.number('gamma', 80), read.number('margin', 0.4), read.flag('remove_diagonal', true)];
  return {
    targets: 'any',
    masks: true,
    joint: () => 'compares the samples of a batch with one another',
    apply(target, prediction) {
      const [samples] = prediction.shape;
      if (prediction.rank !== 2 || target.size !== samples) throw new SeeRnnError(`expected a class for each of the embeddings (samples, features), found ${formText(target.shape)} and ${formText(prediction.shape)}`);
      const labels = cast(target, 'int');
      const same = equal(reshape(labels, [samples, 1]), reshape(labels, [1, samples]));
      const near = removeDiagonal ? logicalAnd(same, others(samples)) : same;
      const far = logicalNot(same);
      const distance = maximum(rest(matmul(prediction, transpose(prediction))), scalar(0));
      const pull = weigh(add(scalar(margin), distance), near);
      const push = weigh(subtract(scalar(1 + margin), distance), far);
      const nearTerm = times(-gamma, multiply(pull, subtract(scalar(margin), distance)));
      const farTerm = times(gamma, multiply(push, subtract(scalar(1 - margin), distance)));
      const values = activate(add(total(nearTerm, near), total(farTerm, far)), softplus);
      return { values, mask: greater(values, scalar(0)) };
    },
  };
};

const softplus = activations.get('softplus')!;

/** How much a pair matters: the further from where it should be, the more. */
const weigh = (by: Tensor, which: Tensor): Tensor => maximum(multiply(by, cast(which, 'float')), scalar(0));

const total = (terms: Tensor, which: Tensor): Tensor => logSumExp(where(which, terms, scalar(-Infinity)), [1]);

/** Every pair but those of a sample with itself. */
function others(samples: number): Tensor {
  const index = constant(Array.from({ length: samples }, (_, n) => n), [samples], 'int');
  return notEqual(reshape(index, [samples, 1]), reshape(index, [1, samples]));
}
