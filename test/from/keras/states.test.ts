import { expect, test } from 'vitest';
import { kerasHdf5 } from '../../files/writers/keras-hdf5.js';
import { kerasZip } from '../../files/writers/keras-store.js';
import { call, functional, input, of, rnn, tensor } from './keras-3-config.js';
import { expectWeights, load, named, predicted, T, U } from './loaded.js';
import { dense, lstm, numbers } from './stored.js';

/** States that a file has beside the weights of a stateful layer: the first batch goes on from there. */

const [weights, head, x] = [lstm(U, U), dense(U, 2), numbers(2, T, U)];
const [h, c] = [numbers(2, U), numbers(2, U)];
const dense_ = (...nodes: object[]): object => of('Dense', { name: 'head', units: 2, activation: 'linear' }, ...nodes);
const stateful = of('Sequential', { name: 's', layers: [input('x', [2, T, U]), rnn('LSTM', 'a', { stateful: true, return_sequences: false }), dense_()] });

/** The same from states that are inputs. */
const given = functional('m', [
  input('x'), input('h', [null, U]), input('c', [null, U]),
  rnn('LSTM', 'a', { return_sequences: false }, call([tensor('x')], { initial_state: [tensor('h'), tensor('c')] })), dense_(call([tensor('a')])),
], [['x', 0, 0], ['h', 0, 0], ['c', 0, 0]], [['head', 0, 0]]);
const expected = async (): Promise<unknown> => predicted(await load(await kerasZip(given, { 'layers/lstm/cell': weights, 'layers/dense': head })), x, h, c);
const fromZeros = async (): Promise<unknown> => predicted(await load(await kerasZip(stateful, { 'layers/lstm/cell': weights, 'layers/dense': head })), x);

test('in a store, before the weights', async () => {
  const model = await load(await kerasZip(stateful, { 'layers/lstm': [h, c], 'layers/lstm/cell': weights, 'layers/dense': head }));
  expectWeights(model, 'a', weights);
  expect(await predicted(model, x)).toEqual(await expected());
  model.resetStates();
  expect(await predicted(model, x)).toEqual(await fromZeros());
});

test('in HDF5, after them', async () => {
  const names = ['a/kernel', 'a/recurrent_kernel', 'a/bias', 'a/rnn_state', 'a/rnn_state_1'];
  const model = await load(await kerasHdf5(stateful, [named('a', names, [...weights, h, c]), named('head', ['head/kernel', 'head/bias'], head)], { kerasVersion: '3.8.0' }));
  expectWeights(model, 'a', weights);
  expect(await predicted(model, x)).toEqual(await expected());
});
