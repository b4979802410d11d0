import { expect, test } from 'vitest';
import { callsOf } from '../../src/graph/graph.js';
import { mixing } from '../../src/model/mixing.js';
import { answers, graphOf, type Kind } from '../from/keras/operation-models.js';

/** Which operations compute samples with one another. */

const reasonOf = (kind: Kind, code: string): string | null => mixing(callsOf(graphOf(answers[kind].find((one) => one.code === code)!, kind)));

test.each([
  ['keras3', 'ops.mean(a, axis=(0, 2))', "layer 'mean' (Mean) computes samples with one another"],
  ['keras3', 'ops.min(a)', "layer 'min' (Min) computes samples with one another"],
  ['keras3', 'ops.softmax(a, axis=None)', "layer 'softmax' (Softmax) computes samples with one another"],
  ['keras3', 'ops.transpose(a)', "layer 'transpose' (Transpose) computes samples with one another"],
  ['keras3', 'ops.roll(a, 5)', "layer 'roll' (Roll) computes samples with one another"],
  ['keras3', 'a[0]', "layer 'get_item' (GetItem) computes samples with one another"],
  ['keras3', 'ops.broadcast_to(a[:, :1], (2, 3, 4))', "layer 'broadcast_to' (BroadcastTo) computes samples with one another"],
  ['keras2', 'tf.reduce_min(a)', "layer 'tf.math.reduce_min' (TFOpLambda) computes samples with one another"],
  ['keras2', 'tf.concat([a, tf.ones((2, 1, 4)), b], 1)', "layer 'tf.concat' (TFOpLambda) may compute samples with one another"],
  ['keras2', 'tf.gather_nd(a, [[0, 1], [1, 2]])', "layer 'tf.compat.v1.gather_nd' (TFOpLambda) may compute samples with one another"],
] as const)('%s: %s does', (kind, code, reason) => { expect(reasonOf(kind, code)).toBe(reason); });

// Sizes of the batch that are computed, and axes turned and turned back, leave the samples apart.
test.each([
  ['keras3', 'a + b'], ['keras3', 'a[:, -1]'], ['keras3', 'ops.mean(i, axis=1)'], ['keras3', 'ops.softmax(a, axis=1)'], ['keras3', 'ops.transpose(a, (0, 2, 1))'], ['keras3', 'ops.dot_product_attention(q, k, q)'],
  ['keras3', 'ops.take_along_axis(a, ops.expand_dims(j, -1), axis=1)'], ['keras3', 'ops.one_hot(i, 4)'], ['keras2', 'tf.reshape(a, (tf.shape(a)[0], -1))'], ['keras2', 'tf.broadcast_to(a[:, :1], tf.shape(a))'],
  ['keras2', 'tf.concat([tf.zeros([tf.shape(a)[0], 1, 4]), a], 1)'], ['graph', 'tf.reshape(a, (tf.shape(a)[0], 2, 6))'], ['graph', 'tf.nn.softmax(a, 1)'],
] as const)('%s: %s does not', (kind, code) => { expect(reasonOf(kind, code)).toBeNull(); });
