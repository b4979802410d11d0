import { ADD, ARCTAN2, ARITHMETIC, DIVIDE, FLOOR_DIVIDE, MOD, POWER } from '../../../src/graph/operations/arithmetic.js';
import type { Example, ExampleInput } from './example.js';

/** Numbers that no two are equal of, none near 0 or a kink of any operation. */
const given = (shape: readonly number[], data: readonly number[]): ExampleInput => ({ data, shape });
const LEFT = [0.7, 1.3, 2.2, 0.4, 1.9, 0.9];
const RIGHT = [1.15, 0.63, 1.7, 2.3, 0.8, 1.45];

/** Shapes that go together in every way: the same, a scalar, a last axis, a column, both broadcast, and of more axes than the other. */
const pairs = (left: readonly number[], right: readonly number[]): [ExampleInput, ExampleInput][] => [
  [given([2, 3], left), given([2, 3], right)],
  [given([], left.slice(0, 1)), given([2, 3], right)],
  [given([2, 3], left), given([], right.slice(0, 1))],
  [given([2, 3], left), given([3], right.slice(0, 3))],
  [given([2, 3], left), given([2, 1], right.slice(0, 2))],
  [given([2, 1, 3], left), given([2, 1], right.slice(0, 2))],
  [given([1, 2, 1], left.slice(0, 2)), given([3, 2, 1], right)],
  [given([0, 3], []), given([3], right.slice(0, 3))],
];

const integers = (data: readonly number[]): ExampleInput => ({ data, shape: [data.length], dtype: 'int' });
const signs = [1, -1, -1, 1, -1, 1];

export const arithmetic: readonly Example[] = [
  ...ARITHMETIC.flatMap((operation): Example[] => pairs(LEFT, RIGHT).map((inputs) => ({ operation, inputs }))),
  ...ARITHMETIC.filter((operation) => operation !== POWER).flatMap((operation): Example[] =>
    pairs(LEFT.map((x, n) => x * signs[n]!), RIGHT.map((y, n) => y * signs[5 - n]!)).map((inputs) => ({ operation, inputs }))),
  ...ARITHMETIC.map((operation): Example => ({ operation, inputs: [integers([3, 8, 1]), integers([2, 3, 5])] })),
  ...[DIVIDE, FLOOR_DIVIDE, MOD].map((operation): Example => ({ operation, inputs: [integers([7, -7, 7, -7]), integers([2, 2, -2, -2])] })),
  // Of a whole number the real one decides.
  { operation: ADD, inputs: [given([3], [0.5, 1, 2]), integers([1])] },
  // A power of whole numbers by a base below 0.
  { operation: POWER, inputs: [given([4], [-1.2, -0.7, -2.1, -0.4]), integers([2, 3, 1, 0])] },
  { operation: ARCTAN2, inputs: [given([4], [1, -1, 1, -1]), given([4], [1.5, 1.5, -1.5, -1.5])] },
];
