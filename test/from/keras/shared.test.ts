import { describe, expect, test } from 'vitest';
import type { Floats } from '../../../src/cells/floats.js';
import { allCalls } from '../../../src/graph/graph.js';
import { Tensor } from '../../../src/graph/tensor.js';
import type { Model } from '../../../src/model/model.js';
import { kerasHdf5 } from '../../files/writers/keras-hdf5.js';
import { kerasStore, kerasZip } from '../../files/writers/keras-store.js';
import { expectWeights, layerAt, load, named, predicted, T, U, weightsIn } from './loaded.js';
import { contextOf } from './made.js';
import { call, functional, input, of, rnn, tensor } from './keras-3-config.js';
import { dense, gru, numbers, type Stored } from './stored.js';

/** As Keras numbers what it comes by twice while it writes a configuration: by its address. */
const shared = (layer: object, number = 140_203_981_126_352): object => ({ ...layer, shared_object_id: number });
const x = (): Stored => numbers(2, T, U);

/** What the outer model computes: the shared layer, then the nested model, then another layer of its class. */
const outer = (layers: object[], last: string): object => functional('m', [input('x'), ...layers], [['x', 0, 0]], [[last, 0, 0]]);

/** The nested model holds the shared layer and one of its own. */
const nested = (on: string): object => functional('nested', [
  input('i'), shared(rnn('GRU', 'both', {}, call([tensor('i')]))), rnn('GRU', 'own', {}, call([tensor('both')])),
], [['i', 0, 0]], [['own', 0, 0]], [call([tensor(on)])]);

/** Expects one layer in both places, with these weights. */
function expectShared(model: Model, both: readonly Stored[]): void {
  expect(layerAt(model, 'nested/both')).toBe(layerAt(model, 'both'));
  expectWeights(model, 'both', both);
}

describe('a layer that a model and one nested in it share', () => {
  test.each([
    ['the nested model is listed first: its place holds the weights, and the other is counted', ['nested', 'both', 'last'], {
      'layers/functional/layers/gru/cell': 'both', 'layers/functional/layers/gru_1/cell': 'own', 'layers/gru_1/cell': 'last',
    }],
    ['the layer is listed first', ['both', 'nested', 'last'], {
      'layers/gru/cell': 'both', 'layers/functional/layers/gru_1/cell': 'own', 'layers/gru_1/cell': 'last',
    }],
  ] as const)('Keras 3: %s', async (_, order, places) => {
    const weights = { both: gru(U, U), own: gru(U, U), last: gru(U, U) };
    const [first, second, third] = order;
    const layers: Record<string, (on: string) => object> = {
      nested, both: (on) => shared(rnn('GRU', 'both', {}, call([tensor(on)]))), last: (on) => rnn('GRU', 'last', { return_sequences: false }, call([tensor(on)])),
    };
    const config = outer([layers[first]!('x'), layers[second]!(first), layers[third]!(second)], third);
    const store = Object.fromEntries(Object.entries(places).map(([path, name]) => [path, weights[name]]));
    const names = Object.fromEntries(Object.entries(places).map(([path, name]) => [path.replace(/\/cell$/, ''), name]));
    const input = x();
    const found: Floats[] = [];
    // In a zip, with the layers' names beside as Keras 3.5 and newer have them, and as weights alone.
    for (const file of [await kerasZip(config, store), await kerasZip(config, store, { names })]) {
      const model = await load(file);
      expectShared(model, weights.both);
      expectWeights(model, 'nested/own', weights.own);
      expectWeights(model, 'last', weights.last);
      expect(new Set(model.layers.flatMap(weightsIn)).size).toBe(9);
      found.push(await predicted(model, input));
    }
    const alone = await load(await kerasStore(store), { architecture: { ...config, keras_version: '3.8.0' } });
    expectShared(alone, weights.both);
    found.push(await predicted(alone, input));

    // Layer by layer, in the order in which the graph has them.
    const chain = first === 'nested' ? ['both', 'nested/own', 'both', 'last'] : ['both', 'both', 'nested/own', 'last'];
    const context = contextOf({ weight: (weight) => new Tensor(weight.read() as Floats, weight.shape) });
    const expected = chain.reduce((h, path) => layerAt(alone, path).call({ inputs: [h], masks: [null], given: {}, options: {} }, context)[0]!.value, new Tensor(input.data, input.shape));
    for (const y of found) expect(y).toEqual(expected.data);
  });

  test('HDF5 has its weights in both places; its uses are apart', async () => {
    const weights = { both: gru(U, U), own: gru(U, U) };
    const names = (layer: string): string[] => ['kernel', 'recurrent_kernel', 'bias'].map((role) => `${layer}/gru_cell/${role}`);
    const config = outer([shared(rnn('GRU', 'both', {}, call([tensor('x')]))), nested('both')], 'nested');
    const model = await load(await kerasHdf5(config, [
      named('x', [], []), named('both', names('both'), weights.both), named('nested', [...names('both'), ...names('own')], [...weights.both, ...weights.own]),
    ], { kerasVersion: '3.8.0' }));
    expectShared(model, weights.both);
    expectWeights(model, 'nested/own', weights.own);
    expect(allCalls(model.calls).map(({ label }) => label)).toEqual(['x', 'both', 'nested', 'nested/i', 'nested/both', 'nested/own']);
  });

  test('a Sequential model may begin with it; a model may be shared too', async () => {
    const [both, head, extra] = [gru(U, U), dense(U, U), dense(U, U)];
    const dense_ = (name: string): object => of('Dense', { name, units: U, activation: 'linear' });
    const sequential = of('Sequential', { name: 'nested', layers: [input('s'), shared(rnn('GRU', 'both', {})), dense_('head')], build_input_shape: [null, T, U] }, call([tensor('both')]));
    const model = await load(await kerasZip(outer([shared(rnn('GRU', 'both', {}, call([tensor('x')]))), sequential], 'nested'), { 'layers/gru/cell': both, 'layers/sequential/layers/dense': head }));
    expectShared(model, both);
    expectWeights(model, 'nested/head', head);

    const pair = (...nodes: object[]): object => shared(functional('pair', [input('p'), rnn('GRU', 'g', {}, call([tensor('p')])), { ...dense_('d'), inbound_nodes: [call([tensor('g')])] }], [['p', 0, 0]], [['d', 0, 0]], nodes), 7);
    const holder = functional('holder', [input('h'), pair(call([tensor('h')])), { ...dense_('e'), inbound_nodes: [call([tensor('pair')])] }], [['h', 0, 0]], [['e', 0, 0]], [call([tensor('pair')])]);
    const two = await load(await kerasZip(outer([pair(call([tensor('x')])), holder], 'holder'), {
      'layers/functional/layers/gru/cell': both, 'layers/functional/layers/dense': head, 'layers/functional_1/layers/dense': extra,
    }));
    expect(layerAt(two, 'holder/pair')).toBe(layerAt(two, 'pair'));
    expectWeights(two, 'pair/g', both);
    expectWeights(two, 'pair/d', head);
    expectWeights(two, 'holder/e', extra);
  });

  test('a number alone makes no layer another: class and name must be the same', async () => {
    const [a, b] = [gru(U, U), gru(U, U)];
    const model = await load(await kerasZip(outer([shared(rnn('GRU', 'a', {}, call([tensor('x')])), 1), shared(rnn('GRU', 'b', {}, call([tensor('a')])), 1)], 'b'), { 'layers/gru/cell': a, 'layers/gru_1/cell': b }));
    expectWeights(model, 'a', a);
    expectWeights(model, 'b', b);
  });
});
