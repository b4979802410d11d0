import { add, maximum, multiply, subtract } from '../operations/arithmetic.js';
import { max, mean, sum } from '../operations/reductions.js';
import { square } from '../operations/unary.js';
import { constant, scalar, type Tensor } from '../tensor.js';
import { one, plain, rest, type LossParts, type MakeLoss } from './maker.js';

/** Losses of margins: 0 where a prediction is far enough on its target's side. */

const zero = scalar(0);

/** max(0, 1 - t p). */
const short = (t: Tensor, p: Tensor): Tensor => maximum(rest(multiply(t, p)), zero);

export const hinge: MakeLoss = (_, { tfjs }) => withLabels(plain((t, p) => mean(short(t, p), [-1])), tfjs);
export const squaredHinge: MakeLoss = (_, { tfjs }) => withLabels(plain((t, p) => mean(square(short(t, p)), [-1])), tfjs);

/** Keras turns labels of 0 and 1 to -1 and 1, where all are: that is for the whole batch to say. */
const withLabels = (parts: LossParts, tfjs: boolean): LossParts => (tfjs ? parts : { ...parts, prepare: signs });

function signs(target: Tensor): Tensor {
  const { data, shape } = target;
  return data.every((value) => value === 0 || value === 1) ? constant(data.map((value) => 2 * value - 1), shape) : target;
}

/** max(0, 1 + the largest p that is not meant - the p that is). */
export const categoricalHinge: MakeLoss = () => plain((t, p) => {
  const meant = sum(multiply(t, p), [-1]);
  const other = max(multiply(rest(t), p), [-1]);
  return maximum(add(subtract(other, meant), one), zero);
});
