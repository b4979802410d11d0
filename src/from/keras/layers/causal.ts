import { abs } from '../../../graph/operations/unary.js';
import { subtract } from '../../../graph/operations/arithmetic.js';
import { greaterEqual, less, logicalAnd } from '../../../graph/operations/comparison.js';
import { placesAlong } from '../../../graph/operations/filling.js';
import { expandDims } from '../../../graph/operations/shaping.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';

/** Which values each query sees by where they stand: (1, queries, values), of tensors that have those along axis 1. */

const places = (queries: Tensor, values: Tensor): readonly [Tensor, Tensor] => [expandDims(placesAlong(queries, 1), [0, 2]), expandDims(placesAlong(values, 1), [0, 1])];

/** None that is later than itself. */
export function pastOnly(queries: Tensor, values: Tensor): Tensor {
  const [query, value] = places(queries, values);
  return greaterEqual(query, value);
}

/** None that is `window` or more steps away. */
export function nearOnly(queries: Tensor, values: Tensor, window: number): Tensor {
  const [query, value] = places(queries, values);
  return less(abs(subtract(query, value)), scalar(window, 'int'));
}

/** What both allow; null allows all. */
export const both = (a: Tensor | null, b: Tensor | null): Tensor | null => (a && b ? logicalAnd(a, b) : a ?? b);
