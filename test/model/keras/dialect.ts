import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { loadModel, type LoadModelOptions } from '../../../src/model/keras/load-model.js';
import '../../backends.js';
import type { NamedLayer } from '../../files/writers/keras-hdf5.js';
import type { Stored } from './numbers.js';

/*
 * For the tests of every dialect of Keras's files, a file each. Their models have two layers of one shape, so that a swap would show, and are
 * written by the HDF5 library, in the structure of that version.
 */

export const T = 5;
export const F = 3;
export const U = 4;

/** Loads a model that must give no warning. */
export async function load(source: Parameters<typeof loadModel>[0], options: LoadModelOptions = {}): Promise<LayersModel> {
  const warnings: string[] = [];
  const model = await loadModel(source, { warn: (line) => warnings.push(line), ...options });
  expect(warnings).toEqual([]);
  return model;
}

export const named = (layer: string, names: readonly string[], weights: readonly Stored[]): NamedLayer =>
  ({ name: layer, weights: names.map((name, i) => ({ name, ...weights[i]! })) });
