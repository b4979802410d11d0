import { RESHAPE, VIEW } from '../../../src/graph/operations/shaping.js';
import type { Example } from './example.js';

const view = (input: readonly number[], shape: readonly number[], strides: readonly number[], offset: number): Example => ({ operation: VIEW, inputs: [input], attributes: { shape, strides, offset } });

export const shapings: readonly Example[] = [
  { operation: RESHAPE, inputs: [[2, 3, 4]], attributes: { shape: [6, 4] } },
  { operation: RESHAPE, inputs: [[]], attributes: { shape: [1, 1] } },
  view([2, 3, 4], [4, 2, 3], [1, 12, 4], 0), // axes in another order
  view([5, 4], [2, 4], [-8, 1], 16), // rows backwards, every other one
  view([3, 1], [2, 3, 4], [0, 1, 0], 0), // broadcast
  view([3, 3], [3], [4], 0), // a diagonal
  view([2, 40], [2, 30], [40, 1], 5), // long runs
  view([2, 3], [0, 3], [3, 1], 0),
];
