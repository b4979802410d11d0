import { apply, type Operation } from '../operation.js';
import type { Dtype, Tensor } from '../tensor.js';

/** Real numbers become whole ones by leaving out what is behind the point, and truth values by whether they are 0. */
export const CAST: Operation<Dtype> = {
  name: 'cast',
  forms: ([x], dtype) => [{ shape: x.shape, dtype }],
  forward({ inputs: [{ data: x }], outputs: [{ data: y }], attributes: dtype }) {
    if (dtype === 'float') y.set(x);
    else if (dtype === 'int') for (let n = 0; n < y.length; n++) y[n] = Math.trunc(x[n]);
    else for (let n = 0; n < y.length; n++) y[n] = x[n] !== 0 ? 1 : 0;
  },
};

/** The tensor itself where it is of that kind already. */
export const cast = (x: Tensor, dtype: Dtype): Tensor => (x.dtype === dtype ? x : apply(CAST, [x], dtype)[0]);
