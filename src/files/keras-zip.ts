import { SeeRnnError } from '../core/errors.js';
import { printable } from '../core/printable.js';
import { isObject, parseJsonObject, type JsonObject } from './json.js';
import { readKerasHdf5 } from './keras-hdf5.js';
import type { SavedModel } from './saved-model.js';
import { readZip, type ZipLimits } from './zip.js';

const [configName, metadataName, weightsName] = ['config.json', 'metadata.json', 'model.weights.h5'];

/**
 * Reads a `.keras` file: a zip file of the configuration, the version and the weights. Keras 3, and tf.keras from 2.12 on.
 *
 * Keras stores the weights unpacked; they are read where they lie in `bytes`. The other members (assets) are not looked at.
 *
 * @param file its name, as messages show it
 */
export async function readKerasZip(bytes: Uint8Array, file: string, limits: ZipLimits = {}): Promise<SavedModel> {
  const seen: string[] = [];
  const members = readZip(bytes, file, limits, (name) => {
    if (climbs(name)) throw new SeeRnnError(`${file}: member ${printable(name)} has a name that leads out of the file's folder; no model has one`);
    seen.push(name);
    return [configName, metadataName, weightsName].includes(name);
  });
  const config = members.get(configName);
  const weights = members.get(weightsName);
  if (!config || !weights) throw new SeeRnnError(`${file}: is a zip file, but no Keras model: it has no ${config ? weightsName : configName}${kindOf(seen)}`);
  const { compile_config: training, ...model } = parseJsonObject(config, `${file}: ${configName}`);
  const warnings: string[] = [];
  const version = keras(members.get(metadataName), `${file}: ${metadataName}`, warnings);
  const store = await readKerasHdf5(weights, `${file}: ${weightsName}`, limits);
  return { ...store, format: 'keras-zip', file, kerasVersion: version, config: model, training: isObject(training) ? training : null, warnings: [...warnings, ...store.warnings] };
}

const climbs = (name: string): boolean => /^([/\\]|[A-Za-z]:)/.test(name) || name.split(/[/\\]/).includes('..');

/** What else such a zip file may be, by its members. */
function kindOf(names: readonly string[]): string {
  if (names.includes('model.weights.npz')) return ', but a model.weights.npz: weights as .npz are not supported; save with Keras\'s own format (HDF5)';
  if (names.some((name) => name.endsWith('/data.pkl'))) return '; it looks like a PyTorch file';
  if (names.some((name) => name.endsWith('saved_model.pb'))) return '; it looks like a packed SavedModel';
  return names.length > 0 && names.every((name) => name.endsWith('.npy')) ? '; it looks like a .npz file' : '';
}

function keras(metadata: Uint8Array | undefined, what: string, warnings: string[]): string | null {
  if (!metadata) return null;
  try {
    const version = (parseJsonObject(metadata, what) as JsonObject)['keras_version'];
    return typeof version === 'string' ? version : null;
  } catch (error) {
    if (!(error instanceof SeeRnnError)) throw error;
    warnings.push(`${error.message}; the version of Keras is not known`);
    return null;
  }
}
