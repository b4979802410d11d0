import { PAD } from '../../../src/graph/operations/slicing.js';
import type { Example } from './example.js';

export const slicings: readonly Example[] = [
  { operation: PAD, inputs: [[2, 3]], attributes: { widths: [[1, 0], [2, 1]], value: 0.5 } },
  { operation: PAD, inputs: [[2, 0]], attributes: { widths: [[0, 0], [1, 1]], value: 0 } },
];
