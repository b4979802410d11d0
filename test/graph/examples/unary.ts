import { ABS, ARCCOS, ARCCOSH, ARCSIN, ARCTANH, COSH, ERF, EXP, EXPM1, LOG, LOG10, LOG1P, LOG2, RSQRT, SIGN, SINH, SQRT, SQUARE, UNARY } from '../../../src/graph/operations/unary.js';
import type { AnyOperation } from '../../../src/graph/operation.js';
import type { Example } from './example.js';

/** Where each is defined, and smooth. */
const places = (operation: AnyOperation): readonly number[] => {
  if (operation === ARCCOSH) return [1.1, 1.9, 4.2, 30];
  if ([LOG, LOG2, LOG10, SQRT, RSQRT].includes(operation)) return [0.3, 0.9, 1.7, 40];
  if ([ARCSIN, ARCCOS, ARCTANH, LOG1P].includes(operation)) return [-0.8, -0.2, 0.01, 0.9];
  return [-3.2, -1.3, -0.6, -0.02, 0.01, 0.7, 1.4, 4.3];
};

export const unaries: readonly Example[] = [
  ...UNARY.flatMap((operation): Example[] => [
    { operation, inputs: [{ data: places(operation), shape: [2, places(operation).length / 2] }] },
    { operation, inputs: [{ data: places(operation).slice(-1), shape: [] }] },
    { operation, inputs: [{ data: [], shape: [2, 0] }] },
  ]),
  ...[ABS, SQUARE, SIGN, EXP].map((operation): Example => ({ operation, inputs: [{ data: [-2, 0, 3], shape: [3], dtype: 'int' }] })),
  ...[EXPM1, ERF, LOG1P].map((operation): Example => ({ operation, inputs: [{ data: [1e-9, -1e-9, 1e-20], shape: [3] }] })),
  ...[EXP, EXPM1, ERF].map((operation): Example => ({ operation, inputs: [{ data: [-90, -700, -20], shape: [3] }] })),
  ...[SINH, COSH].map((operation): Example => ({ operation, inputs: [{ data: [1e-9, 8], shape: [2] }] })),
];
