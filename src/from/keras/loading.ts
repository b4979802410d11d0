import { SeeRnnError } from '../../core/errors.js';
import { shown } from '../../core/options.js';
import { nameText } from '../../core/printable.js';
import type { JsonObject, JsonValue } from '../../files/json.js';
import type { Layer } from '../../graph/layer.js';
import type { TfjsLayer } from './adopting.js';
import type { Dialect } from './dialect.js';
import type { KerasOptions } from './layers/keras-layer.js';
import type { SharedLayers } from './shared.js';
import { isList } from './values.js';

/** Makes a layer of the caller's own from its configuration as the file has it; `options` are what a class derived from `KerasLayer` is made from. */
export type CustomLayer = (config: Record<string, unknown>, options: KerasOptions) => Layer | TfjsLayer;

/** What all parts of the loader share while one file is loaded. */
export interface Loading {
  /** The file's name, printable. */
  readonly file: string;
  readonly dialect: Dialect;
  readonly customLayers: ReadonlyMap<string, CustomLayer>;
  /** Layers that stand in several places: see `shared.ts`. */
  readonly shared: SharedLayers;
  /** Hears of every layer whose weights were made. */
  readonly made: (layer: Layer) => void;
  /** Hears what is to be waited for before each run of the model. */
  readonly awaits: (ready: () => Promise<void>) => void;
  /** Counts layers against {@link MOST_LAYERS}. */
  countLayers(number: number): void;
  readonly warn: (line: string) => void;
}

/** The most layers a model may have, nested ones counted. A model is walked by recursion, and the deepest published ones have some hundreds. */
export const MOST_LAYERS = 2000;

/** The deepest a model may be nested in models and wrappers. */
export const DEEPEST = 32;

/** An error about a file, or about one layer of it. */
export const fault = ({ file }: Pick<Loading, 'file'>, what: string, cause?: unknown): SeeRnnError =>
  new SeeRnnError(`${file}: ${what}`, cause === undefined ? {} : { cause });

/** A layer as messages name it. */
export const layerText = (name: string, className?: string): string =>
  `layer '${nameText(name)}'${className === undefined ? '' : ` (${nameText(className)})`}`;

/** What a layer has to object to, as an error of the file and of the layer. Any other error is passed on as it is. */
export function inLayer(loading: Pick<Loading, 'file'>, where: string, error: unknown): unknown {
  if (!(error instanceof SeeRnnError) || error.message.startsWith(`${loading.file}: `)) return error;
  return fault(loading, error.message.startsWith('layer \'') ? error.message : `${where}: ${error.message}`, error);
}

/** A list that must be there. */
export function listAt(loading: Loading, object: JsonObject, key: string, where: string): readonly JsonValue[] {
  const value = object[key];
  if (!isList(value)) throw fault(loading, `${where}: expected a list '${key}', found ${value === undefined ? 'none' : shown(value)}`);
  return value;
}

/** A string that must be there. */
export function textAt(loading: Loading, object: JsonObject, key: string, where: string): string {
  const value = object[key];
  if (typeof value !== 'string') throw fault(loading, `${where}: expected a string '${key}', found ${value === undefined ? 'none' : shown(value)}`);
  return value;
}
