import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import type { NamedArray } from '../../src/core/array.js';
import { loadArray } from '../../src/files/arrays.js';
import { loadModel } from '../../src/from/keras/load-model.js';
import { trace } from '../../src/trace/trace.js';
import '../backends.js';
import { describeWithModels } from '../models.js';

/** The norm over samples and units at a timestep, of (samples, timesteps, units). */
function normAt({ data, shape }: NamedArray, t: number): number {
  const [samples, timesteps, units] = shape as [number, number, number];
  let square = 0;
  for (let sample = 0; sample < samples; sample++) for (let n = 0, from = (sample * timesteps + t) * units; n < units; n++) square += data[from + n]! ** 2;
  return Math.sqrt(square);
}

/**
 * What the first LSTM of a model for turbofan engines, trained by others with Keras, gets of the gradient: by its outputs it seems to
 * vanish in the middle; through time nothing has vanished. The numbers were computed independently, in float64.
 */
describeWithModels('the turbofan regression model, its first 16 windows', (models) => {
  beforeAll(() => tf.setBackend('cpu'));

  test('outputs against hidden: five norms each, to 4 digits', async () => {
    const model = await loadModel(`${models}/turbofan/regression_model.h5`, { warn: () => undefined });
    const first = ({ data, shape, axes }: NamedArray): NamedArray => ({ data: data.slice(0, (data.length / shape[0]!) * 16), shape: [16, ...shape.slice(1)], axes });
    const [x, y] = await Promise.all(['x', 'y_remaining_cycles'].map(async (name) => first(await loadArray(`${models}/turbofan/${name}.npy`))));
    const run = await trace(model, x!, y!, { layers: 0, quantities: ['outputs', 'hidden'], loss: 'meanSquaredError', values: false });
    const layer = run.layer(0);
    const norms = (array: NamedArray, digits: readonly number[]): string[] => [0, 10, 25, 40, 49].map((t, i) => normAt(array, t).toFixed(digits[i]!));
    expect(norms(layer.gradient('outputs'), [3, 3, 4, 3, 2])).toEqual(['15.785', '8.492', '0.4668', '3.770', '286.30']);
    expect(norms(layer.gradient('hidden'), [2, 2, 2, 2, 2])).toEqual(['110.75', '114.46', '72.54', '133.80', '286.30']);
    model.dispose();
  });
});
