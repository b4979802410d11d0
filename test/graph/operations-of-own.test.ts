import { expect, test } from 'vitest';
import * as operations from '../../src/graph/operations/index.js';
import { constant } from '../../src/graph/tensor.js';

/** What layers and losses of one's own are made of. */

test('the activations that attention and gates need are among them', () => {
  const x = constant([-1, 0, 2], [3]);
  expect(Array.from(operations.tanh(x).data)).toEqual([Math.tanh(-1), 0, Math.tanh(2)]);
  expect(Array.from(operations.relu(x).data)).toEqual([0, 0, 2]);
  Array.from(operations.sigmoid(x).data).forEach((value, i) => { expect(value).toBeCloseTo(1 / (1 + Math.exp(-x.data[i]!)), 12); });
});
