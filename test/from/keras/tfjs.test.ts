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
  });
});
