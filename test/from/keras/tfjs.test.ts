import { describe, expect, test } from 'vitest';
import { asFiles, tfjsFiles } from '../../files/writers/tfjs.js';
import { expectWeights, load, T, U } from './loaded.js';
import { lstm, type Stored } from './stored.js';

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
    expect(model.origin).toMatchObject({ format: 'tfjs-layers', loss: 'mse' });
    // As the Keras did that the converter had it from.
    expect(model.dialect).toEqual({ kerasMajor: 2, kerasVersion: '2.4.0', tfjs: false });
  });

  test('last names alone, as its converter writes them for Keras 3: by their order', async () => {
    const [a, b] = [lstm(U, U), lstm(U, U)];
    const roles = ['kernel', 'recurrent_kernel', 'bias'];
    const config = { class_name: 'Sequential', config: { name: 's', layers: [rnn('b', { batch_input_shape: [null, T, U] }), rnn('a')] } };
    const weights = [...b, ...a].map((weight, i) => ({ name: roles[i % 3]!, ...weight }));
    const model = await load(asFiles(tfjsFiles({ model_config: config, keras_version: '3.15.1', backend: 'tensorflow' }, weights)));
    expectWeights(model, 'b', b);
    expectWeights(model, 'a', a);
    const fewer = asFiles(tfjsFiles({ model_config: config, keras_version: '3.15.1', backend: 'tensorflow' }, weights.slice(1)));
    await expect(load(fewer)).rejects.toThrow("model.json: layer 'b': its weight 'kernel' is not in the file");
  });

  test('what TF.js itself saved is to compute as it does there', async () => {
    const a = lstm(U, U);
    const config = { class_name: 'Sequential', config: { name: 's', layers: [rnn('a', { batch_input_shape: [null, T, U] })] } };
    const weights = a.map((weight, i) => ({ name: `a/${['kernel', 'recurrent_kernel', 'bias'][i]!}`, ...weight }));
    const model = await load(asFiles(tfjsFiles({ ...config, keras_version: 'tfjs-layers 4.22.0', backend: 'tensor_flow.js' }, weights)));
    expect(model.dialect).toMatchObject({ kerasMajor: 2, tfjs: true });
  });
});
