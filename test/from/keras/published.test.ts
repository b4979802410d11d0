import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sizeOf, type NamedArray } from '../../../src/core/array.js';
import { loadArray } from '../../../src/files/arrays.js';
import { loadModel } from '../../../src/from/keras/load-model.js';
import { weightsIn } from './loaded.js';
import { describeWithModels } from '../../models.js';

/** The models that other people trained and published, whole. */
const files = [
  { file: 'turbofan/binary_model.h5', format: 'keras-hdf5', kerasVersion: '2.0.5', loss: 'binary_crossentropy', optimizer: 'Adam', input: [null, 50, 25], output: [null, 1], parameters: 80_651 },
  { file: 'turbofan/regression_model.h5', format: 'keras-hdf5', kerasVersion: '2.0.5', loss: 'mean_squared_error', optimizer: 'RMSprop', input: [null, 50, 25], output: [null, 1], parameters: 80_651 },
  { file: 'keras2/disease_text_gru.h5', format: 'keras-hdf5', kerasVersion: '2.1.3', loss: 'categorical_crossentropy', optimizer: 'RMSprop', input: [null, 100], output: [null, 23], parameters: 333_239 },
  { file: 'keras3/price_gru.h5', format: 'keras-hdf5', kerasVersion: '3.5.0', loss: 'mean_squared_error', optimizer: 'Adam', input: [null, 60, 6], output: [null, 1], parameters: 93_101 },
  { file: 'keras3/emg_lstm.keras', format: 'keras-zip', kerasVersion: '3.9.2', loss: 'sparse_categorical_crossentropy', optimizer: 'Adam', input: [null, 12], output: [null, 4], parameters: 2_020 },
  { file: 'keras3/qqq_gru.keras', format: 'keras-zip', kerasVersion: '3.11.2', loss: 'mape', optimizer: 'Adam', input: [null, 252, 1], output: [null, 1], parameters: 50_433 },
  { file: 'tfjs/model.json', format: 'tfjs-layers', kerasVersion: 'tfjs-layers 1.5.2', loss: null, optimizer: null, input: [null, 6, 13], output: [null, 1], parameters: 5_410 },
] as const;

describeWithModels('published models', (folder) => {
  test.each(files)('$file', async ({ file, input, output, parameters, optimizer, ...origin }) => {
    const warnings: string[] = [];
    const model = await loadModel(join(folder, file), { warn: (line) => warnings.push(line) });
    expect(model.origin).toMatchObject({ ...origin, optimizer: optimizer && { name: optimizer } });
    expect([model.graph.inputs[0]!.shape, model.graph.outputs[0]!.shape]).toEqual([input, output]);
    const weights = model.layers.flatMap(weightsIn);
    expect(weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(parameters);
    // As trained, not zeros.
    for (const weight of weights) expect(weight.read().some((value) => value !== 0), `${file} ${weight.shape.join()}`).toBe(true);
    expect(warnings).toEqual([]);
  });

  test("regression_model.h5: Keras's own predictions for 93 engines", async () => {
    const model = await loadModel(join(folder, 'turbofan/regression_model.h5'));
    const x = await loadArray(join(folder, 'turbofan/x.npy'));
    const expected = await loadArray(join(folder, 'turbofan/regression_keras_predictions.npy'));
    const { data } = await model.predict(x) as NamedArray;
    expect(Math.max(...Array.from(data, (value, i) => Math.abs(value - expected.data[i]!)))).toBeLessThan(1e-3);
  });
});
