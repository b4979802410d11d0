import { ALONG } from '../../../src/graph/operations/along.js';
import { LOG_SUM_EXP, MEAN, PROD, REDUCTIONS, SUM } from '../../../src/graph/operations/reductions.js';
import { LOG_SOFTMAX, SOFTMAX } from '../../../src/graph/operations/softmax.js';
import type { Example } from './example.js';

const over = (axes: readonly number[] | null, keepDims = false): object => ({ axes, keepDims });

export const reductions: readonly Example[] = [
  ...REDUCTIONS.flatMap((operation): Example[] => [
    { operation, inputs: [[2, 3, 4]], attributes: over([1]) },
    { operation, inputs: [[2, 3, 4]], attributes: over([-1], true) },
    { operation, inputs: [[2, 3, 4]], attributes: over([2, 0]) },
    { operation, inputs: [[2, 3, 4]], attributes: over([0, 2], true) },
    { operation, inputs: [[2, 1, 3, 2]], attributes: over([1, 2]) },
    { operation, inputs: [[2, 3]], attributes: over(null) },
    { operation, inputs: [[2, 3]], attributes: over(null, true) },
    { operation, inputs: [[2, 3]], attributes: over([]) },
    { operation, inputs: [[]], attributes: over(null) },
    { operation, inputs: [[0, 3]], attributes: over([1]) },
    { operation, inputs: [{ data: [4, -2, 0, 1], shape: [2, 2], dtype: 'int' }], attributes: over([0]) },
  ]),
  // Nothing comes to nothing.
  ...[SUM, PROD].map((operation): Example => ({ operation, inputs: [[3, 0]], attributes: over([1]) })),
  ...[SUM, MEAN].map((operation): Example => ({ operation, inputs: [{ data: [1, 0, 1], shape: [3], dtype: 'bool' }], attributes: over(null) })),
  { operation: PROD, inputs: [{ data: [2, 0, -3, 0, 0, 4], shape: [2, 3] }], attributes: over([1]) },
  { operation: LOG_SUM_EXP, inputs: [{ data: [-800, -801, 3, 700], shape: [2, 2] }], attributes: over([1]) },
];

export const alongs: readonly Example[] = ALONG.flatMap((operation): Example[] => [
  { operation, inputs: [[2, 3, 4]], attributes: { axis: 1 } },
  { operation, inputs: [[2, 3, 4]], attributes: { axis: 0 } },
  { operation, inputs: [[5]], attributes: { axis: -1 } },
  { operation, inputs: [[0, 2]], attributes: { axis: 1 } },
  { operation, inputs: [{ data: [1, 3, 3, 1], shape: [4], dtype: 'int' }], attributes: { axis: 0 } },
]);

export const softmaxes: readonly Example[] = [SOFTMAX, LOG_SOFTMAX].flatMap((operation): Example[] => [
  { operation, inputs: [[2, 3, 4]], attributes: [-1] },
  { operation, inputs: [[2, 3, 4]], attributes: [1] },
  { operation, inputs: [[2, 3, 4]], attributes: [0, 2] },
  { operation, inputs: [[2, 3]], attributes: [0, 1] },
  { operation, inputs: [[2, 3]], attributes: [] },
  { operation, inputs: [{ data: [700, -700, 1, 2], shape: [2, 2] }], attributes: [1] },
  { operation, inputs: [[0, 3]], attributes: [1] },
]);
