import { SeeRnnError } from '../core/errors.js';
import { shown } from '../core/options.js';
import { printable } from '../core/printable.js';
import { isObject, type JsonObject, type JsonValue } from './json.js';
import type { SavedModel, SavedWeight } from './saved-model.js';
import { groupWeights, readManifest, type Group } from './tfjs-weights.js';

/** A model's structure, as TF.js and Keras's `to_json` write it. */
export interface Architecture {
  readonly config: JsonObject;
  readonly kerasVersion: string | null;
  readonly backend: string | null;
  readonly training: JsonObject | null;
}

/** Is it the JSON of a TF.js model, rather than of a structure alone? */
export const isTfjsModel = (json: JsonObject): boolean => 'modelTopology' in json || 'weightsManifest' in json;

/**
 * Reads a TF.js layers model: its `model.json`, parsed, and the files of weights that it names.
 *
 * @param file the model.json, as messages show it
 * @param beside reads one of the files, by its name in the manifest
 */
export async function readTfjsModel(json: JsonObject, file: string, beside: (path: string) => Promise<Uint8Array>): Promise<SavedModel> {
  const { config, kerasVersion, backend, training } = readTopology(json, file);
  if (!('weightsManifest' in json)) throw new SeeRnnError(`${file}: holds a model's structure, but no 'weightsManifest'`);
  const groups: Uint8Array[][] = [];
  const weights: SavedWeight[] = [];
  for (const group of readManifest(json['weightsManifest'], file)) {
    const shards = await readShards(group, file, beside);
    weights.push(...groupWeights(group, shards, file));
    groups.push(shards);
  }
  const close = (): void => { for (const shards of groups) shards.length = 0; };
  return { format: 'tfjs-layers', file, kerasVersion, backend, config, training, weights: { kind: 'by-name', weights }, warnings: [], close };
}

async function readShards({ paths, bytes }: Group, file: string, beside: (path: string) => Promise<Uint8Array>): Promise<Uint8Array[]> {
  const shards: Uint8Array[] = [];
  let found = 0;
  for (const path of paths) {
    const shard = await beside(path);
    found += shard.length;
    shards.push(shard);
    if (found > bytes) break;
  }
  if (found === bytes) return shards;
  const names = `${paths.slice(0, 4).map(printable).join(', ')}${paths.length > 4 ? ', ...' : ''}`;
  throw new SeeRnnError(`${file}: its weights take ${bytes} bytes, but ${paths.length === 0 ? 'no file is named' : `${names} ${paths.length === 1 ? 'has' : 'have'} ${found > bytes ? 'more' : found}`}`);
}

/** The structure in a TF.js `model.json`, or in the JSON that Keras's `model.to_json()` gives. */
export function readTopology(json: JsonObject, file: string): Architecture {
  const topology = isTfjsModel(json) ? json['modelTopology'] ?? null : json;
  if (json['format'] === 'graph-model' || (isObject(topology) && ('node' in topology || 'versions' in topology))) {
    throw new SeeRnnError(`${file}: is a TF.js graph model, which has no layers left; convert the Keras model as a layers model instead`);
  }
  if ('weight_map' in json) throw new SeeRnnError(`${file}: lists weights in several files (max_shard_size), which is not supported; save them as one .weights.h5`);
  if (!isObject(topology)) throw new SeeRnnError(`${file}: 'modelTopology' must be an object, found ${shown(topology)}`);
  const config = topology['model_config'] ?? topology;
  if (!isObject(config) || typeof config['class_name'] !== 'string' || config['config'] === undefined) {
    throw new SeeRnnError(`${file}: is JSON, but no model: expected a 'class_name' and a 'config', found ${keysOf(config)}`);
  }
  const { keras_version: version, backend, training_config: inside, compile_config: compiled, ...model } = topology;
  const training = json['trainingConfig'] ?? inside ?? compiled;
  return {
    config: config === topology ? model : config,
    kerasVersion: typeof version === 'string' ? version : null,
    backend: typeof backend === 'string' ? backend : null,
    training: isObject(training) ? training : null,
  };
}

function keysOf(value: JsonValue): string {
  if (!isObject(value)) return shown(value);
  const keys = Object.keys(value);
  return keys.length === 0 ? 'nothing' : `${keys.slice(0, 8).map((key) => printable(key).slice(0, 40)).join(', ')}${keys.length > 8 ? ', ...' : ''}`;
}
