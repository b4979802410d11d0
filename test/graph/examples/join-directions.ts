import { JOIN_DIRECTIONS } from '../../../src/graph/operations/join-directions.js';
import type { Example } from './example.js';

export const joinedDirections: readonly Example[] = [
  { operation: JOIN_DIRECTIONS, inputs: [[2, 3, 2], [2, 3, 4]] },
  { operation: JOIN_DIRECTIONS, inputs: [[1, 1, 3], [1, 1, 3]] },
];
