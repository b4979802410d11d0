import { zerosLike, type Floats } from '../../cells/floats.js';
import { apply, type Operation } from '../operation.js';
import { broadcast } from '../shapes.js';
import type { Tensor } from '../tensor.js';
import { rows } from './rows.js';
import { sumTo } from './sum-to.js';

/** z = x where the condition isn't 0, else y. The other side has no part in it: nor has its gradient, also where it is infinite. */
export const WHERE: Operation = {
  name: 'where',
  forms: ([condition, a, b]) => [{
    shape: broadcast(condition.shape, broadcast(a.shape, b.shape)),
    dtype: a.dtype === b.dtype ? a.dtype : a.dtype === 'float' || b.dtype === 'float' ? 'float' : 'int',
  }],
  forward({ inputs: [condition, a, b], outputs: [out] }) {
    const [c, x, y, z] = [condition.data, a.data, b.data, out.data];
    rows(out.shape, [condition.shape, a.shape, b.shape], ({ start, end, i, di, j, dj, k, dk }) => {
      for (let n = start; n < end; n++, i += di, j += dj, k += dk) z[n] = c[i] !== 0 ? x[j] : y[k];
    });
  },
  backward({ inputs: [condition, a, b], outputs: [out], adjoints: [dz], wanted }) {
    const c = condition.data;
    const along = (input: Tensor, chosen: boolean): Floats => {
      const g = zerosLike(dz!, out.size);
      rows(out.shape, [condition.shape], ({ start, end, i, di }) => {
        for (let n = start; n < end; n++, i += di) if (c[i] !== 0 === chosen) g[n] = dz![n];
      });
      return sumTo(g, out.shape, input.shape);
    };
    return [null, wanted[1] ? along(a, true) : null, wanted[2] ? along(b, false) : null];
  },
};

/** @param condition anything but 0 is true */
export const where = (condition: Tensor, x: Tensor, y: Tensor): Tensor => apply(WHERE, [condition, x, y], undefined)[0];
