import { SORT } from '../../../src/graph/operations/sorting.js';
import type { Example } from './example.js';

export const sortings: readonly Example[] = [
  { operation: SORT, inputs: [[2, 3, 4]], attributes: { count: 4, descending: false } },
  { operation: SORT, inputs: [[3, 5]], attributes: { count: 2, descending: true } },
  { operation: SORT, inputs: [{ data: [2, 2, 1, NaN, -Infinity], shape: [5], dtype: 'int' }], attributes: { count: 5, descending: true } },
];
