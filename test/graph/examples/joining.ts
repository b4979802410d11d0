import { CONCATENATE, SPLIT } from '../../../src/graph/operations/joining.js';
import type { Example } from './example.js';

export const joinings: readonly Example[] = [
  { operation: CONCATENATE, inputs: [[2, 3, 1], [2, 3, 4], [2, 3, 0]], attributes: { axis: 2 } },
  { operation: CONCATENATE, inputs: [[1, 30], [2, 30]], attributes: { axis: 0 } },
  { operation: CONCATENATE, inputs: [[2, 2], { data: [1, 2], shape: [2, 1], dtype: 'int' }], attributes: { axis: 1 } },
  { operation: SPLIT, inputs: [[2, 6, 2]], attributes: { axis: 1, sizes: [1, 3, 2] } },
  { operation: SPLIT, inputs: [[3, 40]], attributes: { axis: 1, sizes: [30, 10, 0] } },
];
