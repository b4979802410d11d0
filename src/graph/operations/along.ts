import { zerosLike, type Floats } from '../../cells/floats.js';
import { SeeRnnError } from '../../core/errors.js';
import { apply, type AnyOperation, type Operation } from '../operation.js';
import { axisOf, formText } from '../shapes.js';
import type { Dtype, Tensor } from '../tensor.js';

/** Operations along one axis, number by number: running sums and products, and where the largest number is. */

interface Along { readonly axis: number }

/** Calls back with the first number of every line along an axis; its numbers are `step` apart. */
function lines(shape: readonly number[], { axis }: Along, visit: (start: number, step: number, count: number) => void): void {
  const at = axisOf(axis, shape.length);
  const count = shape[at];
  const step = shape.slice(at + 1).reduce((size, n) => size * n, 1);
  const outer = shape.slice(0, at).reduce((size, n) => size * n, 1);
  for (let block = 0; block < outer; block++) for (let n = 0; n < step; n++) visit(block * count * step + n, step, count);
}

const counted = (x: Dtype): Dtype => (x === 'bool' ? 'int' : x);

/** Sums from the end on: the gradient of running sums. */
function sumsFromEnd(from: Floats, shape: readonly number[], attributes: Along): Floats {
  const to = zerosLike(from, from.length);
  lines(shape, attributes, (start, step, count) => {
    let total = 0;
    for (let t = count - 1, n = start + t * step; t >= 0; t--, n -= step) to[n] = total += from[n];
  });
  return to;
}

export const CUMSUM: Operation<Along> = {
  name: 'cumsum',
  forms: ([x], { axis }) => { axisOf(axis, x.shape.length); return [{ shape: x.shape, dtype: counted(x.dtype) }]; },
  forward({ inputs: [{ data: x, shape }], outputs: [{ data: y }], attributes }) {
    lines(shape, attributes, (start, step, count) => {
      let total = 0;
      for (let t = 0, n = start; t < count; t++, n += step) y[n] = total += x[n];
    });
  },
  backward: ({ inputs: [{ shape }], adjoints: [dy], attributes }) => [sumsFromEnd(dy!, shape, attributes)],
};

/** Its gradient by a number that is 0 is 0, as TensorFlow has it, though it isn't in truth. */
export const CUMPROD: Operation<Along> = {
  name: 'cumprod',
  forms: CUMSUM.forms,
  forward({ inputs: [{ data: x, shape }], outputs: [{ data: y }], attributes }) {
    lines(shape, attributes, (start, step, count) => {
      let product = 1;
      for (let t = 0, n = start; t < count; t++, n += step) y[n] = product *= x[n];
    });
  },
  backward({ inputs: [{ data: x, shape }], outputs: [{ data: y }], adjoints: [dy], attributes }) {
    const dx = sumsFromEnd(dy!.map((d, n) => d * y[n]) as Floats, shape, attributes);
    for (let n = 0; n < dx.length; n++) dx[n] = x[n] === 0 ? 0 : dx[n] / x[n];
    return [dx];
  },
};

/** The first of a line's numbers that none comes before. */
const first = (name: string, before: (x: number, y: number) => boolean): Operation<Along> => ({
  name,
  forms: ([x], { axis }) => {
    const at = axisOf(axis, x.shape.length);
    if (x.shape[at] === 0) throw new SeeRnnError(`there is no ${name} of no numbers: ${formText(x.shape)}`);
    return [{ shape: x.shape.filter((_, a) => a !== at), dtype: 'int' }];
  },
  forward({ inputs: [{ data: x, shape }], outputs: [{ data: y }], attributes }) {
    let line = 0;
    lines(shape, attributes, (start, step, count) => {
      let best = 0;
      for (let t = 1, n = start + step; t < count; t++, n += step) if (before(x[n], x[start + best * step])) best = t;
      y[line++] = best;
    });
  },
});

/** Keras 3 puts -0 below 0. */
const above = (x: number, y: number): boolean => x > y || (x === 0 && Object.is(y, -0) && Object.is(x, 0));

export const ARGMAX = first('argmax', above);
export const ARGMIN = first('argmin', (x, y) => above(y, x));

const made = (operation: Operation<Along>) => (x: Tensor, axis: number): Tensor => apply(operation, [x], { axis })[0];

/** Running sums along an axis. */
export const cumsum = made(CUMSUM);
/** Running products along an axis. */
export const cumprod = made(CUMPROD);
/** Where the largest number along an axis is; the first of several. The axis goes. */
export const argmax = made(ARGMAX);
/** Where the smallest number along an axis is; the first of several. The axis goes. */
export const argmin = made(ARGMIN);

export const ALONG: readonly AnyOperation[] = [
  CUMSUM, CUMPROD, ARGMAX, ARGMIN,
];
