import type { AnyOperation } from '../operation.js';
import { ADD, MULTIPLY } from './arithmetic.js';
import { GATHER, ONE_HOT, TAKE_ALONG_LAST } from './gathering.js';
import { CONCATENATE, SPLIT } from './joining.js';
import { MATMUL } from './matmul.js';
import { RECURRENCE } from './recurrence.js';
import { RESHAPE, VIEW } from './shaping.js';
import { PAD } from './slicing.js';

/** Every operation there is. Each has examples in `test/graph/examples/`, from which it is held to central differences. */
export const OPERATIONS: readonly AnyOperation[] = [ADD, MULTIPLY, MATMUL, RESHAPE, VIEW, CONCATENATE, SPLIT, PAD, GATHER, TAKE_ALONG_LAST, ONE_HOT, RECURRENCE];
