import { SeeRnnError } from '../../core/errors.js';
import { shown } from '../../core/options.js';
import { isObject, type JsonObject, type JsonValue } from '../../files/json.js';

/** How Keras writes what JSON has no word for. */

export const isList = (value: JsonValue | undefined): value is readonly JsonValue[] => Array.isArray(value);

/** tf.keras wrote some numbers as `{ type: 'ndarray', value: 0.5 }`, and Keras 3 writes tuples as lists that say so, and arrays of numpy likewise. */
export function unwrapped(value: JsonValue): JsonValue {
  if (!isObject(value)) return value;
  const { type, value: held, class_name: className, items, config } = value;
  if (type === 'ndarray' && held !== undefined) return held;
  if (className === '__tuple__' && isList(items)) return items;
  if ((className === '__numpy__' || className === '__tensor__') && isObject(config) && config['value'] !== undefined) return config['value'];
  return value;
}

/** {@link unwrapped}, and whatever it holds as well. */
export function plain(value: JsonValue): JsonValue {
  const own = unwrapped(value);
  if (isList(own)) return own.map(plain);
  return isObject(own) ? plainObject(own) : own;
}

/** Names that are no options and would reach into JavaScript's own. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/** {@link plain} for every option of an object. */
export const plainObject = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !FORBIDDEN.has(key)).map(([key, value]) => [key, plain(value)]));

/** Class name and options of what a configuration names: as a string, or an object of either generation. */
export function named(value: unknown): { readonly className: string; readonly config: JsonObject } | null {
  if (typeof value === 'string') return { className: value, config: {} };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { class_name: className, config } = value as JsonObject;
  // Keras 3: a function by its name.
  if (className === 'function' && typeof config === 'string') return { className: config, config: {} };
  return typeof className === 'string' ? { className: className.split('>').at(-1)!, config: isObject(config) ? config : {} } : null;
}

/** A number where there is one. */
export function numberOr(value: JsonValue | undefined, initial: number): number {
  const found = value === undefined ? undefined : unwrapped(value);
  return typeof found === 'number' ? found : initial;
}

/**
 * A shape with the batch's size first.
 *
 * @throws SeeRnnError where it is none
 */
export function batchShape(value: JsonValue): (number | null)[] {
  const shape = unwrapped(value);
  const fits = (n: JsonValue): n is number | null => n === null || (Number.isInteger(n) && (n as number) >= 1 && (n as number) < 2 ** 31);
  if (!isList(shape) || shape.length === 0 || !shape.every(fits)) throw new SeeRnnError(`expected a batch's shape such as [null, 50, 25], found ${shown(value)}`);
  return [...shape];
}
