import { ADD, MULTIPLY } from '../../../src/graph/operations/arithmetic.js';
import type { Example } from './example.js';

export const arithmetic: readonly Example[] = [ADD, MULTIPLY].flatMap((operation): Example[] => [
  { operation, inputs: [[2, 3], [2, 3]] },
  { operation, inputs: [[2, 1, 3], [4, 1]] },
  { operation, inputs: [[], [2, 2]] },
]);
