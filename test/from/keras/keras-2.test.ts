import { describe, expect, test } from 'vitest';
import type { StoredWeight } from '../../../src/graph/weight.js';
import { kerasHdf5, legacyWeights } from '../../files/writers/keras-hdf5.js';
import { kerasZip } from '../../files/writers/keras-store.js';
import { expectWeights, F, layerAt, load, named, predicted, T, U, weightsIn } from './loaded.js';
import { dense, lstm, numbers, positive, type Stored } from './stored.js';

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
    expectWeights(model, 'encoder/first', first);
    expectWeights(model, 'encoder/second', second);
    expectWeights(model, 'encoder/norm', [...norm.trained, ...norm.kept]);
    expectWeights(model, 'shared', shared);
    expectWeights(model, 'out', readout);
    expect(layerAt(model, 'encoder/first').weights.map(({ frozen }) => frozen)).toEqual([true, true, true]);
    expect(layerAt(model, 'encoder/second').weights.map(({ frozen }) => frozen)).toEqual([false, false, false]);
    // The second use of the shared layer reads from the encoder, with states.
    const [input, states] = [numbers(2, T, U), numbers(2, U)];
    const y = await predicted(model, input, states);
    expect(y.length).toBe(2 * T * U);
    expect(y.every(Number.isFinite)).toBe(true);
  });

  test('stateful, with the shape of the input on the layer in a wrapper', async () => {
    const [a, forward, backward] = [lstm(U, U), lstm(U, U), lstm(U, U)];
    const shape = { batch_input_shape: [2, T, U] };
    const file = (layer: object, weights: readonly Stored[]): Promise<Uint8Array> =>
      kerasHdf5({ class_name: 'Sequential', config: { name: 's', layers: [layer] } }, [named('a', weights.map((_, i) => `a/${i}:0`), weights)]);
    const stateful = await load(await file(rnn('a', { ...shape, stateful: true }), a));
    const x = numbers(2, T, U);
    const [once, again] = [await predicted(stateful, x), await predicted(stateful, x)];
    expect(again).not.toEqual(once);
    stateful.resetStates();
    expect(await predicted(stateful, x)).toEqual(once);
    const both = await load(await file({ class_name: 'Bidirectional', config: { name: 'a', merge_mode: 'sum', layer: rnn('inner', shape) } }, [...forward, ...backward]));
    expectWeights(both, 'a', [...forward, ...backward]);
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
    const check = (found: readonly StoredWeight[], [kernel, recurrentKernel, bias]: readonly Stored[], gates: number): void => {
      const [k, u, b] = found.map((weight) => weight.read());
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
    const weights = weightsIn(layerAt(model, 'both'));
    check(weights.slice(0, 3), forward, 4);
    check(weights.slice(3), backward, 4);
    const more = weightsIn(layerAt(model, 'again'));
    check(more.slice(0, 3), second[0]!, 3);
    check(more.slice(3), second[1]!, 3);
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
    expectWeights(model, 'inner/c', c);
    expectWeights(model, 'stack', cells.flat());
    expectWeights(model, 'out', out);
    expect(model.origin?.kerasVersion).toBe('2.13.1');
  });
});
