import type { JsonObject, JsonValue } from '../../files/json.js';
import { unwrapped } from './config.js';
import { isList, isObject } from './context.js';

/**
 * What `x[:, -1]` takes, which files keep with the call, as an option of the layer that takes it: Keras 3 as the second argument,
 * tf.keras as `slice_spec`.
 */
export function sliceOptions(options: Readonly<Record<string, JsonValue>>): { readonly config: JsonObject; readonly call: Readonly<Record<string, JsonValue>> } {
  const { 1: second, key, slice_spec: spec, ...call } = options;
  const parts = unwrapped(second ?? key ?? spec ?? []);
  return { config: { key: (isList(parts) ? parts : [parts]).map(sliceOf) }, call };
}

/** One axis's: an index, or a slice in either way of writing it. What is neither, the layer refuses. */
function sliceOf(value: JsonValue): JsonValue {
  if (!isObject(value)) return value;
  return value['class_name'] === '__slice__' && isObject(value['config']) ? value['config'] : value;
}
