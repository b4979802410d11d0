import type { NamedArray } from '../../../src/core/array.js';
import { describe, expect, test } from 'vitest';
import { kerasHdf5 } from '../../files/writers/keras-hdf5.js';
import { kerasStore, kerasZip } from '../../files/writers/keras-store.js';
import { expectWeights, lists, load, named, predicted, T, U } from './loaded.js';
import { call, functional, input, of, rnn, tensor } from './keras-3-config.js';
import { dense, gru, lstm, numbers, type Stored } from './stored.js';

/** A layer as a Sequential model lists it. */
const unplaced = (layer: object): object => Object.fromEntries(Object.entries(layer).filter(([key]) => key !== 'inbound_nodes'));

describe('Keras 3', () => {
  test('Sequential, zipped: layers numbered within their class, by order or by the names that are stored', async () => {
    const [a, b, c] = [gru(U, U), gru(U, U), gru(U, U)];
    const config = of('Sequential', { name: 's', layers: [input('in'), rnn('GRU', 'z', {}), of('Dropout', { name: 'd', rate: 0.5 }), rnn('GRU', 'y', {}), rnn('GRU', 'x', { return_sequences: false })], build_input_shape: [null, T, U] });
    const store = { 'layers/gru/cell': a, 'layers/gru_1/cell': b, 'layers/gru_2/cell': c, 'layers/dropout/seed_generator': [numbers(2)] };
    for (const names of [undefined, { 'layers/gru': 'z', 'layers/gru_1': 'y', 'layers/gru_2': 'x' }]) {
      const model = await load(await kerasZip(config, store, { kerasVersion: '3.4.1', ...names ? { names } : {} }));
      [['z', a], ['y', b], ['x', c]].forEach(([name, weights]) => { expectWeights(model, name as string, weights as Stored[]); });
    }
    const swapped = await load(await kerasZip(config, store, { kerasVersion: '3.8.0', names: { 'layers/gru': 'x', 'layers/gru_1': 'z', 'layers/gru_2': 'y' } }));
    expectWeights(swapped, 'x', a);
    expectWeights(swapped, 'z', b);
    swapped.dispose();
  });

  test('functional: nested, shared, Bidirectional, states as arguments, outputs by name; weights alone too', async () => {
    const [enc, dec, fwd, bwd, inner, out] = [lstm(U, U), lstm(U, U), gru(U, U), gru(U, U), lstm(2 * U, U), dense(U, 2)];
    const nested = functional('nested', [input('ni', [null, T, 2 * U]), rnn('LSTM', 'inside', {}, call([tensor('ni')]))], [['ni', 0, 0]], [['inside', 0, 0]], [call([tensor('both')])]);
    const config = functional('m', [
      input('x'), input('teacher'),
      rnn('LSTM', 'encoder', { return_sequences: false, return_state: true }, call([tensor('x')], { mask: null, training: false })),
      rnn('LSTM', 'decoder', {}, call([tensor('teacher')], { initial_state: [tensor('encoder', 0, 1), tensor('encoder', 0, 2)], mask: null })),
      of('Bidirectional', { name: 'both', merge_mode: 'concat', layer: rnn('GRU', 'g', {}), backward_layer: rnn('GRU', 'back', { go_backwards: true }) }, call([tensor('decoder')])),
      nested, of('TimeDistributed', { name: 'each', layer: of('Dense', { name: 'inner_dense', units: 2, activation: 'softmax' }) }, call([tensor('nested')])),
    ], [['x', 0, 0], ['teacher', 0, 0]], { labels: ['each', 0, 0] });
    const store = {
      'layers/lstm/cell': enc, 'layers/lstm_1/cell': dec, 'layers/bidirectional/forward_layer/cell': fwd, 'layers/bidirectional/backward_layer/cell': bwd,
      'layers/functional/layers/lstm/cell': inner, 'layers/time_distributed/layer': out,
    };
    const whole = await load(await kerasZip({ ...config, compile_config: { optimizer: { module: 'keras.optimizers', class_name: 'Adam', config: { learning_rate: 0.01 } }, loss: { labels: 'sparse_categorical_crossentropy' }, loss_weights: null } }, store));
    const alone = await load(await kerasStore(store), { architecture: { ...config, keras_version: '3.8.0' } });
    for (const model of [whole, alone]) {
      expectWeights(model, 'encoder', enc);
      expectWeights(model, 'decoder', dec);
      expectWeights(model, 'both', [...fwd, ...bwd]);
      expectWeights(model, 'nested/inside', inner);
      expectWeights(model, 'each', out);
      expect(model.graph.outputs[0]!.shape).toEqual([null, T, 2]);
    }
    // The decoder starts from the encoder's states: another first input gives another output.
    const [x, other, teacher] = [numbers(1, T, U), numbers(1, T, U), numbers(1, T, U)];
    expect(await predicted(whole, x, teacher)).toEqual(await predicted(alone, x, teacher));
    expect(await predicted(whole, x, teacher)).not.toEqual(await predicted(whole, other, teacher));
  });

  test('Sequential of whole numbers', async () => {
    const [table, a] = [numbers(7, U), gru(U, U)];
    const config = of('Sequential', { name: 's', layers: [input('tokens', [null, T], 'int32'), of('Embedding', { name: 'e', input_dim: 7, output_dim: U, mask_zero: true, dtype: 'float32' }), rnn('GRU', 'a', { return_sequences: false })] });
    const model = await load(await kerasZip(config, { 'layers/embedding': [table], 'layers/gru/cell': a }));
    expectWeights(model, 'e', [table]);
    expect([model.graph.inputs[0]!.dtype, model.inputNames, model.layers.length]).toEqual(['int', ['tokens'], 2]);
    const of4 = (third: number): Stored => ({ shape: [1, T], data: Float32Array.of(3, 1, third, 0, 0) });
    expect(await predicted(model, of4(0))).not.toEqual(await predicted(model, of4(4)));
  });

  test('a nested model used twice, inside and as outputs: the two count its uses differently', async () => {
    const [inner, outer] = [lstm(U, U), lstm(U, U)];
    const nested = functional('nested', [input('ni'), rnn('LSTM', 'inside', {}, call([tensor('ni')]))], [['ni', 0, 0]], [['inside', 0, 0]], [call([tensor('x')]), call([tensor('other')])]);
    const config = functional('m', [
      input('x'), input('other'), nested, of('Add', { name: 'sum' }, call([[tensor('nested', 0), tensor('nested', 1)]])), rnn('LSTM', 'last', {}, call([tensor('sum')])),
    ], [['x', 0, 0], ['other', 0, 0]], [['nested', 1, 0], ['nested', 2, 0], ['sum', 0, 0], ['last', 0, 0]]);
    const model = await load(await kerasZip(config, { 'layers/functional/layers/lstm/cell': inner, 'layers/lstm/cell': outer }));
    expectWeights(model, 'nested/inside', inner);
    expectWeights(model, 'last', outer);
    const [x, other] = [numbers(1, T, U), numbers(1, T, U)];
    const [a, b, sum] = (await model.predict([x, other]) as NamedArray[]).map((y) => y.data as Float32Array);
    const [swapped] = (await model.predict([other, x]) as NamedArray[]).map((y) => y.data);
    expect(b).toEqual(swapped);
    expect(a).not.toEqual(b);
    expect(sum).toEqual(a!.map((value, i) => Math.fround(value + b![i]!)));
  });

  test('attention, normalisation and convolution, with their weights in the order of Keras', async () => {
    const attention = [numbers(U, 2, 3), numbers(2, 3), numbers(U, 2, 3), numbers(2, 3), numbers(U, 2, 3), numbers(2, 3), numbers(2, 3, U), numbers(U)];
    const [scale, gammaBeta, gammaBeta2, kernel, wide] = [[numbers()], [numbers(U), numbers(U)], [numbers(U), numbers(U)], [numbers(3, U, U), numbers(U)], [numbers(3, U, U), numbers(U)]];
    const config = functional('m', [
      input('x'),
      of('Conv1D', { name: 'c', filters: U, kernel_size: [3], strides: [1], padding: 'same', activation: 'silu', data_format: 'channels_last', groups: 1 }, call([tensor('x')])),
      of('Conv1D', { name: 'd', filters: U, kernel_size: [3], strides: [1], padding: 'causal', activation: 'leaky_relu', data_format: 'channels_last', groups: 1 }, call([tensor('c')])),
      of('MultiHeadAttention', { name: 'mha', num_heads: 2, key_dim: 3, value_dim: 3, use_bias: true, dropout: 0.1, output_shape: null, attention_axes: null },
        call([tensor('d'), tensor('c')], { key: null, query_mask: null, value_mask: null, use_causal_mask: false, return_attention_scores: false, training: false })),
      of('LayerNormalization', { name: 'n', axis: [-1], epsilon: 0.001, center: true, scale: true }, call([tensor('mha')])),
      of('LayerNormalization', { name: 'o', axis: -1, epsilon: 0.001, center: true, scale: true }, call([tensor('n')])),
      of('Attention', { name: 'att', use_scale: true, score_mode: 'dot', dropout: 0 }, call([[tensor('n'), tensor('o')]], { mask: [null, null] })),
      of('SpatialDropout1D', { name: 'sd', rate: 0.2 }, call([tensor('att')], { training: false })), of('GaussianNoise', { name: 'gn', stddev: 0.1 }, call([tensor('sd')])),
      of('GlobalAveragePooling1D', { name: 'pool', data_format: 'channels_last', keepdims: false }, call([tensor('gn')], { mask: null })),
    ], [['x', 0, 0]], [['pool', 0, 0]]);
    const paths = ['query', 'key', 'value', 'output'].map((role, i) => [`layers/multi_head_attention/${role}_dense`, attention.slice(2 * i, 2 * i + 2)] as const);
    const model = await load(await kerasZip(config, {
      'layers/conv1d': kernel, 'layers/conv1d_1': wide, ...Object.fromEntries(paths), 'layers/layer_normalization': gammaBeta, 'layers/layer_normalization_1': gammaBeta2, 'layers/attention': scale,
    }));
    for (const [name, weights] of Object.entries({ c: kernel, d: wide, mha: attention, n: gammaBeta, o: gammaBeta2, att: scale })) expectWeights(model, name, weights);
    expect((await predicted(model, numbers(2, T, U))).every(Number.isFinite)).toBe(true);
    expect(model.graph.outputs[0]!.shape).toEqual([null, U]);
  });

  test('parts of a sequence, x[:, -1] and x[:, 1:4:2], and sums of operations', async () => {
    const weights = [gru(U, U), gru(U, U)];
    const whole = { class_name: '__slice__', config: { start: null, stop: null, step: null } };
    const operation = (className: string, name: string, node: object): object => ({ module: 'keras.src.ops.numpy', class_name: className, registered_name: className, name, config: { name }, inbound_nodes: [node] });
    const config = functional('m', [
      input('x'), rnn('GRU', 'a', {}, call([tensor('x')])), rnn('GRU', 'b', {}, call([tensor('x')])),
      operation('GetItem', 'last', call([tensor('a'), [whole, -1]])), operation('GetItem', 'some', call([tensor('b'), [whole, { class_name: '__slice__', config: { start: 1, stop: 4, step: 2 } }, 0]])),
      operation('GetItem', 'first', call([tensor('b'), [whole, 0]])), operation('Add', 'sum', call([tensor('last'), tensor('first')])),
    ], ['x', 0, 0], [['a', 0, 0], ['b', 0, 0], ['last', 0, 0], ['some', 0, 0], ['sum', 0, 0]]);
    const model = await load(await kerasZip(config, { 'layers/gru/cell': weights[0]!, 'layers/gru_1/cell': weights[1]! }));
    expect(model.graph.outputs.slice(2).map(({ shape }) => shape)).toEqual([[null, U], [null, 2], [null, U]]);
    const [a, b, last, some, sum] = (await model.predict(numbers(2, T, U)) as NamedArray[]).map(lists) as [number[][][], number[][][], number[][], number[][], number[][]];
    expect(last).toEqual(a.map((steps) => steps.at(-1)));
    expect(some).toEqual(b.map((steps) => [steps[1]![0], steps[3]![0]]));
    expect(sum).toEqual(a.map((steps, i) => steps.at(-1)!.map((value, n) => Math.fround(value + b[i]![0]![n]!))));
  });

  test('a class derived from Sequential: its layers follow one another, and it is warned of', async () => {
    const [a, d] = [gru(U, U), dense(U, 2)];
    const inner = of('Tail', { name: 'tail', layers: [of('Dense', { name: 'd', units: 2, activation: 'linear' })].map(unplaced) });
    const chain = { ...of('Chain', { name: 's', layers: [input('in'), rnn('GRU', 'a', {}), inner].map(unplaced), build_input_shape: [null, T, U] }), registered_name: 'mine>Chain' };
    const warnings: string[] = [];
    const model = await load(await kerasZip(chain, { 'layers/gru/cell': a, 'layers/tail/layers/dense': d }), { warn: (line) => { warnings.push(line); } });
    expect(warnings).toEqual([
      "model: the model's class Chain is not known here, and its layers are connected as its configuration says",
      "model: model 'tail': its class Tail is not known here, and its layers are connected as its configuration says",
    ]);
    expectWeights(model, 'a', a);
    expectWeights(model, 'tail/d', d);
    expect([model.kind, model.graph.outputs[0]!.shape]).toEqual(['Sequential', [null, T, 2]]);
  });

  test('names of whatever letters', async () => {
    const [a, b] = [gru(U, U), gru(U, U)];
    const config = of('Sequential', { name: 'mein Modell', layers: [input('in'), rnn('GRU', 'größer & besser', {}), rnn('GRU', 'größer + besser', {})] });
    const model = await load(await kerasZip(config, { 'layers/gru/cell': a, 'layers/gru_1/cell': b }));
    expectWeights(model, 'größer & besser', a);
    expectWeights(model, 'größer + besser', b);
    expect(model.name).toBe('mein Modell');
  });

  test('HDF5 of Keras 3: its configuration in the older frame', async () => {
    const [a, b] = [gru(U, U), gru(U, U)];
    const names = (layer: string): string[] => ['kernel', 'recurrent_kernel', 'bias'].map((role) => `${layer}/gru_cell/${role}`);
    const config = functional('m', [input('x'), rnn('GRU', 'a', {}, call([tensor('x')])), rnn('GRU', 'b', {}, call([tensor('a')]))], ['x', 0, 0], ['b', 0, 0]);
    const model = await load(await kerasHdf5(config, [named('b', names('b'), b), named('a', names('a'), a), named('x', [], [])], { kerasVersion: '3.5.0' }));
    expectWeights(model, 'a', a);
    expectWeights(model, 'b', b);
  });

  test('masks that the graph spells out, and Masking', async () => {
    const [table, a, b] = [numbers(7, U), gru(U, U), gru(U, U)];
    const mask = { mask: tensor('not_equal') };
    const operation = (name: string, className: string, ...nodes: object[]): object => ({ module: 'keras.src.ops.numpy', class_name: className, registered_name: className, name, inbound_nodes: nodes, config: { name } });
    const config = functional('m', [
      input('tokens', [null, T], 'int32'),
      of('Embedding', { name: 'e', input_dim: 7, output_dim: U, mask_zero: true }, call([tensor('tokens')])),
      operation('not_equal', 'NotEqual', call([tensor('tokens'), 0])),
      rnn('GRU', 'a', {}, call([tensor('e')], mask)), rnn('GRU', 'b', { return_sequences: false }, call([tensor('a')], mask)),
    ], [['tokens', 0, 0]], [['b', 0, 0]]);
    const store = { 'layers/embedding': [table], 'layers/gru/cell': a, 'layers/gru_1/cell': b };
    const model = await load(await kerasZip(config, store));
    // Steps masked at the end change nothing.
    const [short, long] = [await predicted(model, { shape: [1, T], data: Float32Array.of(3, 1, 0, 0, 0) }), await predicted(model, { shape: [1, T], data: Float32Array.of(3, 1, 2, 0, 0) })];
    expect(short).not.toEqual(long);
    // The operation is a node of the graph, and no layer, as in Keras.
    expect(model.layers.map(({ name }) => name)).toEqual(['tokens', 'e', 'a', 'b']);
    expect(model.graph.nodes.map(({ layer }) => layer.name)).toContain('not_equal');
  });

  test('a mask of any other origin: an input', async () => {
    const a = gru(U, U);
    const config = functional('m', [input('x'), input('m', [null, T], 'bool'), rnn('GRU', 'a', { return_sequences: false }, call([tensor('x')], { mask: tensor('m') }))], [['x', 0, 0], ['m', 0, 0]], [['a', 0, 0]]);
    const model = await load(await kerasZip(config, { 'layers/gru/cell': a }));
    const x = numbers(1, T, U);
    const masked = await predicted(model, x, { shape: [1, T], data: Float32Array.of(1, 1, 1, 0, 0) });
    // Skipped steps change nothing, whatever is in them.
    const other = { shape: x.shape, data: x.data.map((value, n) => (n >= 3 * U ? value + 1 : value)) };
    expect(await predicted(model, other, { shape: [1, T], data: Float32Array.of(1, 1, 1, 0, 0) })).toEqual(masked);
    expect(await predicted(model, other, { shape: [1, T], data: Float32Array.of(1, 1, 1, 1, 0) })).not.toEqual(masked);
  });
});
