import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import type { Model } from '../../src/model/model.js';
import { rnnSummary } from '../../src/model/rnn-summary.js';
import '../backends.js';
import { call, input, layer, modelOf } from '../trace/build.js';
import { dense, lstm, recurrent } from '../trace/seeded.js';

const lines = (...text: string[]): string => text.join('\n');

/** A model of one layer of Keras's. */
function of(...made: Parameters<typeof layer>): Model {
  const x = input('x', [5, 4]);
  return modelOf([x], [call(layer(...made), x)]);
}

describe('rnnSummary', () => {
  test('an LSTM, by its model and alone', () => {
    const model = tfl.sequential({ layers: [lstm(6, 1, { inputShape: [100, 12], returnSequences: true, name: 'lstm' }), dense(1, 2, { name: 'head' })] });
    const expected = lines(
      'lstm: LSTM of 6 units, reads forwards', '  kernel  (12, 24)', '  recurrent_kernel  (6, 24)', '  bias  (24,)',
      '  gates and their columns: input 0-5, forget 6-11, cell 12-17, output 18-23',
      '  of each gate: kernel (12, 6), recurrent_kernel (6, 6), bias (6,)', '  activation tanh, of the gates hard_sigmoid',
    );
    expect(rnnSummary(model, 'lst')).toBe(expected);
    expect(rnnSummary(model, 0)).toBe(expected);
    expect(rnnSummary(model.layers[0]!)).toBe(expected);
    expect(() => rnnSummary(model, 'head')).toThrow(/^rnnSummary: layer 'head' \(Dense\) is not recurrent: expected an LSTM, GRU or SimpleRNN, or a Bidirectional of one$/);
    expect(() => rnnSummary(model as unknown as tfl.layers.Layer)).toThrow(/^rnnSummary: expected a layer, or a model and the index or name of a layer, found a model alone$/);
    expect(() => rnnSummary(3 as unknown as tfl.layers.Layer)).toThrow(/^rnnSummary: expected a layer, or a model and the index or name of a layer, found 3$/);
  });

  test('a Bidirectional GRU', () => {
    const model = tfl.sequential({ layers: [tfl.layers.bidirectional({ layer: recurrent('gru', 1, 1) as tfl.RNN, mergeMode: 'concat', name: 'both', inputShape: [5, 4] })] });
    const direction = (part: string, reads: string): string[] => [
      `both, ${part}: GRU of 1 unit, reads ${reads}, no reset_after`, `  ${part}/kernel  (4, 3)`, `  ${part}/recurrent_kernel  (1, 3)`, `  ${part}/bias  (3,)`,
      '  gates and their columns: update 0, reset 1, new 2', '  of each gate: kernel (4, 1), recurrent_kernel (1, 1), bias (1,)', '  activation tanh, of the gates hard_sigmoid',
      '  new = activation(x W + b + (reset * h) U): the reset gate acts on the state', '  the bias has one row: b, added to x W; there is no recurrent bias',
    ];
    expect(rnnSummary(model, 'both')).toBe(lines(...direction('forward', 'forwards'), '', ...direction('backward', 'backwards')));
  });

  test('a GRU with reset_after, with and without bias', () => {
    const gru = (useBias: boolean): string => rnnSummary(of('GRU', 'gru', { units: 2, reset_after: true, use_bias: useBias }), 'gru');
    expect(gru(true)).toBe(lines(
      'gru: GRU of 2 units, reads forwards, reset_after', '  kernel  (4, 6)', '  recurrent_kernel  (2, 6)', '  bias  (2, 6)',
      '  gates and their columns: update 0-1, reset 2-3, new 4-5', '  of each gate: kernel (4, 2), recurrent_kernel (2, 2), bias (2, 2)', '  activation tanh, of the gates sigmoid',
      '  new = activation(x W + b + reset * (h U + v)): the reset gate acts on the recurrent product', '  the bias has two rows: b, added to x W, and the recurrent bias v, added to h U',
    ));
    expect(gru(false)).toContain('\n  new = activation(x W + reset * (h U)): the reset gate acts on the recurrent product');
    expect(gru(false)).not.toContain('rows');
  });

  test('a SimpleRNN, cuDNN, stacked cells, and a name from a hostile file', () => {
    expect(rnnSummary(of('SimpleRNN', 'a\nb', { units: 2, go_backwards: true }), 1)).toBe(lines('a\\u000ab: SimpleRNN of 2 units, reads backwards', '  kernel  (4, 2)', '  recurrent_kernel  (2, 2)', '  bias  (2,)', '  no gates: all columns make the state', '  activation tanh'));
    expect(rnnSummary(of('CuDNNLSTM', 'fast', { units: 2 }), 'fast')).toMatch(/^fast: CuDNNLSTM of 2 units, reads forwards\n/);
    const cells = [layer('LSTMCell', 'a', { units: 3 }), layer('GRUCell', 'b', { units: 2, reset_after: false })];
    const stack = rnnSummary(of('RNN', 'stack', {}, { cell: layer('StackedRNNCells', 'cells', {}, { cells }) }), 'stack');
    expect(stack).toContain('stack, 0: LSTM of 3 units, reads forwards\n  0/kernel  (4, 12)\n');
    expect(stack).toContain('\n\nstack, 1: GRU of 2 units, reads forwards, no reset_after\n  1/kernel  (3, 6)\n');
  });

  test('of a graph: two directions, a layer alone, what is none', () => {
    const model = of('Bidirectional', 'both', {}, { layer: layer('GRU', 'gru', { units: 3, return_sequences: true, reset_after: true }) });
    expect(rnnSummary(model, 'both').split('\n').slice(0, 9)).toEqual([
      'both, forward: GRU of 3 units, reads forwards, reset_after', '  forward/kernel  (4, 9)', '  forward/recurrent_kernel  (3, 9)', '  forward/bias  (2, 9)', '  gates and their columns: update 0-2, reset 3-5, new 6-8',
      '  of each gate: kernel (4, 3), recurrent_kernel (3, 3), bias (2, 3)', '  activation tanh, of the gates sigmoid', '  new = activation(x W + b + reset * (h U + v)): the reset gate acts on the recurrent product',
      '  the bias has two rows: b, added to x W, and the recurrent bias v, added to h U',
    ]);
    expect(rnnSummary(model.layers[1]!)).toBe(rnnSummary(model, 'both'));
    const messages: [() => string, string][] = [
      [() => rnnSummary(model as never), 'rnnSummary: expected a layer, or a model and the index or name of a layer, found a model alone'],
      [() => rnnSummary(3 as never), 'rnnSummary: expected a layer, or a model and the index or name of a layer, found 3'],
      [() => rnnSummary(model, 0), "rnnSummary: layer 'x' (InputLayer) is not recurrent: expected an LSTM, GRU or SimpleRNN, or a Bidirectional of one"],
    ];
    for (const [what, message] of messages) expect(what).toThrow(message);
  });
});
