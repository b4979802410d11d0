import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readArchitecture, readModelFile } from '../../src/files/model-file.js';
import type { SavedModel } from '../../src/files/saved-model.js';
import { messageOf, rejectionOf } from './build.js';
import { asFiles, tfjsFiles, type TfjsWeight } from './writers/tfjs.js';

const model = { class_name: 'Sequential', config: { name: 's', layers: [] } };
const topology = { ...model, keras_version: 'tfjs-layers 4.22.0', backend: 'tensor_flow.js' };

const weights: TfjsWeight[] = [
  { name: 'lstm_1/kernel', shape: [2, 4], data: Float32Array.from({ length: 8 }, (_, i) => i / 8) },
  { name: 'lstm_2/kernel', shape: [2, 4], data: Float32Array.from({ length: 8 }, (_, i) => 10 + i / 8) },
  { name: 'dense/bias', shape: [1], data: [20] },
];

function numbersOf({ weights: held }: SavedModel): Record<string, number[]> {
  if (held.kind !== 'by-name') throw new Error(held.kind);
  return Object.fromEntries(held.weights.map(({ name, read }) => [name, [...read()]]));
}
const expected = Object.fromEntries(weights.map(({ name, data }) => [name, [...Float32Array.from(data)]]));

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'see-rnn-tfjs-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

/** Puts files on disk; gives the path of model.json. */
function onDisk(files: ReadonlyMap<string, Uint8Array>): string {
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  return join(folder, 'model.json');
}

describe('TF.js layers models', () => {
  it.each([1, 3, 7, 32, 40, 68, 1000])('shards of %i bytes', async (shardBytes) => {
    const found = await readModelFile(onDisk(tfjsFiles(topology, weights, { shardBytes })));
    expect(found).toMatchObject({ format: 'tfjs-layers', file: join(folder, 'model.json'), kerasVersion: 'tfjs-layers 4.22.0', backend: 'tensor_flow.js', config: model, training: null });
    expect(numbersOf(found)).toEqual(expected);
  });

  it('as the converter writes them, with the compile section beside', async () => {
    const converted = { keras_version: '2.4.0', backend: 'tensorflow', model_config: model, training_config: { loss: 'mse' } };
    expect(await readModelFile(asFiles(tfjsFiles(converted, weights)))).toMatchObject({ kerasVersion: '2.4.0', backend: 'tensorflow', config: model, training: { loss: 'mse' } });
    expect(await readModelFile(asFiles(tfjsFiles(topology, weights, { training: { loss: 'mae' } })))).toMatchObject({ config: model, training: { loss: 'mae' } });
  });

  it('from dropped files, in whichever order, also of a folder', async () => {
    const files = asFiles(tfjsFiles(topology, weights, { shardBytes: 20 })).reverse();
    expect(numbersOf(await readModelFile([...files, new File(['{"a": 1}'], 'vocabulary.json')]))).toEqual(expected);
    const inFolder = tfjsFiles(topology, weights, { also: { weightsManifest: [{ paths: ['parts/w.bin'], weights: weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })) }] } });
    const [json, shard] = [inFolder.get('model.json')!, inFolder.get('group1-shard1of1.bin')!];
    const dropped = [new File([json as Uint8Array<ArrayBuffer>], 'model.json'), ...['other/w.bin', 'parts/w.bin'].map((path) => {
      const file = new File([path === 'parts/w.bin' ? shard as Uint8Array<ArrayBuffer> : 'x'], 'w.bin');
      Object.defineProperty(file, 'webkitRelativePath', { value: `dropped/${path}` });
      return file;
    })];
    expect(numbersOf(await readModelFile(dropped))).toEqual(expected);
    expect(numbersOf(await readModelFile(onDisk(new Map([['model.json', json], ['parts/w.bin', shard]]))))).toEqual(expected);
  });

  it('weights of every kind, quantised ones too', async () => {
    const u8 = (values: ArrayBufferView): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const kinds: TfjsWeight[] = [
      { name: 'float16', dtype: 'float16', shape: [2], data: [], bytes: u8(Uint16Array.of(0x3c00, 0xc100)) },
      { name: 'bfloat16', dtype: 'bfloat16', shape: [2], data: [], bytes: u8(Uint16Array.of(0x3f80, 0xc020)) },
      { name: 'bool', dtype: 'bool', shape: [3], data: [], bytes: Uint8Array.of(0, 1, 2) },
      { name: 'int32', dtype: 'int32', shape: [2], data: [], bytes: u8(Int32Array.of(-7, 9)) }, // at byte 11: not where an Int32Array could be laid
      { name: 'q8', shape: [3], data: [], bytes: Uint8Array.of(0, 128, 255), quantization: { dtype: 'uint8', scale: 0.1, min: -5 } },
      { name: 'q16', shape: [3], data: [], bytes: u8(Uint16Array.of(0, 1, 65535)), quantization: { dtype: 'uint16', scale: 0.25, min: 1, original_dtype: 'float32' } },
      { name: 'half', shape: [1], data: [], bytes: u8(Uint16Array.of(0x3555)), quantization: { dtype: 'float16', original_dtype: 'float32' } },
      { name: 'whole', dtype: 'int32', shape: [2], data: [], bytes: Uint8Array.of(1, 2), quantization: { dtype: 'uint8', scale: 0.9, min: -3 } },
      { name: 'none', shape: [0, 3], data: [] },
    ];
    const f = Math.fround;
    expect(numbersOf(await readModelFile(asFiles(tfjsFiles(topology, kinds, { shardBytes: 5 }))))).toEqual({
      float16: [1, -2.5], bfloat16: [1, -2.5], bool: [0, 1, 1], int32: [-7, 9], q8: [-5, f(128 * 0.1 - 5), f(255 * 0.1 - 5)], q16: [1, 1.25, 65535 * 0.25 + 1],
      half: [0.333251953125], whole: [-2, -1], none: [],
    });
  });

  it('cannot be read once closed', async () => {
    const found = await readModelFile(asFiles(tfjsFiles(topology, weights)));
    found.close();
    expect(messageOf(() => numbersOf(found))).toBe('model.json: was closed; its weights cannot be read any more');
  });

  it('as an architecture, and Keras\'s to_json', async () => {
    const architecture = { config: model, kerasVersion: 'tfjs-layers 4.22.0', backend: 'tensor_flow.js', training: null };
    expect(await readArchitecture(tfjsFiles(topology, weights).get('model.json')!)).toEqual(architecture);
    expect(await readArchitecture(new TextEncoder().encode(JSON.stringify({ ...model, keras_version: '2.2.4', backend: 'tensorflow' })))).toEqual({ ...architecture, kerasVersion: '2.2.4', backend: 'tensorflow' });
  });
});

describe('not read', () => {
  const manifest = (...groups: unknown[]): object => ({ weightsManifest: groups });
  const one = (weight: object, paths: unknown[] = ['group1-shard1of1.bin']): object => manifest({ paths, weights: [{ name: 'w', shape: [1], dtype: 'float32', ...weight }] });
  const climbs = (name: string): string => `model.json: its weightsManifest names the file ${name}; only names of files beside it, or in folders below, are followed`;

  it.each<[string, object, string]>([
    ['a graph model', { format: 'graph-model' }, 'model.json: is a TF.js graph model, which has no layers left; convert the Keras model as a layers model instead'],
    ['a graph model by its nodes', { modelTopology: { node: [] } }, 'model.json: is a TF.js graph model, which has no layers left; convert the Keras model as a layers model instead'],
    ['weights of Keras in several files', { modelTopology: model, weight_map: {} }, 'model.json: lists weights in several files (max_shard_size), which is not supported; save them as one .weights.h5'],
    ['no topology', { modelTopology: [1] }, "model.json: 'modelTopology' must be an object, found [1]"],
    ['no model', { modelTopology: { 'a\n': 1, b: 2 } }, "model.json: is JSON, but no model: expected a 'class_name' and a 'config', found a\\u000a, b"],
    ['a manifest that is no list', { weightsManifest: 3 }, "model.json: 'weightsManifest' must be a list, found 3"],
    ['a group that is no object', manifest('a'), 'model.json: group 0 of its weightsManifest must be an object, found "a"'],
    ['a group without paths', manifest({ weights: [] }), "model.json: group 0 of its weightsManifest must have lists 'paths' and 'weights'"],
    ['a weight without a shape', manifest({ paths: [], weights: [{ name: 'w' }] }), 'model.json: a weight of its weightsManifest must have a name, a shape and a dtype, found {"name":"w"}'],
    ['a weight twice', manifest({ paths: [], weights: [{ name: 'a/w', shape: [0], dtype: 'float32' }, { name: 'a/w', shape: [0], dtype: 'float32' }] }), 'model.json: its weightsManifest lists weight a/w twice'],
    ['an unknown dtype', one({ dtype: 'string' }), "model.json: weight w: is of dtype 'string', which is not supported; float32, float16, bfloat16, whole numbers and bool are"],
    ['a shape of fractions', one({ shape: [1.5] }), 'model.json: weight w: its shape must hold whole numbers, found 1.5'],
    ['a negative shape', one({ shape: [-1] }), 'model.json: weight w: its shape must hold whole numbers, found -1'],
    ['absurd dimensions', one({ shape: [1e6, 1e6] }), 'model.json: weight w: is of shape (1000000, 1000000): 1000000000000 numbers, more than the 536870912 allowed in one weight'],
    ['many axes', one({ shape: Array.from({ length: 40 }, () => 1) }), 'model.json: weight w: has 40 axes; at most 32 are supported'],
    ['an unknown quantisation', one({ quantization: { dtype: 'uint4', scale: 1, min: 0 } }),
      'model.json: weight w: its quantization must be float16, or uint8 or uint16 with a scale and a min, found {"dtype":"uint4","scale":1,"min":0}'],
    ['a path that climbs', one({}, ['../secret']), climbs('"../secret"')],
    ['a path that climbs later', one({}, ['a/../../b']), climbs('"a/../../b"')],
    ['an absolute path', one({}, ['/etc/passwd']), climbs('"/etc/passwd"')],
    ['a path of Windows', one({}, ['..\\b']), climbs('"..\\\\b"')],
    ['an address', one({}, ['https://example.org/w.bin']), climbs('"https://example.org/w.bin"')],
    ['no path', one({}, [3]), climbs('3')],
    ['too few bytes', one({ shape: [18] }), 'model.json: its weights take 72 bytes, but group1-shard1of1.bin has 68'],
    ['too many bytes', one({ shape: [16] }), 'model.json: its weights take 64 bytes, but group1-shard1of1.bin has more'],
    ['one file many times', one({ shape: [18] }, ['group1-shard1of1.bin', 'group1-shard1of1.bin', 'group1-shard1of1.bin']),
      'model.json: its weights take 72 bytes, but group1-shard1of1.bin, group1-shard1of1.bin, group1-shard1of1.bin have more'],
    ['no file for its weights', one({}, []), 'model.json: its weights take 4 bytes, but no file is named'],
    ['a file that is not there', one({}, ['other.bin']), 'model.json: names other.bin, which is not among the files given'],
  ])('%s', async (_, also, message) => {
    expect(await rejectionOf(readModelFile(asFiles(tfjsFiles(topology, weights, { also }))))).toBe(message);
  });

  it('without its weights', async () => {
    const files = tfjsFiles(topology, weights);
    expect(await rejectionOf(readModelFile(files.get('model.json')!, { name: 'm' }))).toBe('m: names group1-shard1of1.bin, which was not given; give a path, or all files of the model in a list');
    expect(await rejectionOf(readModelFile(onDisk(new Map([...files].slice(0, 1)))))).toBe(`${join(folder, 'group1-shard1of1.bin')}: no such file`);
    expect(await rejectionOf(readModelFile(new TextEncoder().encode(JSON.stringify({ modelTopology: topology })), { name: 'm' }))).toBe("m: holds a model's structure, but no 'weightsManifest'");
    expect(await rejectionOf(readModelFile(new TextEncoder().encode(JSON.stringify(topology)), { name: 'm' })))
      .toBe("m: holds a model's structure without weights; give the file of weights, and this one as its architecture");
  });
});
