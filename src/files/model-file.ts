import { SeeRnnError } from '../core/errors.js';
import { isHdf5 } from './hdf5/hdf5-file.js';
import { parseJsonObject, type JsonObject } from './json.js';
import { readKerasHdf5 } from './keras-hdf5.js';
import { readKerasZip } from './keras-zip.js';
import { openSource, type OpenedSource } from './model-source.js';
import type { ModelSource, SavedModel } from './saved-model.js';
import { isTfjsModel, readTfjsModel, readTopology, type Architecture } from './tfjs-model.js';
import type { ZipLimits } from './zip.js';

/** How a model file is read. */
export interface ReadModelOptions extends ZipLimits {
  /** What messages call bytes that come without a name. Default: `model`. */
  readonly name?: string;
}

/**
 * Reads a model file, by its content and never by its name: a Keras `.keras` file, Keras HDF5 (a whole model or weights alone), or a
 * TF.js `model.json` with its files of weights.
 *
 * Nothing of it is run or built; weights are read when asked for. Call `close` when they have been.
 *
 * @throws SeeRnnError where it is none of these, damaged, or beyond the limits
 * @example
 * const model = await readModelFile('model.h5');
 * console.log(model.kerasVersion, model.config?.class_name);
 * model.close();
 */
export async function readModelFile(source: ModelSource, options: ReadModelOptions = {}): Promise<SavedModel> {
  const opened = await openSource(source, options.name);
  const { bytes, file } = opened;
  switch (formatOf(opened)) {
    case 'hdf5': return readKerasHdf5(bytes, file, options);
    case 'zip': return readKerasZip(bytes, file, options);
    case 'json': {
      const json = parseJsonObject(bytes, file);
      if (isTfjsModel(json)) return readTfjsModel(json, file, opened.beside);
      readTopology(json, file);
      throw new SeeRnnError(`${file}: holds a model's structure without weights; give the file of weights, and this one as its architecture`);
    }
  }
}

/**
 * Reads a model's structure alone: from the JSON of Keras's `model.to_json()`, or from any file that {@link readModelFile} reads as a whole
 * model (its weights are not read).
 *
 * @throws SeeRnnError where there is none
 */
export async function readArchitecture(source: ModelSource, options: ReadModelOptions = {}): Promise<Architecture> {
  const opened = await openSource(source, options.name);
  const { bytes, file } = opened;
  const format = formatOf(opened);
  if (format === 'json') return readTopology(parseJsonObject(bytes, file), file);
  const { config, kerasVersion, backend, training, close } = await (format === 'zip' ? readKerasZip(bytes, file, options) : readKerasHdf5(bytes, file, options));
  close();
  if (config === null) throw new SeeRnnError(`${file}: holds weights only, expected a model's structure`);
  return { config, kerasVersion, backend, training };
}

/** {@link readArchitecture}, from an object that the caller has parsed. */
export const architectureOf = (json: JsonObject, what = 'architecture'): Architecture => readTopology(json, what);

const expected = 'expected a Keras file (.keras or HDF5) or a TF.js model.json';

function formatOf({ bytes, file }: OpenedSource): 'hdf5' | 'zip' | 'json' {
  if (bytes.length === 0) throw new SeeRnnError(`${file}: is empty, ${expected}`);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return 'zip';
  const start = String.fromCharCode(...bytes.subarray(0, 200));
  const other = others.find(([pattern]) => pattern.test(start));
  if (other) throw new SeeRnnError(`${file}: is ${other[1]}, ${expected}`);
  if (/^(\u00ef\u00bb\u00bf)?\s*[{[]/.test(start)) return 'json';
  if (isHdf5(bytes)) return 'hdf5';
  throw new SeeRnnError(`${file}: is no model file, ${expected}`);
}

// What people give by mistake most often.
const others: readonly (readonly [RegExp, string])[] = [
  [/^version https:\/\/git-lfs\./, 'a pointer of Git LFS, not the file itself (git lfs pull fetches it)'],
  [/^\s*<(!doctype|html|\?xml)/i, 'a web page'],
  [/^\x93NUMPY/, 'a .npy file, which holds an array'],
  [/^\x80[\x02-\x05]/, 'a Python pickle, which can only be read by running it'], // eslint-disable-line no-control-regex -- a version number
  [/^\x1f\x8b/, 'packed by gzip; unpack it'], // eslint-disable-line no-control-regex -- its first bytes
  [/^\x08\x01\x12/, 'a TensorFlow SavedModel; save it from Keras as .keras or .h5'], // eslint-disable-line no-control-regex -- its first fields
];
