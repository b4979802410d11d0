import { divide, multiply } from '../operations/arithmetic.js';
import { clip } from '../operations/clip.js';
import { sum } from '../operations/reductions.js';
import { log } from '../operations/unary.js';
import { EPSILON, plain, type MakeLoss } from './maker.js';

/** sum t log(t / p), the Kullback-Leibler divergence. TF.js multiplies by the targets as they are. */
export const klDivergence: MakeLoss = (_, { tfjs }) => plain((target, prediction) => {
  const [t, p] = [clip(target, EPSILON, 1), clip(prediction, EPSILON, 1)];
  return sum(multiply(tfjs ? target : t, log(divide(t, p))), [-1]);
});
