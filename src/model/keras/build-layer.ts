import { serialization } from '@tensorflow/tfjs-core';
import { SeeRnnError } from '../../core/errors.js';
import { suggestion } from '../../core/nearest.js';
import { shown } from '../../core/options.js';
import { printable } from '../../core/printable.js';
import type { JsonObject, JsonValue } from '../../files/json.js';
import { setActivation } from '../../layers/activations.js';
import type { LayerContext } from '../../layers/config.js';
import { ownLayers } from '../../layers/registry.js';
import { isLayer, type Layer } from '../internals.js';
import { buildModel, isModelClass } from './build-model.js';
import { keepClassName } from './class-names.js';
import { camelCase, layerConfig, type LayerConfig } from './config.js';
import { DEEPEST, fault, isList, isObject, layerText, textAt, type Loading } from './context.js';
import { currentClass, currentConfig } from './former-names.js';
import { oneForAll } from './shared.js';
import { checkSupported } from './unsupported.js';

/** A layer or a nested model as a file describes it, with its name. */
export interface LayerEntry {
  readonly name: string;
  readonly className: string;
  /** The class as the file has it: another name may be today's. */
  readonly originalClass: string;
  readonly registeredName: string | null;
  readonly config: JsonObject;
  /** As the file has it. */
  readonly source: JsonObject;
}

/** Reads what a file says of one layer. Its names are today's afterwards. */
export function layerEntry(loading: Loading, value: JsonValue, where: string): LayerEntry {
  if (!isObject(value)) throw fault(loading, `${where}: expected a layer with 'class_name' and 'config', found ${shown(value)}`);
  const config = value['config'];
  const className = textAt(loading, value, 'class_name', where).split('>').at(-1)!;
  // Keras 1: a Sequential model is a list.
  const options = isList(config) ? { layers: config } : config;
  if (!isObject(options)) throw fault(loading, `${where}: layer of class ${printable(className)}: expected an object 'config', found ${shown(config ?? null)}`);
  const registered = value['registered_name'];
  const name = [options['name'], value['name']].find((candidate) => typeof candidate === 'string');
  const entry = { className, config: options };
  return {
    name: typeof name === 'string' ? name : className.toLowerCase(),
    className: currentClass(loading, entry), originalClass: className,
    registeredName: typeof registered === 'string' ? registered : null,
    config: currentConfig(loading, entry),
    source: value,
  };
}

/** Builds a layer of the file: the caller's own, ours, a nested model, or one of TF.js's. Its weights are made when it is first called. */
export function buildLayer(loading: Loading, entry: LayerEntry, depth = 0): Layer {
  return oneForAll(loading, entry, () => {
    const layer = layerOf(loading, entry, depth);
    keepClassName(layer, entry.originalClass);
    loading.names.built(layer, entry.name);
    return layer;
  });
}

function layerOf(loading: Loading, entry: LayerEntry, depth: number): Layer {
  const { name, className, config } = entry;
  const where = layerText(name, className);
  if (depth > DEEPEST) throw fault(loading, `${where}: layers are held in layers more than ${DEEPEST} deep`);
  if (className === 'Lambda') {
    throw fault(loading, `${where}: holds Python code, which is never run here; put a layer of a named class in its place and save the model again`);
  }
  const custom = customLayer(loading, entry);
  if (custom) return custom;
  if (isModelClass(entry)) return buildModel(loading, entry, depth) as unknown as Layer;
  try {
    const own = ownLayers.get(className);
    const options = { ...layerConfig(loading, className, config, name), ...heldLayers(loading, entry, depth) };
    const context: LayerContext = { kerasMajor: loading.kerasMajor, kerasVersion: loading.kerasVersion };
    if (own) return own(options, context);
    const registered = registeredLayer(className);
    if (!registered) throw unknownLayer(loading, entry);
    checkSupported(loading, where, className, config);
    if ('recurrent_activation' in config) return registered({ ...options, ...gateActivations(loading, where, config) });
    const layer = registered(tfjsOptions(options));
    if (config['activation'] != null) setActivation(layer, config['activation'], context);
    return layer;
  } catch (error) {
    throw inLayer(loading, where, error);
  }
}

/** An error of a library, or of a layer's own, as an error of this file's layer. */
export function inLayer(loading: Loading, where: string, error: unknown): SeeRnnError {
  if (error instanceof SeeRnnError && error.message.startsWith(`${loading.file}: `)) return error;
  const message = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim();
  return fault(loading, message.startsWith('layer \'') ? message : `${where}: ${message}`, error);
}

function customLayer(loading: Loading, { name, className, registeredName, config }: LayerEntry): Layer | null {
  const make = loading.customLayers.get(className) ?? loading.customLayers.get(registeredName ?? '');
  if (!make) return null;
  const layer = make({ ...config, name: loading.names.for(name) });
  if (!isLayer(layer)) throw fault(loading, `${layerText(name, className)}: the function of customLayers must give a layer, found ${shown(layer)}`);
  return layer;
}

function unknownLayer(loading: Loading, { name, className }: LayerEntry): SeeRnnError {
  const known = [...ownLayers.keys(), ...registeredNames()];
  const near = suggestion(className, known);
  return fault(loading, `${layerText(name, className)}: the class is not known here${near.startsWith('; did') ? ` (${near.slice(2, -1)}?)` : ''}; `
    + `if it is your own, give it in the option 'customLayers', e.g. { customLayers: { ${printable(className)}: (config) => new MyLayer(config) } }`);
}

/** The layers that a wrapper, an RNN or a stack of cells holds, built. */
function heldLayers(loading: Loading, { name, className, config }: LayerEntry, depth: number): Record<string, Layer | Layer[]> {
  const held: Record<string, Layer | Layer[]> = {};
  const build = (value: JsonValue, key: string): Layer => {
    const entry = layerEntry(loading, value, `${layerText(name, className)}: ${key}`);
    // A wrapped layer can do without a name of its own.
    return buildLayer(loading, { ...entry, name: 'name' in entry.config ? entry.name : `${name}_${key}` }, depth + 1);
  };
  for (const key of ['layer', 'backward_layer', 'cell'] as const) {
    const value = config[key];
    if (isList(value)) held[key] = value.map((entry, i) => build(entry, `${key}_${i}`));
    else if (isObject(value)) held[camelCase(key)] = build(value, key);
  }
  const { cells } = config;
  if (isList(cells)) held['cells'] = cells.map((entry, i) => build(entry, `cell_${i}`));
  return held;
}

type LayerClass = (new (options: never) => Layer) & { readonly className: string };

/** A layer class of TF.js, or one that the caller registered with it (`tf.serialization.registerClass`). */
function registeredLayer(className: string): ((options: LayerConfig) => Layer) | null {
  const classes = serialization.SerializationMap.getMap().classNameMap as Record<string, unknown[]>;
  if (!Object.hasOwn(classes, className)) return null;
  const [cls, fromConfig] = classes[className] as [LayerClass, (cls: LayerClass, options: LayerConfig) => unknown];
  if (typeof (cls.prototype as Partial<Layer>).computeOutputShape !== 'function') return null;
  return (options) => fromConfig(cls, options) as Layer;
}

const registeredNames = (): string[] => Object.keys(serialization.SerializationMap.getMap().classNameMap).filter((name) => registeredLayer(name) !== null);

/** The activations of a recurrent layer that is TF.js's (ConvLSTM2D), by TF.js's names. */
function gateActivations(loading: Loading, where: string, config: JsonObject): Record<string, string> {
  const names: Readonly<Record<string, string>> = { tanh: 'tanh', sigmoid: 'sigmoid', relu: 'relu', linear: 'linear', ...loading.kerasMajor < 3 ? { hard_sigmoid: 'hardSigmoid' } : {} };
  return Object.fromEntries(['activation', 'recurrent_activation'].map((key) => {
    const name = config[key];
    if (typeof name !== 'string' || !Object.hasOwn(names, name)) throw fault(loading, `${where}: ${key} is ${shown(name)}, which is not supported here: only ${Object.keys(names).join(', ')} are`);
    return [camelCase(key), names[name]!];
  }));
}

/** What TF.js's own constructors want otherwise than Keras writes it. */
function tfjsOptions(options: LayerConfig): LayerConfig {
  const { axis } = options;
  const out: LayerConfig = { ...options, activation: 'linear' };
  // tf.keras writes an axis of BatchNormalization as a list of one.
  if (Array.isArray(axis) && axis.length === 1) out['axis'] = (axis as number[])[0];
  // A length that is no number says nothing: the input's shape does.
  if (!Number.isSafeInteger(out['inputLength'])) delete out['inputLength'];
  return out;
}
