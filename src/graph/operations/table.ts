import type { AnyOperation } from '../operation.js';
import { ADD, MULTIPLY } from './arithmetic.js';
import { MATMUL } from './matmul.js';

/** Every operation there is. Each has examples in `test/graph/examples/`, from which it is held to central differences. */
export const OPERATIONS: readonly AnyOperation[] = [ADD, MULTIPLY, MATMUL];
