import { describe, expect, it, vi } from 'vitest';
import { readModelFile } from '../../src/files/model-file.js';
import type { SavedModel, SavedWeights } from '../../src/files/saved-model.js';
import type { WeightNumbers } from '../../src/files/weight-numbers.js';
import { rejectionOf } from './build.js';
import { groupAt, hdf5File, putNumbers, putText, putTexts, type Layout, type Numbers } from './writers/hdf5.js';
import { kerasHdf5, legacyWeights, type NamedLayer } from './writers/keras-hdf5.js';
import { kerasStore } from './writers/keras-store.js';

/** Numbers that no other weight has, so that a swap would show. */
const numbers = (shape: number[], from: number): Numbers => ({ shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => from + i / 8) });

const config = { class_name: 'Sequential', config: [{ class_name: 'LSTM', config: { name: 'lstm_1', units: 2 } }] };

const layers: NamedLayer[] = [
  { name: 'lstm_2', weights: [{ name: 'lstm_2/kernel:0', ...numbers([3, 8], 10) }, { name: 'lstm_2/recurrent_kernel:0', ...numbers([2, 8], 20) }] },
  { name: 'dropout_1', weights: [] },
  { name: 'lstm_1', weights: [{ name: 'lstm_1/kernel:0', ...numbers([3, 8], 30) }, { name: 'lstm_1/recurrent_kernel:0', ...numbers([2, 8], 40) }] },
];

/** What was read, with every number in plain arrays. */
function plain(weights: SavedWeights): unknown {
  if (weights.kind !== 'by-layer') throw new Error(`read as ${weights.kind}`);
  return weights.layers.map((layer) => ({ name: layer.name, weights: layer.weights.map(({ name, shape, read }) => ({ name, shape, data: [...read()] })) }));
}

const asPlain = (given: readonly NamedLayer[]): unknown => given.map((layer) => ({ name: layer.name, weights: layer.weights.map(({ name, shape, data }) => ({ name, shape, data: [...data].map(Number) })) }));

async function read(bytes: Uint8Array): Promise<SavedModel> {
  const model = await readModelFile(bytes, { name: 'm.h5' });
  opened.push(model);
  return model;
}
const opened: SavedModel[] = [];

describe('whole models', () => {
  it.each<[string, string, Layout]>([
    ['Keras 1', '1.2.2', 'earliest'], ['Keras 2', '2.2.4', 'earliest'], ['tf.keras', '2.2.4-tf', 'earliest'], ['tf.keras 2', '2.11.0', 'v108'],
    ['Keras 3', '3.8.0', 'earliest'], ['Keras 3, newest HDF5', '3.13.0', 'latest'],
  ])('%s', async (_, kerasVersion, layout) => {
    const training = { loss: 'mse', optimizer_config: { class_name: 'Adam', config: { lr: 0.001 } } };
    const model = await read(await kerasHdf5(config, layers, { kerasVersion, training, layout }));
    expect(model).toMatchObject({ format: 'keras-hdf5', file: 'm.h5', kerasVersion, backend: 'tensorflow', config, training, warnings: [] });
    expect(plain(model.weights)).toEqual(asPlain(layers));
  });

  it('without a compile section', async () => {
    expect((await read(await kerasHdf5(config, layers))).training).toBeNull();
  });

  it('with a compile section that is none: a warning', async () => {
    const model = await read(await kerasHdf5(config, layers, { training: '{"loss": ' }));
    expect(model.training).toBeNull();
    expect(model.warnings).toEqual(['m.h5: training_config: is no valid JSON: it ends too early; its loss and optimiser are not known']);
  });

  it('numbers that Python writes and JSON has not', async () => {
    const model = await read(await kerasHdf5('{"class_name": "Model", "config": {"a": [NaN, -Infinity, Infinity], "name": "NaN \\" Infinity"}}', layers));
    expect(model.config).toEqual({ class_name: 'Model', config: { a: [NaN, -Infinity, Infinity], name: 'NaN " Infinity' } });
  });

  it('weights of the model itself', async () => {
    const own = { name: 'model/scale:0', ...numbers([2], 50) };
    const model = await read(await kerasHdf5(config, layers, { kerasVersion: '2.11.0', also: (root) => {
      const group = groupAt(root, 'model_weights/top_level_model_weights');
      putTexts(group, 'weight_names', [own.name], 'fixed');
      putNumbers(group, own.name, own);
    } }));
    expect(plain(model.weights)).toEqual(asPlain([...layers, { name: 'top_level_model_weights', weights: [own] }]));
  });
});

describe('weights alone', () => {
  it.each<[string, string]>([['Keras 1', '1.2.2'], ['Keras 2', '2.1.5'], ['tf.keras', '2.4.0']])('%s, by layer', async (_, kerasVersion) => {
    const model = await read(await legacyWeights(layers, { kerasVersion }));
    expect(model).toMatchObject({ format: 'weights-hdf5', kerasVersion, backend: 'tensorflow', config: null, training: null });
    expect(plain(model.weights)).toEqual(asPlain(layers));
  });

  it('names without a slash, as Keras 1 has', async () => {
    const old = [{ name: 'lstm_1', weights: [{ name: 'lstm_1_W_i', ...numbers([2, 3], 1) }, { name: 'lstm_1_U_i', ...numbers([2, 3], 9) }] }];
    expect(plain((await read(await legacyWeights(old, { kerasVersion: '1.0.8' }))).weights)).toEqual(asPlain(old));
  });

  it('names in several attributes', async () => {
    const many = Array.from({ length: 12 }, (_, i) => ({ name: `dense_${11 - i}`, weights: Array.from({ length: 11 }, (_unused, k) => ({ name: `dense_${11 - i}/w${k}`, ...numbers([1], 100 * i + k) })) }));
    const model = await read(await legacyWeights(many, { namesPerAttribute: 5 }));
    expect(plain(model.weights)).toEqual(asPlain(many));
  });

  it('a Keras 3 store, its variables in the order of their numbers, without the optimiser', async () => {
    const model = await read(await kerasStore({
      '': [],
      'layers/lstm/cell': Array.from({ length: 12 }, (_, i) => numbers([2, 2], 10 * i)),
      'layers/lstm_1/cell': [numbers([2, 2], 500)],
      'optimizer': [numbers([9], 900)],
    }, { names: { '': 'model', 'layers/lstm/cell': 'lstm_cell' } }));
    expect(model).toMatchObject({ format: 'weights-hdf5', kerasVersion: null, config: null });
    if (model.weights.kind !== 'tree') throw new Error(model.weights.kind);
    const { root } = model.weights;
    expect(root.name).toBe('model');
    expect([...root.children.keys()]).toEqual(['layers']);
    const cell = root.children.get('layers')!.children.get('lstm')!.children.get('cell')!;
    expect(cell.name).toBe('lstm_cell');
    expect(cell.vars.map(({ name, path, read: numbersOf }) => [name, path, numbersOf()[1]])).toEqual(
      Array.from({ length: 12 }, (_, i) => [String(i), `/layers/lstm/cell/vars/${i}`, 10 * i + 0.125]));
    expect(root.children.get('layers')!.children.get('lstm_1')!.children.get('cell')!.vars[0].read()[0]).toBe(500);
  });
});

describe('kinds of numbers', () => {
  const one = async (weight: Numbers, packed?: { chunks: number[]; gzip: number }, change?: (bytes: Uint8Array) => void): Promise<WeightNumbers> => {
    const bytes = await hdf5File((root) => {
      putTexts(root, 'layer_names', ['a'], 'fixed');
      const group = groupAt(root, 'a');
      putTexts(group, 'weight_names', ['w'], 'fixed');
      putNumbers(group, 'w', weight, packed);
    });
    change?.(bytes);
    const model = await read(bytes);
    if (model.weights.kind !== 'by-layer') throw new Error(model.weights.kind);
    return model.weights.layers[0].weights[0].read();
  };

  it.each<[string, Numbers['data'], number[]]>([
    ['float64', Float64Array.of(0.1, NaN, -1e300), [0.1, NaN, -1e300]],
    ['int8', Int8Array.of(-128, 0, 127), [-128, 0, 127]],
    ['uint8', Uint8Array.of(0, 1, 255), [0, 1, 255]],
    ['int16', Int16Array.of(-1, 0, 300), [-1, 0, 300]],
    ['uint16', Uint16Array.of(0, 1, 65535), [0, 1, 65535]],
    ['int32', Int32Array.of(-5, 0, 7), [-5, 0, 7]],
    ['uint32', Uint32Array.of(0, 1, 2 ** 31), [0, 1, 2 ** 31]],
    ['int64', BigInt64Array.of(-5n, 0n, 7n), [-5, 0, 7]],
    ['uint64', BigUint64Array.of(0n, 1n, 2n ** 40n), [0, 1, 2 ** 40]],
  ])('%s', async (_, data, expected) => {
    expect([...await one({ shape: [3], data })]).toEqual(expected);
  });

  it('a single number, and none', async () => {
    expect(await one({ shape: [], data: Float32Array.of(2.5) })).toEqual(Float32Array.of(2.5));
    expect(await one({ shape: [0, 4], data: new Float32Array() })).toEqual(new Float32Array());
  });

  it('packed in chunks', async () => {
    const weight = numbers([40, 30], 0);
    expect(await one(weight, { chunks: [7, 11], gzip: 6 })).toEqual(weight.data);
  });

  it('more than is read at once, along whichever axis is long', async () => {
    for (const shape of [[1_100_000], [3, 500_000], [2, 1_100_000], [2, 3, 400_000], [300_000, 2, 2]]) {
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i);
      const found = await one({ shape, data });
      expect(found.length).toBe(data.length);
      expect(found.findIndex((value, i) => value !== data[i])).toBe(-1);
    }
  });

  // The HDF5 library for JavaScript cannot write these: the descriptions of types are changed in place (no checksum in the old structures).
  const float32 = [0x11, 0x20, 0x1f, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0];
  const replace = (from: number[], to: number[]) => (bytes: Uint8Array): void => {
    const at = bytes.findIndex((_, i) => from.every((byte, k) => bytes[i + k] === byte));
    if (at < 0) throw new Error('not there');
    bytes.set(to, at);
  };

  it('float16', async () => {
    const halves = new Float32Array(Uint16Array.of(0x3c00, 0xc100, 0, 0).buffer);
    const float16 = [0x11, 0x20, 0x0f, 0, 2, 0, 0, 0, 0, 0, 16, 0, 10, 5, 0, 10, 15, 0, 0, 0];
    // Two numbers of 4 bytes become the first two of 2 bytes.
    expect([...await one({ shape: [2], data: halves }, undefined, replace(float32, float16))]).toEqual([1, -2.5]);
  });

  it('big-endian', async () => {
    const swapped = new Float32Array(Uint8Array.of(0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0).buffer);
    expect([...await one({ shape: [2], data: swapped }, undefined, replace(float32, [0x11, 0x21, ...float32.slice(2)]))]).toEqual([1, -2.5]);
  });

  it('bfloat16, which Keras names beside the numbers', async () => {
    const uint16 = [0x10, 0, 0, 0, 2, 0, 0, 0, 0, 0, 16, 0];
    const bytes = await kerasStore({ a: [{ shape: [3], data: Uint16Array.of(0x3f80, 0xc020, 0x7fc0) }] }, {
      also: (root) => { putText((root as unknown as { get(path: string): typeof root }).get('a/vars/0'), 'dtype', 'bfloat16', 'variable'); },
    });
    replace(uint16, [0x15, ...uint16.slice(1)])(bytes); // opaque, as h5py writes it
    const { weights } = await read(bytes);
    if (weights.kind !== 'tree') throw new Error(weights.kind);
    expect([...weights.root.children.get('a')!.vars[0].read()]).toEqual([1, -2.5, NaN]);
  });

  it('text is none', async () => {
    const bytes = await hdf5File((root) => {
      putTexts(root, 'layer_names', ['a'], 'fixed');
      putTexts(groupAt(root, 'a'), 'weight_names', ['w'], 'fixed');
      groupAt(root, 'a').create_dataset({ name: 'w', data: ['x', 'y'], shape: [2], dtype: 'S3' });
    });
    const { weights } = await read(bytes);
    if (weights.kind !== 'by-layer') throw new Error(weights.kind);
    expect(await rejectionOf(Promise.resolve().then(() => weights.layers[0].weights[0].read())))
      .toBe('m.h5: /a/w: holds text; supported are float16, float32, float64, int8 to int64, uint8 to uint64 and bool, and bfloat16');
  });
});

describe('memory', () => {
  it('the file is not copied, and weights come through the library in pieces', async () => {
    const { ready } = await import('h5wasm');
    const library = await ready;
    const bytes = await legacyWeights([{ name: 'a', weights: [{ name: 'w', ...numbers([3_000_000], 0) }] }]);
    const written = vi.spyOn(library.FS as unknown as { writeFile(name: string, held: Uint8Array): void }, 'writeFile');
    const taken = vi.spyOn(library, '_malloc');
    const model = await read(bytes);
    if (model.weights.kind !== 'by-layer') throw new Error(model.weights.kind);
    expect(model.weights.layers[0].weights[0].read().length).toBe(3_000_000);
    const [[name]] = written.mock.calls;
    const { node } = (library.FS as unknown as { lookupPath(path: string): { node: { contents: Uint8Array } } }).lookupPath(name);
    expect(node.contents.buffer).toBe(bytes.buffer);
    expect(Math.max(...taken.mock.calls.map(([count]) => count))).toBeLessThanOrEqual(2 ** 22);
    vi.restoreAllMocks();
    model.close();
  });
});

describe('closing', () => {
  it('gives the memory back, and ends reading', async () => {
    const model = await read(await legacyWeights(layers));
    if (model.weights.kind !== 'by-layer') throw new Error(model.weights.kind);
    const [weight] = model.weights.layers[0].weights;
    weight.read();
    model.close();
    model.close();
    expect(await rejectionOf(Promise.resolve().then(() => weight.read()))).toBe('m.h5: was closed; its weights cannot be read any more');
  });

  it('leaves no file in the library', async () => {
    for (const model of opened) model.close();
    const { ready } = await import('h5wasm');
    const files = (await ready).FS as unknown as { readdir(path: string): string[] };
    expect(files.readdir('/').filter((name) => name.startsWith('see-rnn'))).toEqual([]);
  });

  it('several files at once do not mix', async () => {
    const other = [{ name: 'lstm_1', weights: [{ name: 'lstm_1/kernel:0', ...numbers([3, 8], 77) }] }];
    const [a, b] = await Promise.all([legacyWeights(layers).then(read), legacyWeights(other).then(read)]);
    expect(plain(b.weights)).toEqual(asPlain(other));
    expect(plain(a.weights)).toEqual(asPlain(layers));
    a.close();
    b.close();
  });
});
