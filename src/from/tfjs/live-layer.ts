import { SeeRnnError } from '../../core/errors.js';
import type { Layer } from '../../graph/layer.js';
import type { StoredWeight } from '../../graph/weight.js';
import type { Dialect } from '../keras/dialect.js';
import type { KerasLayer } from '../keras/layers/keras-layer.js';
import { LAYERS } from '../keras/layers/registry.js';
import { ForeignLayer } from './foreign/foreign-layer.js';
import { ownFactors } from './foreign/own-factors.js';
import { asTfModel, inside, isOfClass, lastName, ownVariables, type CellInternals, type LayerVariable, type TfLayer } from './internals.js';
import { configOf } from './live-config.js';
import { penalise, type LiveWeight } from './penalties.js';

/** TF.js Layers is a Keras 2, with definitions of its own in places. */
export const TFJS: Dialect = { kerasMajor: 2, kerasVersion: null, tfjs: true };

/**
 * The layers of TF.js that are Keras's. What TF.js has beside them computes in ways of its own, and a caller's own layer may have the name of one
 * of Keras's that TF.js doesn't have: TF.js computes those itself.
 */
export const SHARED: ReadonlySet<string> = new Set([
  'Activation', 'ReLU', 'LeakyReLU', 'ELU', 'ThresholdedReLU', 'PReLU', 'Softmax', 'Dense', 'Embedding', 'Masking', 'InputLayer',
  'Dropout', 'SpatialDropout1D', 'GaussianNoise', 'GaussianDropout', 'AlphaDropout', 'Flatten', 'Reshape', 'Permute', 'RepeatVector', 'Rescaling',
  'LSTM', 'GRU', 'SimpleRNN', 'RNN', 'LSTMCell', 'GRUCell', 'SimpleRNNCell', 'StackedRNNCells', 'ConvLSTM2D', 'Bidirectional', 'TimeDistributed',
  'Add', 'Average', 'Multiply', 'Maximum', 'Minimum', 'Concatenate', 'Dot', 'BatchNormalization', 'LayerNormalization',
  'Conv1D', 'Conv2D', 'Conv3D', 'DepthwiseConv2D', 'SeparableConv2D', 'Conv2DTranspose', 'Conv3DTranspose', 'UpSampling2D', 'ZeroPadding2D', 'Cropping2D',
  'MaxPooling1D', 'MaxPooling2D', 'MaxPooling3D', 'AveragePooling1D', 'AveragePooling2D', 'AveragePooling3D',
  'GlobalMaxPooling1D', 'GlobalMaxPooling2D', 'GlobalAveragePooling1D', 'GlobalAveragePooling2D',
]);

/** The layers of one live model, each read once. */
export class LiveLayers {
  private readonly read = new Map<TfLayer, KerasLayer>();
  /** The variables of all layers whose weights were made, by the weight that stands for them. */
  readonly variables = new Map<StoredWeight, LayerVariable>();
  /** The live layer that a layer stands for, of all that were built: the directions of a Bidirectional layer are none of those that were read, but copies. */
  readonly bound = new Map<KerasLayer, TfLayer>();

  /** @param model makes a layer of a nested model */
  constructor(private readonly model: (layer: TfLayer) => KerasLayer) {}

  of(layer: TfLayer): KerasLayer {
    const known = this.read.get(layer);
    if (known) return known;
    const made = this.make(layer);
    this.read.set(layer, made);
    return made;
  }

  /** Says which layer stands for a live model's input. */
  adoptInput(layer: TfLayer, made: KerasLayer): void { this.read.set(layer, made); }

  /** The layer that stands for a live one; null where none does. */
  known(layer: TfLayer): KerasLayer | null { return this.read.get(layer) ?? null; }

  /** The live layer that one of the layers that were read, or a part of one, stands for. */
  original(made: Layer): TfLayer { return this.bound.get(made as KerasLayer) ?? [...this.read].find(([, one]) => one === made)![0]; }

  /** Ties the weights of a layer that was built, and of its parts, to the live layer's variables. */
  bind(made: KerasLayer, layer: TfLayer, frozen = false): void {
    if (asTfModel(layer)) return;
    this.bound.set(made, layer);
    const isFrozen = frozen || !inside(layer).trainable;
    if (made instanceof ForeignLayer) {
      for (const weight of made.weights) weight.frozen = isFrozen;
      return;
    }
    // Those of an LSTM are its cell's.
    const holder = made.weights.length > 0 ? inside(layer).cell ?? layer : layer;
    const { trained, others } = ownVariables(holder);
    const left = [...trained, ...others];
    const weights = made.weights.map((weight): LiveWeight => {
      const at = left.findIndex((variable) => lastName(variable).replace(/_\d+$/, '') === weight.name.replace(/_\d+$/, '') && variable.shape.join() === weight.shape.join());
      if (at < 0) throw new Error(`layer '${layer.name}' has no variable for its weight '${weight.name}' of shape ${weight.shape.join()}`);
      weight.frozen = isFrozen;
      return { weight, variable: left.splice(at, 1)[0]! };
    });
    for (const { weight, variable } of weights) this.variables.set(weight, variable);
    penalise(holder, weights);
    for (const [part, live] of partsOf(made, layer)) this.bind(part, live, isFrozen);
  }

  private make(layer: TfLayer): KerasLayer {
    if (asTfModel(layer)) return this.model(layer);
    const className = layer.getClassName();
    const make = SHARED.has(className) && isOfClass(layer, className) && !isPeculiar(layer) ? LAYERS.get(className) : undefined;
    if (!make) return this.adopt(layer);
    const { layer: wrapped, forwardLayer, backwardLayer, cell, cells } = inside(layer);
    const held = forwardLayer ? { layer: this.of(forwardLayer), backward_layer: this.of(backwardLayer!) }
      : wrapped ? { layer: this.of(wrapped) }
      : className === 'RNN' && cell ? { cell: this.of(cell) }
      : cells ? { cells: cells.map((one) => this.of(one)) } : {};
    // What TF.js computes can't run inside what our cells compute.
    if (Object.values(held).flat().some((part) => part instanceof ForeignLayer) && className !== 'TimeDistributed') return this.adopt(layer);
    try {
      const made = make({ name: layer.name, className, config: { ...configOf(layer), ...extras(layer) }, dialect: TFJS, held });
      made.endsMasks = !inside(layer).supportsMasking;
      return made;
    } catch (error) {
      // It says something that is not known here: it has an activation of the caller's own.
      if (error instanceof SeeRnnError) return this.adopt(layer);
      throw error;
    }
  }

  private adopt(layer: TfLayer): ForeignLayer {
    return new ForeignLayer({ name: layer.name, className: layer.getClassName(), config: { name: layer.name }, dialect: TFJS, held: {} }, layer, this.variables);
  }
}

/** Whether TF.js computes something that nobody means: it normalises by other numbers than those of the axis where that is not the last. */
function isPeculiar(layer: TfLayer): boolean {
  const { axis } = inside(layer) as { readonly axis?: unknown };
  const rank = inside(layer).inboundNodes[0]?.inputTensors[0]?.shape.length;
  return layer.getClassName() === 'BatchNormalization' && axis !== -1 && rank !== undefined && axis !== rank - 1;
}

/** Options that a live layer doesn't write down: TF.js keeps the states of stacked cells from the top one down, and cells may bring a dropout of their own. */
function extras(layer: TfLayer): Readonly<Record<string, unknown>> {
  const { dropoutFunc } = (inside(layer).cell ?? inside(layer)) as Partial<CellInternals>;
  return {
    ...(layer.getClassName() === 'StackedRNNCells' && { reverse_state_order: true }),
    ...(dropoutFunc && { dropout_factors: ownFactors(dropoutFunc) }),
  };
}

/** The parts of a layer, each with the live layer that it stands for. */
function partsOf(made: KerasLayer, layer: TfLayer): [KerasLayer, TfLayer][] {
  const { layer: wrapped, forwardLayer, backwardLayer, cell, cells } = inside(layer);
  const live = forwardLayer ? [forwardLayer, backwardLayer!] : wrapped ? [wrapped] : cell ? [cell] : cells ?? [];
  return made.parts.flatMap(({ layer: part }, i): [KerasLayer, TfLayer][] => (live[i] ? [[part as KerasLayer, live[i]]] : []));
}
