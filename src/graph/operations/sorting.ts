import { zerosLike } from '../../cells/floats.js';
import { SeeRnnError } from '../../core/errors.js';
import { formText } from '../shapes.js';
import { apply, type Operation } from '../operation.js';
import type { Tensor } from '../tensor.js';
import { moveAxis } from './shaping.js';

interface SortOptions { readonly count: number; readonly descending: boolean }

/** The first `count` of the last axis's numbers in order, and where they were. Equal ones keep their order, and NaN comes last. */
export const SORT: Operation<SortOptions> = {
  name: 'sort',
  forms([x], { count }) {
    if (!(count <= (x!.shape.at(-1) ?? 0))) throw new SeeRnnError(`the first ${count} of the last axis of ${formText(x!.shape)}: there are not so many`);
    const shape = x!.shape.with(-1, count);
    return [{ shape, dtype: x!.dtype }, { shape, dtype: 'int' }];
  },
  forward({ inputs: [x], outputs: [values, places], attributes: { count, descending } }) {
    const length = x!.shape.at(-1)!;
    const row = Array.from({ length }, (_, i) => i);
    const sign = descending ? -1 : 1;
    for (let start = 0, at = 0; start < x!.size; start += length, at += count) {
      const value = (i: number): number => x!.data[start + i]!;
      const order = row.toSorted((i, j) => {
        const [a, b] = [value(i), value(j)];
        return a === b ? i - j : Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || i - j : sign * (a < b ? -1 : 1);
      });
      for (let n = 0; n < count; n++) {
        values!.data[at + n] = value(order[n]!);
        places!.data[at + n] = order[n]!;
      }
    }
  },
  backward({ inputs: [x], outputs: [, places], adjoints: [d], attributes: { count } }) {
    if (!d) return [null];
    const dx = zerosLike(d, x!.size);
    const length = x!.shape.at(-1)!;
    for (let n = 0; n < d.length; n++) dx[Math.floor(n / count) * length + places!.data[n]!]! += d[n]!;
    return [dx];
  },
};

/** The largest numbers of the last axis in falling order, and their indices: of equal ones, those that come first. @throws SeeRnnError where there are fewer */
export function topK(x: Tensor, count: number): { values: Tensor; indices: Tensor } {
  const [values, indices] = apply(SORT, [x], { count, descending: true });
  return { values: values!, indices: indices! };
}

/** Numbers in rising order along an axis, and which indices they had. */
export function sort(x: Tensor, axis = -1, descending = false): { values: Tensor; indices: Tensor } {
  const last = moveAxis(x, axis, -1);
  const [values, indices] = apply(SORT, [last], { count: last.shape.at(-1)!, descending }).map((tensor) => moveAxis(tensor, -1, axis));
  return { values: values!, indices: indices! };
}
