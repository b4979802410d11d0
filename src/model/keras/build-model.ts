import * as tfl from '@tensorflow/tfjs-layers';
import { printable } from '../../core/printable.js';
import type { JsonObject, JsonValue } from '../../files/json.js';
import { inside, type Layer } from '../internals.js';
import { buildLayer, inLayer, layerEntry, type LayerEntry } from './build-layer.js';
import { batchShape, layerConfig, unwrapped } from './config.js';
import { DEEPEST, fault, isList, isObject, layerText, listAt, type Loading } from './context.js';
import { buildFunctional } from './functional.js';
import { oneForAll } from './shared.js';
import { keepFrozen, keepLayerOrder } from './weight-slots.js';

/** Whether an entry is a model: a Sequential or functional one, or of a class derived from these that holds its layers as they do. */
export const isModelClass = ({ className, config }: LayerEntry): boolean =>
  className === 'Sequential' || className === 'Functional' || (isList(config['layers']) && 'input_layers' in config);

/** Builds a model of the file: its layers and how they are connected, with weights of zeros. */
export function buildModel(loading: Loading, entry: LayerEntry, depth = 0, given: Shape | null = null): tfl.LayersModel {
  if (depth > DEEPEST) throw fault(loading, `model '${printable(entry.name)}': models are nested more than ${DEEPEST} deep`);
  const { layers, model } = entry.className === 'Sequential' ? sequential(loading, entry, depth, given) : buildFunctional(loading, entry, depth);
  keepLayerOrder(model, layers);
  loading.names.built(model, entry.name);
  if (entry.config['trainable'] === false) keepFrozen(model);
  return model;
}

export type Shape = readonly (number | null)[];

/** The layers that a model's configuration lists. */
export function layerEntries(loading: Loading, config: JsonObject, where: string): LayerEntry[] {
  const layers = listAt(loading, config, 'layers', where);
  loading.countLayers(layers.length);
  return layers.map((layer, i) => layerEntry(loading, layer, `${where}: layers[${i}]`));
}

function sequential(loading: Loading, { name, config, source }: LayerEntry, depth: number, given: Shape | null): { model: tfl.LayersModel; layers: Layer[] } {
  const where = `model '${printable(name)}'`;
  const entries = layerEntries(loading, config, where);
  const input = entries[0]?.className === 'InputLayer' ? entries.shift()! : null;
  const first = entries[0];
  if (!first) throw fault(loading, `${where}: has no layers`);
  const names = entries.map((entry) => entry.name);
  const twice = names.find((one, i) => names.indexOf(one) !== i);
  if (twice !== undefined) throw fault(loading, `${where}: two layers are called '${printable(twice)}'`);
  const model = tfl.sequential({ name: loading.names.for(name) });
  const layers = entries.map((entry, i) => {
    const shape = i === 0 ? inputShape(loading, { input, first, config, source, given }, where) : null;
    const layer = isModelClass(entry) ? oneForAll(loading, entry, () => buildModel(loading, entry, depth + 1, shape) as unknown as Layer)
      : buildLayer(loading, shape ? { ...entry, config: { ...entry.config, batch_input_shape: shape } } : entry, depth + 1);
    const stop = loading.budget.watch(layer);
    try {
      // The model would make an input of the layer's own number type, which is not that of what it reads: an Embedding reads whole numbers.
      if (shape && !isModelClass(entry)) {
        const tensor = inputTensor(loading, shape, input, entry);
        // TF.js takes no layer that is used elsewhere already for a Sequential model's first: its input is that.
        if (inside(layer).inboundNodes.length > 0) model.add(tensor.sourceLayer);
        else layer.apply(tensor);
      }
      model.add(layer);
    } catch (error) {
      throw inLayer(loading, layerText(entry.name, entry.className), error);
    } finally {
      stop();
    }
    return layer;
  });
  return { model, layers };
}

/** The input of a Sequential model, under the name that it has in the file, or that Keras would give it. */
function inputTensor(loading: Loading, shape: Shape, input: LayerEntry | null, first: LayerEntry): tfl.SymbolicTensor {
  const dtype = input ? layerConfig(loading, input.className, input.config, input.name)['dtype'] : undefined;
  const name = loading.names.for(input?.name ?? `${first.name}_input`);
  return tfl.input({ batchShape: [...shape], name, dtype: dtype === 'int32' ? 'int32' : 'float32' });
}

interface Inputs { readonly input: LayerEntry | null; readonly first: LayerEntry; readonly config: JsonObject; readonly source: JsonObject; readonly given: Shape | null }

/** The shape of a Sequential model's input: wherever the Keras that wrote it put it. */
function inputShape(loading: Loading, { input, first, config, source, given }: Inputs, where: string): Shape {
  const built = (of: JsonObject): JsonValue => {
    const build = of['build_config'];
    return isObject(build) ? build['input_shape'] ?? null : null;
  };
  const places = [
    input?.config['batch_shape'], input?.config['batch_input_shape'], first.config['batch_input_shape'], first.config['batch_shape'],
    config['build_input_shape'], built(source), built(first.source), first.className === 'Bidirectional' ? wrapped(first.config)['batch_input_shape'] : undefined,
  ];
  const found = places.find((place) => place !== undefined && place !== null && isShape(place));
  if (found !== undefined) return batchShape(loading, found, where);
  if (given) return given;
  const inner = isModelClass(first) ? endShape(first) : null;
  if (inner) return batchShape(loading, inner, where);
  // Keras 1: the first layer may give only the size of its input.
  const features = first.config['input_dim'];
  if (Number.isInteger(features) && loading.kerasMajor === 1) return [null, ...(isRecurrent(first) ? [null] : []), features as number];
  throw fault(loading, `${where}: the shape of its input is not in the file: the model was saved before it was built; call it once, or give it an Input, and save it again`);
}

/** The configuration of the layer that a wrapper holds. */
function wrapped({ layer }: JsonObject): JsonObject {
  const config = isObject(layer) ? layer['config'] : undefined;
  return isObject(config) ? config : {};
}

const isShape = (value: JsonValue): boolean => isList(unwrapped(value));
const isRecurrent = ({ className }: LayerEntry): boolean => /RNN|LSTM|GRU|Bidirectional|TimeDistributed/.test(className);

/** The shape of a nested model's own input, where it tells it. */
function endShape({ config }: LayerEntry): JsonValue | null {
  const first = isList(config['layers']) ? config['layers'][0] : undefined;
  const inner = isObject(first ?? null) ? (first as JsonObject)['config'] : undefined;
  return isObject(inner ?? null) ? (inner as JsonObject)['batch_input_shape'] ?? (inner as JsonObject)['batch_shape'] ?? null : null;
}
