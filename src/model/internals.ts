import type { LayersModel, SymbolicTensor, layers } from '@tensorflow/tfjs-layers';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { SeeRnnError } from '../core/errors.js';

/**
 * The parts of TF.js 4.22's layers that this project reads and its type declarations leave out or call internal. They are the
 * names of Keras's own attributes, unchanged since TF.js 1.0. Nothing outside this file casts a layer.
 */

export type Layer = layers.Layer;

/** One use of a layer in a graph. A layer that is shared has several. */
export interface GraphNode {
  readonly outboundLayer: Layer;
  readonly inputTensors: readonly SymbolicTensor[];
  readonly outputTensors: readonly SymbolicTensor[];
}

/** A weight as TF.js layers hold it. */
export interface LayerVariable {
  readonly name: string;
  readonly originalName: string;
  readonly val: Variable;
  readonly shape: readonly number[];
  read(): Tensor;
  write(value: Tensor): unknown;
}

interface Named { getClassName(): string }

/** Arguments of a layer's call. */
export interface CallArguments {
  training?: boolean;
  mask?: Tensor | null;
  initialState?: readonly Tensor[] | undefined;
}

/** What LSTMCell, GRUCell and SimpleRNNCell have in common. */
export interface CellInternals extends Named {
  readonly units: number;
  readonly activation: Named;
  readonly recurrentActivation?: Named;
  readonly kernel: LayerVariable;
  readonly recurrentKernel: LayerVariable;
  readonly bias: LayerVariable | null;
  readonly dropout: number;
  readonly recurrentDropout: number;
  readonly dropoutFunc?: ((x: Tensor, rate: number) => Tensor) | null;
}

export interface LayerInternals extends Named {
  name: string;
  inboundNodes: GraphNode[];
  supportsMasking: boolean;
  stateful: boolean;
  nonTrainableWeights: LayerVariable[];
  /** This layer's own, not its parts': those that training is to change, also where the layer is frozen, and the others. */
  readonly _trainableWeights?: readonly LayerVariable[];
  readonly _nonTrainableWeights?: readonly LayerVariable[];
  call(inputs: Tensor | Tensor[], kwargs: CallArguments): Tensor | Tensor[];
  computeMask(inputs: Tensor | Tensor[], mask: Tensor | (Tensor | null)[] | null): Tensor | (Tensor | null)[] | null;
  /** The penalties of this layer's own regularised weights. */
  readonly losses: readonly (() => Tensor)[];
  assertNotDisposed(): void;
  trainable: boolean;
  /** Of a model: whether its optimiser goes when it does. */
  isOptimizerOwned?: boolean;
  readonly weights: LayerVariable[];
  readonly trainableWeights: LayerVariable[];
  addWeight(name: string, shape: number[], ...rest: unknown[]): LayerVariable;
  // Recurrent layers and their cells
  dropoutMask?: Tensor | Tensor[] | null;
  recurrentDropoutMask?: Tensor | Tensor[] | null;
  readonly cell?: CellInternals & Layer;
  /** Of stacked cells. */
  readonly cells?: readonly Layer[];
  readonly returnSequences?: boolean;
  readonly returnState?: boolean;
  readonly goBackwards?: boolean;
  states_?: Tensor[] | null;
  /** Every RNN layer has it, and nothing else. */
  keptStates?: Tensor[][];
  resetStates?(states: Tensor[] | null, training?: boolean): void;
  // Wrappers
  readonly layer?: Layer;
  readonly forwardLayer?: Layer;
  readonly backwardLayer?: Layer;
  readonly mergeMode?: 'concat' | 'sum' | 'mul' | 'ave' | null;
}

/** What a layer was given to penalise a weight with, by its option, e.g. `kernelRegularizer`; undefined where nothing was. */
export const regularizerOf = (layer: Layer, option: string): unknown => (layer as unknown as Readonly<Record<string, unknown>>)[option] ?? undefined;

/** A model as a layer: TF.js models are layers, also in its declarations' eyes but for generics. */
export const inside = (layer: Layer | LayersModel): LayerInternals => layer as unknown as LayerInternals;

export const isLayer = (value: unknown): value is Layer =>
  typeof value === 'object' && value !== null && 'inboundNodes' in value && 'call' in value && typeof value.call === 'function';

/** Whether a layer is of just this class of TF.js's. One derived from it may compute something else, also under the inherited name. */
export const isOfClass = (layer: Layer, name: string): boolean => layer.getClassName() === name && Object.hasOwn(layer.constructor, 'className');

/** Where a symbolic tensor comes from. */
export interface SymbolicOrigin { readonly sourceLayer: Layer; readonly nodeIndex: number; readonly tensorIndex: number }

export const originOf = (tensor: SymbolicTensor): SymbolicOrigin => tensor as unknown as SymbolicOrigin;

/** A model inside a model, or null. */
export function asModel(layer: Layer | LayersModel): LayersModel | null {
  const model = layer as Partial<LayersModel>;
  return Array.isArray(model.layers) && Array.isArray(model.inputs) && Array.isArray(model.outputs) ? (layer as LayersModel) : null;
}

/**
 * Refuses what is not a model made of layers, e.g. a GraphModel, and a model without any.
 *
 * @param owner the function that was given it, as messages name it
 */
export function requireModel(owner: string, model: LayersModel): void {
  const given = model as unknown;
  if (typeof given !== 'object' || given === null || !asModel(model)) {
    const found = typeof given === 'object' && given !== null ? given.constructor.name : String(given);
    throw new SeeRnnError(`${owner}: expected a model made of layers (a tf.LayersModel), found ${found}`);
  }
  if (model.outputs.length === 0) throw new SeeRnnError(`${owner}: the model has no layers`);
  try {
    inside(model).assertNotDisposed();
  } catch (error) {
    throw new SeeRnnError(`${owner}: the model '${model.name}' has been disposed of`, { cause: error });
  }
}
