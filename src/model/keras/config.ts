import * as tfl from '@tensorflow/tfjs-layers';
import type { JsonObject, JsonValue } from '../../files/json.js';
import { shown } from '../../core/options.js';
import { fault, isList, isObject, layerText, type Loading } from './context.js';

/** A layer's configuration with TF.js's names, and with regularisers and constraints made. */
export type LayerConfig = Record<string, unknown> & { name: string; trainable: boolean };

/** `return_sequences` as TF.js says it: `returnSequences`. */
export const camelCase = (name: string): string => name.replace(/_+([a-z0-9])/gi, (_, letter: string) => letter.toUpperCase());

/** Names that are no options and would reach into JavaScript's own. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/** Values with all their keys in camel case. Strings stay as they are. */
export function camelCased(value: JsonValue): unknown {
  if (isList(value)) return value.map(camelCased);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !FORBIDDEN.has(key)).map(([key, entry]) => [camelCase(key), camelCased(entry)]));
}

/** The options that hold other layers: they are built apart. */
export const HELD_LAYERS = ['layer', 'backward_layer', 'cell', 'cells'] as const;

/**
 * A layer's configuration as TF.js's constructors take it: names in camel case, every initialiser zeros (the file's numbers overwrite
 * them), regularisers and constraints made, shapes and number types checked.
 */
export function layerConfig(loading: Loading, className: string, config: JsonObject, name: string): LayerConfig {
  const where = layerText(name, className);
  const out: LayerConfig = { name: loading.names.for(name), trainable: config['trainable'] !== false };
  for (const [key, given] of Object.entries(config)) {
    if (FORBIDDEN.has(key) || key === 'name' || key === 'trainable' || (HELD_LAYERS as readonly string[]).includes(key)) continue;
    const value = unwrapped(given);
    if (key.endsWith('_initializer')) out[camelCase(key)] = 'zeros';
    else if (key === 'activity_regularizer') {
      if (value !== null) loading.warn(`${loading.file}: ${where}: its activity regulariser is left out: the loss is without that penalty`);
    } else if (key.endsWith('_regularizer')) {
      const made = regularizer(loading, value, `${where}: ${key}`);
      if (made) out[camelCase(key)] = made;
    } else if (key.endsWith('_constraint')) {
      const made = constraint(loading, value, `${where}: ${key}`);
      if (made) out[camelCase(key)] = made;
    } else if (key === 'dtype') out['dtype'] = dtype(loading, value, where);
    else if (key === 'batch_input_shape' || key === 'batch_shape') out['batchInputShape'] = batchShape(loading, value, where);
    else out[camelCase(key)] = camelCased(value);
  }
  return out;
}

/** tf.keras wrote some numbers as `{ type: 'ndarray', value: 0.5 }`, and Keras 3 writes tuples as lists that say so. */
export function unwrapped(value: JsonValue): JsonValue {
  if (!isObject(value)) return value;
  if (value['type'] === 'ndarray' && value['value'] !== undefined) return value['value'];
  if (value['class_name'] === '__tuple__' && isList(value['items'])) return value['items'];
  return value;
}

/** Class name and options of what a configuration names: as a string, or an object of either generation. */
export function named(value: JsonValue): { readonly className: string; readonly config: JsonObject } | null {
  if (typeof value === 'string') return { className: value, config: {} };
  if (!isObject(value)) return null;
  const [className, config] = [value['class_name'], value['config']];
  // Keras 3: a function by its name.
  if (className === 'function' && typeof config === 'string') return { className: config, config: {} };
  return typeof className === 'string' ? { className: className.split('>').at(-1)!, config: isObject(config) ? config : {} } : null;
}

const number = (value: JsonValue | undefined, initial: number): number => {
  const found = value === undefined ? undefined : unwrapped(value);
  return typeof found === 'number' ? found : initial;
};

function regularizer(loading: Loading, value: JsonValue, where: string): ReturnType<typeof tfl.regularizers.l1l2> | null {
  if (value === null) return null;
  // Keras 1: { name: 'WeightRegularizer', l1, l2 }.
  const it = isObject(value) && typeof value['name'] === 'string' ? { className: value['name'], config: value } : named(value);
  const { l1, l2 } = it?.config ?? {};
  switch (it?.className.toLowerCase().replace(/_/g, '')) {
    case 'l1': return tfl.regularizers.l1l2({ l1: number(l1, 0.01), l2: 0 });
    case 'l2': return tfl.regularizers.l1l2({ l1: 0, l2: number(l2, 0.01) });
    case 'l1l2': case 'weightregularizer':
      return tfl.regularizers.l1l2({ l1: number(l1, typeof value === 'string' ? 0.01 : 0), l2: number(l2, typeof value === 'string' ? 0.01 : 0) });
    default:
      loading.warn(`${loading.file}: ${where} ${shown(it?.className ?? value)} is not known and left out: the loss is without that penalty`);
      return null;
  }
}

/** Constraints act in training alone. */
function constraint(loading: Loading, value: JsonValue, where: string): ReturnType<typeof tfl.constraints.nonNeg> | null {
  if (value === null) return null;
  const it = isObject(value) && typeof value['name'] === 'string' ? { className: value['name'], config: value } : named(value);
  const options = it?.config ?? {};
  const axis = number(options['axis'], 0);
  switch (it?.className.toLowerCase().replace(/_/g, '')) {
    case 'maxnorm': return tfl.constraints.maxNorm({ maxValue: number(options['max_value'] ?? options['m'], 2), axis });
    case 'nonneg': return tfl.constraints.nonNeg();
    case 'unitnorm': return tfl.constraints.unitNorm({ axis });
    case 'minmaxnorm': return tfl.constraints.minMaxNorm({ minValue: number(options['min_value'], 0), maxValue: number(options['max_value'], 1), rate: number(options['rate'], 1), axis });
    default:
      loading.warn(`${loading.file}: ${where} ${shown(it?.className ?? value)} is not known and left out: it acts in training alone`);
      return null;
  }
}

/** What numbers a layer takes: whole ones stay so, all others are float32 here. */
function dtype(loading: Loading, value: JsonValue, where: string): 'float32' | 'int32' {
  const policy = isObject(value) ? unwrapped((isObject(value['config'] ?? null) ? value['config'] as JsonObject : {})['name'] ?? null) : value;
  if (typeof policy !== 'string') return 'float32';
  if (/^u?int\d+$/.test(policy) || policy === 'bool') return 'int32';
  if (policy === 'string') throw fault(loading, `${where}: takes strings, which is not supported: expected numbers`);
  return 'float32';
}

/** A shape with the batch's size first. */
export function batchShape(loading: Pick<Loading, 'file'>, value: JsonValue, where: string): (number | null)[] {
  const shape = unwrapped(value);
  const fits = (n: JsonValue): n is number | null => n === null || (Number.isInteger(n) && (n as number) >= 1 && (n as number) < 2 ** 31);
  if (!isList(shape) || shape.length === 0 || !shape.every(fits)) throw fault(loading, `${where}: expected a batch's shape such as [null, 50, 25], found ${shown(value)}`);
  return [...shape];
}
