import { add } from '../../graph/operations/arithmetic.js';
import { reshape } from '../../graph/operations/shaping.js';
import type { Tensor } from '../../graph/tensor.js';

/**
 * What `keras.ops.add` gives on TensorFlow, from Keras 3.7 on, for a constant or a weight: one that has a single axis of more than one number, and as many of them as
 * the other array's last axis has, or else its second, is taken for a bias along that, wherever its own axis stands. Where these are as long as each other that is not
 * what numpy's rules would give.
 */
export function addAsBias(x: Tensor, constant: Tensor): Tensor {
  const [size, ...more] = constant.shape.filter((n) => n > 1);
  if (size === undefined || more.length > 0 || x.rank < 2 || constant.rank > x.rank) return add(x, constant);
  if (x.shape.at(-1) === size) return add(x, reshape(constant, [size]));
  return x.shape[1] === size ? add(x, reshape(constant, [size, ...x.shape.slice(2).map(() => 1)])) : add(x, constant);
}
