import { SIGMOID_CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY, SPARSE_SOFTMAX_CROSS_ENTROPY } from '../../../src/graph/operations/cross-entropy.js';
import { CTC } from '../../../src/graph/operations/ctc.js';
import { LOGITS } from '../../../src/graph/operations/logits.js';
import type { Example } from './example.js';

// Targets are shares of one: of others TensorFlow's gradient is not the derivative.
const shares = { data: [0.2, 0.5, 0.3, 0, 1, 0], shape: [2, 3] };
const turned = { data: [0.2, 0, 0.5, 1, 0.3, 0], shape: [3, 2] };
const far = { data: [-300, 40, 2, 90, 88, -1000], shape: [2, 3] };
const indices = { data: [1, 0, 2, 2], shape: [2, 2], dtype: 'int' as const };

export const crossEntropies: readonly Example[] = [
  { operation: SOFTMAX_CROSS_ENTROPY, inputs: [shares, [2, 3]], attributes: { axis: 1 } },
  { operation: SOFTMAX_CROSS_ENTROPY, inputs: [turned, [3, 2]], attributes: { axis: 0 } },
  { operation: SOFTMAX_CROSS_ENTROPY, inputs: [{ data: [0, 1, 0, 0, 0, 1], shape: [2, 3] }, far], attributes: { axis: 1 } },
  { operation: SPARSE_SOFTMAX_CROSS_ENTROPY, inputs: [indices, [2, 2, 3]] },
  { operation: SPARSE_SOFTMAX_CROSS_ENTROPY, inputs: [{ data: [0, 1], shape: [2], dtype: 'int' }, far] },
  { operation: SIGMOID_CROSS_ENTROPY, inputs: [[2, 3], [2, 3]] },
  { operation: SIGMOID_CROSS_ENTROPY, inputs: [{ data: [0, 1, 0.5, 0, 1, 0.25], shape: [6] }, { data: [30, -40, 0, -50, 60, 1], shape: [6] }] },
  { operation: LOGITS, inputs: [[2, 3], [2, 3]], attributes: { activation: 'softmax', tells: true } },
  { operation: LOGITS, inputs: [[2, 3], [2, 3]], attributes: { activation: 'sigmoid', tells: true } },
  // A label that repeats a class, a short one, an empty one; and one that takes all steps.
  { operation: CTC, inputs: [{ data: [1, 2, 0, 3, 3, 0, 2, 0, 0, 0, 0, 0], shape: [4, 3], dtype: 'int' }, [4, 5, 4]] },
  { operation: CTC, inputs: [{ data: [1, 1, 2, 1], shape: [1, 4], dtype: 'int' }, [1, 5, 3]] },
  { operation: CTC, inputs: [{ data: [1, 2], shape: [1, 2], dtype: 'int' }, { data: [300, -20, 0, -500, 2, 40, 10, 1000, 90], shape: [1, 3, 3] }] },
];
