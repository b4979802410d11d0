import { CHOLESKY, LOG_DETERMINANT, SOLVE } from '../../../src/graph/operations/linear-algebra.js';
import type { Example, ExampleInput } from './example.js';

/** Far from singular; rows change places on the way, so that the sign does. */
const square: ExampleInput = { data: [0.1, 2, 0.3, 1.5, -0.4, 0.2, 0.6, 0.5, -1.8, -1, 0.2, 0.1, 0.3, 0.2, 2, 0.4, -1.1, 0.7], shape: [2, 3, 3] };
const positive: ExampleInput = { data: [2, 0.3, -0.4, 0.5, 1.5, 0.2, -0.2, 0.6, 1.8], shape: [3, 3] };

export const linearAlgebra: readonly Example[] = [
  { operation: SOLVE, inputs: [square, [2, 3, 2]] },
  { operation: SOLVE, inputs: [{ data: [-2], shape: [1, 1] }, [1, 3]] },
  { operation: LOG_DETERMINANT, inputs: [square] },
  { operation: CHOLESKY, inputs: [positive] },
];
