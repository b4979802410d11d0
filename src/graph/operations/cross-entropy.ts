import { zerosLike } from '../../cells/floats.js';
import { SeeRnnError } from '../../core/errors.js';
import { apply, type AnyOperation, type Operation } from '../operation.js';
import { axisOf, formText } from '../shapes.js';
import type { Tensor } from '../tensor.js';
import { peaksAndTotals } from './softmax.js';
import { rows } from './rows.js';

/** Cross-entropies of logits, which neither over- nor underflow; with TensorFlow's gradients, p - t. */

interface Along { readonly axis: number }

const groupsOf = (shape: readonly number[], axis: number): number[] => shape.map((n, at) => (at === axis ? 1 : n));

/** -sum_n t_n log softmax(z)_n along an axis. Its gradient by the logits takes the targets for shares of one, as TensorFlow's does. */
export const SOFTMAX_CROSS_ENTROPY: Operation<Along> = {
  name: 'softmax cross-entropy',
  forms([t, z], { axis }) {
    if (formText(t.shape) !== formText(z.shape)) throw new SeeRnnError(`expected targets of shape ${formText(z.shape)}, found ${formText(t.shape)}`);
    return [{ shape: z.shape.filter((_, at) => at !== axis), dtype: 'float' }];
  },
  forward({ inputs: [t, z], outputs: [out], attributes: { axis } }) {
    const groups = groupsOf(z.shape, axis);
    const { peaks, totals } = peaksAndTotals(z, groups);
    const loss = new Float64Array(totals.length);
    rows(z.shape, [groups], ({ start, end, i, di }) => {
      for (let n = start; n < end; n++, i += di) loss[i] += t.data[n] * (Math.log(totals[i]) - (z.data[n] - peaks[i]));
    });
    out.data.set(loss);
  },
  backward({ inputs: [t, z], adjoints: [d], attributes: { axis }, wanted }) {
    const groups = groupsOf(z.shape, axis);
    const { peaks, totals } = peaksAndTotals(z, groups);
    const [dt, dz] = [wanted[0] ? zerosLike(d!, t.size) : null, wanted[1] ? zerosLike(d!, z.size) : null];
    rows(z.shape, [groups], ({ start, end, i, di }) => {
      for (let n = start; n < end; n++, i += di) {
        const above = z.data[n] - peaks[i];
        if (dt) dt[n] = d![i] * (Math.log(totals[i]) - above);
        if (dz) dz[n] = d![i] * (Math.exp(above) / totals[i] - t.data[n]);
      }
    });
    return [dt, dz];
  },
};

/** -log softmax(z)_k along the last axis, k an index for each row. */
export const SPARSE_SOFTMAX_CROSS_ENTROPY: Operation = {
  name: 'sparse softmax cross-entropy',
  forms([k, z]) {
    const shape = z.shape.slice(0, -1);
    if (formText(k.shape) !== formText(shape)) throw new SeeRnnError(`expected class indices of shape ${formText(shape)}, found ${formText(k.shape)}`);
    return [{ shape, dtype: 'float' }];
  },
  forward({ inputs: [k, z], outputs: [out] }) {
    const classes = z.shape.at(-1)!;
    const { peaks, totals } = peaksAndTotals(z, groupsOf(z.shape, z.rank - 1));
    for (let row = 0; row < k.size; row++) {
      const index = k.data[row];
      if (!(Number.isInteger(index) && index >= 0 && index < classes)) throw new SeeRnnError(`expected class indices from 0 to ${classes - 1}, found ${index}`);
      out.data[row] = Math.log(totals[row]) - (z.data[row * classes + index] - peaks[row]);
    }
  },
  backward({ inputs: [k, z], adjoints: [d] }) {
    const classes = z.shape.at(-1)!;
    const { peaks, totals } = peaksAndTotals(z, groupsOf(z.shape, z.rank - 1));
    const dz = zerosLike(d!, z.size);
    for (let row = 0; row < k.size; row++) {
      for (let m = 0, n = row * classes; m < classes; m++, n++) dz[n] = d![row] * (Math.exp(z.data[n] - peaks[row]) / totals[row] - (m === k.data[row] ? 1 : 0));
    }
    return [null, dz];
  },
};

/** -t log sigmoid(z) - (1 - t) log(1 - sigmoid(z)), of every number: max(z, 0) - z t + log(1 + e^-|z|). */
export const SIGMOID_CROSS_ENTROPY: Operation = {
  name: 'sigmoid cross-entropy',
  forms([t, z]) {
    if (formText(t.shape) !== formText(z.shape)) throw new SeeRnnError(`expected targets of shape ${formText(z.shape)}, found ${formText(t.shape)}`);
    return [{ shape: z.shape, dtype: 'float' }];
  },
  forward({ inputs: [{ data: t }, { data: z }], outputs: [{ data: loss }] }) {
    for (let n = 0; n < loss.length; n++) loss[n] = Math.max(z[n], 0) - z[n] * t[n] + Math.log1p(Math.exp(-Math.abs(z[n])));
  },
  backward({ inputs: [{ data: t }, { data: z }], adjoints: [d], wanted }) {
    const [dt, dz] = [wanted[0] ? zerosLike(d!, t.length) : null, wanted[1] ? zerosLike(d!, z.length) : null];
    for (let n = 0; n < z.length; n++) {
      if (dt) dt[n] = -d![n] * z[n];
      if (dz) {
        // p - t, of p close to 1 by what is missing to 1.
        const small = Math.exp(-Math.abs(z[n]));
        const share = small / (1 + small);
        dz[n] = d![n] * (z[n] >= 0 ? 1 - t[n] - share : share - t[n]);
      }
    }
    return [dt, dz];
  },
};

/** The cross-entropy of softmax(logits) along an axis. @param target the logits' shape @returns without the axis */
export const softmaxCrossEntropy = (target: Tensor, logits: Tensor, axis = -1): Tensor => apply(SOFTMAX_CROSS_ENTROPY, [target, logits], { axis: axisOf(axis, logits.rank) })[0];

/**
 * The cross-entropy of softmax(logits) along the last axis.
 *
 * @param indices a class index for each, of the logits' shape without the last axis
 * @throws SeeRnnError for a class that there is not
 */
export const sparseSoftmaxCrossEntropy = (indices: Tensor, logits: Tensor): Tensor => apply(SPARSE_SOFTMAX_CROSS_ENTROPY, [indices, logits], undefined)[0];

/** The cross-entropy of sigmoid(logits), number by number. */
export const sigmoidCrossEntropy = (target: Tensor, logits: Tensor): Tensor => apply(SIGMOID_CROSS_ENTROPY, [target, logits], undefined)[0];

export const CROSS_ENTROPIES: readonly AnyOperation[] = [SOFTMAX_CROSS_ENTROPY, SPARSE_SOFTMAX_CROSS_ENTROPY, SIGMOID_CROSS_ENTROPY];
