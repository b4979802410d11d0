import { shown } from '../../core/options.js';
import { nameText } from '../../core/printable.js';
import { isObject, type JsonObject, type JsonValue } from '../../files/json.js';
import { currentClass, currentConfig } from './former-names.js';
import { LAYERS } from './layers/registry.js';
import { fault, listAt, textAt, type Loading } from './loading.js';
import { KERAS_OPERATIONS } from './operations/keras3/table.js';
import { isList, plainObject } from './values.js';

/** A layer, an operation or a nested model as a file describes it, with its name. */
export interface LayerEntry {
  readonly name: string;
  /** Its class by the name that Keras has for it today. */
  readonly className: string;
  /** The class as the file has it: another name may be today's. */
  readonly originalClass: string;
  /** Where its class is, as Keras 3 says: `keras.layers`, `keras.src.ops.numpy`. */
  readonly module: string | null;
  readonly registeredName: string | null;
  /** Its options, by the names of today. */
  readonly config: JsonObject;
  /** As the file has it. */
  readonly source: JsonObject;
}

/** The longest name that a layer or a class may have: it stands in every message and on every figure. */
const LONGEST_NAME = 1000;

/** Reads what a file says of one layer. Its names are today's afterwards. */
export function layerEntry(loading: Loading, value: JsonValue, where: string): LayerEntry {
  if (!isObject(value)) throw fault(loading, `${where}: expected a layer with 'class_name' and 'config', found ${shown(value)}`);
  const config = value['config'];
  const className = textAt(loading, value, 'class_name', where).split('>').at(-1)!;
  // Keras 1: a Sequential model is a list.
  const options = isList(config) ? { layers: config } : config;
  if (!isObject(options)) throw fault(loading, `${where}: layer of class ${nameText(className)}: expected an object 'config', found ${shown(config ?? null)}`);
  const { registered_name: registered, module } = value;
  // An op of TensorFlow's graph has the layer's name without its first part in its options.
  const name = (className === 'TensorFlowOpLayer' ? [value['name'], options['name']] : [options['name'], value['name']]).find((candidate) => typeof candidate === 'string');
  const long = [name, className].find((one) => typeof one === 'string' && one.length > LONGEST_NAME);
  if (typeof long === 'string') throw fault(loading, `${where}: the name ${nameText(long)} is longer than the ${LONGEST_NAME} characters allowed`);
  const entry = { className, config: options };
  return {
    name: typeof name === 'string' ? name : className.toLowerCase(),
    className: currentClass(loading, entry), originalClass: className,
    module: typeof module === 'string' ? module : null,
    registeredName: typeof registered === 'string' ? registered : null,
    config: currentConfig(loading, entry),
    source: value,
  };
}

/** The layers that a model's configuration lists. */
export function layerEntries(loading: Loading, config: JsonObject, where: string): LayerEntry[] {
  const layers = listAt(loading, config, 'layers', where);
  loading.countLayers(layers.length);
  return layers.map((layer, i) => layerEntry(loading, layer, `${where}: layers[${i}]`));
}

/** Whether an entry is a model: a Sequential or functional one, or of a class derived from these that holds its layers as they do. */
export const isModelClass = (entry: LayerEntry): boolean =>
  entry.className === 'Functional' || (isList(entry.config['layers']) && 'input_layers' in entry.config) || isSequential(entry);

/** Whether an entry is a model whose layers follow one another. */
export const isSequential = ({ className, config }: LayerEntry): boolean => className === 'Sequential' || (!LAYERS.has(className) && !('input_layers' in config) && isChain(config['layers']));

/** Layers that nothing connects but their order. */
const isChain = (layers: JsonValue | undefined): boolean =>
  isList(layers) && layers.length > 0 && layers.every((layer) => isObject(layer) && typeof layer['class_name'] === 'string' && isObject(layer['config']) && !('inbound_nodes' in layer));

/**
 * Whether an entry is an operation rather than a layer: one of `keras.ops` or an operator, or what tf.keras made of TensorFlow's. Some of
 * Keras 3's have the names of layers, and its HDF5 files don't say which it is: a layer's options tell whether it is trained.
 */
export const isOperation = ({ className, module, config }: LayerEntry, { dialect: { kerasMajor } }: Loading): boolean =>
  OF_TENSORFLOW.has(className) || (kerasMajor === 3 && (module !== null ? /\b(?:ops|activations)\b/.test(module)
    : !('trainable' in config) && !('layers' in config) && (!LAYERS.has(className) || Object.hasOwn(KERAS_OPERATIONS, className))));

const OF_TENSORFLOW = new Set(['TFOpLambda', 'SlicingOpLambda', 'TensorFlowOpLayer', 'ClassMethod', 'InstanceMethod', 'InstanceProperty']);

/** A layer's options as it reads them: tuples, arrays and the like as the lists and numbers that they are. */
export const optionsOf = ({ config }: LayerEntry): JsonObject => plainObject(config);
