import { cast } from '../../../graph/operations/cast.js';
import type { Tensor } from '../../../graph/tensor.js';
import { dtypeOf } from './constants.js';
import { copied } from './element-wise.js';

/** A tensor in a number type as a file names it: the very same where it has that already. Real numbers are taken for float32, whichever they are in here. */
export function castAs(x: Tensor, name: unknown): Tensor {
  const dtype = dtypeOf(name);
  if (dtype !== x.dtype) return cast(x, dtype);
  return dtype === 'float' && typeof name === 'string' && !/float32/.test(name) ? copied(x) : x;
}
