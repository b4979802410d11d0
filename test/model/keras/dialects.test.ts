import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { loadModel, type LoadModelOptions } from '../../../src/model/keras/load-model.js';
import { modelOrigin } from '../../../src/model/keras/origin.js';
import '../../backends.js';
import { kerasHdf5, legacyWeights, type NamedLayer } from '../../files/writers/keras-hdf5.js';
import { kerasStore, kerasZip } from '../../files/writers/keras-store.js';
import { asFiles, tfjsFiles } from '../../files/writers/tfjs.js';
import { dense, expectWeights, gru, lstm, numbers, positive, predicted, type Stored } from './numbers.js';

/**
 * Every dialect of Keras's files, each with two layers of one shape, so that a swap would show. The files are written by the HDF5
 * library, in the structure of that version.
 */

const T = 5;
const F = 3;
const U = 4;

async function load(source: Parameters<typeof loadModel>[0], options: LoadModelOptions = {}): Promise<LayersModel> {
  const warnings: string[] = [];
  const model = await loadModel(source, { warn: (line) => warnings.push(line), ...options });
  expect(warnings).toEqual([]);
  return model;
}

const named = (layer: string, names: readonly string[], weights: readonly Stored[]): NamedLayer =>
  ({ name: layer, weights: names.map((name, i) => ({ name, ...weights[i]! })) });

describe('Keras 1', () => {
  const config = (className: string, name: string, first: boolean): object => ({ class_name: className, config: {
    name, output_dim: U, init: 'glorot_uniform', inner_init: 'orthogonal', activation: 'tanh', inner_activation: 'hard_sigmoid', return_sequences: true,
    trainable: true, W_regularizer: null, U_regularizer: null, b_regularizer: null, dropout_W: 0.1, dropout_U: 0.1, go_backwards: false, stateful: false, unroll: false,
    consume_less: 'cpu', input_dim: F, input_length: null, ...className === 'LSTM' ? { forget_bias_init: 'one' } : {}, ...first ? { batch_input_shape: [null, T, F] } : {},
  } });
  /** Gate by gate, as it stored them: kernel, recurrent kernel and bias of each. */
  const gatewise = (gates: readonly string[], features: number): { names: (layer: string) => string[]; weights: Stored[] } => ({
    names: (layer) => gates.flatMap((gate) => ['W', 'U', 'b'].map((role) => `${layer}_${role}_${gate}`)),
    weights: gates.flatMap(() => [numbers(features, U), numbers(U, U), numbers(U)]),
  });
  const sideBySide = (weights: readonly Stored[], role: number, order: readonly number[]): number[] => {
    const parts = order.map((gate) => weights[gate * 3 + role]!);
    const rows = parts[0]!.data.length / U;
    return Array.from({ length: rows }, (_, row) => parts.flatMap(({ data }) => [...data.subarray(row * U, (row + 1) * U)])).flat();
  };

  test('Sequential: LSTM of twelve arrays, GRU of nine, a convolution with four axes, options under their former names', async () => {
    const [i, c] = [gatewise(['i', 'c', 'f', 'o'], F), gatewise(['z', 'r', 'h'], U)];
    const again = gatewise(['z', 'r', 'h'], U);
    const kernel = numbers(2, 1, U, 6);
    const [bias, head] = [numbers(6), dense(6, 2)];
    const layers = [
      config('LSTM', 'lstm_1', true), config('GRU', 'gru_1', false), config('GRU', 'gru_2', false),
      { class_name: 'Convolution1D', config: { name: 'conv', nb_filter: 6, filter_length: 2, border_mode: 'valid', subsample_length: 1, activation: 'relu', bias: true, trainable: true } },
      { class_name: 'Dropout', config: { name: 'drop', p: 0.5, trainable: true } },
      { class_name: 'TimeDistributedDense', config: { name: 'head', output_dim: 2, activation: 'linear', init: 'uniform', bias: true } },
    ];
    const file = await kerasHdf5({ class_name: 'Sequential', config: layers }, [
      named('lstm_1', i.names('lstm_1'), i.weights), named('gru_1', c.names('gru_1'), c.weights), named('gru_2', again.names('gru_2'), again.weights),
      named('conv', ['conv_W', 'conv_b'], [kernel, bias]), named('drop', [], []), named('head', ['head_W', 'head_b'], head),
    ], { kerasVersion: '1.2.2', training: { loss: 'mse', optimizer_config: { class_name: 'Adam', config: { lr: 0.002 } }, metrics: [], sample_weight_mode: null } });
    const model = await load(file);
    const [lstmWeights, gruWeights] = [model.getLayer('lstm_1').getWeights(), model.getLayer('gru_1').getWeights()];
    [0, 1, 2].forEach((role) => {
      expect([...lstmWeights[role]!.dataSync()]).toEqual(sideBySide(i.weights, role, [0, 2, 1, 3]));
      expect([...gruWeights[role]!.dataSync()]).toEqual(sideBySide(c.weights, role, [0, 1, 2]));
      expect([...model.getLayer('gru_2').getWeights()[role]!.dataSync()]).toEqual(sideBySide(again.weights, role, [0, 1, 2]));
    });
    expectWeights(model, 'conv', [{ shape: [2, U, 6], data: kernel.data }, bias]);
    expectWeights(model, 'head', head);
    expect(model.outputs[0]!.shape).toEqual([null, T - 1, 2]);
    expect(modelOrigin(model)).toMatchObject({ format: 'keras-hdf5', kerasVersion: '1.2.2', loss: 'mse', optimizer: { name: 'Adam', learningRate: 0.002 } });
    model.dispose();
  });

  test("a functional model with its 'merge'; Theano's mirrored kernels, filters first as in Keras 1.1", async () => {
    const [left, right] = [numbers(U, F, 2, 1), numbers(U, F, 2, 1)];
    const biases = [numbers(U), numbers(U)];
    const convolution = (name: string): object => ({ name, class_name: 'Convolution1D', inbound_nodes: [[['x', 0, 0]]], config: { name, nb_filter: U, filter_length: 2, border_mode: 'same', activation: 'linear', init: 'uniform' } });
    const file = await kerasHdf5({ class_name: 'Model', config: { name: 'model_1', layers: [
      { name: 'x', class_name: 'InputLayer', inbound_nodes: [], config: { name: 'x', batch_input_shape: [null, T, F], input_dtype: 'float32', sparse: false } },
      convolution('left'), convolution('right'),
      { name: 'sum', class_name: 'Merge', inbound_nodes: [[['left', 0, 0], ['right', 0, 0]]], config: { name: 'sum', mode: 'concat', concat_axis: -1, dot_axes: -1, mode_type: 'raw' } },
    ], input_layers: [['x', 0, 0]], output_layers: [['sum', 0, 0]] } }, [
      named('x', [], []), named('left', ['left_W', 'left_b'], [left, biases[0]!]), named('right', ['right_W', 'right_b'], [right, biases[1]!]), named('sum', [], []),
    ], { kerasVersion: '1.1.0', backend: 'theano' });
    const model = await load(file);
    for (const [name, kernel] of [['left', left], ['right', right]] as const) {
      const found = model.getLayer(name).getWeights()[0]!.arraySync() as number[][][];
      for (let l = 0; l < 2; l++) for (let f = 0; f < F; f++) for (let u = 0; u < U; u++) expect(found[1 - l]![f]![u]).toBe(kernel.data[(u * F + f) * 2 + l]);
    }
    expect(model.outputs[0]!.shape).toEqual([null, T, 2 * U]);
    model.dispose();
  });
});

describe('Keras 2 and tf.keras', () => {
  const rnn = (name: string, also: object = {}): object => ({ class_name: 'LSTM', config: { name, trainable: true, units: U, activation: 'tanh', recurrent_activation: 'hard_sigmoid', use_bias: true, return_sequences: true, ...also } });
  const names = (layer: string): string[] => ['kernel', 'recurrent_kernel', 'bias'].map((role) => `${layer}/${role}:0`);
  const x = (also: object = {}): object => ({ class_name: 'InputLayer', name: 'x', inbound_nodes: [], config: { name: 'x', batch_input_shape: [null, T, U], dtype: 'float32', ...also } });
  const placed = (layer: object, ...nodes: unknown[]): object => ({ ...layer, name: (layer as { config: { name: string } }).config.name, inbound_nodes: nodes });

  test('Sequential with layers in a list (Keras 2.1) or an object (2.2), names in the order of the file', async () => {
    const [a, b] = [lstm(U, U), lstm(U, U)];
    const layers = [rnn('b', { batch_input_shape: [null, T, U] }), rnn('a')];
    for (const config of [layers, { name: 'sequential_1', layers }]) {
      const model = await load(await kerasHdf5({ class_name: 'Sequential', config }, [named('b', names('b'), b), named('a', names('a'), a)], { kerasVersion: '2.1.6', namesPerAttribute: 1 }));
      expectWeights(model, 'a', a);
      expectWeights(model, 'b', b);
      expect(model.layers.map(({ name }) => name)).toEqual(['b', 'a']);
      model.dispose();
    }
  });

  test('tf.keras: a shared layer, a nested model called twice, initial states, and frozen layers, whose weights come last', async () => {
    const [shared, first, second, readout] = [lstm(U, U), lstm(U, U), lstm(U, U), dense(U, U)];
    const norm = { trained: [numbers(U), numbers(U)], kept: [numbers(U), positive(U)] };
    const inner = { class_name: 'Functional', config: { name: 'encoder', trainable: true, layers: [
      x(), placed(rnn('first', { trainable: false }), [['x', 0, 0, {}]]),
      placed({ class_name: 'BatchNormalization', config: { name: 'norm', trainable: true, axis: [2], momentum: 0.99, epsilon: 0.001 } }, [['first', 0, 0, {}]]),
      placed(rnn('second'), [['norm', 0, 0, {}]]),
    ], input_layers: [['x', 0, 0]], output_layers: [['second', 0, 0]] } };
    const state = { class_name: 'InputLayer', name: 'h', inbound_nodes: [], config: { name: 'h', batch_input_shape: [null, U], dtype: 'float32' } };
    const file = await kerasHdf5({ class_name: 'Functional', config: { name: 'model', layers: [
      x(), state, placed(inner, [['x', 0, 0, {}]], [['shared', 0, 0, {}]]),
      placed(rnn('shared'), [['x', 0, 0, {}], ['h', 0, 0, {}], ['h', 0, 0, {}]], [['encoder', 2, 0, { initial_state: [['h', 0, 0], ['h', 0, 0]] }]]),
      placed({ class_name: 'Add', config: { name: 'sum' } }, [['encoder', 1, 0, {}], ['shared', 1, 0, {}]]),
      placed({ class_name: 'Dense', config: { name: 'out', units: U, activation: 'softmax' } }, [['sum', 0, 0, {}]]),
    ], input_layers: [['x', 0, 0], ['h', 0, 0]], output_layers: [['out', 0, 0]] } }, [
      named('x', [], []), named('h', [], []),
      // Trained first, then what is not: the frozen layer, and the statistics.
      named('encoder', ['norm/gamma:0', 'norm/beta:0', ...names('second'), ...names('first'), 'norm/moving_mean:0', 'norm/moving_variance:0'], [...norm.trained, ...second, ...first, ...norm.kept]),
      named('shared', names('shared/lstm_cell'), shared), named('sum', [], []), named('out', ['out/kernel:0', 'out/bias:0'], readout),
    ], { kerasVersion: '2.4.0' });
    const model = await load(file);
    const encoder = model.getLayer('encoder') as unknown as LayersModel;
    expectWeights(encoder, 'first', first);
    expectWeights(encoder, 'second', second);
    expectWeights(encoder, 'norm', [...norm.trained, ...norm.kept]);
    expectWeights(model, 'shared', shared);
    expectWeights(model, 'out', readout);
    expect(encoder.getLayer('first').trainableWeights).toEqual([]);
    // The second use of the shared layer reads from the encoder, with states.
    const [input, states] = [numbers(2, T, U), numbers(2, U)];
    const y = predicted(model, [tf.tensor(input.data, [2, T, U]), tf.tensor(states.data, [2, U])]);
    expect(y.length).toBe(2 * T * U);
    expect(y.every(Number.isFinite)).toBe(true);
    model.dispose();
  });

  test('stateful, with the shape of the input on the layer in a wrapper', async () => {
    const [a, forward, backward] = [lstm(U, U), lstm(U, U), lstm(U, U)];
    const shape = { batch_input_shape: [2, T, U] };
    const file = (layer: object, weights: readonly Stored[]): Promise<Uint8Array> =>
      kerasHdf5({ class_name: 'Sequential', config: { name: 's', layers: [layer] } }, [named('a', weights.map((_, i) => `a/${i}:0`), weights)]);
    const stateful = await load(await file(rnn('a', { ...shape, stateful: true }), a));
    const x = tf.tensor(numbers(2, T, U).data, [2, T, U]);
    const [once, again] = [predicted(stateful, x), predicted(stateful, x)];
    expect(again).not.toEqual(once);
    stateful.resetStates();
    expect(predicted(stateful, x)).toEqual(once);
    const both = await load(await file({ class_name: 'Bidirectional', config: { name: 'a', merge_mode: 'sum', layer: rnn('inner', shape) } }, [...forward, ...backward]));
    expectWeights(both, 'a', [...forward, ...backward]);
    for (const model of [stateful, both]) model.dispose();
  });

  test("cuDNN's layout in a Bidirectional layer, into plain layers", async () => {
    const stored = (features: number, gates: number): Stored[] => [numbers(features, gates * U), numbers(U, gates * U), numbers(2 * gates * U)];
    const [forward, backward] = [stored(F, 4), stored(F, 4)];
    const second = [stored(2 * U, 3), stored(2 * U, 3)];
    const wrapper = (name: string, layer: object, also: object = {}): object => ({ class_name: 'Bidirectional', config: { name, trainable: true, merge_mode: 'concat', layer, ...also } });
    const layers = [
      wrapper('both', rnn('lstm', { recurrent_activation: 'sigmoid' }), { batch_input_shape: [null, T, F] }),
      wrapper('again', { class_name: 'GRU', config: { name: 'gru', units: U, reset_after: true, recurrent_activation: 'sigmoid', activation: 'tanh', return_sequences: true } }),
    ];
    const file = await kerasHdf5({ class_name: 'Sequential', config: { name: 's', layers } }, [
      named('both', [...names('both/forward'), ...names('both/backward')], [...forward, ...backward]), named('again', [...names('again/forward'), ...names('again/backward')], second.flat()),
    ], { kerasVersion: '2.2.4' });
    const model = await load(file);
    const check = (found: readonly tf.Tensor[], [kernel, recurrentKernel, bias]: readonly Stored[], gates: number): void => {
      const [k, u, b] = found.map((weight) => weight.dataSync());
      const rows = kernel!.shape[0]!;
      for (let gate = 0; gate < gates; gate++) {
        // Keras: k.T.reshape(k.shape, order='F') of each gate; and the recurrent kernel's transpose.
        const block = Array.from({ length: rows * U }, (_, n) => kernel!.data[Math.floor(n / U) * gates * U + gate * U + (n % U)]!);
        for (let row = 0; row < rows; row++) for (let unit = 0; unit < U; unit++) expect(k![row * gates * U + gate * U + unit]).toBe(block[unit * rows + row]);
        for (let row = 0; row < U; row++) for (let unit = 0; unit < U; unit++) expect(u![row * gates * U + gate * U + unit]).toBe(recurrentKernel!.data[unit * gates * U + gate * U + row]);
      }
      if (gates === 3) expect(b).toEqual(bias!.data);
      else expect([...b!]).toEqual(Array.from({ length: 4 * U }, (_, n) => Math.fround(bias!.data[n]! + bias!.data[4 * U + n]!)));
    };
    const weights = model.getLayer('both').getWeights();
    check(weights.slice(0, 3), forward, 4);
    check(weights.slice(3), backward, 4);
    const more = model.getLayer('again').getWeights();
    check(more.slice(0, 3), second[0]!, 3);
    check(more.slice(3), second[1]!, 3);
    model.dispose();
  });

  test('weights alone: by the layers\' names, else by their order', async () => {
    const [a, b] = [lstm(U, U), lstm(U, U)];
    const architecture = { class_name: 'Sequential', keras_version: '2.2.4', config: { name: 's', layers: [rnn('a', { batch_input_shape: [null, T, U] }), rnn('b')] } };
    const other = await load(await legacyWeights([named('lstm_7', names('lstm_7'), a), named('dropout_2', [], []), named('lstm_8', names('lstm_8'), b)]), { architecture });
    expectWeights(other, 'a', a);
    expectWeights(other, 'b', b);
    const same = await load(await legacyWeights([named('b', names('b'), b), named('a', names('a'), a)]), { architecture: new TextEncoder().encode(JSON.stringify(architecture)) });
    expectWeights(same, 'a', a);
    expectWeights(same, 'b', b);
    for (const model of [other, same]) model.dispose();
  });

  test('tf.keras 2.12 to 2.15, zipped: numbers of two for each layer with weights, nested models, cells in a stack', async () => {
    const [a, b, c, out] = [lstm(U, U), lstm(U, U), lstm(U, U), dense(U, 1)];
    const cells = [lstm(U, U), lstm(U, U)];
    const cell = (name: string): object => ({ module: 'keras.layers', class_name: 'LSTMCell', registered_name: null, config: { name, units: U, activation: 'tanh', recurrent_activation: 'sigmoid' } });
    const inner = { class_name: 'Sequential', module: 'keras', config: { name: 'inner', layers: [{ class_name: 'InputLayer', config: { name: 'i', batch_input_shape: [null, T, U], dtype: 'float32' } }, rnn('c')] } };
    const config = { module: 'keras', class_name: 'Functional', registered_name: 'Functional', config: { name: 'model', layers: [
      x(), placed(rnn('b'), [['x', 0, 0, {}]]), placed(rnn('a'), [['b', 0, 0, {}]]), placed(inner, [['a', 0, 0, {}]]),
      placed({ class_name: 'RNN', config: { name: 'stack', return_sequences: false, cell: { class_name: 'StackedRNNCells', config: { name: 'cells', cells: [cell('one'), cell('two')] } } } }, [['inner', 1, 0, {}]]),
      placed({ class_name: 'Dense', config: { name: 'out', units: 1 } }, [['stack', 0, 0, {}]]),
    ], input_layers: [['x', 0, 0]], output_layers: [['out', 0, 0]] } };
    const L = '_layer_checkpoint_dependencies';
    const model = await load(await kerasZip(config, {
      [`${L}/lstm/cell`]: b, [`${L}/lstm_2/cell`]: a, [`${L}/sequential/${L}/lstm/cell`]: c, [`${L}/rnn/cell/cells/lstm_cell`]: cells[0]!, [`${L}/rnn/cell/cells/lstm_cell_1`]: cells[1]!, [`${L}/dense`]: out,
    }, { kerasVersion: '2.13.1' }));
    expectWeights(model, 'a', a);
    expectWeights(model, 'b', b);
    expectWeights(model.getLayer('inner') as unknown as LayersModel, 'c', c);
    expectWeights(model, 'stack', cells.flat());
    expectWeights(model, 'out', out);
    expect(modelOrigin(model)?.kerasVersion).toBe('2.13.1');
    model.dispose();
  });
});

describe('Keras 3', () => {
  const of = (className: string, config: { name: string } & Record<string, unknown>, ...nodes: object[]): object =>
    ({ module: 'keras.layers', class_name: className, registered_name: null, name: config.name, inbound_nodes: nodes, config: { trainable: true, dtype: { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null }, ...config } });
  const tensor = (layer: string, node = 0, index = 0): object => ({ class_name: '__keras_tensor__', config: { shape: [null, T, U], dtype: 'float32', keras_history: [layer, node, index] } });
  const call = (args: unknown[], kwargs: object = {}): object => ({ args, kwargs });
  const rnn = (className: string, name: string, also: object, ...nodes: object[]): object =>
    of(className, { name, units: U, activation: 'tanh', recurrent_activation: 'sigmoid', use_bias: true, ...className === 'GRU' ? { reset_after: true } : {}, return_sequences: true, seed: null, ...also }, ...nodes);
  const input = (name: string, shape: (number | null)[] = [null, T, U], dtype = 'float32'): object => of('InputLayer', { name, batch_shape: shape, dtype, sparse: false });
  const functional = (name: string, layers: object[], inputs: unknown, outputs: unknown, nodes: object[] = []): object =>
    of('Functional', { name, layers, input_layers: inputs, output_layers: outputs }, ...nodes);

  test('Sequential, zipped: layers numbered within their class, by order or by the names that are stored', async () => {
    const [a, b, c] = [gru(U, U), gru(U, U), gru(U, U)];
    const config = of('Sequential', { name: 's', layers: [input('in'), rnn('GRU', 'z', {}), of('Dropout', { name: 'd', rate: 0.5 }), rnn('GRU', 'y', {}), rnn('GRU', 'x', { return_sequences: false })], build_input_shape: [null, T, U] });
    const store = { 'layers/gru/cell': a, 'layers/gru_1/cell': b, 'layers/gru_2/cell': c, 'layers/dropout/seed_generator': [numbers(2)] };
    for (const names of [undefined, { 'layers/gru': 'z', 'layers/gru_1': 'y', 'layers/gru_2': 'x' }]) {
      const model = await load(await kerasZip(config, store, { kerasVersion: '3.4.1', ...names ? { names } : {} }));
      [['z', a], ['y', b], ['x', c]].forEach(([name, weights]) => { expectWeights(model, name as string, weights as Stored[]); });
      model.dispose();
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
      expectWeights(model.getLayer('nested') as unknown as LayersModel, 'inside', inner);
      expectWeights(model, 'each', out);
      expect(model.outputs[0]!.shape).toEqual([null, T, 2]);
    }
    // The decoder starts from the encoder's states: another first input gives another output.
    const [x, other, teacher] = [numbers(1, T, U), numbers(1, T, U), numbers(1, T, U)].map(({ data }) => tf.tensor(data, [1, T, U]));
    expect(predicted(whole, [x!, teacher!])).toEqual(predicted(alone, [x!, teacher!]));
    expect(predicted(whole, [x!, teacher!])).not.toEqual(predicted(whole, [other!, teacher!]));
    for (const model of [whole, alone]) model.dispose();
  });

  test('Sequential of whole numbers', async () => {
    const [table, a] = [numbers(7, U), gru(U, U)];
    const config = of('Sequential', { name: 's', layers: [input('tokens', [null, T], 'int32'), of('Embedding', { name: 'e', input_dim: 7, output_dim: U, mask_zero: true, dtype: 'float32' }), rnn('GRU', 'a', { return_sequences: false })] });
    const model = await load(await kerasZip(config, { 'layers/embedding': [table], 'layers/gru/cell': a }));
    expectWeights(model, 'e', [table]);
    expect([model.inputs[0]!.dtype, model.inputs[0]!.name, model.layers.length]).toEqual(['int32', expect.stringMatching(/^tokens/), 2]);
    expect(predicted(model, tf.tensor2d([[3, 1, 0, 0, 0]], undefined, 'int32'))).not.toEqual(predicted(model, tf.tensor2d([[3, 1, 4, 0, 0]], undefined, 'int32')));
    model.dispose();
  });

  test('a nested model used twice, inside and as outputs: the two count its uses differently', async () => {
    const [inner, outer] = [lstm(U, U), lstm(U, U)];
    const nested = functional('nested', [input('ni'), rnn('LSTM', 'inside', {}, call([tensor('ni')]))], [['ni', 0, 0]], [['inside', 0, 0]], [call([tensor('x')]), call([tensor('other')])]);
    const config = functional('m', [
      input('x'), input('other'), nested, of('Add', { name: 'sum' }, call([[tensor('nested', 0), tensor('nested', 1)]])), rnn('LSTM', 'last', {}, call([tensor('sum')])),
    ], [['x', 0, 0], ['other', 0, 0]], [['nested', 1, 0], ['nested', 2, 0], ['sum', 0, 0], ['last', 0, 0]]);
    const model = await load(await kerasZip(config, { 'layers/functional/layers/lstm/cell': inner, 'layers/lstm/cell': outer }));
    expectWeights(model.getLayer('nested') as unknown as LayersModel, 'inside', inner);
    expectWeights(model, 'last', outer);
    const [x, other] = [numbers(1, T, U), numbers(1, T, U)].map(({ data }) => tf.tensor(data, [1, T, U]));
    const [a, b, sum] = (model.predict([x!, other!]) as tf.Tensor[]).map((y) => y.dataSync());
    const [swapped] = (model.predict([other!, x!]) as tf.Tensor[]).map((y) => y.dataSync());
    expect(b).toEqual(swapped);
    expect(a).not.toEqual(b);
    expect(sum).toEqual(a!.map((value, i) => Math.fround(value + b![i]!)));
    model.dispose();
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
    expect(predicted(model, tf.tensor(numbers(2, T, U).data, [2, T, U])).every(Number.isFinite)).toBe(true);
    expect(model.outputs[0]!.shape).toEqual([null, U]);
    model.dispose();
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
    expect(model.outputs.slice(2).map(({ shape }) => shape)).toEqual([[null, U], [null, 2], [null, U]]);
    const [a, b, last, some, sum] = (model.predict(tf.tensor(numbers(2, T, U).data, [2, T, U])) as tf.Tensor[]).map((y) => y.arraySync()) as [number[][][], number[][][], number[][], number[][], number[][]];
    expect(last).toEqual(a.map((steps) => steps.at(-1)));
    expect(some).toEqual(b.map((steps) => [steps[1]![0], steps[3]![0]]));
    expect(sum).toEqual(a.map((steps, i) => steps.at(-1)!.map((value, n) => Math.fround(value + b[i]![0]![n]!))));
    model.dispose();
    const bad = functional('m', [input('x'), operation('GetItem', 'g', call([tensor('x'), [0, whole]]))], ['x', 0, 0], ['g', 0, 0]);
    await expect(load(await kerasZip(bad, { 'layers/gru/cell': weights[0]! }))).rejects.toThrow("model: layer 'g' (GetItem): takes a part of the samples, which is not supported here");
  });

  test("names that TF.js wouldn't take", async () => {
    const [a, b] = [gru(U, U), gru(U, U)];
    const config = of('Sequential', { name: 'mein Modell', layers: [input('in'), rnn('GRU', 'größer & besser', {}), rnn('GRU', 'größer + besser', {})] });
    const model = await load(await kerasZip(config, { 'layers/gru/cell': a, 'layers/gru_1/cell': b }));
    expectWeights(model, 'größer & besser', a);
    expectWeights(model, 'größer + besser', b);
    expect(model.name).toBe('mein Modell');
    model.dispose();
  });

  test('HDF5 of Keras 3: its configuration in the older frame', async () => {
    const [a, b] = [gru(U, U), gru(U, U)];
    const names = (layer: string): string[] => ['kernel', 'recurrent_kernel', 'bias'].map((role) => `${layer}/gru_cell/${role}`);
    const config = functional('m', [input('x'), rnn('GRU', 'a', {}, call([tensor('x')])), rnn('GRU', 'b', {}, call([tensor('a')]))], ['x', 0, 0], ['b', 0, 0]);
    const model = await load(await kerasHdf5(config, [named('b', names('b'), b), named('a', names('a'), a), named('x', [], [])], { kerasVersion: '3.5.0' }));
    expectWeights(model, 'a', a);
    expectWeights(model, 'b', b);
    model.dispose();
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
    const [short, long] = [predicted(model, tf.tensor2d([[3, 1, 0, 0, 0]], undefined, 'int32')), predicted(model, tf.tensor2d([[3, 1, 2, 0, 0]], undefined, 'int32'))];
    expect(short).not.toEqual(long);
    const { data } = table;
    expect(data.length).toBe(28);
    model.dispose();

    const without = functional('m', [input('x'), input('m'), rnn('GRU', 'a', {}, call([tensor('x')], { mask: tensor('m') }))], [['x', 0, 0], ['m', 0, 0]], [['a', 0, 0]]);
    await expect(load(await kerasZip(without, { 'layers/gru/cell': a }))).rejects.toThrow(
      "model: layer 'a' (GRU): is called with a mask of its own, made by layer 'm'; only masks of Masking and Embedding layers are supported");
  });
});

describe('TF.js', () => {
  const rnn = (name: string, also: object = {}): object => ({ class_name: 'LSTM', config: { name, trainable: true, units: U, activation: 'tanh', recurrent_activation: 'hard_sigmoid', return_sequences: true, ...also } });

  test('weights by name, also with a cell\'s name between; files as dropped on a page', async () => {
    const [a, b, forward, backward] = [lstm(U, U), lstm(U, U), lstm(U, U), lstm(U, U)];
    const roles = ['kernel', 'recurrent_kernel', 'bias'];
    const weights = (prefix: string, of: readonly Stored[]): { name: string; shape: readonly number[]; data: Float32Array }[] => of.map((weight, i) => ({ name: `${prefix}/${roles[i]!}`, ...weight }));
    const config = { class_name: 'Sequential', config: { name: 's', layers: [
      rnn('b', { batch_input_shape: [null, T, U] }), rnn('a'),
      { class_name: 'Bidirectional', config: { name: 'both', merge_mode: 'ave', layer: rnn('inner') } },
    ] } };
    // In an order that is not the layers'.
    const list = [...weights('both/backward_inner', backward), ...weights('a/lstm_cell', a), ...weights('b', b), ...weights('both/forward_inner', forward)];
    const files = tfjsFiles({ model_config: config, keras_version: '2.4.0', backend: 'tensorflow' }, list, { shardBytes: 100, training: { loss: 'mse', optimizer_config: { class_name: 'SGD', config: { learning_rate: 0.1 } } } });
    const model = await load(asFiles(files));
    expectWeights(model, 'a', a);
    expectWeights(model, 'b', b);
    expectWeights(model, 'both', [...forward, ...backward]);
    expect(modelOrigin(model)).toMatchObject({ format: 'tfjs-layers', loss: 'mse' });
    model.dispose();
  });
});
