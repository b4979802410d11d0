import { DROPOUT_FACTORS } from '../../../src/graph/operations/dropout.js';
import type { Example } from './example.js';

export const dropouts: readonly Example[] = [
  { operation: DROPOUT_FACTORS, inputs: [[2, 5, 3]], attributes: { shape: [2, 1, 3], rate: 0.25, random: () => 0.3 } },
];
