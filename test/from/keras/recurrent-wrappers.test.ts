import { describe, expect, test } from 'vitest';
import type { Config } from '../../../src/from/keras/config-reader.js';
import { KERAS_3, type Dialect } from '../../../src/from/keras/dialect.js';
import type { KerasLayer } from '../../../src/from/keras/layers/keras-layer.js';
import { infer } from '../../../src/graph/infer.js';
import { add, multiply } from '../../../src/graph/operations/arithmetic.js';
import { concatenate } from '../../../src/graph/operations/joining.js';
import { reshape, transpose } from '../../../src/graph/operations/shaping.js';
import { ALL, flip, slice } from '../../../src/graph/operations/slicing.js';

import { constant, scalar, Tensor } from '../../../src/graph/tensor.js';
import { expectClose } from '../../trace/close.js';
import { called, filled, kept, KERAS_2, made, noise, noting, STANDALONE, TFJS, weightsOf } from './made.js';

/** Bidirectional and TimeDistributed by themselves; what Keras's Bidirectional gives at masked steps is in `recurrent-masks.test.ts`. */

const [S, T, F, U] = [3, 5, 4, 3];
const STEPS = [[1, 1, 1, 1, 1], [0, 1, 0, 1, 0], [1, 1, 0, 0, 0]];
const mask = constant(STEPS.flat(), [S, T], 'bool');
const x = noise(1, [S, T, F]);

const values = (...args: Parameters<typeof called>): Tensor[] => called(...args).map(({ value }) => value);
const close = (found: Tensor, expected: Tensor, what: string): void => {
  expect(found.shape, what).toEqual(expected.shape);
  expectClose(found.data, expected.data, what, 1e-12);
};

/** A layer with the weights of others, one after the other. */
function alike<L extends KerasLayer>(layer: L, features: number, ...others: readonly KerasLayer[]): L {
  layer.build([[null, null, features]]);
  const weights = others.flatMap(weightsOf);
  weightsOf(layer).forEach((weight, i) => { weight.set(weights[i]!.read()); });
  return layer;
}

describe('Bidirectional', () => {
  /** With weights, and its two directions by themselves. */
  function both(kind: string, config: Config, options: Config = {}, dialect: Dialect = KERAS_3): { layer: KerasLayer; forward: KerasLayer; backward: KerasLayer } {
    const one = (more: Config): KerasLayer => made(kind, { name: 'rnn', units: U, reset_after: true, ...config, ...more }, {}, dialect);
    const layer = filled(made('Bidirectional', options, { layer: one({}) }, dialect), [[null, null, F]]);
    const [forward, backward] = layer.parts.map(({ layer: its }) => its as KerasLayer);
    return { layer, forward: alike(one({}), F, forward!), backward: alike(one({ go_backwards: true }), F, backward!) };
  }

  const merges: Readonly<Record<string, (a: Tensor, b: Tensor) => Tensor>> = {
    concat: (a, b) => concatenate([a, b], -1), sum: add, mul: multiply, ave: (a, b) => multiply(add(a, b), scalar(0.5)),
  };

  test.each(Object.keys(merges))('merge mode %s, of the last step and of sequences', (mode) => {
    for (const return_sequences of [false, true]) {
      const { layer, forward, backward } = both('LSTM', { return_sequences }, { merge_mode: mode });
      const [y, yBack] = [values(forward, [x])[0]!, values(backward, [x])[0]!];
      const found = values(layer, [x])[0]!;
      close(found, merges[mode]!(y, return_sequences ? flip(yBack, 1) : yBack), mode);
      expect(infer(layer, [{ shape: [null, T, F], dtype: 'float' }])[0]!.shape).toEqual([null, ...found.shape.slice(1)]);
    }
  });

  test('merge mode null gives both, with their masks; states come forward first', () => {
    const { layer, forward, backward } = both('LSTM', { return_sequences: true, return_state: true }, { merge_mode: null });
    const [y, h, c] = values(forward, [x]) as [Tensor, Tensor, Tensor];
    const [yBack, hBack, cBack] = values(backward, [x]) as [Tensor, Tensor, Tensor];
    const expected = [y, flip(yBack, 1), h, c, hBack, cBack];
    values(layer, [x]).forEach((output, i) => { close(output, expected[i]!, `output ${i}`); });
    expect(called(layer, [x], { mask }).map((output) => output.mask)).toEqual([mask, mask, null, null, null, null]);
    expect(infer(layer, [{ shape: [null, T, F], dtype: 'float' }]).map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => [null, ...shape.slice(1)]));
  });

  test('initial states: the first half is the forward layer\'s', () => {
    const { layer, forward, backward } = both('GRU', {});
    const [a, b] = [noise(5, [S, U]), noise(6, [S, U])];
    close(values(layer, [x, a, b])[0]!, concatenate([values(forward, [x, a])[0]!, values(backward, [x, b])[0]!], -1), 'states');
    expect(() => called(layer, [x, a])).toThrow("layer 'bidirectional' (Bidirectional): expected initial states for both directions, found 1");
  });

  test('Keras 3 hands no mask on with initial states unless the call says so', () => {
    const initial = [noise(5, [S, U]), noise(6, [S, U])];
    const [keras3, keras2] = [KERAS_3, KERAS_2].map((dialect) => both('GRU', { return_sequences: true }, {}, dialect).layer) as [KerasLayer, KerasLayer];
    const plain = values(keras3, [x, ...initial])[0]!;
    close(values(keras3, [x, ...initial], { mask })[0]!, plain, 'handed none');
    close(values(keras3, [x, ...initial], { given: { mask } })[0]!, values(keras2, [x, ...initial], { mask })[0]!, 'told');
    expect(called(keras3, [x, ...initial], { mask })[0]!.mask).toBe(mask);
  });

  test('a backward layer of its own kind and width', () => {
    const parts = { layer: made('LSTM', { units: 3, return_sequences: true }), backward_layer: made('SimpleRNN', { units: 2, return_sequences: true, go_backwards: true }) };
    const layer = filled(made('Bidirectional', {}, parts), [[null, null, F]]);
    expect(weightsOf(layer).map(({ shape }) => shape)).toEqual([[F, 12], [3, 12], [12], [F, 2], [2, 2], [2]]);
    const [forward, backward] = layer.parts.map(({ layer: its }) => its as KerasLayer) as [KerasLayer, KerasLayer];
    close(values(layer, [x])[0]!, concatenate([values(forward, [x])[0]!, flip(values(backward, [x])[0]!, 1)], -1), 'merged');
  });

  test('around stacked cells: each direction has cells of its own', () => {
    const rnn = made('RNN', { name: 'rnn', return_sequences: true }, { cell: [made('LSTMCell', { units: 3 }), made('GRUCell', { units: 2 })] });
    const layer = filled(made('Bidirectional', {}, { layer: rnn }), [[null, null, F]]);
    const [forward, backward] = layer.parts.map(({ layer: its }) => its as KerasLayer) as [KerasLayer, KerasLayer];
    expect(new Set(weightsOf(layer)).size).toBe(12);
    close(values(layer, [x])[0]!, concatenate([values(forward, [x])[0]!, flip(values(backward, [x])[0]!, 1)], -1), 'merged');
    const { watch, seen } = noting((name) => name);
    called(layer, [x], { context: { watch } });
    expect(seen).toEqual(['forward/0', 'forward/1', 'backward/0', 'backward/1']);
  });

  test('masked steps are zeros in sequences, and repeat the state in standalone Keras and TF.js', () => {
    const found = values(both('GRU', { return_sequences: true }).layer, [x], { mask })[0]!;
    STEPS.flat().forEach((one, n) => { expect(found.data.subarray(n * 2 * U, (n + 1) * 2 * U).every((value) => value === 0), `step ${n}`).toBe(one === 0); });
    for (const dialect of [STANDALONE, TFJS]) {
      const repeated = values(both('GRU', { return_sequences: true }, {}, dialect).layer, [x], { mask })[0]!;
      const at = (step: number, from: number): Tensor => slice(repeated, [{ start: 1, stop: 2, step: null }, { start: step, stop: step + 1, step: null }, { start: from, stop: from + U, step: null }]);
      close(at(2, 0), at(1, 0), 'forward');
      close(at(2, U), at(3, U), 'backward');
    }
  });

  test('time_major turns the backward outputs round in time', () => {
    const turned = (tensor: Tensor): Tensor => transpose(tensor, [1, 0, 2]);
    const config = { return_sequences: true };
    const plain = values(both('LSTM', config, {}, KERAS_2).layer, [x], { mask })[0]!;
    close(values(both('LSTM', { ...config, time_major: true }, {}, KERAS_2).layer, [turned(x)], { mask: transpose(mask, [1, 0]) })[0]!, turned(plain), 'merged');
  });

  test('stateful: each direction keeps its own', () => {
    const { layer } = both('GRU', { stateful: true });
    expect(layer.stateful).toBe(true);
    const states = kept();
    const first = values(layer, [x], { context: { states } })[0]!;
    const second = values(layer, [x], { context: { states } })[0]!;
    expect(second.data).not.toEqual(first.data);
    const initial = [0, U].map((start) => slice(first, [ALL, { start, stop: start + U, step: null }]));
    close(second, values(both('GRU', {}).layer, [x, ...initial])[0]!, 'goes on');
  });

  test('its parts are named, and so are their layers', () => {
    const { layer } = both('LSTM', {});
    expect(layer.parts.map(({ name, layer: its }) => [name, its.name])).toEqual([['forward', 'forward_rnn'], ['backward', 'backward_rnn']]);
    expect(layer.recurrent).toBeNull();
  });

  test('what does not go together is refused in a line', () => {
    const refused = (held: Record<string, KerasLayer>, message: string, config: Config = {}): void => {
      expect(() => made('Bidirectional', config, held)).toThrow(`layer 'bidirectional' (Bidirectional): ${message}`);
    };
    const lstm = (config: Config = {}): KerasLayer => made('LSTM', { units: U, ...config });
    refused({ layer: made('Dense', { units: 2 }) }, 'layer must be a recurrent layer, such as LSTM, GRU, SimpleRNN or RNN, found Dense');
    refused({}, 'layer must be a recurrent layer, such as LSTM, GRU, SimpleRNN or RNN, found nothing');
    refused({ layer: lstm(), backward_layer: lstm() }, 'both of its layers read forwards (go_backwards)');
    refused({ layer: lstm({ return_sequences: true }), backward_layer: lstm({ go_backwards: true }) }, "its two layers must agree on return_sequences: the forward layer's is true, the backward layer's false");
    refused({ layer: lstm() }, "merge_mode must be 'concat' or 'sum' or 'ave' or 'mul', found \"max\"", { merge_mode: 'max' });
  });
});

describe('TimeDistributed', () => {
  const wide = noise(2, [S, 2, T, F]);
  const around = (layer: KerasLayer, shape: readonly (number | null)[], dialect: Dialect = KERAS_3): KerasLayer => filled(made('TimeDistributed', {}, { layer }, dialect), [shape]);

  test('every timestep is a sample of the layer inside', () => {
    const inner = made('LSTM', { units: U, return_sequences: true });
    const layer = around(inner, [null, 2, T, F]);
    const expected = values(inner, [reshape(wide, [S * 2, T, F])])[0]!;
    close(values(layer, [wide])[0]!, reshape(expected, [S, 2, T, U]), 'sequence');
    expect(infer(layer, [{ shape: [null, null, T, F], dtype: 'float' }])[0]!.shape).toEqual([null, null, T, U]);
    expect(layer.parts).toEqual([{ name: '', layer: inner }]);
    expect(weightsOf(layer)).toEqual(inner.weights);
  });

  test('who looks in is told how many timesteps are one sample; in one another they multiply', () => {
    const { watch, seen } = noting((name, fold, { samples }) => [name, fold, samples]);
    const inner = made('Bidirectional', {}, { layer: made('GRU', { units: U }) });
    called(around(inner, [null, 2, T, F]), [wide], { context: { watch } });
    expect(seen).toEqual([['forward', 2, 2 * S], ['backward', 2, 2 * S]]);
    seen.length = 0;
    const twice = made('TimeDistributed', {}, { layer: made('TimeDistributed', {}, { layer: made('LSTM', { units: U }) }) });
    called(filled(twice, [[null, 2, 3, T, F]]), [noise(3, [S, 2, 3, T, F])], { context: { watch } });
    expect(seen).toEqual([['', 6, 6 * S]]);
  });

  test('a mask of the timesteps goes on, in every Keras', () => {
    for (const dialect of [KERAS_3, KERAS_2, TFJS]) {
      const [output] = called(around(made('Dense', { units: 2 }, {}, dialect), [null, T, F], dialect), [x], { mask });
      expect(output!.mask!.shape).toEqual([S, T]);
      expect(output!.mask!.data).toEqual(mask.data);
    }
  });

  test('of a mask with more axes the layer inside has what is left; Keras 3 hands all of it on, Keras 2 whether anything is left', () => {
    const steps = constant([1, 1, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0], [S, 2, T], 'bool');
    const inner = (dialect: Dialect): KerasLayer => made('LSTM', { units: U }, {}, dialect);
    const expected = values(filled(inner(KERAS_3), [[null, T, F]]), [reshape(wide, [S * 2, T, F])], { mask: reshape(steps, [S * 2, T]) })[0]!;
    for (const dialect of [KERAS_3, KERAS_2]) {
      const [{ value, mask: its }] = called(around(inner(dialect), [null, 2, T, F], dialect), [wide], { mask: steps }) as [{ value: Tensor; mask: Tensor }];
      close(value, reshape(expected, [S, 2, U]), 'output');
      if (dialect === KERAS_3) expect(its).toBe(steps);
      else expect([its.shape, [...its.data]]).toEqual([[S, 2], [1, 1, 1, 0, 0, 1]]);
      const [form] = infer(around(inner(dialect), [null, 2, T, F], dialect), [{ shape: [null, null, T, F], dtype: 'float', masked: true, maskShape: [null, null, T] }]);
      expect(form).toEqual({ shape: [null, null, U], dtype: 'float', masked: true, maskShape: dialect === KERAS_3 ? [null, null, T] : [null, null] });
    }
    // Nothing is left for a recurrent layer of a mask of the outer timesteps: Keras fails there too.
    expect(() => called(around(inner(KERAS_3), [null, 2, T, F]), [wide], { mask: constant([1, 1, 0, 1, 1, 1], [S, 2], 'bool') })).toThrow('expected a mask of shape (6, 5), found (6,)');
  });

  // Of the first sample, by tf.keras and Keras: layers.TimeDistributed(layers.BatchNormalization())(x, training=True) in float64, x the sines below, with and without the mask.
  test.each([
    [KERAS_3, null, [1.320512, 1.220002, 1.077647, 0.169794, -1.378025, -1.267943, -1.161272, -0.88753]],
    [KERAS_3, [1, 1, 1, 0, 0, 1], [0.995019, 0.994958, 0.981963, -0.892228, -0.995379, -0.998606, -0.998554, -0.994497]],
    [KERAS_2, null, [-0.131409, 0.964584, 1.390884, 0.994746, 0.332168, -0.949612, -1.605773, -1.252215]],
    [KERAS_2, [1, 1, 1, 0, 0, 1], [-0.29601, 0.739256, 1.021642, 0.889833, 0.275245, -1.331468, -1.62457, -1.325055]],
  ] as const)('BatchNormalization in training: statistics are of each timestep in Keras 3, of all in Keras 2: %j, mask %j', (dialect, steps, expected) => {
    const layer = around(made('BatchNormalization', { axis: -1 }, {}, dialect), [null, 2, 4], dialect);
    for (const weight of weightsOf(layer)) weight.set(new Float64Array(4).fill(weight.name === 'gamma' || weight.name === 'moving_variance' ? 1 : 0));
    const sines = new Tensor(Float64Array.from({ length: 24 }, (_, n) => Math.sin(0.7 * n)), [S, 2, 4]);
    const [{ value, mask: its }] = called(layer, [sines], { mask: steps && constant([...steps], [S, 2], 'bool'), context: { training: true } }) as [{ value: Tensor; mask: Tensor | null }];
    expectClose(value.data.subarray(0, 8), expected, 'output', 1e-5);
    expect(its?.shape ?? null).toEqual(steps && [S, 2]);
  });

  test('what does not fit is refused in a line', () => {
    expect(() => around(made('Dense', { units: 2 }), [null, F])).toThrow("layer 'timedistributed' (TimeDistributed): expected inputs of at least 3 axes, (samples, timesteps, ...), found (any, 4)");
    expect(() => made('TimeDistributed', {}, { layer: made('LSTM', { units: 2, stateful: true }) })).toThrow("it holds 'lstm', which is stateful");
    expect(() => made('TimeDistributed', {}, { layer: made('Bidirectional', {}, { layer: made('LSTM', { name: 'deep', units: 2, stateful: true }) }) })).toThrow('is stateful');
    expect(() => made('TimeDistributed', {}, {})).toThrow('layer must be a layer, found nothing');
  });
});
