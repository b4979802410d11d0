import { MATMUL } from '../../../src/graph/operations/matmul.js';
import type { Example } from './example.js';

const example = (a: readonly number[], b: readonly number[], turned = { a: false, b: false }): Example => ({ operation: MATMUL, inputs: [a, b], attributes: turned });
const turns = [{ a: false, b: false }, { a: false, b: true }, { a: true, b: false }, { a: true, b: true }] as const;

export const matmuls: readonly Example[] = [
  example([2, 3, 4], [4, 5]),
  example([1, 4], [4, 1]),
  // Broadcast in front, on either side and on both.
  example([2, 1, 3, 4], [3, 4, 2]),
  example([3, 4], [2, 4, 2]),
  example([3, 4], [1, 1, 4, 2]),
  ...turns.map((turned) => example(turned.a ? [2, 4, 3] : [2, 3, 4], turned.b ? [2, 5, 4] : [2, 4, 5], turned)),
  ...turns.map((turned) => example(turned.a ? [4, 3] : [3, 4], turned.b ? [5, 4] : [4, 5], turned)),
  // By the kernels.
  ...turns.map((turned) => example(turned.a ? [2, 9, 17] : [2, 17, 9], turned.b ? [1, 15, 9] : [1, 9, 15], turned)),
  example([2, 0], [0, 3]),
];
