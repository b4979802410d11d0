import { shown } from '../../core/options.js';
import type { JsonObject, JsonValue } from '../../files/json.js';
import { fault, isList, type Loading } from './context.js';
import { unwrapped } from './config.js';

/** What Keras's layers can be told that TF.js's of the same name pass over in silence: by class, the options and the one value they may have. */
const ONLY: Readonly<Record<string, Readonly<Record<string, JsonValue>>>> = {
  Conv2D: { groups: 1 }, Conv3D: { groups: 1 }, SeparableConv2D: { groups: 1 },
  GlobalAveragePooling2D: { keepdims: false }, GlobalMaxPooling2D: { keepdims: false },
  Embedding: { lora_rank: null }, Dense: { lora_rank: null },
  MaxPooling1D: { data_format: 'channels_last' }, AveragePooling1D: { data_format: 'channels_last' },
};

/** Sizes that TF.js's layers take for granted. */
const SIZES: Readonly<Record<string, readonly string[]>> = {
  Dense: ['units'], Embedding: ['input_dim', 'output_dim'], RepeatVector: ['n'], Conv2D: ['filters'], Conv3D: ['filters'], Conv2DTranspose: ['filters'], SeparableConv2D: ['filters'], ConvLSTM2D: ['filters'],
};

const SHAPES: Readonly<Record<string, readonly string[]>> = { Reshape: ['target_shape'], Permute: ['dims'] };

/** Refuses options that TF.js's layer would pass over or choke on: what it computed would not be the model. */
export function checkSupported(loading: Loading, where: string, className: string, config: JsonObject): void {
  for (const [key, only] of Object.entries(Object.hasOwn(ONLY, className) ? ONLY[className]! : {})) {
    const value = unwrapped(config[key] ?? null);
    if (value !== null && value !== only) throw fault(loading, `${where}: ${key} is ${shown(value)}, which is not supported here: only ${shown(only)} is`);
  }
  for (const key of Object.hasOwn(SIZES, className) ? SIZES[className]! : []) {
    const value = config[key] ?? null;
    if (!Number.isSafeInteger(value) || (value as number) < 1) throw fault(loading, `${where}: ${key} must be a whole number of at least 1, found ${value === null ? 'nothing' : shown(value)}`);
  }
  for (const key of Object.hasOwn(SHAPES, className) ? SHAPES[className]! : []) {
    const value = unwrapped(config[key] ?? null);
    if (!isList(value) || !value.every((n) => n === null || Number.isSafeInteger(n))) throw fault(loading, `${where}: ${key} must be a list of whole numbers, found ${value === null ? 'nothing' : shown(value)}`);
  }
  if (config['quantization_config'] != null) throw fault(loading, `${where}: is quantised, which is not supported`);
}
