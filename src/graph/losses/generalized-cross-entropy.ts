import { multiply, power } from '../operations/arithmetic.js';
import { oneHot } from '../operations/gathering.js';
import { cast } from '../operations/cast.js';
import { sum } from '../operations/reductions.js';
import { squeeze } from '../operations/shaping.js';
import { scalar } from '../tensor.js';
import { requireClasses } from './class-indices.js';
import { rest, times, type MakeLoss } from './maker.js';

/** (1 - p^q) / q of the class that is meant: between cross-entropy (q near 0) and absolute error (q near 1). */
export const categoricalGeneralizedCrossEntropy: MakeLoss = (read) => {
  const q = read.number('q', 0.5);
  if (!(q > 0 && q < 1)) throw read.error(`q must be between 0 and 1, found ${q}`);
  return {
    targets: 'indices',
    apply(target, prediction) {
      const indices = target.rank === prediction.rank ? squeeze(target, [-1]) : target;
      const classes = prediction.shape.at(-1)!;
      requireClasses(indices, classes);
      const p = sum(multiply(prediction, oneHot(cast(indices, 'int'), classes)), [-1]);
      return { values: times(1 / q, rest(power(p, scalar(q)))), mask: null };
    },
  };
};
