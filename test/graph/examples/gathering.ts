import { GATHER, ONE_HOT, TAKE_ALONG_LAST } from '../../../src/graph/operations/gathering.js';
import type { Example, ExampleInput } from './example.js';

const whole = (data: readonly number[], shape: readonly number[]): ExampleInput => ({ data, shape, dtype: 'int' });

export const gatherings: readonly Example[] = [
  { operation: GATHER, inputs: [[4, 3], whole([3, 0, 3, 1], [2, 2])], attributes: { axis: 0, batchAxes: 0, fromEnd: false } },
  { operation: GATHER, inputs: [[2, 4, 3], whole([-1, 2], [2])], attributes: { axis: 1, batchAxes: 0, fromEnd: true } },
  { operation: GATHER, inputs: [[2, 4, 3], whole([-1, 2, 0, 0], [2, 2])], attributes: { axis: 2, batchAxes: 1, fromEnd: true } },
  { operation: GATHER, inputs: [[2, 4], whole([1], [])], attributes: { axis: 1, batchAxes: 0, fromEnd: true } },
  { operation: TAKE_ALONG_LAST, inputs: [[2, 4], whole([0, 0, -1, 2, 3, 1], [2, 3])] },
  { operation: ONE_HOT, inputs: [whole([0, 2, 5, -1], [2, 2])], attributes: { depth: 3, axis: 1, dtype: 'float' } },
];
