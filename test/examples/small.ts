import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asPublished } from '../../src/examples/as-published.js';
import type { Example } from '../../src/examples/example.js';
import { publishedExample } from '../../src/examples/published-example.js';
import type { Published } from '../../src/examples/published.js';
import type { RunOptions, Watcher } from '../../src/examples/run.js';
import { readTurbofan, turbofanExample } from '../../src/examples/turbofan.js';
import { Random } from '../../src/examples/random.js';
import { readTurbofanKeras, turbofanKerasExample } from '../../src/examples/turbofan-keras.js';
import { saveArray } from '../../src/files/arrays.js';
import { kerasHdf5, type NamedLayer } from '../files/writers/keras-hdf5.js';

/** The published examples with a few units and iterations: the same code, in a moment. */
export const smallData: readonly Published[] = asPublished.map((data) => ({
  ...data, units: data.units === 256 ? 4 : 3,
  iterations: { full: Math.ceil(data.iterations.full / 40), usual: data.iterations.usual === data.iterations.full ? Math.ceil(data.iterations.full / 40) : 2 },
}));

export const small = (...numbers: readonly number[]): Example[] => smallData.filter(({ number }) => numbers.includes(number)).map(publishedExample);

/** Engine data with as many engines as the example needs, and a few timesteps. */
export async function writeEngines(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const random = new Random(11);
  await saveArray(join(folder, 'x.npy'), { data: random.normals(10 * 7 * 3), shape: [10, 7, 3] });
  await saveArray(join(folder, 'y_fails_within_30.npy'), [0, 1, 1, 0, 0, 1, 0, 1, 0, 1]);
}

export const smallEngines = async (folder: string): Promise<Example> => turbofanExample(await readTurbofan(folder), { full: 3, usual: 3 });

/** 17 engines, and a model for them as Keras 2 writes it. What Keras is said to have predicted is 1000 throughout. */
export async function writeKerasEngines(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const random = new Random(12);
  const layer = (name: string, ...shapes: readonly number[][]): NamedLayer => ({
    name, weights: shapes.map((shape, i) => ({ name: `${name}/${['kernel', 'recurrent_kernel', 'bias'][shapes.length === 3 ? i : 2 * i]}:0`, shape, data: random.normals(shape.reduce((a, b) => a * b)) })),
  });
  const lstm = (name: string, units: number, more: object) => ({ class_name: 'LSTM', config: { name, units, activation: 'tanh', recurrent_activation: 'hard_sigmoid', use_bias: true, ...more } });
  const config = [
    lstm('lstm_1', 4, { return_sequences: true, batch_input_shape: [null, 7, 3] }), lstm('lstm_2', 2, { return_sequences: false }),
    { class_name: 'Dense', config: { name: 'dense_1', units: 1, activation: 'linear', use_bias: true } },
  ];
  const weights = [layer('lstm_1', [3, 16], [4, 16], [16]), layer('lstm_2', [4, 8], [2, 8], [8]), layer('dense_1', [2, 1], [1])];
  const training = { loss: 'mean_squared_error', optimizer_config: { class_name: 'RMSprop', config: { lr: 0.001 } } };
  writeFileSync(join(folder, 'regression_model.h5'), await kerasHdf5({ class_name: 'Sequential', config }, weights, { kerasVersion: '2.0.5', training }));
  await saveArray(join(folder, 'x.npy'), { data: random.normals(17 * 7 * 3), shape: [17, 7, 3] });
  await saveArray(join(folder, 'y_remaining_cycles.npy'), { data: random.normals(17), shape: [17, 1] });
  await saveArray(join(folder, 'regression_keras_predictions.npy'), { data: new Float32Array(17).fill(1000), shape: [17, 1] });
}

export const smallKerasEngines = async (folder: string): Promise<Example> => turbofanKerasExample(await readTurbofanKeras(folder));

export const settings = (out: string, full = false): RunOptions => ({ out, full, leftOut: [] });

export const silent: Watcher = { begins: () => undefined, trained: () => undefined, ends: () => undefined };
