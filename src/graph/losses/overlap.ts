import { add, divide, multiply } from '../operations/arithmetic.js';
import { sum } from '../operations/reductions.js';
import { scalar } from '../tensor.js';
import { EPSILON, plain, rest, times, type MakeLoss } from './maker.js';

/** How little two sets have in common, each given by how much everything belongs to it. */

const epsilon = scalar(EPSILON);

/** 1 - 2 |t and p| / (|t| + |p|). */
export const dice: MakeLoss = (read) => {
  const axes = read.axes('axis');
  return plain((t, p) => rest(divide(times(2, sum(multiply(t, p), axes)), add(add(sum(t, axes), sum(p, axes)), epsilon))), axes);
};

/** 1 - |t and p| / (|t and p| + alpha |t without p| + beta |p without t|). */
export const tversky: MakeLoss = (read) => {
  const [axes, alpha, beta] = [read.axes('axis'), read.number('alpha', 0.5), read.number('beta', 0.5)];
  return plain((t, p) => {
    const common = sum(multiply(t, p), axes);
    const missed = times(alpha, sum(multiply(rest(p), t), axes));
    const wrong = times(beta, sum(multiply(p, rest(t)), axes));
    return rest(divide(common, add(add(add(common, missed), wrong), epsilon)));
  }, axes);
};
