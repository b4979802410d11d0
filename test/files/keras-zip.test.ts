import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readArchitecture, readModelFile } from '../../src/files/model-file.js';
import type { WeightTree } from '../../src/files/saved-model.js';
import { rejectionOf } from './build.js';
import type { Numbers } from './writers/hdf5.js';
import { kerasStore, kerasZip, type Store } from './writers/keras-store.js';

const numbers = (from: number): Numbers => ({ shape: [2, 2], data: Float32Array.of(from, from + 1, from + 2, from + 3) });
const config = { module: 'keras', class_name: 'Sequential', config: { name: 'm', layers: [] }, registered_name: null };
const store: Store = { '': [], 'layers/lstm/cell': [numbers(0), numbers(10)], 'layers/lstm_1/cell': [numbers(20), numbers(30)], optimizer: [numbers(40)] };
const tfKeras: Store = {
  '_layer_checkpoint_dependencies/lstm/cell': [numbers(0), numbers(10)], '_layer_checkpoint_dependencies/lstm_1/cell': [numbers(20), numbers(30)], optimizer: [numbers(40)],
};

/** Every variable below a tree, by its path. */
function flat(tree: WeightTree, path = ''): [string, number[]][] {
  return [...tree.vars.map(({ name, read }): [string, number[]] => [`${path}/${name}`, [...read()]]), ...[...tree.children].flatMap(([name, child]) => flat(child, `${path}/${name}`))];
}

const expected = (top: string): [string, number[]][] => [['lstm', 0, 0], ['lstm', 1, 10], ['lstm_1', 0, 20], ['lstm_1', 1, 30]]
  .map(([layer, i, from]) => [`/${top}/${layer}/cell/${i}`, [0, 1, 2, 3].map((n) => Number(from) + n)]);

describe('.keras files', () => {
  it.each<[string, Store, string, string, boolean]>([
    ['Keras 3', store, 'layers', '3.0.5', false],
    ['Keras 3, newest', store, 'layers', '3.13.0', false],
    ['Keras 3, packed', store, 'layers', '3.8.0', true],
    ['tf.keras', tfKeras, '_layer_checkpoint_dependencies', '2.13.1', false],
  ])('%s', async (_, weights, top, kerasVersion, packed) => {
    const training = { loss: 'mse', optimizer: { class_name: 'Adam' } };
    const model = await readModelFile(await kerasZip({ ...config, compile_config: training }, weights, { kerasVersion, packed, names: kerasVersion.startsWith('3.') ? { 'layers/lstm': 'first' } : {} }), { name: 'm.keras' });
    expect(model).toMatchObject({ format: 'keras-zip', file: 'm.keras', kerasVersion, backend: null, training, warnings: [] });
    expect(model.config).toEqual(config);
    if (model.weights.kind !== 'tree') throw new Error(model.weights.kind);
    expect(flat(model.weights.root)).toEqual(expected(top));
    expect(model.weights.root.children.get('layers')?.children.get('lstm')?.name ?? null).toBe(kerasVersion.startsWith('3.') ? 'first' : null);
    model.close();
  });

  it('compiled with nothing', async () => {
    const model = await readModelFile(await kerasZip({ ...config, compile_config: null }, store));
    expect(model.training).toBeNull();
    model.close();
  });

  it('assets are not looked at', async () => {
    const bytes = await kerasZip(config, store, { members: { 'assets/vocabulary.txt': 'a\nb' } });
    bytes[bytes.findIndex((_, i) => bytes[i] === 0x61 && bytes[i + 1] === 0x0a)] = 0x7a; // its checksum is wrong now
    (await readModelFile(bytes)).close();
  });

  it('a version that cannot be read: a warning', async () => {
    const model = await readModelFile(await kerasZip(config, store, { members: { 'metadata.json': '[]' } }), { name: 'm.keras' });
    expect(model.kerasVersion).toBeNull();
    expect(model.warnings).toEqual(['m.keras: metadata.json: must be a JSON object, found a list; the version of Keras is not known']);
    model.close();
    const without = await readModelFile(await kerasZip(config, store, { members: { 'metadata.json': null } }));
    expect(without).toMatchObject({ kerasVersion: null, warnings: [] });
    without.close();
  });

  it('as an architecture', async () => {
    expect(await readArchitecture(await kerasZip(config, store))).toEqual({ config, kerasVersion: '3.8.0', backend: null, training: null });
  });
});

describe('not read', () => {
  const text = (members: Record<string, string>): Uint8Array => zipSync(Object.fromEntries(Object.entries(members).map(([name, held]) => [name, new TextEncoder().encode(held)])), { mtime: new Date(1980, 0, 1) });

  it.each<[string, () => Uint8Array | Promise<Uint8Array>, string]>([
    ['no weights', () => kerasZip(config, store, { members: { 'model.weights.h5': null } }), 'm.keras: is a zip file, but no Keras model: it has no model.weights.h5'],
    ['no configuration', () => kerasZip(config, store, { members: { 'config.json': null } }), 'm.keras: is a zip file, but no Keras model: it has no config.json'],
    ['weights as .npz', () => text({ 'config.json': '{}', 'model.weights.npz': '' }),
      "m.keras: is a zip file, but no Keras model: it has no model.weights.h5, but a model.weights.npz: weights as .npz are not supported; save with Keras's own format (HDF5)"],
    ['PyTorch', () => text({ 'archive/data.pkl': '' }), 'm.keras: is a zip file, but no Keras model: it has no config.json; it looks like a PyTorch file'],
    ['SavedModel', () => text({ 'model/saved_model.pb': '' }), 'm.keras: is a zip file, but no Keras model: it has no config.json; it looks like a packed SavedModel'],
    ['arrays', () => text({ 'x.npy': '' }), 'm.keras: is a zip file, but no Keras model: it has no config.json; it looks like a .npz file'],
    ['a name that climbs', () => kerasZip(config, store, { members: { '../../etc/passwd': 'x' } }),
      "m.keras: member ../../etc/passwd has a name that leads out of the file's folder; no model has one"],
    ['an absolute name', () => kerasZip(config, store, { members: { 'C:\\x': 'x' } }), "m.keras: member C:\\x has a name that leads out of the file's folder; no model has one"],
    ['a configuration that is no JSON', () => kerasZip(config, store, { members: { 'config.json': '{"a": tru}' } }), 'm.keras: config.json: is no valid JSON'],
    ['a configuration that is a list', () => kerasZip(config, store, { members: { 'config.json': '[1]' } }), 'm.keras: config.json: must be a JSON object, found a list'],
    ['weights that are no HDF5', () => kerasZip(config, store, { members: { 'model.weights.h5': 'weights' } }), 'm.keras: model.weights.h5: is no HDF5 file'],
    ['weights of no layers', async () => kerasZip(config, {}, { members: { 'model.weights.h5': await kerasStore({}, { also: (root) => { root.create_group('a\n'); } }) } }),
      "m.keras: model.weights.h5: holds no Keras weights: expected an attribute 'layer_names' or groups named 'vars'; at the top it has a\\u000a"],
  ])('%s', async (_, bytes, message) => {
    expect(await rejectionOf(readModelFile(await bytes(), { name: 'm.keras' }))).toBe(message);
  });

  it('written on Windows, where several attributes became one name', async () => {
    const written = await readModelFile(await kerasZip(config, { 'layers\\lstm\\cell': [numbers(0)], 'layers\\dense': [numbers(4)], 'layers/other': [numbers(8)] }));
    const usual = await readModelFile(await kerasZip(config, { 'layers/lstm/cell': [numbers(0)], 'layers/dense': [numbers(4)], 'layers/other': [numbers(8)] }));
    const [found, expected] = [written, usual].map(({ weights }) => (weights.kind === 'tree' ? new Map(flat(weights.root)) : null));
    expect(found).toEqual(expected);
    for (const one of [written, usual]) one.close();
  });

  it('a bomb: what a member declares is bounded before it is unpacked', async () => {
    const packed = await kerasZip(config, store, { packed: true, members: { 'model.weights.h5': new Uint8Array(3_000_000) } });
    expect(packed.length).toBeLessThan(10_000);
    expect(await rejectionOf(readModelFile(packed, { name: 'm.keras', maxBytes: 1e6 }))).toMatch(/^m\.keras: unpacks to 300\d{4} bytes, more than the 1000000 allowed \(option maxBytes\)$/);
    const view = new DataView(packed.buffer, packed.byteOffset);
    const name = new TextEncoder().encode('model.weights.h5');
    let entry = packed.length;
    while (!name.every((byte, i) => packed[entry + 46 + i] === byte)) entry--;
    view.setUint32(entry + 24, 2 ** 32 - 2, true);
    expect(await rejectionOf(readModelFile(packed, { name: 'm.keras' }))).toBe(`m.keras: member model.weights.h5: damaged: ${view.getUint32(entry + 20, true)} bytes cannot unpack to 4294967294`);
    view.setUint32(entry + 24, 2_000_000, true);
    expect(await rejectionOf(readModelFile(packed, { name: 'm.keras' }))).toBe('m.keras: member model.weights.h5: damaged: unpacks to more than the 2000000 bytes it declares');
  });
});
