import { expect, test } from 'vitest';
import { KERAS_3, since, type Dialect } from '../../../src/from/keras/dialect.js';
import type { KerasLayer } from '../../../src/from/keras/layers/keras-layer.js';
import type { Onlooker } from '../../../src/graph/context.js';
import { connect, inputNode } from '../../../src/graph/connect.js';
import { callsOf, type Graph } from '../../../src/graph/graph.js';
import { runCalls } from '../../../src/graph/run.js';
import { Tensor } from '../../../src/graph/tensor.js';
import { contextOf, filled, KERAS_2, made, STANDALONE, TFJS } from './made.js';

/** h + attention(d, d), where d is h through a Dropout: which of h, d, the attention's output and the sum have a mask in the end. */
function masked(dialect: Dialect, { training = false, watched = false } = {}): boolean[] {
  const layer = (className: string, config = {}): KerasLayer => made(className, { name: className, ...config }, {}, dialect);
  const [embedding, dropout, attention, sum] = [layer('Embedding', { input_dim: 4, output_dim: 2, mask_zero: true }), layer('Dropout', { rate: 0.5 }), layer('MultiHeadAttention', { num_heads: 1, key_dim: 2 }), layer('Add')];
  const x = inputNode(layer('InputLayer', { batch_shape: [null, 3] }), { shape: [null, 3], dtype: 'int' });
  const h = connect(embedding, { inputs: [x.outputs[0]!] });
  const d = connect(dropout, { inputs: [h.outputs[0]!] });
  const a = connect(attention, { inputs: [d.outputs[0]!, d.outputs[0]!], argumentSizes: [1, 1] });
  const y = connect(sum, { inputs: [h.outputs[0]!, a.outputs[0]!], argumentSizes: [2] });
  for (const one of [embedding, attention]) filled(one, []);
  const nodes = [x, h, d, a, y];
  const graph: Graph = { name: 'model', nodes, inputs: x.outputs, outputs: [h, d, a, y].map(({ outputs: [output] }) => output!), layers: nodes.map((node) => node.layer) };
  // One that gives copies on, as a tape that listens does.
  const copies: Onlooker = { enter: (_, inputs) => inputs, watch: () => null, leave: (_, outputs) => outputs.map(({ numbers, shape, dtype }) => new Tensor(numbers, shape, dtype)) };
  const tokens = new Tensor(Float64Array.of(1, 2, 0, 3, 0, 0), [2, 3], 'int');
  return runCalls(callsOf(graph), [{ value: tokens, mask: null }], contextOf({ training, onlooker: watched ? copies : null })).map(({ mask }) => mask !== null);
}

test('what MultiHeadAttention reads has no mask afterwards, from Keras 3.8 on, nor has what is the same tensor', () => {
  for (const watched of [false, true]) {
    expect(masked(KERAS_3, { watched })).toEqual([false, false, true, false]);
    // A Dropout that drops makes another.
    expect(masked(KERAS_3, { watched, training: true })).toEqual([true, false, true, true]);
    expect(masked({ ...KERAS_3, kerasVersion: '3.7.0' }, { watched })).toEqual([true, true, true, true]);
    expect(masked(KERAS_2, { watched })).toEqual([true, true, true, true]);
  }
});

test('a release is known by its number; the newest where nobody says', () => {
  const dialects: readonly (readonly [Dialect, readonly boolean[]])[] = [
    [KERAS_3, [true, true, true, true]], [{ ...KERAS_3, kerasVersion: '3.10.0' }, [true, true, true, false]], [{ ...KERAS_3, kerasVersion: '3.3.3' }, [true, true, false, false]],
    [KERAS_2, [true, false, false, false]], [STANDALONE, [false, false, false, false]], [TFJS, [false, false, false, false]], [{ kerasMajor: 1, kerasVersion: '1.2.2', tfjs: false }, [false, false, false, false]],
  ];
  for (const [dialect, expected] of dialects) expect(['2.12', '3.0', '3.8', '3.13'].map((release) => since(dialect, release)), JSON.stringify(dialect)).toEqual(expected);
});
