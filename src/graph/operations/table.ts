import type { AnyOperation } from '../operation.js';
import { ACTIVATE } from './activation.js';
import { ALONG } from './along.js';
import { ARITHMETIC } from './arithmetic.js';
import { CAST } from './cast.js';
import { COMPARISONS } from './comparison.js';
import { CONVOLVE, CONVOLVE_TRANSPOSED } from './convolution.js';
import { CONVOLVE_DEPTHWISE } from './depthwise.js';
import { CROSS_ENTROPIES } from './cross-entropy.js';
import { CTC } from './ctc.js';
import { DROPOUT_FACTORS } from './dropout.js';
import { COUNT_UP, FILL } from './filling.js';
import { GATHER, ONE_HOT, TAKE_ALONG_LAST } from './gathering.js';
import { CONCATENATE, SPLIT } from './joining.js';
import { LOGITS } from './logits.js';
import { MATMUL } from './matmul.js';
import { NORMAL_NOISE } from './noise.js';
import { AVERAGE_POOL, MAX_POOL } from './pooling.js';
import { RECURRENCE } from './recurrence.js';
import { REDUCTIONS } from './reductions.js';
import { WHERE } from './select.js';
import { RESHAPE, VIEW } from './shaping.js';
import { PAD } from './slicing.js';
import { LOG_SOFTMAX, SOFTMAX } from './softmax.js';
import { SORT } from './sorting.js';
import { UNARY } from './unary.js';

/** Every operation there is. Each has examples in `test/graph/examples/`, from which it is held to central differences. */
export const OPERATIONS: readonly AnyOperation[] = [...ARITHMETIC, ...UNARY, ...COMPARISONS, WHERE, CAST, ...REDUCTIONS, ...ALONG, SOFTMAX, LOG_SOFTMAX, ACTIVATE, MATMUL, RESHAPE, VIEW, CONCATENATE, SPLIT, PAD, GATHER, TAKE_ALONG_LAST, ONE_HOT, SORT, FILL, COUNT_UP, NORMAL_NOISE, RECURRENCE, DROPOUT_FACTORS, ...CROSS_ENTROPIES, CTC, LOGITS, CONVOLVE, CONVOLVE_TRANSPOSED, CONVOLVE_DEPTHWISE, MAX_POOL, AVERAGE_POOL];
