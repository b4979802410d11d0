import { zerosLike, type Floats } from '../../cells/floats.js';
import { SeeRnnError } from '../../core/errors.js';
import { apply, type Operation } from '../operation.js';
import { axisOf, formText } from '../shapes.js';
import type { Tensor } from '../tensor.js';
import { checkReal } from './convolution.js';
import { axisWeights, SMOOTHING, type ResizingOptions } from './resizing-weights.js';

interface Resized extends ResizingOptions {
  readonly axis: number;
  readonly size: number;
}

/** An axis in another size: every number of it is a mean of some of the original's. */
export const RESIZE: Operation<Resized> = {
  name: 'resize',
  forms([x], { axis, size }) {
    checkReal(x);
    const at = axisOf(axis, x.shape.length);
    if (x.shape[at] === 0 || size < 1) throw new SeeRnnError(`an axis of ${x.shape[at]} can't become one of ${size}: ${formText(x.shape)}`);
    return [{ shape: x.shape.with(at, size), dtype: 'float' }];
  },
  forward({ inputs: [x], outputs: [y], attributes }) {
    const numbers = x.data;
    const out = y.data;
    forEachPair(x.shape, attributes, (from, to, count, weight) => { for (let n = 0; n < count; n++) out[to + n] += weight * numbers[from + n]; });
  },
  backward({ inputs: [x], adjoints: [dy], attributes }) {
    const dx: Floats = zerosLike(dy!, x.size);
    forEachPair(x.shape, attributes, (from, to, count, weight) => { for (let n = 0; n < count; n++) dx[from + n] += weight * dy![to + n]; });
    return [dx];
  },
};

/** Visits what goes together: so many numbers of the original, of the result, and the weight that they have in it. */
function forEachPair(shape: readonly number[], { axis, size, ...options }: Resized, visit: (from: number, to: number, count: number, weight: number) => void): void {
  const at = axisOf(axis, shape.length);
  const length = shape[at];
  const count = shape.slice(at + 1).reduce((product, n) => product * n, 1);
  const outer = shape.slice(0, at).reduce((product, n) => product * n, 1);
  const weights = axisWeights(length, size, options);
  for (let o = 0; o < outer; o++) {
    weights.forEach((of, place) => { for (const { at: from, weight } of of) visit((o * length + from) * count, (o * size + place) * count, count, weight); });
  }
}

/** Axes in other sizes, one after the other. */
export const resize = (x: Tensor, axes: readonly number[], sizes: readonly number[], options: ResizingOptions): Tensor =>
  axes.reduce((y, axis, i) => (x.shape[axisOf(axis, x.rank)] === sizes[i] && !SMOOTHING.includes(options.method) ? y : apply(RESIZE, [y], { axis, size: sizes[i], ...options })[0]), x);
