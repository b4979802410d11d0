import type { LayersModel, SymbolicTensor, layers } from '@tensorflow/tfjs-layers';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';

/**
 * The parts of TF.js 4.22's layers that this project reads and its type declarations leave out or call internal. They are the
 * names of Keras's own attributes, unchanged since TF.js 1.0. Nothing outside this file casts a layer.
 */

export type TfLayer = layers.Layer;
export type TfModel = LayersModel;

/** One use of a layer in a graph. A layer that is shared has several. */
export interface TfNode {
  readonly outboundLayer: TfLayer;
  readonly inputTensors: readonly SymbolicTensor[];
  readonly outputTensors: readonly SymbolicTensor[];
  /** What the layer was called with beside tensors. */
  readonly callArgs?: Readonly<Record<string, unknown>> | null;
}

/** A weight as TF.js layers hold it. */
export interface LayerVariable {
  readonly originalName: string;
  readonly val: Variable;
  readonly shape: readonly number[];
  read(): Tensor;
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

/** What penalises a weight. */
export interface TfRegularizer extends Named { apply(x: Tensor): Tensor; getConfig(): Readonly<Record<string, unknown>> }

export interface LayerInternals extends Named {
  name: string;
  built: boolean;
  inboundNodes: TfNode[];
  supportsMasking: boolean;
  stateful: boolean;
  trainable: boolean;
  readonly batchInputShape?: readonly (number | null)[];
  /** This layer's own, not its parts': those that training is to change, also where the layer is frozen, and the others. */
  readonly _trainableWeights?: readonly LayerVariable[];
  readonly _nonTrainableWeights?: readonly LayerVariable[];
  readonly nonTrainableWeights?: readonly LayerVariable[];
  /** What it adds to the loss: its own regularisers, not its parts'. */
  readonly _losses?: readonly (() => Tensor)[];
  call(inputs: Tensor | Tensor[], kwargs: CallArguments): Tensor | Tensor[];
  build(shape: unknown): void;
  computeMask(inputs: Tensor | Tensor[], mask: Tensor | (Tensor | null)[] | null): Tensor | (Tensor | null)[] | null;
  computeOutputShape(shape: unknown): (number | null)[] | (number | null)[][];
  getConfig(): Readonly<Record<string, unknown>>;
  assertNotDisposed(): void;
  // Recurrent layers and their cells
  dropoutMask?: Tensor | Tensor[] | null;
  recurrentDropoutMask?: Tensor | Tensor[] | null;
  readonly cell?: CellInternals & TfLayer;
  /** Of stacked cells. */
  readonly cells?: readonly TfLayer[];
  readonly returnSequences?: boolean;
  readonly returnState?: boolean;
  readonly goBackwards?: boolean;
  states_?: Tensor[] | null;
  /** Every RNN layer has it, and nothing else. */
  keptStates?: Tensor[][];
  resetStates?(states: Tensor[] | null, training?: boolean): void;
  // Wrappers
  readonly layer?: TfLayer;
  readonly forwardLayer?: TfLayer;
  readonly backwardLayer?: TfLayer;
  readonly mergeMode?: 'concat' | 'sum' | 'mul' | 'ave' | null;
}

/** What a layer was given to penalise a weight with, by its option, e.g. `kernelRegularizer`; undefined where nothing was. */
export const regularizerOf = (layer: TfLayer, option: string): TfRegularizer | undefined =>
  ((layer as unknown as Readonly<Record<string, unknown>>)[option] as TfRegularizer | null | undefined) ?? undefined;

/** A model as a layer: TF.js models are layers, also in its declarations' eyes but for generics. */
export const inside = (layer: TfLayer | TfModel): LayerInternals => layer as unknown as LayerInternals;

export const isTfLayer = (value: unknown): value is TfLayer =>
  typeof value === 'object' && value !== null && 'inboundNodes' in value && 'call' in value && typeof value.call === 'function';

/** Whether a layer is of just this class of TF.js's. One derived from it may compute something else, also under the inherited name. */
export const isOfClass = (layer: TfLayer, name: string): boolean => layer.getClassName() === name && Object.hasOwn(layer.constructor, 'className');

/** Where a symbolic tensor comes from. */
export interface SymbolicOrigin { readonly sourceLayer: TfLayer; readonly nodeIndex: number; readonly tensorIndex: number }

export const originOf = (tensor: SymbolicTensor): SymbolicOrigin => tensor as unknown as SymbolicOrigin;

/** The node that made a symbolic tensor. */
export function nodeOf(tensor: SymbolicTensor): TfNode {
  const { sourceLayer, nodeIndex } = originOf(tensor);
  return inside(sourceLayer).inboundNodes[nodeIndex]!;
}

/** A model inside a model, or null. */
export function asTfModel(layer: TfLayer | TfModel): TfModel | null {
  const model = layer as Partial<TfModel>;
  return Array.isArray(model.layers) && Array.isArray(model.inputs) && Array.isArray(model.outputs) ? (layer as TfModel) : null;
}

/** A layer's own weights, not its parts': those that training is to change, and the others. */
export const ownVariables = (layer: TfLayer): { readonly trained: readonly LayerVariable[]; readonly others: readonly LayerVariable[] } => {
  const { _trainableWeights: trained = [], _nonTrainableWeights: others = [] } = inside(layer);
  return { trained, others };
};

/** The last part of a variable's name: TF.js puts the names of the layers before, and a number behind where it has made one of the name before. */
export const lastName = ({ originalName }: LayerVariable): string => originalName.slice(originalName.lastIndexOf('/') + 1);

/**
 * A layer and every layer that it holds, under whatever name: the layers of a model, the halves of a wrapper, the cells of an
 * RNN, what a caller's own layer is made of. Each once.
 */
export function tfSublayers(root: TfLayer | TfModel): TfLayer[] {
  const found = new Set<TfLayer>();
  const visit = (layer: TfLayer): void => {
    if (found.has(layer)) return;
    found.add(layer);
    // A Bidirectional layer's two halves are copies of the layer it was given, which itself takes no part.
    const { layer: wrapped, forwardLayer } = inside(layer);
    const template = forwardLayer && wrapped;
    for (const held of Object.values(layer)) for (const part of [held].flat() as unknown[]) if (isTfLayer(part) && part !== template) visit(part);
  };
  visit(root as TfLayer);
  return [...found];
}
