import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readArchitecture, readModelFile } from '../../src/files/model-file.js';
import { writeNpy } from '../../src/files/npy.js';
import type { ModelSource } from '../../src/files/saved-model.js';
import { rejectionOf } from './build.js';
import { kerasHdf5, legacyWeights } from './writers/keras-hdf5.js';
import { kerasZip } from './writers/keras-store.js';
import { asFiles, tfjsFiles } from './writers/tfjs.js';

const layers = [{ name: 'a', weights: [{ name: 'a/kernel:0', shape: [2], data: Float32Array.of(1, 2) }] }];
const config = { class_name: 'Sequential', config: { layers: [] } };
const store = { 'layers/a': [{ shape: [2], data: Float32Array.of(1, 2) }] };
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'see-rnn-model-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

describe('the bytes decide what a file is, not its name', () => {
  it.each<[string, () => Promise<Uint8Array>, string]>([
    ['HDF5', () => kerasHdf5(config, layers), 'keras-hdf5'],
    ['HDF5 after a block of somebody else\'s', async () => Uint8Array.of(...new Uint8Array(512), ...await kerasHdf5(config, layers)), 'keras-hdf5'],
    ['weights', () => legacyWeights(layers), 'weights-hdf5'],
    ['zip', () => kerasZip(config, store), 'keras-zip'],
  ])('%s', async (_, bytes, format) => {
    const held = await bytes();
    const path = join(folder, 'model.json');
    writeFileSync(path, held);
    for (const source of [held, new Uint8Array(Uint8Array.of(9, ...held).buffer, 1), path, new Blob([held as Uint8Array<ArrayBuffer>]), [new File([held as Uint8Array<ArrayBuffer>], 'a.txt')]]) {
      const model = await readModelFile(source);
      expect(model.format).toBe(format);
      model.close();
    }
  });

  it('JSON, also with a byte order mark', async () => {
    const [json, shard] = [...tfjsFiles(config, [{ name: 'k', shape: [1], data: [1] }])];
    expect((await readModelFile([new File([bytesOf('\ufeff'), json[1] as Uint8Array<ArrayBuffer>], 'x'), new File([shard[1] as Uint8Array<ArrayBuffer>], shard[0])])).format).toBe('tfjs-layers');
  });
});

describe('not read', () => {
  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'is empty, '],
    ['anything', Uint8Array.of(1, 2, 3), 'is no model file, '],
    ['a pointer', bytesOf('version https://git-lfs.github.com/spec/v1\noid sha256:1\n'), 'is a pointer of Git LFS, not the file itself (git lfs pull fetches it), '],
    ['a page', bytesOf('\n<!DOCTYPE html><html>'), 'is a web page, '],
    ['an array', writeNpy([1]), 'is a .npy file, which holds an array, '],
    ['a pickle', Uint8Array.of(0x80, 4, 0x95), 'is a Python pickle, which can only be read by running it, '],
    ['gzip', Uint8Array.of(0x1f, 0x8b, 8), 'is packed by gzip; unpack it, '],
    ['a SavedModel', Uint8Array.of(8, 1, 0x12, 9), 'is a TensorFlow SavedModel; save it from Keras as .keras or .h5, '],
  ])('%s', async (_, bytes, message) => {
    expect(await rejectionOf(readModelFile(bytes, { name: 'm\n' }))).toBe(`m\\u000a: ${message}expected a Keras file (.keras or HDF5) or a TF.js model.json`);
  });

  it('JSON that is not a model', async () => {
    expect(await rejectionOf(readModelFile(bytesOf('[1]')))).toBe('model: must be a JSON object, found a list');
    expect(await rejectionOf(readModelFile(bytesOf('{"a": 1, "b": 2}')))).toBe("model: is JSON, but no model: expected a 'class_name' and a 'config', found a, b");
    expect(await rejectionOf(readModelFile(bytesOf('{}')))).toBe("model: is JSON, but no model: expected a 'class_name' and a 'config', found nothing");
    expect(await rejectionOf(readModelFile(bytesOf('{"a": ')))).toBe('model: is no valid JSON: it ends too early');
  });

  it('what is no source', async () => {
    for (const [source, found] of [[3, 'number'], [null, 'null'], [undefined, 'undefined'], [{}, 'object']] as [unknown, string][]) {
      expect(await rejectionOf(readModelFile(source as ModelSource))).toBe(`model: must be a path, bytes, a File or a list of Files, found ${found}`);
    }
    expect(await rejectionOf(readModelFile([3] as unknown as File[]))).toBe('model: a list must hold Files');
    expect(await rejectionOf(readModelFile(join(folder, 'none.h5')))).toBe(`${join(folder, 'none.h5')}: no such file`);
    expect(await rejectionOf(readModelFile(folder))).toBe(`${folder}: is a folder, expected a file`);
  });

  it('several files of which none, or more than one, is the model', async () => {
    expect(await rejectionOf(readModelFile([]))).toBe('no files were given');
    expect(await rejectionOf(readModelFile([new File(['x'], 'a.bin'), new File(['y'], 'b\n')]))).toBe('none of the files is a model: a.bin, b\\u000a');
    expect(await rejectionOf(readModelFile([new File(['{"a": 1}'], 'a.json'), new File(['{"b": 1}'], 'b.json')]))).toBe('several of the files may be the model, give one: a.json, b.json');
    const files = asFiles(tfjsFiles(config, [{ name: 'k', shape: [1], data: [1] }]));
    expect(await rejectionOf(readModelFile([...files, files[1]]))).toBe('model.json: names group1-shard1of1.bin, and several of the files given have that name');
  });
});

describe('architectures', () => {
  it('of whole models, and of none', async () => {
    expect(await readArchitecture(await kerasHdf5(config, layers))).toMatchObject({ config, kerasVersion: '2.2.4', backend: 'tensorflow' });
    expect(await rejectionOf(readArchitecture(await legacyWeights(layers), { name: 'w.h5' }))).toBe("w.h5: holds weights only, expected a model's structure");
  });
});
