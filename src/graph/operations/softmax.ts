import { zerosLike, type Floats } from '../../cells/floats.js';
import { apply, type Operation } from '../operation.js';
import { axisOf, reducedShape } from '../shapes.js';
import type { Tensor } from '../tensor.js';
import { largest, sums, sumsOfExp } from './groups.js';
import { rows } from './rows.js';

/** Softmaxes, over any axes: what is over the others is apart. */

/** The largest number of each group, and the sum of e^(x - that). */
export function peaksAndTotals({ data, shape }: Tensor, groups: readonly number[]): { readonly peaks: Float64Array; readonly totals: Float64Array } {
  const peaks = largest(data, shape, groups);
  return { peaks, totals: sumsOfExp(data, shape, groups, peaks) };
}

/** y_n = e^(x_n) / sum_m e^(x_m). */
export const SOFTMAX: Operation<readonly number[]> = {
  name: 'softmax',
  forms: ([x], axes) => { reducedShape(x.shape, axes, true); return [{ shape: x.shape, dtype: 'float' }]; },
  forward({ inputs: [x], outputs: [out], attributes: axes }) {
    const groups = reducedShape(x.shape, axes, true);
    const [a, y] = [x.data, out.data];
    const peaks = largest(a, x.shape, groups);
    rows(x.shape, [groups], ({ start, end, i, di }) => { for (let n = start; n < end; n++, i += di) y[n] = Math.exp(a[n] - peaks[i]); });
    const totals = sums(y, x.shape, groups);
    rows(x.shape, [groups], ({ start, end, i, di }) => { for (let n = start; n < end; n++, i += di) y[n] /= totals[i]; });
  },
  // dL/dx_n = y_n (dL/dy_n - sum_m y_m dL/dy_m)
  backward({ inputs: [x], outputs: [out], adjoints: [dy], attributes: axes }) {
    const groups = reducedShape(x.shape, axes, true);
    const y = out.data;
    const dx = zerosLike(dy!, y.length);
    for (let n = 0; n < y.length; n++) dx[n] = y[n] * dy![n];
    const means = sums(dx, x.shape, groups);
    rows(x.shape, [groups], ({ start, end, i, di }) => { for (let n = start; n < end; n++, i += di) dx[n] = y[n] * (dy![n] - means[i]); });
    return [dx];
  },
};

/** y_n = x_n - log sum_m e^(x_m). */
export const LOG_SOFTMAX: Operation<readonly number[]> = {
  name: 'log softmax',
  forms: SOFTMAX.forms,
  forward({ inputs: [x], outputs: [out], attributes: axes }) {
    const groups = reducedShape(x.shape, axes, true);
    const { peaks, totals } = peaksAndTotals(x, groups);
    const [a, y] = [x.data, out.data];
    rows(x.shape, [groups], ({ start, end, i, di }) => { for (let n = start; n < end; n++, i += di) y[n] = a[n] - peaks[i] - Math.log(totals[i]); });
  },
  // dL/dx_n = dL/dy_n - e^(y_n) sum_m dL/dy_m
  backward({ inputs: [x], outputs: [out], adjoints: [dy], attributes: axes }) {
    const groups = reducedShape(x.shape, axes, true);
    const y = out.data;
    const totals = sums(dy!, x.shape, groups);
    const dx: Floats = zerosLike(dy!, y.length);
    rows(x.shape, [groups], ({ start, end, i, di }) => { for (let n = start; n < end; n++, i += di) dx[n] = dy![n] - Math.exp(y[n]) * totals[i]; });
    return [dx];
  },
};

/** The softmax of a tensor over some axes, null for all. It knows its logits, from which Keras takes a cross-entropy. */
export function softmax(x: Tensor, axes: readonly number[] | null): Tensor {
  const y = apply(SOFTMAX, [x], axes ?? x.shape.map((_, axis) => axis))[0];
  y.head = { activation: 'softmax', logits: x, axes: axes?.map((axis) => axisOf(axis, x.rank)) ?? x.shape.map((_, axis) => axis) };
  return y;
}

/** The logarithm of a softmax over some axes, null for all. */
export const logSoftmax = (x: Tensor, axes: readonly number[] | null): Tensor => apply(LOG_SOFTMAX, [x], axes ?? x.shape.map((_, axis) => axis))[0];
