import { apply, type Operation } from '../operation.js';
import type { Tensor } from '../tensor.js';

/** Every number by itself through a function that gives whole numbers: what tables, bins and hashes come to. Nothing is differentiated. */
export const MAP_TO_WHOLE: Operation<(value: number) => number> = {
  name: 'map to whole numbers',
  forms: ([x]) => [{ shape: x.shape, dtype: 'int' }],
  forward({ inputs: [x], outputs: [y], attributes: map }) { for (let n = 0; n < x.size; n++) y.data[n] = map(x.data[n]); },
};

/** @param map throws where a number has nothing to stand for it */
export const mapToWhole = (x: Tensor, map: (value: number) => number): Tensor => apply(MAP_TO_WHOLE, [x], map)[0];
