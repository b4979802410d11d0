import { isObject, type JsonObject, type JsonValue } from '../../files/json.js';
import { isList } from './values.js';

/**
 * A model as a person writes it, in full: of a Sequential model its layers alone will do, and these need no name, and no configuration where all of it
 * is as usual. Names are those that Keras would make: `lstm`, `lstm_1`.
 */
export function inFull(model: JsonObject): JsonObject {
  const { class_name: className, config, ...more } = model;
  if (className === undefined && config === undefined && isList(model['layers'])) return inFull({ class_name: 'Sequential', config: { name: 'sequential', ...model } });
  return className === 'Sequential' ? { class_name: className, ...more, config: chainInFull(config ?? null) } : model;
}

/** The configuration of a Sequential model; Keras 1's is the list of layers alone. */
function chainInFull(config: JsonValue): JsonValue {
  const layers = isObject(config) ? config['layers'] : config;
  if (!isList(layers)) return config;
  const named = withNames(layers.map(layerInFull));
  return isObject(config) ? { ...config, layers: named } : named;
}

/**
 * A layer by itself. That it is a layer has to be said, since Keras 3 has operations of the same names; here it is never one of those: a Sequential model
 * has none.
 */
function layerInFull(layer: JsonValue): JsonValue {
  if (!isObject(layer)) return layer;
  const { class_name: className } = layer;
  if (className === 'Sequential') return inFull(layer);
  const config = layer['config'] ?? {};
  if (!isObject(config)) return layer;
  const held = Object.fromEntries(HOLDING.flatMap((key): [string, JsonValue][] => {
    const value = config[key];
    return value === undefined ? [] : [[key, isList(value) ? value.map(layerInFull) : layerInFull(value)]];
  }));
  return { module: 'keras.layers', ...layer, config: { ...config, ...held } };
}

/** Options that hold layers. */
const HOLDING = ['layer', 'backward_layer', 'cell', 'cells'];

function withNames(layers: readonly JsonValue[]): JsonValue[] {
  const taken = new Set(layers.map((layer) => nameIn(layer)));
  return layers.map((layer) => {
    if (!isObject(layer) || typeof layer['class_name'] !== 'string' || nameIn(layer) !== undefined || !isObject(layer['config'])) return layer;
    const usual = inSnakeCase(layer['class_name']);
    let name = usual;
    for (let n = 1; taken.has(name); n++) name = `${usual}_${n}`;
    taken.add(name);
    return { ...layer, config: { name, ...layer['config'] } };
  });
}

const nameIn = (layer: JsonValue): JsonValue | undefined => (isObject(layer) && isObject(layer['config']) ? layer['config']['name'] : undefined);

/** As Keras makes a class's name a layer's: `SimpleRNN` is `simple_rnn`, `Conv1D` is `conv1d`. */
const inSnakeCase = (name: string): string => name.replace(/\W+/g, '').replace(/(.)([A-Z][a-z]+)/g, '$1_$2').replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
