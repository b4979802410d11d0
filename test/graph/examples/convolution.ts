import { CONVOLVE, CONVOLVE_TRANSPOSED } from '../../../src/graph/operations/convolution.js';
import { CONVOLVE_DEPTHWISE } from '../../../src/graph/operations/depthwise.js';
import type { Padding } from '../../../src/graph/operations/windows.js';
import type { Example } from './example.js';

/** Options for a kernel over so many axes. */
const along = (strides: readonly number[], padding: Padding, { dilation = strides.map(() => 1), groups = 1 } = {}): object => ({ strides, padding, dilation, groups });
const back = (strides: readonly number[], padding: 'valid' | 'same', { dilation = strides.map(() => 1), outputPadding = null as readonly number[] | null } = {}): object => ({ strides, padding, dilation, outputPadding });

export const convolutions: readonly Example[] = [
  { operation: CONVOLVE, inputs: [[2, 7, 3], [3, 3, 4]], attributes: along([1], 'valid') },
  { operation: CONVOLVE, inputs: [[2, 7, 3], [3, 3, 4], [4]], attributes: along([2], 'same') },
  { operation: CONVOLVE, inputs: [[1, 6, 2], [3, 2, 2], [2]], attributes: along([1], 'causal', { dilation: [2] }) },
  { operation: CONVOLVE, inputs: [[1, 6, 2], [2, 2, 2]], attributes: along([3], [[2, 0]]) },
  { operation: CONVOLVE, inputs: [[2, 5, 4], [2, 2, 6], [6]], attributes: along([1], 'same', { groups: 2 }) },
  { operation: CONVOLVE, inputs: [[2, 4, 5, 2], [3, 2, 2, 3], [3]], attributes: along([1, 2], 'same') },
  { operation: CONVOLVE, inputs: [[1, 5, 6, 1], [2, 2, 1, 2]], attributes: along([1, 1], 'valid', { dilation: [2, 3] }) },
  { operation: CONVOLVE, inputs: [[1, 5, 4, 3], [1, 1, 3, 2]], attributes: along([1, 1], 'valid') },
  { operation: CONVOLVE, inputs: [[1, 3, 4, 3, 2], [2, 3, 2, 2, 2], [2]], attributes: along([1, 1, 2], 'same') },
  { operation: CONVOLVE, inputs: [[0, 4, 2], [2, 2, 3]], attributes: along([1], 'valid') },
  { operation: CONVOLVE_DEPTHWISE, inputs: [[2, 6, 3], [3, 3, 1], [3]], attributes: along([1], 'same') },
  { operation: CONVOLVE_DEPTHWISE, inputs: [[2, 7, 2], [3, 2, 2]], attributes: along([2], 'causal') },
  { operation: CONVOLVE_DEPTHWISE, inputs: [[1, 5, 4, 2], [3, 2, 2, 2], [4]], attributes: along([1, 1], 'valid', { dilation: [2, 1] }) },
  { operation: CONVOLVE_TRANSPOSED, inputs: [[2, 4, 3], [3, 2, 3]], attributes: back([1], 'valid') },
  { operation: CONVOLVE_TRANSPOSED, inputs: [[2, 3, 3], [2, 2, 3], [2]], attributes: back([3], 'valid') },
  { operation: CONVOLVE_TRANSPOSED, inputs: [[1, 4, 2], [3, 2, 2], [2]], attributes: back([2], 'same') },
  { operation: CONVOLVE_TRANSPOSED, inputs: [[1, 4, 2], [3, 2, 2]], attributes: back([2], 'same', { outputPadding: [0] }) },
  { operation: CONVOLVE_TRANSPOSED, inputs: [[1, 4, 2], [3, 2, 2]], attributes: back([1], 'same', { dilation: [2] }) },
  { operation: CONVOLVE_TRANSPOSED, inputs: [[1, 2, 3, 2], [3, 2, 1, 2], [1]], attributes: back([2, 1], 'valid', { outputPadding: [1, 0] }) },
  { operation: CONVOLVE_TRANSPOSED, inputs: [[1, 2, 2, 2, 1], [2, 2, 2, 2, 1], [2]], attributes: back([1, 2, 1], 'same') },
];
