import { groupAt, hdf5File, putNumbers, putText, putTexts, type Group, type Layout, type Numbers, type TextKind } from './hdf5.js';

/** A weight as a dialect names it: `lstm_1/kernel:0`, or without a slash in Keras 1: `lstm_1_W_i`. */
export interface NamedWeight extends Numbers {
  readonly name: string;
}

/** A layer's weights; of a nested model, all of them under its name. */
export interface NamedLayer {
  readonly name: string;
  readonly weights: readonly NamedWeight[];
}

export interface LegacyOptions {
  readonly kerasVersion?: string;
  readonly backend?: string;
  /** The compile section, as an object or as the text itself. */
  readonly training?: object | string;
  /** How text is stored. Default: as that version of Keras does. */
  readonly text?: TextKind;
  /** Cut lists of names into attributes of so many, `layer_names0` and so on, as Keras does beyond 64 KiB. */
  readonly namesPerAttribute?: number;
  readonly layout?: Layout;
  /** Anything more. */
  readonly also?: (root: Group) => void;
}

const textOf = ({ text, kerasVersion = '2.2.4' }: LegacyOptions): TextKind => text ?? (/^[12]\.\d+\.\d+$/.test(kerasVersion) ? 'fixed' : 'variable');

/**
 * A whole model as Keras 1, 2, tf.keras and Keras 3 write it as HDF5.
 *
 * @param config `{ class_name, config }`, or the text of the attribute
 */
export function kerasHdf5(config: object | string, layers: readonly NamedLayer[], options: LegacyOptions = {}): Promise<Uint8Array> {
  const { kerasVersion = '2.2.4', backend = 'tensorflow', training } = options;
  return hdf5File((root) => {
    putText(root, 'keras_version', kerasVersion, textOf(options));
    putText(root, 'backend', backend, textOf(options));
    putText(root, 'model_config', typeof config === 'string' ? config : JSON.stringify(config), 'variable'); // may pass 64 KiB
    if (training !== undefined) putText(root, 'training_config', typeof training === 'string' ? training : JSON.stringify(training), 'variable');
    putLayers(root.create_group('model_weights'), layers, options);
    options.also?.(root);
  }, options.layout);
}

/** Weights alone, as `save_weights` of Keras 1, 2 and tf.keras writes them. */
export function legacyWeights(layers: readonly NamedLayer[], options: LegacyOptions = {}): Promise<Uint8Array> {
  return hdf5File((root) => {
    putLayers(root, layers, options);
    options.also?.(root);
  }, options.layout);
}

function putLayers(group: Group, layers: readonly NamedLayer[], options: LegacyOptions): void {
  const { kerasVersion = '2.2.4', backend = 'tensorflow' } = options;
  putText(group, 'keras_version', kerasVersion, textOf(options));
  putText(group, 'backend', backend, textOf(options));
  putNames(group, 'layer_names', layers.map(({ name }) => name), options);
  for (const layer of layers) {
    const held = groupAt(group, layer.name);
    putNames(held, 'weight_names', layer.weights.map(({ name }) => name), options);
    for (const weight of layer.weights) putNumbers(held, weight.name, weight);
  }
}

function putNames(group: Group, attribute: string, names: readonly string[], options: LegacyOptions): void {
  const { namesPerAttribute: count } = options;
  if (count === undefined || names.length <= count) putTexts(group, attribute, names, textOf(options));
  else for (let i = 0; i * count < names.length; i++) putTexts(group, `${attribute}${i}`, names.slice(i * count, (i + 1) * count), textOf(options));
}
