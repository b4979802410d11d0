import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import type { NamedArray } from '../../src/core/array.js';
import { getGradients, getOutputs } from '../../src/trace/get.js';
import type { Run } from '../../src/trace/run.js';
import { trace } from '../../src/trace/trace.js';
import { describeOnBackends } from '../backends.js';
import { dense, lstm, recurrent, tensor } from './seeded.js';

/** See RNN's names, and how layers are found in a run. */

const [S, T, F] = [3, 2, 4];

describeOnBackends('getOutputs and getGradients', () => {
  let model: tfl.LayersModel;
  let x: tf.Tensor;
  let y: tf.Tensor;
  let run: Run;
  beforeAll(async () => {
    model = tfl.sequential({ layers: [lstm(5, 1, { inputShape: [T, F], returnSequences: true, name: 'lstm_1' }), recurrent('gru', 3, 4, { name: 'gru_2' }), dense(2, 7, { name: 'head' })] });
    model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
    [x, y] = [tensor(1, [S, T, F]), tensor(2, [S, 2])];
    run = await trace(model, x, y);
  });
  afterAll(() => { tf.dispose([x, y]); model.dispose(); });
  const names = ['lstm_1', 'gru_2', 'head'];

  for (const [what, get, read] of [
    ['outputs', (id: string, options?: object) => getOutputs(model, id, x, options), (name: string) => run.layer(name).value()],
    ['gradients', (id: string, options?: object) => getGradients(model, id, x, y, options), (name: string) => run.layer(name).gradient()],
  ] as const) {
    // At run time an id may be of any kind; the types are tested below.
    const any = (id: unknown, options?: object): Promise<unknown> => get(id as string, options);

    test(`${what}: one id gives one array: by index, name, or a part of the name that no other has`, async () => {
      for (const id of [0, 'lstm_1', 'lstm', '1']) expect(await any(id)).toEqual(read('lstm_1'));
      for (const id of [2, 'head', 'ea']) expect(await any(id)).toEqual(read('head'));
    });

    test(`${what}: a list gives a list, in its order, with as many as were asked for`, async () => {
      expect(await any([2, 'lstm'])).toEqual([read('head'), read('lstm_1')]);
      expect(await any(['gru', 1, 'gru_2'])).toEqual([read('gru_2'), read('gru_2'), read('gru_2')]);
      expect(await any([])).toEqual([]);
    });

    test(`${what}: '*' gives every layer but the input, in the order of the graph`, async () => {
      expect(await any('*')).toEqual(names.map(read));
      expect(await any(['*', 0])).toEqual([...names, 'lstm_1'].map(read));
    });

    test(`${what}: by the layers' names`, async () => {
      const record = await any('*', { byName: true }) as Record<string, NamedArray>;
      expect(Object.keys(record)).toEqual(names);
      expect(record).toEqual(Object.fromEntries(names.map((name) => [name, read(name)])));
      expect(await any(['head', 'gru'], { byName: true })).toEqual({ head: read('head'), gru_2: read('gru_2') });
    });

    test(`${what}: what is not found, and options that are not known`, async () => {
      await expect(any('lsmt_1')).rejects.toThrow("no layer 'lsmt_1'; did you mean 'lstm_1'? The model has: lstm_1, gru_2, head");
      await expect(any(3)).rejects.toThrow('no layer 3: the model has layers 0 to 2 (lstm_1, gru_2, head)');
      await expect(any(['head', 'none at all'])).rejects.toThrow("no layer 'none at all'; the model has: lstm_1, gru_2, head");
      await expect(any('head', { trainnig: true })).rejects.toThrow("trace: unknown option 'trainnig'; did you mean 'training'?");
    });
  }

  test('gradients take the options of a trace', async () => {
    const options = { loss: 'meanAbsoluteError', lossWeights: 2, sampleWeight: [1, 2, 0] };
    const expected = (await trace(model, x, y, options)).layer('head').gradient();
    expect(await getGradients(model, 'head', x, y, options)).toEqual(expected);
    expect(expected).not.toEqual(run.layer('head').gradient());
  });

  test('outputs need neither targets nor a loss', async () => {
    const plain = tfl.sequential({ layers: [dense(2, 7, { inputShape: [F] })] });
    expect((await getOutputs(plain, 0, [[1, 2, 3, 4]])).shape).toEqual([1, 2]);
    plain.dispose();
  });

  test('the types: one array for one id, a list for several, a record by name', () => {
    // Never called: what matters is that it compiles.
    const calls = (): void => {
      expectTypeOf(getOutputs(model, 'lstm', x)).resolves.toEqualTypeOf<NamedArray>();
      expectTypeOf(getOutputs(model, 0, x, { training: true })).resolves.toEqualTypeOf<NamedArray>();
      expectTypeOf(getOutputs(model, '*', x)).resolves.toEqualTypeOf<NamedArray[]>();
      expectTypeOf(getOutputs(model, [0, 'lstm'], x)).resolves.toEqualTypeOf<NamedArray[]>();
      expectTypeOf(getOutputs(model, ['lstm'] as const, x, { byName: true })).resolves.toEqualTypeOf<Record<string, NamedArray>>();
      expectTypeOf(getGradients(model, 'lstm', x, y)).resolves.toEqualTypeOf<NamedArray>();
      expectTypeOf(getGradients(model, '*', x, y)).resolves.toEqualTypeOf<NamedArray[]>();
      expectTypeOf(getGradients(model, '*', x, y, { byName: true, loss: 'poisson' })).resolves.toEqualTypeOf<Record<string, NamedArray>>();
      expectTypeOf(getGradients(model, [1], x, y, { byName: false })).resolves.toEqualTypeOf<NamedArray[]>();
      // @ts-expect-error -- one array has no names to go by
      void getOutputs(model, 'lstm', x, { byName: true });
      // @ts-expect-error -- outputs have no loss
      void getOutputs(model, 'lstm', x, { loss: 'poisson' });
      // @ts-expect-error -- a gradient needs targets
      void getGradients(model, 'lstm', x);
    };
    expect(calls).toBeTypeOf('function');
  });

  describe('a run', () => {
    test('knows what it recorded', async () => {
      expect(run.layers).toEqual(names);
      expect(run.layer('gru')).toMatchObject({ name: 'gru_2', className: 'GRU', outputCount: 1 });
      const some = await trace(model, x, y, { layers: ['head', 0] });
      expect(some.layers).toEqual(['lstm_1', 'head']);
      expect(() => some.layer('gru_2')).toThrow("layer 'gru_2' was not recorded: the run holds lstm_1, head");
      expect(some.select('*').map(({ name }) => name)).toEqual(['lstm_1', 'head']);
      expect(some.select(['head', 'lstm', 'head']).map(({ name }) => name)).toEqual(['head', 'lstm_1', 'head']);
      expect(() => some.select(['head', 1])).toThrow("layer 'gru_2' was not recorded: the run holds lstm_1, head");
      expect(() => run.layer('lstm_1_input')).toThrow("layer 'lstm_1_input' was not recorded: the run holds lstm_1, gru_2, head");
      const none = await trace(model, x, y, { layers: [] });
      expect(none.loss).toBe(run.loss);
      expect(() => none.layer(0)).toThrow("layer 'lstm_1' was not recorded: the run holds no layers");
      // Fewer layers, the same numbers.
      expect(some.layer('head').gradient()).toEqual(run.layer('head').gradient());
    });

    test('without targets has values and no gradients', async () => {
      for (const nothing of [undefined, null]) {
        const forward = await trace(model, x, nothing);
        expect(forward.loss).toBeNull();
        expect(forward.layer('gru').value()).toEqual(run.layer('gru').value());
        const message = "layer 'gru_2': there are no gradients, since the run was made without targets: trace(model, x, y)";
        expect(() => forward.layer('gru').gradient()).toThrow(message);
        expect(() => forward.layer('gru').reachesLoss()).toThrow(message);
      }
    });

    test('says which quantities and outputs a layer has', () => {
      const layer = run.layer('lstm');
      expect(() => layer.value('output' as 'outputs')).toThrow("layer 'lstm_1': unknown quantity 'output'; did you mean 'outputs'?");
      expect(() => layer.gradient('hiden' as 'outputs')).toThrow("layer 'lstm_1': unknown quantity 'hiden'; did you mean 'hidden'?");
      expect(() => layer.gradient('outputs', 1)).toThrow("layer 'lstm_1': no output 1: it has 1");
      expect(() => layer.value('outputs', -1)).toThrow("layer 'lstm_1': no output -1: it has 1");
      expect(() => layer.reachesLoss(2)).toThrow("layer 'lstm_1': no output 2: it has 1");
    });

    test('holds plain arrays, with nothing of TF.js in them', () => {
      const { data, shape, axes } = run.layer('lstm').gradient();
      expect(data).toBeInstanceOf(Float32Array);
      expect({ shape, axes }).toEqual({ shape: [S, T, 5], axes: ['samples', 'timesteps', 'units'] });
      expect(structuredClone(run.layer('lstm').gradient())).toEqual({ data, shape, axes });
      expect(run.predictions).toHaveLength(1);
      expect(run.predictions[0]).toEqual(run.layer('head').value());
    });
  });
});
