import { describe, expect, test } from 'vitest';
import { KERAS_3, type Dialect } from '../../../src/from/keras/dialect.js';
import { handedMasks } from '../../../src/from/keras/layers/masks.js';
import { scalar } from '../../../src/graph/tensor.js';
import type { NamedArray } from '../../../src/core/array.js';
import { kerasZip } from '../../files/writers/keras-store.js';
import { call, functional, input, of, rnn, tensor } from './keras-3-config.js';
import { load, predicted, T, U } from './loaded.js';
import { KERAS_2 } from './made.js';
import { dense, gru, numbers, type Stored } from './stored.js';

describe('which masks a call hands to its layer', () => {
  const [x, y, m, n] = [scalar(1), scalar(2), scalar(3, 'bool'), scalar(4, 'bool')];
  const both = { inputs: [x, y], masks: [m, n], given: {}, options: {} };

  test('of one argument those of its tensors', () => {
    for (const dialect of [KERAS_3, KERAS_2]) expect(handedMasks(dialect, both, false)).toEqual({ computing: [m, n], passing: [m, n] });
  });

  test('Keras 3, of several arguments none by itself: what goes on is told from the first', () => {
    expect(handedMasks(KERAS_3, { ...both, argumentSizes: [1, 1] }, false)).toEqual({ computing: [null, null], passing: [m, null] });
    expect(handedMasks(KERAS_3, { ...both, argumentSizes: [1, 1] }, true)).toEqual({ computing: [m, n], passing: [m, n] });
    expect(handedMasks(KERAS_2, { ...both, argumentSizes: [1, 1] }, false)).toEqual({ computing: [m, n], passing: [m, n] });
    // A tensor that is given by name is an argument, too.
    expect(handedMasks(KERAS_3, { ...both, given: { attention_mask: n } }, false).computing).toEqual([null, null]);
  });

  test('Keras 3.0 to 3.3 tell from lists of tensors nothing; up to 3.10 what travels goes on, whatever the call gives', () => {
    const of = (kerasVersion: string): Dialect => ({ kerasMajor: 3, kerasVersion, tfjs: false });
    expect(handedMasks(of('3.3.3'), both, false)).toEqual({ computing: [m, n], passing: [null, null] });
    expect(handedMasks(of('3.4.1'), both, false)).toEqual({ computing: [m, n], passing: [m, n] });
    expect(handedMasks(of('3.3.3'), { ...both, argumentSizes: [1, 1] }, false)).toEqual({ computing: [null, null], passing: [m, null] });
    expect(handedMasks(of('3.10.0'), { ...both, given: { mask: n } }, false)).toEqual({ computing: [n, null], passing: [m, n] });
    expect(handedMasks(of('3.11.0'), { ...both, given: { mask: n } }, false)).toEqual({ computing: [n, null], passing: [n, null] });
  });

  test('what the call gives wins: one mask, or one for each tensor', () => {
    expect(handedMasks(KERAS_3, { ...both, given: { mask: n } }, false)).toEqual({ computing: [n, null], passing: [n, null] });
    expect(handedMasks(KERAS_3, { ...both, given: { 'mask:1': m } }, false)).toEqual({ computing: [null, m], passing: [null, m] });
  });
});

describe('what a call in a file says', () => {
  const [g, d] = [gru(U, U), dense(U, 2)];
  const first = (model: Stored, at: (n: number) => number): Stored => ({ ...model, data: model.data.map((value, i) => at(i) * value) });

  test('Keras 3: a mask is not handed to a layer that has initial states; the layer after it gets it all the same', async () => {
    const config = (states: object): object => functional('m', [
      input('x'), input('h', [null, U]), of('Masking', { name: 'masked', mask_value: 0 }, call([tensor('x')])),
      rnn('GRU', 'g', {}, call([tensor('masked')], states)),
    ], [['x', 0, 0], ['h', 0, 0]], [['g', 0, 0]]);
    const store = { 'layers/gru/cell': g };
    const [plain, stated] = [await load(await kerasZip(config({}), store)), await load(await kerasZip(config({ initial_state: tensor('h') }), store))];
    const [x, h] = [first(numbers(1, T, U), (i) => Number(i < 2 * U)), { shape: [1, U], data: new Float32Array(U) }];
    const [masked, unmasked] = [await predicted(plain, x, h), await predicted(stated, x, h)];
    const at = (y: ArrayLike<number>, t: number): number[] => Array.from({ length: U }, (_, unit) => y[t * U + unit]!);
    // Without states steps that are all zero repeat the state; with them it moves on.
    expect(at(masked, T - 1)).toEqual(at(masked, 1));
    expect(at(unmasked, 1)).toEqual(at(masked, 1));
    expect(at(unmasked, T - 1)).not.toEqual(at(unmasked, 1));
    expect([plain, stated].map(({ graph }) => graph.outputs[0]!.masked)).toEqual([true, true]);
  });

  test('outputs by name are told in the order of the file, and counted in that of their names', async () => {
    const two = (name: string, ...nodes: object[]): object => of('Dense', { name, units: name === 'zeta' ? 2 : 3, activation: 'linear' }, ...nodes);
    const [z, a] = [d, dense(U, 3)];
    const inner = functional('inner', [input('x'), two('zeta', call([tensor('x')])), two('alpha', call([tensor('x')]))], [['x', 0, 0]], { zeta: ['zeta', 0, 0], alpha: ['alpha', 0, 0] }, [call([tensor('y')])]);
    const store = { 'layers/functional/layers/dense': z, 'layers/functional/layers/dense_1': a };
    // The nested model's first output is alpha's.
    const outer = await load(await kerasZip(functional('m', [input('y'), inner], [['y', 0, 0]], [['inner', 1, 0], ['inner', 1, 1]]), store));
    expect(outer.graph.outputs.map(({ shape }) => shape.at(-1))).toEqual([3, 2]);
    const whole = await load(await kerasZip({ ...functional('inner', [input('x'), two('zeta', call([tensor('x')])), two('alpha', call([tensor('x')]))], [['x', 0, 0]], { zeta: ['zeta', 0, 0], alpha: ['alpha', 0, 0] }),
      compile_config: { loss: { alpha: 'mae', zeta: 'mse' }, loss_weights: { alpha: 3 } } }, { 'layers/dense': z, 'layers/dense_1': a }));
    expect(whole.outputNames).toEqual(['zeta', 'alpha']);
    expect(whole.compiled!.losses.map((loss) => loss!.name)).toEqual(['meanSquaredError', 'meanAbsoluteError']);
    expect(whole.compiled!.lossWeights).toEqual([1, 3]);
    const x = numbers(1, T, U);
    const [alpha, zeta] = await outer.predict(x) as NamedArray[];
    expect(await whole.predict(x)).toMatchObject([{ data: zeta!.data }, { data: alpha!.data }]);
  });

  test('inputs by name are in the order of their names, and a model that is called by names gets each its own', async () => {
    const store = { 'layers/functional/layers/dense': d };
    const inner = functional('inner', [input('b'), input('a'), of('Dense', { name: 'd', units: 2, activation: 'linear' }, call([tensor('b')])), of('Add', { name: 'sum' }, call([[tensor('d'), tensor('d')]])), of('Concatenate', { name: 'all' }, call([[tensor('sum'), tensor('a')]]))],
      [['b', 0, 0], ['a', 0, 0]], [['all', 0, 0]], [call([{ a: tensor('p'), b: tensor('q') }])]);
    const model = await load(await kerasZip(functional('m', [input('q'), input('p'), inner], { second: ['q', 0, 0], first: ['p', 0, 0] }, [['inner', 1, 0]]), store));
    expect(model.inputNames).toEqual(['first', 'second']);
    const [p, q] = [numbers(1, T, U), numbers(1, T, U)];
    const y = await predicted(model, p, q);
    // The last features are those of `a`, which is called with p.
    expect(Array.from({ length: U }, (_, n) => y[2 + n])).toEqual([...p.data.slice(0, U)]);
  });

  test('training: Keras 3 goes by what fit and predict say, Keras 2 by the call', async () => {
    const config = functional('m', [
      input('x'), of('Dropout', { name: 'drop', rate: 0.5 }, call([tensor('x')], { training: true })), of('Dense', { name: 'd', units: 2, activation: 'linear' }, call([tensor('drop')])),
    ], [['x', 0, 0]], [['d', 0, 0]]);
    const x = numbers(4, T, U);
    const three = await load(await kerasZip(config, { 'layers/dense': d }, { kerasVersion: '3.9.0' }));
    expect(await predicted(three, x)).toEqual(await predicted(three, x));
    const two = await load(await kerasZip(config, { 'layers/dense': d }, { kerasVersion: '2.15.0' }));
    expect(await predicted(two, x)).not.toEqual(await predicted(two, x));
  });
});
