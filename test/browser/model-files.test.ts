import { expect } from 'vitest';
import { kerasHdf5 } from '../files/writers/keras-hdf5.js';
import { kerasZip } from '../files/writers/keras-store.js';
import { tfjsFiles } from '../files/writers/tfjs.js';
import { itOnPage } from './page.js';
import type * as files from './pages/model-files.js';

const kernel = { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };
const config = { class_name: 'Sequential', config: { layers: [] } };

itOnPage<typeof files>('model files of each kind, dropped on a page', 'model-files.ts', async ({ call }) => {
  const drop = (all: Iterable<readonly [string, Uint8Array]>): files.Dropped => [...all].map(([name, bytes]) => [name, [...bytes]]);
  const hdf5 = await kerasHdf5(config, [{ name: 'a', weights: [{ name: 'a/kernel:0', ...kernel }] }]);
  expect(await call('read', drop([['m', hdf5]]))).toEqual({ format: 'keras-hdf5', weights: [['/model_weights/a/a/kernel:0', [1, 2, 3, 4]]] });
  expect(await call('read', drop([['m', await kerasZip(config, { 'layers/a': [kernel] }, { packed: true })]]))).toEqual({ format: 'keras-zip', weights: [['/layers/a/vars/0', [1, 2, 3, 4]]] });
  const tfjs = tfjsFiles(config, [{ name: 'a/kernel', ...kernel }], { shardBytes: 7 });
  expect(await call('read', drop([...tfjs].reverse()))).toEqual({ format: 'tfjs-layers', weights: [['a/kernel', [1, 2, 3, 4]]] });
  expect(await call('refusal', drop([['m', hdf5.slice(0, 500)]]))).toBe('SeeRnnError: m: damaged HDF5 file: truncated, or its first block is malformed');
  expect(await call('path', 'm.h5')).toBe('SeeRnnError: m.h5: a browser cannot read files by path; fetch its bytes and give those (to readArray, readArrays or loadModel)');
}, { policy: "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'" });
