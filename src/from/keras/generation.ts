import { isObject, type JsonObject, type JsonValue } from '../../files/json.js';
import type { Dialect } from './dialect.js';
import { isList } from './values.js';

/**
 * Which Keras a model of a file is to behave as: by the version that the file gives, else by how it is written.
 *
 * TF.js writes Keras 2's configurations, under a version of its own (`tfjs-layers 4.22.0`): what it saved is to compute as it does there. What its
 * converter made of a Keras model keeps Keras's version.
 */
export function dialectOf(kerasVersion: string | null, backend: string | null, config: JsonObject): Dialect {
  const tfjs = /^tfjs/i.test(kerasVersion ?? '') || backend === 'tensor_flow.js';
  return { kerasMajor: tfjs ? 2 : generationOf(kerasVersion, config), kerasVersion, tfjs };
}

function generationOf(kerasVersion: string | null, config: JsonObject): 1 | 2 | 3 {
  const major = /^(\d+)\./.exec(kerasVersion ?? '')?.[1];
  if (major !== undefined) return major === '1' ? 1 : major === '2' ? 2 : 3;
  if (kerasVersion === null && some(config, (object) => 'output_dim' in object && 'init' in object || 'inner_activation' in object)) return 1;
  return some(config, (object) => 'registered_name' in object || 'batch_shape' in object) ? 3 : 2;
}

/** Whether any object inside a value is as asked for. */
function some(value: JsonValue, test: (object: JsonObject) => boolean): boolean {
  if (isList(value)) return value.some((entry) => some(entry, test));
  return isObject(value) && (test(value) || Object.values(value).some((entry) => some(entry, test)));
}
