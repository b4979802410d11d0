import { readOptions, type OptionSpec } from '../../core/options.js';
import { architectureOf, readArchitecture, readModelFile } from '../../files/model-file.js';
import type { JsonObject } from '../../files/json.js';
import type { ModelSource } from '../../files/saved-model.js';
import type { Architecture } from '../../files/tfjs-model.js';
import type { Model } from '../../model/model.js';
import type { CustomLayer } from './loading.js';
import { modelFromSaved } from './model-from-saved.js';

/** Options of {@link loadModel}. */
export interface LoadModelOptions {
  /**
   * The model that a file of weights alone belongs to: a file (what Keras's `to_json` wrote, or a whole model's), or that JSON as an
   * object. Where the file is a whole model, this takes the place of its own description.
   */
  readonly architecture?: ModelSource | Readonly<Record<string, unknown>>;
  /**
   * Layers of your own, by their class name in the file: each function makes a layer of the configuration as the file has it, with Python's names. It
   * gives one of the graph's, as a class derived from `KerasLayer` makes it of the second argument, or one of TF.js's.
   */
  readonly customLayers?: Readonly<Record<string, CustomLayer>>;
  /** Hears of what could not be taken over, a line each. Default: `console.warn`. */
  readonly warn?: (line: string) => void;
}

const isFunction = (value: unknown): boolean => typeof value === 'function';
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

export const loadModelOptions = {
  architecture: {
    help: 'the model that a file of weights alone belongs to', form: "a file, or an object with 'class_name' and 'config'", default: null,
    read: (v) => (typeof v === 'string' || isRecord(v) ? v as NonNullable<LoadModelOptions['architecture']> : undefined),
  } satisfies OptionSpec<NonNullable<LoadModelOptions['architecture']> | null>,
  customLayers: {
    help: 'layers of your own, by class name', form: 'a record of functions', default: {},
    read: (v) => (isRecord(v) && Object.values(v).every(isFunction) ? v as Record<string, CustomLayer> : undefined),
  } satisfies OptionSpec<Record<string, CustomLayer>>,
  warn: {
    help: 'hears of what could not be taken over', form: 'a function', default: null,
    read: (v) => (isFunction(v) ? v as (line: string) => void : undefined),
  } satisfies OptionSpec<((line: string) => void) | null>,
};

/**
 * Loads a whole model, with its weights, of Keras (`.keras`, `.h5`, weights with their architecture) or of TF.js (`model.json`). What
 * kind of file it is shows in its content, not in its name. Nothing in the file is executed.
 *
 * The model computes what the Keras that wrote it computes. It knows the file's loss, where that is known here; what could not be taken
 * over is told to `warn`.
 *
 * @param source a path (Node), the file's bytes, a File or Blob, or for TF.js's format the files together: `model.json` and its shards
 * @throws SeeRnnError where the file can't be read, holds a layer that is not known here, or weights that don't fit; UsageError for an unknown option
 * @example
 * const model = await loadModel('model.keras');
 * const run = await trace(model, await loadArray('x.npy'), await loadArray('y.npy'));
 */
export async function loadModel(source: ModelSource, options: LoadModelOptions = {}): Promise<Model> {
  const { architecture, customLayers, warn } = readOptions('loadModel', loadModelOptions, options as Record<string, unknown>);
  const described = architecture === null ? null : await readDescribed(architecture);
  const saved = await readModelFile(source);
  try {
    // eslint-disable-next-line no-console -- a warning is for the person at the console, where nobody else asked for it
    return modelFromSaved(saved, { architecture: described, customLayers, warn: warn ?? ((line) => { console.warn(line); }) });
  } finally {
    saved.close();
  }
}

const readDescribed = async (architecture: NonNullable<LoadModelOptions['architecture']>): Promise<Architecture> =>
  (typeof architecture === 'object' && 'class_name' in architecture ? architectureOf(architecture as JsonObject) : readArchitecture(architecture as ModelSource));
