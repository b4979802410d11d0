import { existsSync, readFileSync } from 'node:fs';
import { Random } from '../../random.js';
import type { Layout, Numbers } from '../writers/hdf5.js';
import { kerasHdf5, legacyWeights, type NamedLayer } from '../writers/keras-hdf5.js';
import { kerasStore, kerasZip, type Store, type ZipOptions } from '../writers/keras-store.js';
import { tfjsFiles, type TfjsWeight } from '../writers/tfjs.js';

/** A good model to damage: its files by name (the first is the model), and how to write it again around another configuration. */
export interface Seed {
  readonly name: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The JSON that says what the model is; null where it has none. */
  readonly json: object | null;
  rewrite(json: string): Promise<Map<string, Uint8Array>>;
  /** For weights alone: what they belong to, where that is known. */
  readonly architecture?: object;
}

const random = new Random(1);
const numbers = (...shape: number[]): Numbers => ({ shape, data: Float32Array.from(random.normals(shape.reduce((a, b) => a * b, 1))) });

// Of every kind that a loader has branches for, and as small as can be: most of such a file is what describes the weights.
const layersOf = (keras3: boolean): object[] => {
  const shape = keras3 ? 'batch_shape' : 'batch_input_shape';
  const first = keras3 ? [{ class_name: 'InputLayer', config: { name: 'in', [shape]: [null, 4, 2], dtype: 'float32' } }] : [];
  return [
    ...first,
    { class_name: 'LSTM', config: { name: 'lstm_1', units: 2, return_sequences: true, activation: 'tanh', recurrent_activation: 'sigmoid', use_bias: true, unit_forget_bias: true, ...(keras3 ? {} : { [shape]: [null, 4, 2] }) } },
    { class_name: 'Bidirectional', config: { name: 'bidirectional', merge_mode: 'concat', layer: { class_name: 'GRU', config: { name: 'gru', units: 2, return_sequences: true, reset_after: true, activation: 'tanh', recurrent_activation: 'sigmoid' } } } },
    { class_name: 'SimpleRNN', config: { name: 'simple_rnn', units: 2, activation: 'relu' } },
    { class_name: 'Dense', config: { name: 'dense', units: 1, activation: 'linear' } },
  ];
};
const training = { loss: 'mse', optimizer_config: { class_name: 'Adam', config: { learning_rate: 0.001 } }, metrics: ['mae'] };

const weightNames = ['kernel', 'recurrent_kernel', 'bias'];
const named = (layer: string, inner: string, shapes: number[][], end: string): NamedLayer['weights'] => shapes.map((shape, i) => ({ name: `${layer}${inner}/${weightNames[shapes.length === 2 ? 2 * i : i]}${end}`, ...numbers(...shape) }));
const layers = (end: string): NamedLayer[] => [
  { name: 'lstm_1', weights: named('lstm_1', '', [[2, 8], [2, 8], [8]], end) },
  { name: 'bidirectional', weights: ['forward_gru', 'backward_gru'].flatMap((part) => named('bidirectional', `/${part}`, [[2, 6], [2, 6], [2, 6]], end)) },
  { name: 'simple_rnn', weights: named('simple_rnn', '', [[4, 2], [2, 2], [2]], end) },
  { name: 'dense', weights: named('dense', '', [[2, 1], [1]], end) },
];

const store = (top: string): Store => ({
  [`${top}/lstm/cell`]: [numbers(2, 8), numbers(2, 8), numbers(8)],
  [`${top}/bidirectional/forward_layer/cell`]: [numbers(2, 6), numbers(2, 6), numbers(2, 6)],
  [`${top}/bidirectional/backward_layer/cell`]: [numbers(2, 6), numbers(2, 6), numbers(2, 6)],
  [`${top}/simple_rnn/cell`]: [numbers(4, 2), numbers(2, 2), numbers(2)],
  [`${top}/dense`]: [numbers(2, 1), numbers(1)],
  optimizer: [numbers(1)],
});

const sequential = (keras3: boolean): object => ({ class_name: 'Sequential', config: { name: 'sequential', layers: layersOf(keras3) } });
const text = (json: object): string => JSON.stringify(json);

/** Models of every dialect, small ones of our own writers and, where `models` is there, real ones. */
export async function seeds(models: string | null): Promise<Seed[]> {
  const all: Seed[] = [];
  const add = async (name: string, json: object | null, write: (json: string) => Promise<Map<string, Uint8Array>>, architecture?: object): Promise<void> => {
    all.push({ name, json, files: await write(json === null ? '' : text(json)), rewrite: write, ...(architecture ? { architecture } : {}) });
  };
  const one = (name: string, bytes: Uint8Array): Map<string, Uint8Array> => new Map([[name, bytes]]);
  const hdf5 = (version: string, layout: Layout) => async (json: string): Promise<Map<string, Uint8Array>> =>
    one('model.h5', await kerasHdf5(json, layers(version.startsWith('3') ? '' : ':0'), { kerasVersion: version, training, layout }));
  const zip = (top: string, options: ZipOptions) => async (json: string): Promise<Map<string, Uint8Array>> => one('model.keras', await kerasZip(JSON.parse(json) as object, store(top), options));
  await add('Keras 1 HDF5', { class_name: 'Sequential', config: layersOf(false) }, hdf5('1.2.2', 'earliest'));
  await add('Keras 2 HDF5', { class_name: 'Sequential', config: layersOf(false) }, hdf5('2.2.4', 'earliest'));
  await add('tf.keras HDF5', sequential(false), hdf5('2.11.0', 'v108'));
  await add('Keras 3 HDF5', sequential(true), hdf5('3.8.0', 'earliest'));
  await add('Keras 3 HDF5, newest structures', sequential(true), hdf5('3.13.0', 'latest'));
  await add('weights by layer', null, async () => one('w.h5', await legacyWeights(layers(':0'), { kerasVersion: '2.4.0', namesPerAttribute: 2 })), sequential(false));
  await add('a Keras 3 store', null, async () => one('w.h5', await kerasStore(store('layers'), { names: { 'layers/lstm': 'lstm_1' } })), sequential(true));
  await add('a Keras 3 store, newest structures', null, async () => one('w.h5', await kerasStore(store('layers'), { layout: 'latest' })), sequential(true));
  await add('Keras 3 zip', { ...sequential(true), compile_config: { loss: 'mse', optimizer: 'adam' } }, zip('layers', { kerasVersion: '3.11.2', names: { 'layers/lstm': 'lstm_1' } }));
  await add('Keras 3 zip, packed', sequential(true), zip('layers', { packed: true }));
  await add('tf.keras zip', sequential(false), zip('_layer_checkpoint_dependencies', { kerasVersion: '2.13.1' }));
  const tfjs = layers('').flatMap(({ weights }) => weights.map(({ name, shape, data }): TfjsWeight => ({ name, shape, data: Array.from(data, Number) })));
  const eighth = tfjs.map((weight): TfjsWeight => ({ ...weight, bytes: Uint8Array.from(weight.data, (value) => 128 + 20 * value), quantization: { dtype: 'uint8', scale: 0.05, min: -6.4 } }));
  const topology = { ...sequential(false), keras_version: 'tfjs-layers 4.22.0', backend: 'tensor_flow.js' };
  for (const [name, weights] of [['TF.js', tfjs], ['TF.js, quantised', eighth]] as const) {
    const files = tfjsFiles(topology, weights, { shardBytes: 300, training });
    const json = JSON.parse(new TextDecoder().decode(files.get('model.json'))) as object;
    await add(name, json, (changed) => Promise.resolve(new Map([...files, ['model.json', new TextEncoder().encode(changed)]])));
  }
  for (const name of models === null ? [] : ['keras3/emg_lstm.keras', 'keras3/qqq_gru.keras', 'keras3/price_gru.h5', 'turbofan/regression_model.h5', 'textgenrnn/weights.hdf5']) {
    const path = `${models}/${name}`;
    if (existsSync(path)) await add(name, null, () => Promise.resolve(one(name, new Uint8Array(readFileSync(path)))));
  }
  if (models !== null && existsSync(`${models}/tfjs/model.json`)) {
    const files = new Map(['model.json', 'weights.bin'].map((name) => [name, new Uint8Array(readFileSync(`${models}/tfjs/${name}`))]));
    await add('tfjs/model.json', JSON.parse(new TextDecoder().decode(files.get('model.json'))) as object, (changed) => Promise.resolve(new Map([...files, ['model.json', new TextEncoder().encode(changed)]])));
  }
  return all;
}
