import { describe, expect, test } from 'vitest';
import { kerasHdf5 } from '../../files/writers/keras-hdf5.js';
import { expectWeights, F, layerAt, load, named, T, U, weightsIn } from './loaded.js';
import { dense, numbers, type Stored } from './stored.js';

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
    const [lstmWeights, gruWeights, others] = ['lstm_1', 'gru_1', 'gru_2'].map((name) => weightsIn(layerAt(model, name)).map((weight) => [...weight.read()])) as [number[][], number[][], number[][]];
    [0, 1, 2].forEach((role) => {
      expect(lstmWeights[role]).toEqual(sideBySide(i.weights, role, [0, 2, 1, 3]));
      expect(gruWeights[role]).toEqual(sideBySide(c.weights, role, [0, 1, 2]));
      expect(others[role]).toEqual(sideBySide(again.weights, role, [0, 1, 2]));
    });
    expectWeights(model, 'conv', [{ shape: [2, U, 6], data: kernel.data }, bias]);
    expectWeights(model, 'head', head);
    expect(model.graph.outputs[0]!.shape).toEqual([null, T - 1, 2]);
    expect(model.origin).toMatchObject({ format: 'keras-hdf5', kerasVersion: '1.2.2', loss: 'mse', optimizer: { name: 'Adam', learningRate: 0.002 } });
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
      const found = weightsIn(layerAt(model, name))[0]!.read();
      for (let l = 0; l < 2; l++) for (let f = 0; f < F; f++) for (let u = 0; u < U; u++) expect(found[((1 - l) * F + f) * U + u]).toBe(kernel.data[(u * F + f) * 2 + l]);
    }
    expect(model.graph.outputs[0]!.shape).toEqual([null, T, 2 * U]);
  });
});
