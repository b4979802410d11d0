import { suggestion } from '../../core/nearest.js';
import { shown } from '../../core/options.js';
import { nameText } from '../../core/printable.js';
import { isObject, type JsonValue } from '../../files/json.js';
import { adopter, isTfjsLayer } from './adopting.js';
import { buildModel } from './build-model.js';
import { isModelClass, isOperation, layerEntry, optionsOf, type LayerEntry } from './layer-entry.js';
import { KerasLayer, type KerasOptions } from './layers/keras-layer.js';
import { LAYERS } from './layers/registry.js';
import { DEEPEST, fault, inLayer, layerText, type Loading } from './loading.js';
import { operationLayer } from './operations/operation-layer.js';
import { isGraphLayer, OwnLayer } from './own-layer.js';
import { oneForAll } from './shared.js';
import { refuseUnsupported } from './unsupported.js';
import { isList } from './values.js';

/** Builds a layer of the file: the caller's own, an operation, a nested model, or one of Keras's. Its weights are made when it is first called. */
export const buildLayer = (loading: Loading, entry: LayerEntry, depth = 0): KerasLayer => oneForAll(loading, entry, () => layerOf(loading, entry, depth));

function layerOf(loading: Loading, entry: LayerEntry, depth: number): KerasLayer {
  const { name, className, originalClass, module } = entry;
  const where = layerText(name, className);
  if (depth > DEEPEST) throw fault(loading, `${where}: layers are held in layers more than ${DEEPEST} deep`);
  if (className === 'Lambda') {
    throw fault(loading, `${where}: holds Python code, which is never run here; put a layer of a named class in its place and save the model again`);
  }
  const custom = customLayer(loading, entry);
  if (custom) return custom;
  if (isModelClass(entry)) return buildModel(loading, entry, depth);
  try {
    if (isOperation(entry, loading)) return operationLayer({ name, className, module, config: entry.config, dialect: loading.dialect });
    const make = LAYERS.get(className);
    if (!make) throw unknownLayer(loading, entry);
    refuseUnsupported(entry.config);
    return make({ name, className: originalClass, config: optionsOf(entry), dialect: loading.dialect, held: heldLayers(loading, entry, depth) });
  } catch (error) {
    throw inLayer(loading, where, error);
  }
}

function customLayer(loading: Loading, entry: LayerEntry): KerasLayer | null {
  const { name, className, registeredName, config } = entry;
  const make = loading.customLayers.get(className) ?? loading.customLayers.get(registeredName ?? '');
  if (!make) return null;
  if (/^class\b/.test(Function.prototype.toString.call(make))) {
    throw fault(loading, `${layerText(name, className)}: customLayers has a class for it, expected a function that makes a layer: (config, options) => new ${make.name || 'YourLayer'}(options)`);
  }
  const options: KerasOptions = { name, className, config: optionsOf(entry), dialect: loading.dialect, held: {} };
  const made: unknown = make({ ...config, name }, options);
  if (made instanceof KerasLayer) return made;
  if (isGraphLayer(made)) return new OwnLayer(options, made);
  if (isTfjsLayer(made)) {
    const adopt = adopter();
    if (!adopt) throw fault(loading, `${layerText(name, className)}: a layer of TF.js's is read by see-rnn's own entry: import it by 'see-rnn'`);
    const { layer, ready } = adopt(made, options);
    loading.awaits(ready);
    return layer;
  }
  throw fault(loading, `${layerText(name, className)}: the function of customLayers must give a layer, found ${shown(made)}`);
}

function unknownLayer(loading: Loading, { name, className }: LayerEntry): Error {
  const near = suggestion(className, [...LAYERS.keys()]);
  return fault(loading, `${layerText(name, className)}: the class is not known here${near.startsWith('; did') ? ` (${near.slice(2, -1)}?)` : ''}; `
    + `if it is your own, give it in the option 'customLayers', e.g. { customLayers: { ${nameText(className)}: (config) => new MyLayer(config) } }`);
}

/** The layers that a wrapper, an RNN or a stack of cells holds, built. */
function heldLayers(loading: Loading, { name, className, config }: LayerEntry, depth: number): Record<string, KerasLayer | KerasLayer[]> {
  const held: Record<string, KerasLayer | KerasLayer[]> = {};
  const build = (value: JsonValue, key: string): KerasLayer => {
    const entry = layerEntry(loading, value, `${layerText(name, className)}: ${key}`);
    // A wrapped layer can do without a name of its own.
    return buildLayer(loading, { ...entry, name: 'name' in entry.config ? entry.name : `${name}_${key}` }, depth + 1);
  };
  for (const key of ['layer', 'backward_layer', 'cell', 'cells'] as const) {
    const value = config[key];
    if (isList(value)) held[key] = value.map((one, i) => build(one, `${key.replace(/s$/, '')}_${i}`));
    else if (isObject(value)) held[key] = build(value, key);
  }
  return held;
}
