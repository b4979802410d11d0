import { MATMUL } from '../../../src/graph/operations/matmul.js';
import type { Example } from './example.js';

export const matmuls: readonly Example[] = [
  { operation: MATMUL, inputs: [[2, 3, 4], [4, 5]] },
  { operation: MATMUL, inputs: [[1, 4], [4, 1]] },
];
