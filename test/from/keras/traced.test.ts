import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadArray } from '../../../src/files/arrays.js';
import type { NamedArray } from '../../../src/core/array.js';
import { take } from '../../../src/core/take.js';
import { loadModel } from '../../../src/from/keras/load-model.js';
import { trace } from '../../../src/trace/trace.js';
import { kerasZip } from '../../files/writers/keras-store.js';
import { describeWithModels } from '../../models.js';
import { dense, gru, numbers } from './stored.js';

/** Loaded models, traced with the loss of their file. */

describeWithModels('traced', (folder) => {
  test('regression_model.h5: its own loss; predictions as by predict; the gradient by what the first layer gives', async () => {
    const model = await loadModel(join(folder, 'turbofan/regression_model.h5'));
    const [x, y] = [await loadArray(join(folder, 'turbofan/x.npy')), await loadArray(join(folder, 'turbofan/y_remaining_cycles.npy'))];
    const run = await trace(model, x, y);
    const { data: expected } = await model.predict(x) as NamedArray;
    let squares = 0;
    expected.forEach((value, i) => {
      expect(Math.abs(run.predictions[0]!.data[i]! - value)).toBeLessThan(1e-3);
      squares += (value - y.data[i]!) ** 2;
    });
    expect(run.loss! / (squares / expected.length)).toBeCloseTo(1, 5);
    // See RNN's definition, on a real model: it falls far in the middle.
    const gradient = run.layer(0).gradient('outputs');
    expect(gradient.shape).toEqual([93, 50, 100]);
    const norm = (t: number): number => Math.hypot(...Array.from(take(gradient, { timesteps: t }).data));
    expect(norm(25)).toBeLessThan(norm(0) / 10);
    expect(norm(49)).toBeGreaterThan(norm(0) * 10);
    model.dispose();
  });
});

describe('traced', () => {
  const of = (className: string, config: object): object => ({ module: 'keras.layers', class_name: className, registered_name: null, config });
  const config = (compile: object): object => ({
    ...of('Sequential', { name: 's', layers: [of('InputLayer', { name: 'x', batch_shape: [null, 4, 3] }), of('GRU', { name: 'g', units: 5, activation: 'tanh', recurrent_activation: 'sigmoid', reset_after: true }), of('Dense', { name: 'd', units: 2 })] }),
    compile_config: compile,
  });
  const store = { 'layers/gru/cell': gru(3, 5), 'layers/dense': dense(5, 2) };
  const input = numbers(6, 4, 3);

  test('a loss with options, class indices as targets', async () => {
    const model = await loadModel(await kerasZip(config({ loss: { module: 'keras.losses', class_name: 'SparseCategoricalCrossentropy', config: { from_logits: true } }, optimizer: 'adam' }), store));
    const y = [0, 1, 1, 0, 1, 0];
    const run = await trace(model, input, y);
    const scores = run.predictions[0]!.data;
    const expected = y.reduce((sum, k, i) => sum - Math.log(Math.exp(scores[2 * i + k]!) / (Math.exp(scores[2 * i]!) + Math.exp(scores[2 * i + 1]!))), 0) / 6;
    expect(run.loss).toBeCloseTo(expected, 5);
    model.dispose();
  });

  test('loss weights of the file', async () => {
    const y = numbers(6, 2);
    const loss = async (compile: object, options: object = {}): Promise<number> => {
      const model = await loadModel(await kerasZip(config(compile), store));
      const { loss: found } = await trace(model, input, y, options);
      model.dispose();
      return found!;
    };
    const plain = await loss({ loss: 'mae' });
    expect(await loss({ loss: ['mae'], loss_weights: [0.25] })).toBeCloseTo(plain / 4, 6);
    expect(await loss({ loss: { d: 'mae' }, loss_weights: { d: 3 } })).toBeCloseTo(plain * 3, 5);
    expect(await loss({ loss: 'mae', loss_weights: 3 }, { lossWeights: 1 })).toBeCloseTo(plain, 6);
    // Another loss is the caller's own.
    expect(await loss({ loss: 'mse', loss_weights: 3 }, { loss: 'mae' })).toBeCloseTo(plain, 6);
  });
});
