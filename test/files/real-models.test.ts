import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readModelFile } from '../../src/files/model-file.js';
import type { ModelFormat, SavedModel, SavedWeight, WeightTree } from '../../src/files/saved-model.js';
import { describeWithModels } from '../models.js';

/** Every weight of a model, in the file's order. */
function weightsOf({ weights }: SavedModel): SavedWeight[] {
  if (weights.kind === 'by-name') return [...weights.weights];
  if (weights.kind === 'by-layer') return weights.layers.flatMap((layer) => layer.weights);
  const below = (tree: WeightTree): SavedWeight[] => [...tree.vars, ...[...tree.children.values()].flatMap(below)];
  return below(weights.root);
}

// How many weights each has; one of them, its shape and first numbers. (That all are right, the predictions of the loaded models show.)
const files: [string, ModelFormat, string | null, string | null, string | null, number, string, number[], number[]][] = [
  ['turbofan/regression_model.h5', 'keras-hdf5', '2.0.5', 'Sequential', 'mean_squared_error', 8, '/model_weights/lstm_2/lstm_2/recurrent_kernel:0', [50, 200], [0.034383755177259445, 0.06472738087177277]],
  ['turbofan/binary_model.h5', 'keras-hdf5', '2.0.5', 'Sequential', 'binary_crossentropy', 8, '/model_weights/dense_1/dense_1/bias:0', [1], [-0.022306354716420174]],
  ['keras2/disease_text_gru.h5', 'keras-hdf5', '2.1.3', 'Sequential', 'categorical_crossentropy', 9, '/model_weights/embedding_4/embedding_4/embeddings:0', [10000, 32], [0.021373512223362923, -0.14973264932632446]],
  ['keras3/price_gru.h5', 'keras-hdf5', '3.5.0', 'Sequential', 'mean_squared_error', 8, '/model_weights/gru_1/sequential/gru_1/gru_cell/bias', [2, 300], [1.7534692287445068, 1.355947732925415]],
  ['keras3/emg_lstm.keras', 'keras-zip', '3.9.2', 'Sequential', 'sparse_categorical_crossentropy', 7, '/layers/lstm/cell/vars/1', [16, 64], [-0.5045154094696045, 0.038108132779598236]],
  ['keras3/qqq_gru.keras', 'keras-zip', '3.11.2', 'Sequential', 'mape', 5, '/layers/gru/cell/vars/2', [2, 384], [0.23798228800296783, -0.32565972208976746]],
  ['textgenrnn/weights.hdf5', 'weights-hdf5', '2.1.5', null, null, 10, '/rnn_2/rnn_2/bias:0', [1024], [-0.28087374567985535, -0.46386563777923584]],
  ['tfjs/model.json', 'tfjs-layers', 'tfjs-layers 1.5.2', 'Sequential', null, 8, 'lstm_LSTM1/recurrent_kernel', [30, 120], [0.066194087266922, 0.12033718079328537]],
];

describeWithModels('real model files', (models) => {
  it.each(files)('%s', async (name, format, kerasVersion, className, loss, count, path, shape, first) => {
    const model = await readModelFile(join(models, name));
    expect(model).toMatchObject({ format, kerasVersion, warnings: [], file: join(models, name) });
    expect(model.config?.['class_name'] ?? null).toBe(className);
    expect(model.training?.['loss'] ?? null).toBe(loss);
    const weights = weightsOf(model);
    expect(weights.length).toBe(count);
    for (const weight of weights) {
      const numbers = weight.read();
      expect(numbers.length).toBe(weight.shape.reduce((a, b) => a * b, 1));
      expect(numbers.every(Number.isFinite)).toBe(true);
    }
    const one = weights.find((weight) => weight.path === path);
    expect(one?.shape).toEqual(shape);
    expect([...one!.read().slice(0, 2)]).toEqual(first);
    model.close();
  });

  it('the same from bytes and from a File', async () => {
    const path = join(models, 'keras3/qqq_gru.keras');
    const bytes = new Uint8Array(readFileSync(path));
    const all = await Promise.all([path, bytes, bytes.slice().buffer, new Blob([bytes]), [new File([bytes], 'qqq.bin')]].map(async (source) => {
      const model = await readModelFile(source);
      const found = weightsOf(model).map(({ path: at, read }) => `${at} ${read().join()}`);
      model.close();
      return found;
    }));
    for (const found of all) expect(found).toEqual(all[0]);
  });
});
