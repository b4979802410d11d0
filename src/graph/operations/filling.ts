import { apply, type Operation } from '../operation.js';
import type { Dtype, Tensor } from '../tensor.js';

interface FillAttributes { readonly shape: readonly number[]; readonly value: number; readonly dtype: Dtype }

/** One number everywhere. It reads a tensor so that it is abstract where that is, and for its precision. */
export const FILL: Operation<FillAttributes> = {
  name: 'fill',
  forms: (_inputs, { shape, dtype }) => [{ shape, dtype }],
  forward({ outputs: [out], attributes: { value } }) { out.data.fill(value); },
};

/** An array of one number. @param like a tensor of the run */
export const filled = (like: Tensor, shape: readonly number[], value: number, dtype: Dtype): Tensor => apply(FILL, [like], { shape, value, dtype })[0];

/** 0, 1, 2, ... It reads a tensor so that it is abstract where that is. */
export const COUNT_UP: Operation<number> = {
  name: 'count up',
  forms: (_inputs, length) => [{ shape: [length], dtype: 'int' }],
  forward({ outputs: [out] }) { for (let n = 0; n < out.data.length; n++) out.data[n] = n; },
};

/** 0, 1, 2, ..., so many. @param like a tensor of the run */
export const counting = (like: Tensor, length: number): Tensor => apply(COUNT_UP, [like], length)[0];

/** The places along an axis of a tensor: 0, 1, ..., as many as it has. */
export const placesAlong = (x: Tensor, axis: number): Tensor => apply(COUNT_UP, [x], x.shape.at(axis)!)[0];
