import { describe, expect, it } from 'vitest';
import { readModelFile } from '../../src/files/model-file.js';
import { rejectionOf } from './build.js';
import { groupAt, hdf5File, putNumbers, putText, putTexts, type Group, type Layout } from './writers/hdf5.js';
import { kerasHdf5, legacyWeights } from './writers/keras-hdf5.js';
import { kerasStore } from './writers/keras-store.js';

const weight = { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
const layers = [{ name: 'a', weights: [{ name: 'a/kernel:0', ...weight }] }];
const config = { class_name: 'Sequential', config: [] };

const refusal = async (bytes: Uint8Array | Promise<Uint8Array>): Promise<string> => rejectionOf(readModelFile(await bytes, { name: 'm.h5' }));

describe('what is missing', () => {
  it.each<[string, () => Promise<Uint8Array>, string]>([
    ['everything', () => hdf5File(() => undefined), "m.h5: holds no Keras weights: expected an attribute 'layer_names' or groups named 'vars'; at the top it has nothing"],
    ['weights among other things', () => hdf5File((root) => { groupAt(root, 'entry/data'); root.create_group('b'); }),
      "m.h5: holds no Keras weights: expected an attribute 'layer_names' or groups named 'vars'; at the top it has b, entry"],
    ['the weights of a model', () => hdf5File((root) => { putText(root, 'model_config', '{}', 'variable'); }), "m.h5: holds a model's configuration, but no group 'model_weights'"],
    ['the group of a layer', () => legacyWeights(layers, { also: (root) => { root.delete_attribute('layer_names'); putTexts(root, 'layer_names', ['a', 'lost'], 'fixed'); } }),
      'm.h5: lists layer lost, but has no group of that name'],
    ['the names of a layer\'s weights', () => legacyWeights(layers, { also: (root) => { groupAt(root, 'a').delete_attribute('weight_names'); } }), "m.h5: layer a has no attribute 'weight_names'"],
    ['a weight', () => legacyWeights(layers, { also: (root) => { const a = groupAt(root, 'a'); a.delete_attribute('weight_names'); putTexts(a, 'weight_names', ['a/kernel:0', 'a/bias:0'], 'fixed'); } }),
      'm.h5: layer a lists weight a/bias:0, which the file does not hold'],
    ['a layer once', () => legacyWeights(layers, { also: (root) => { root.delete_attribute('layer_names'); putTexts(root, 'layer_names', ['a', 'a'], 'fixed'); } }), 'm.h5: lists layer a twice'],
    ['Keras 1 or later', () => hdf5File((root) => { root.create_attribute('nb_layers', 2, [], '<i'); }), 'm.h5: was written by Keras 0, which is not supported; Keras 1 and later are'],
  ])('%s', async (_, bytes, message) => {
    expect(await refusal(bytes())).toBe(message);
  });
});

describe('what is of another kind', () => {
  it.each<[string, () => Promise<Uint8Array>, string]>([
    ['a configuration that is no JSON', () => kerasHdf5('lambda x: x', layers), 'm.h5: model_config: is no valid JSON'],
    ['a configuration that is a list', () => kerasHdf5([], layers), 'm.h5: model_config: must be a JSON object, found a list'],
    ['a configuration of numbers', () => hdf5File((root) => { root.create_attribute('model_config', 3, [], '<i'); }), 'm.h5: attribute model_config of / must be text, found int32'],
    ['names that climb', () => legacyWeights(layers, { also: (root) => { const a = groupAt(root, 'a'); a.delete_attribute('weight_names'); putTexts(a, 'weight_names', ['../../a/a/kernel:0'], 'fixed'); } }),
      'm.h5: layer a lists weight ../../a/a/kernel:0, which the file does not hold'],
    ['a group for a weight', () => legacyWeights(layers, { also: (root) => { const a = groupAt(root, 'a'); a.delete_attribute('weight_names'); putTexts(a, 'weight_names', ['a'], 'fixed'); } }),
      'm.h5: layer a lists weight a, which the file does not hold'],
    ['names of control characters', () => legacyWeights([{ name: 'a', weights: [] }], { also: (root) => { root.delete_attribute('layer_names'); putTexts(root, 'layer_names', ['b\n\u001b[2J'], 'fixed'); } }),
      'm.h5: lists layer b\\u000a\\u001b[2J, but has no group of that name'],
  ])('%s', async (_, bytes, message) => {
    expect(await refusal(bytes())).toBe(message);
  });
});

describe('links', () => {
  const linked = (link: (a: Group) => void): Promise<Uint8Array> => legacyWeights(layers, { also: (root) => {
    const a = groupAt(root, 'a');
    a.delete_attribute('weight_names');
    putTexts(a, 'weight_names', ['w'], 'fixed');
    link(a);
  } });

  it.each<[string, () => Promise<Uint8Array>, string]>([
    ['soft', () => linked((a) => { a.create_soft_link('/a/a/kernel:0', 'w'); }), 'm.h5: /a/w is a soft link to /a/a/kernel:0; links are not followed'],
    ['soft, to nothing', () => linked((a) => { a.create_soft_link('/none\n', 'w'); }), 'm.h5: /a/w cannot be read: it is damaged, or a link to another file or to nothing'],
    ['soft, in a circle', () => linked((a) => { a.create_soft_link('/a/w', 'w'); }), 'm.h5: /a/w cannot be read: it is damaged, or a link to another file or to nothing'],
    ['to another file', () => linked((a) => { a.create_external_link('/etc/passwd', '/x', 'w'); }), 'm.h5: /a/w cannot be read: it is damaged, or a link to another file or to nothing'],
    ['on the way', () => legacyWeights([], { also: (root) => {
      root.delete_attribute('layer_names');
      putTexts(root, 'layer_names', ['b'], 'fixed');
      root.create_soft_link('/', 'b');
    } }), 'm.h5: /b is a soft link to /; links are not followed'],
    ['in a Keras 3 store', () => kerasStore({ a: [weight] }, { also: (root) => { groupAt(root, 'a/vars').create_external_link('other.h5', '/w', '1'); } }),
      'm.h5: /a/vars/1 cannot be read: it is damaged, or a link to another file or to nothing'],
  ])('%s', async (_, bytes, message) => {
    expect(await refusal(bytes())).toBe(message);
  });

  it('a group that holds itself', async () => {
    expect(await refusal(kerasStore({ a: [weight] }, { also: (root) => { groupAt(root, 'a').create_hard_link('/a', 'again'); } })))
      .toBe('m.h5: its groups are nested more than 24 deep, or hold themselves');
  });

  it('groups that multiply', async () => {
    const bytes = kerasStore({}, { also: (root) => {
      for (let i = 0; i < 22; i++) {
        const path = `g${'/x'.repeat(i)}`;
        groupAt(root, path);
        if (i > 0) groupAt(root, `g${'/x'.repeat(i - 1)}`).create_hard_link(`/${path}`, 'y');
      }
    } });
    expect(await refusal(bytes)).toBe('m.h5: holds more groups and arrays than any model, or groups that hold themselves');
  });
});

describe('sizes', () => {
  it('more than the file can hold', async () => {
    // An array of which nothing was ever written: chunks that are not there are zeros.
    const sparse = (shape: number[]): Promise<Uint8Array> => hdf5File((root) => {
      putTexts(root, 'layer_names', ['a'], 'fixed');
      putTexts(groupAt(root, 'a'), 'weight_names', ['w'], 'fixed');
      const data = groupAt(root, 'a').create_dataset({ name: 'w', data: Float32Array.of(1), shape: [1, 1], maxshape: [null, null], chunks: [1, 1] });
      (data as unknown as { resize(shape: number[]): void }).resize(shape);
    });
    expect(await refusal(sparse([100_000, 100_000]))).toBe('m.h5: /a/w: is of shape (100000, 100000): 10000000000 numbers, more than the 536870912 allowed in one weight');
    expect(await refusal(sparse([20_000, 20_000]))).toMatch(/^m\.h5: \/a\/w: declares 1600000000 bytes, more than a file of \d{4,5} bytes can hold$/);
  });

  it('one that damage made larger', async () => {
    const bytes = await legacyWeights(layers);
    // The dataspace: version 1, two axes, flags, reserved, then each axis in 8 bytes.
    const at = bytes.findIndex((_, i) => bytes[i] === 1 && bytes[i + 1] === 2 && bytes[i + 8] === 2 && bytes[i + 16] === 3);
    bytes[at + 10] = 1;
    expect(await refusal(bytes)).toBe('m.h5: /a/a/kernel:0 cannot be read: it is damaged, or a link to another file or to nothing');
  });

  it('arrays that share their bytes', async () => {
    const large = { name: 'a/kernel:0', shape: [50, 50], data: new Float32Array(2500) };
    const bytes = await legacyWeights([{ name: 'a', weights: [large] }], { also: (root) => {
      const a = groupAt(root, 'a');
      for (const name of ['u', 'v']) a.create_hard_link('/a/a/kernel:0', name);
      a.delete_attribute('weight_names');
      putTexts(a, 'weight_names', ['a/kernel:0', 'u', 'v'], 'fixed');
    } });
    expect(bytes.length).toBeLessThan(20_000);
    expect(await refusal(bytes)).toBe(`m.h5: /a/u: declares 10000 bytes, with the arrays before it more than a file of ${bytes.length} bytes can hold`);
  });

  it('packed arrays beyond what is allowed', async () => {
    const bytes = await hdf5File((root) => {
      putTexts(root, 'layer_names', ['a'], 'fixed');
      putTexts(groupAt(root, 'a'), 'weight_names', ['w', 'v'], 'fixed');
      for (const name of ['w', 'v']) putNumbers(root, `a/${name}`, { shape: [200_000], data: new Float32Array(200_000) }, { chunks: [200_000], gzip: 9 });
    });
    expect(bytes.length).toBeLessThan(10_000);
    expect(await rejectionOf(readModelFile(bytes, { name: 'm.h5', maxBytes: 1e6 }))).toBe('m.h5: its arrays unpack to more than the 1000000 bytes allowed (option maxBytes)');
    (await readModelFile(bytes)).close();
  });

  it('strings that may be one long one many times', async () => {
    const bytes = hdf5File((root) => {
      putText(root, 'long', 'x'.repeat(300_000), 'variable');
      putTexts(root, 'layer_names', Array.from({ length: 1000 }, (_, i) => `l${i}`), 'variable');
    });
    expect(await refusal(bytes)).toBe('m.h5: attribute layer_names of / may hold 1000 strings of 300000000 bytes, more than the 65536 and 268435456 allowed');
  });
});

describe('damage', () => {
  it('a heap of strings that has no end', async () => {
    const bytes = await kerasHdf5(config, layers, { kerasVersion: '3.8.0' });
    const heap = bytes.findIndex((_, i) => String.fromCharCode(...bytes.subarray(i, i + 4)) === 'GCOL');
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    view.setUint16(heap + 16, 0, true); // its first object becomes free space
    view.setBigUint64(heap + 24, 0n, true); // of no size
    expect(await refusal(bytes)).toBe(`m.h5: damaged HDF5 file: its heap of strings at byte ${heap} is malformed`);
  });

  it('a heap of names that says it is larger than the file', async () => {
    const bytes = await legacyWeights(layers);
    const heap = bytes.findIndex((_, i) => String.fromCharCode(...bytes.subarray(i, i + 4)) === 'HEAP');
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(heap + 8, 0x7fff0000, true);
    expect(await refusal(bytes)).toBe(`m.h5: damaged HDF5 file: its heap of names at byte ${heap} is malformed`);
  });

  it('a heap of names whose free places go round in circles', async () => {
    const bytes = await legacyWeights(layers);
    const heap = bytes.findIndex((_, i) => String.fromCharCode(...bytes.subarray(i, i + 4)) === 'HEAP');
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const [free, data] = [view.getUint32(heap + 16, true), view.getUint32(heap + 24, true)];
    view.setBigUint64(data + free, BigInt(free), true);
    expect(await refusal(bytes)).toBe(`m.h5: damaged HDF5 file: its heap of names at byte ${heap} is malformed`);
  });

  it.each<Layout>(['earliest', 'latest'])('every beginning of a file (%s)', async (layout) => {
    const bytes = await kerasHdf5(config, layers, { layout });
    const messages = new Set<string>();
    for (let length = 8; length < bytes.length; length += 37) {
      const cut = bytes.subarray(0, length);
      await readModelFile(cut, { name: 'm.h5' }).then((model) => { model.close(); }, (error: unknown) => { messages.add((error as Error).message); });
    }
    // The file says where it should end, and each heap of strings how long it is.
    expect(messages).toContain('m.h5: damaged HDF5 file: truncated, or its first block is malformed');
    const heaps = /^m\.h5: damaged HDF5 file: its heap of (strings|names) at byte \d+ is malformed$/;
    expect([...messages].filter((message) => !message.includes('truncated') && !heaps.test(message))).toEqual([]);
  });

  it('leaves nothing behind: a good file is read after it', async () => {
    const bytes = await legacyWeights(layers);
    await refusal(bytes.slice(0, 500));
    const model = await readModelFile(bytes);
    if (model.weights.kind !== 'by-layer') throw new Error(model.weights.kind);
    expect([...model.weights.layers[0].weights[0].read()]).toEqual([...weight.data]);
    model.close();
  });
});

it('numbers that cannot be unpacked: said when they are read', async () => {
  const bytes = await hdf5File((root) => {
    putTexts(root, 'layer_names', ['a'], 'fixed');
    putTexts(groupAt(root, 'a'), 'weight_names', ['w'], 'fixed');
    putNumbers(root, 'a/w', { shape: [400], data: Float32Array.from({ length: 400 }, (_, i) => i % 7) }, { chunks: [400], gzip: 9 });
  });
  // Where DEFLATE's stream begins (a zlib header of the best level).
  const at = bytes.findIndex((_, i) => bytes[i] === 0x78 && bytes[i + 1] === 0xda);
  bytes.fill(0xff, at, at + 8);
  const model = await readModelFile(bytes, { name: 'm.h5' });
  const { weights } = model;
  if (weights.kind !== 'by-layer') throw new Error(weights.kind);
  expect(await rejectionOf(Promise.resolve().then(() => weights.layers[0].weights[0].read()))).toBe('m.h5: damaged HDF5 file: /a/w cannot be read');
  model.close();
});
