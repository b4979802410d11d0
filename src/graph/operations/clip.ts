import { scalar, type Tensor } from '../tensor.js';
import { maximum, minimum } from './arithmetic.js';

/**
 * x, but at least `min` and at most `max`; where these cross, `min`. On a bound the gradient still passes.
 *
 * @param min null for none
 * @param max null for none
 */
export function clip(x: Tensor, min: Tensor | number | null, max: Tensor | number | null): Tensor {
  const bound = (value: Tensor | number): Tensor => (typeof value === 'number' ? scalar(value, x.dtype === 'float' || !Number.isInteger(value) ? 'float' : 'int') : value);
  const below = max === null ? x : minimum(x, bound(max));
  return min === null ? below : maximum(below, bound(min));
}
