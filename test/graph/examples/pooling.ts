import { AVERAGE_POOL, MAX_POOL } from '../../../src/graph/operations/pooling.js';
import type { Padding } from '../../../src/graph/operations/windows.js';
import type { Example } from './example.js';

const windows = (size: readonly number[], strides: readonly number[], padding: Padding, dilation = size.map(() => 1)): object => ({ size, strides, padding, dilation });

// Of random numbers none are equal: what comes of ties is in pooling.test.ts.
export const poolings: readonly Example[] = [
  { operation: MAX_POOL, attributes: { ties: 'first' } }, { operation: MAX_POOL, attributes: { ties: 'all' } },
  { operation: AVERAGE_POOL, attributes: { countsPadding: false } }, { operation: AVERAGE_POOL, attributes: { countsPadding: true } },
].flatMap(({ operation, attributes }): Example[] => [
  { operation, inputs: [[2, 6, 3]], attributes: { ...attributes, ...windows([2], [2], 'valid') } },
  { operation, inputs: [[2, 7, 5]], attributes: { ...attributes, ...windows([3], [2], 'same') } },
  { operation, inputs: [[1, 7, 1]], attributes: { ...attributes, ...windows([2], [3], 'same') } },
  { operation, inputs: [[1, 7, 1]], attributes: { ...attributes, ...windows([3], [1], [[1, 1]], [2]) } },
  { operation, inputs: [[2, 4, 5, 2]], attributes: { ...attributes, ...windows([2, 3], [1, 2], 'same') } },
  { operation, inputs: [[1, 3, 4, 3, 2]], attributes: { ...attributes, ...windows([2, 2, 1], [1, 2, 2], 'valid') } },
  { operation, inputs: [[0, 4, 2]], attributes: { ...attributes, ...windows([2], [2], 'valid') } },
]);
