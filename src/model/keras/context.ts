import { SeeRnnError } from '../../core/errors.js';
import { shown } from '../../core/options.js';
import { printable } from '../../core/printable.js';
import type { JsonObject, JsonValue } from '../../files/json.js';
import type { Layer } from '../internals.js';
import type { WeightBudget } from './budget.js';
import type { TfjsNames } from './tfjs-names.js';

/** Makes a layer of the caller's own from its configuration as the file has it. */
export type CustomLayer = (config: Record<string, unknown>) => Layer;

/** What all parts of the loader share while one file is loaded. */
export interface Loading {
  /** The file's name, printable. */
  readonly file: string;
  /** The generation of Keras that wrote the configuration: defaults and some names changed meaning between them. */
  readonly kerasMajor: 1 | 2 | 3;
  readonly customLayers: ReadonlyMap<string, CustomLayer>;
  /** As the file gives it, e.g. `2.2.4-tf`. */
  readonly kerasVersion: string | null;
  readonly budget: WeightBudget;
  readonly names: TfjsNames;
  /** Layers that stand in several places: see `shared.ts`. */
  readonly shared: Map<string, Layer>;
  /** Counts layers against {@link MOST_LAYERS}. */
  countLayers(number: number): void;
  readonly warn: (line: string) => void;
}

/**
 * The most layers a model may have, nested ones counted. TF.js walks a model by recursion, and the deepest published models have some
 * hundreds.
 */
export const MOST_LAYERS = 2000;

/** The deepest a model may be nested in models and wrappers. */
export const DEEPEST = 32;

/** An error about a file, or about one layer of it. */
export const fault = ({ file }: Pick<Loading, 'file'>, what: string, cause?: unknown): SeeRnnError =>
  new SeeRnnError(`${file}: ${what}`, cause === undefined ? {} : { cause });

/** A layer as messages name it. */
export const layerText = (name: string, className?: string): string =>
  `layer '${printable(name)}'${className === undefined ? '' : ` (${printable(className)})`}`;

export const isObject = (value: JsonValue | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

export const isList = (value: JsonValue | undefined): value is readonly JsonValue[] => Array.isArray(value);

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
