import { nameText } from '../../core/printable.js';
import { isObject, type JsonObject, type JsonValue } from '../../files/json.js';
import { connect, inputNode } from '../../graph/connect.js';
import type { Node } from '../../graph/graph.js';
import type { OpenShape } from '../../graph/shapes.js';
import { buildLayer } from './build-layer.js';
import { isModelClass, layerEntries, optionsOf, type LayerEntry } from './layer-entry.js';
import { InputLayer } from './layers/input-layer.js';
import type { KerasLayer } from './layers/keras-layer.js';
import { fault, inLayer, layerText, type Loading } from './loading.js';
import { ModelLayer, type Connected } from './model-layer.js';
import { isList, unwrapped } from './values.js';

/** Builds a Sequential model: every layer reads what the one before it gives. */
export function buildSequential(loading: Loading, entry: LayerEntry, depth: number): ModelLayer {
  const { name, className, config } = entry;
  const where = `model '${nameText(name)}'`;
  const entries = layerEntries(loading, config, where);
  const input = entries[0]?.className === 'InputLayer' ? entries.shift()! : null;
  const first = entries[0];
  if (!first) throw fault(loading, `${where}: has no layers`);
  const names = entries.map((one) => one.name);
  const twice = names.find((one, i) => names.indexOf(one) !== i);
  if (twice !== undefined) throw fault(loading, `${where}: two layers are called '${nameText(twice)}'`);
  const layers = entries.map((one) => buildLayer(loading, one, depth + 1));
  const shape = inputShape(loading, { input, first, entry });
  const connected = (given: OpenShape | JsonValue): Connected => connectSequential(loading, { name, layers, input: inputLayer(loading, given as JsonValue, input, first) });
  const options = { name, className, config: optionsOf(entry), dialect: loading.dialect, held: {} };
  if (shape !== null) return new ModelLayer(options, layers, connected(shape));
  // Its first layer may be a model that says what it reads.
  const inner = layers[0] instanceof ModelLayer ? layers[0].ends : null;
  if (inner?.inputs.length === 1) return new ModelLayer(options, layers, connected(inner.inputs[0]!.value.shape));
  return new ModelLayer(options, layers, ([given]) => connected(given!));
}

/** The input, under the name that it has in the file, or that Keras would give it. */
function inputLayer(loading: Loading, shape: JsonValue, input: LayerEntry | null, first: LayerEntry): InputLayer {
  const name = input?.name ?? `${first.name}_input`;
  const config = { ...input?.config, batch_shape: shape };
  return new InputLayer({ name, className: 'InputLayer', config, dialect: loading.dialect, held: {} });
}

interface Chain { readonly name: string; readonly layers: readonly KerasLayer[]; readonly input: InputLayer }

function connectSequential(loading: Loading, { name, layers, input }: Chain): Connected {
  const nodes: Node[] = [];
  const add = (where: string, make: () => Node): Node => {
    try {
      const node = make();
      nodes.push(node);
      loading.made(node.layer);
      return node;
    } catch (error) {
      throw inLayer(loading, where, error);
    }
  };
  const start = add(layerText(input.name, input.className), () => inputNode(input, input.form));
  const end = layers.reduce((before, layer) => {
    const where = layerText(layer.name, layer.className);
    const node = add(where, () => connect(layer, { inputs: before.outputs }));
    if (node.outputs.length !== 1) throw fault(loading, `${where}: gives ${node.outputs.length} outputs, and a layer of a Sequential model gives one`);
    return node;
  }, start);
  const [from, to] = [start.outputs[0]!, end.outputs[0]!];
  return {
    graph: { name, nodes, inputs: [from], outputs: [to], layers },
    inputs: [{ value: from, name: input.name, place: 0 }], outputs: [{ value: to, name: end.layer.name, place: 0 }],
  };
}

interface Described { readonly input: LayerEntry | null; readonly first: LayerEntry; readonly entry: LayerEntry }

/** The shape of the input: wherever the Keras that wrote it put it; null where it is in none of these places. */
function inputShape(loading: Loading, { input, first, entry: { config, source } }: Described): JsonValue | null {
  const built = (of: JsonObject): JsonValue => {
    const build = of['build_config'];
    return isObject(build) ? build['input_shape'] ?? null : null;
  };
  const places = [
    input?.config['batch_shape'], input?.config['batch_input_shape'], first.config['batch_input_shape'], first.config['batch_shape'],
    config['build_input_shape'], built(source), ...isModelClass(first) ? [] : [built(first.source)],
    first.className === 'Bidirectional' ? wrapped(first.config)['batch_input_shape'] : undefined,
  ];
  const found = places.find((place) => place !== undefined && place !== null && isList(unwrapped(place)));
  if (found !== undefined) return found;
  // Keras 1: the first layer may give only the size of its input.
  const features = first.config['input_dim'];
  if (Number.isInteger(features) && loading.dialect.kerasMajor === 1) return [null, ...(isRecurrent(first) ? [null] : []), features!];
  return null;
}

/** The configuration of the layer that a wrapper holds. */
function wrapped({ layer }: JsonObject): JsonObject {
  const config = isObject(layer) ? layer['config'] : undefined;
  return isObject(config) ? config : {};
}

const isRecurrent = ({ className }: LayerEntry): boolean => /RNN|LSTM|GRU|Bidirectional|TimeDistributed/.test(className);
