import type { LayersModel } from '@tensorflow/tfjs-layers';
import { sizeOf } from '../core/array.js';
import { allCalls, graphOf, nodeOf, type Call } from './calls.js';
import { inside, originOf, requireModel, type Layer } from './internals.js';
import { modelOrigin } from './keras/origin.js';
import { namedLoss, type LossFunction } from './losses.js';
import { isRecurrent, readRecurrent } from './recurrent.js';
import { recurrentParts } from './recurrent-parts.js';
import { layerWeights } from './weights.js';

/** A shape; null where any number will do, as of samples. */
export type OpenShape = readonly (number | null)[];

/** What a model is made of: plain data. */
export interface ModelSummary {
  readonly name: string;
  /** `Sequential` or `Functional`. */
  readonly kind: string;
  /** Of the file that the model was loaded from; null for one that was not, or where the file doesn't say. */
  readonly file: string | null;
  readonly format: string | null;
  readonly kerasVersion: string | null;
  readonly backend: string | null;
  /** What it was compiled with: the loss (of several outputs a list), the optimiser and its learning rate; null where it wasn't. */
  readonly loss: string | null;
  readonly optimizer: { readonly name: string; readonly learningRate: number | null } | null;
  readonly warnings: readonly string[];
  readonly parameters: ParameterCounts;
  /** Every layer, after those it reads from; those of a nested model after the model. */
  readonly layers: readonly LayerSummary[];
}

/** How many numbers a model has learnt or holds: those that training changes, and the others, frozen ones among them. */
export interface ParameterCounts {
  readonly total: number;
  readonly trainable: number;
  readonly others: number;
}

export interface LayerSummary {
  /** As `trace` names it: with `:0`, `:1` where the layer is used several times, `model/name` in a nested model. */
  readonly name: string;
  readonly kind: string;
  /** The layers it reads from; none for an input. */
  readonly reads: readonly string[];
  readonly inputs: readonly OpenShape[];
  readonly outputs: readonly OpenShape[];
  readonly parameters: number;
  /** Whether training changes it: false for a frozen layer, and one without weights. */
  readonly trainable: boolean;
  readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Its recurrences: one, or one for each direction and each of stacked cells; none for other layers. */
  readonly recurrent: readonly RecurrentSummary[];
  /** Why a recurrent layer is not described further; null for others. */
  readonly unknown: string | null;
}

export interface RecurrentSummary {
  /** Which part of the layer: '', `forward`, `backward`, `0`, `forward/1`. */
  readonly part: string;
  readonly kind: 'LSTM' | 'GRU' | 'SimpleRNN';
  readonly units: number;
  /** In the order in which their weights are stored. */
  readonly gates: readonly string[];
  /** The shapes of one gate's weights: kernel (features, units), recurrent_kernel (units, units), bias (units) or, with resetAfter, (2, units). */
  readonly gateWeights: { readonly kernel: readonly number[]; readonly recurrent_kernel: readonly number[]; readonly bias: readonly number[] | null };
  /** GRU only, else null: whether the reset gate acts on the recurrent product, with a bias of its own. */
  readonly resetAfter: boolean | null;
  /** Keras's names; `hard_sigmoid_keras3` is x / 6 + 0.5, where `hard_sigmoid` is 0.2 x + 0.5. */
  readonly activation: string;
  /** Of the gates; null for a SimpleRNN, which has none. */
  readonly recurrentActivation: string | null;
  readonly direction: 'forwards' | 'backwards';
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly stateful: boolean;
  readonly dropout: number;
  readonly recurrentDropout: number;
}

/**
 * What a model is made of: its layers with shapes and parameters, and for recurrent ones their gates, activations and direction; what
 * it was compiled with, and the file it came from.
 *
 * @throws SeeRnnError where it is no model made of layers
 * @example
 * const { layers } = modelSummary(model);
 * console.log(layers[0].recurrent[0].gates); // ['input', 'forget', 'cell', 'output']
 */
export function modelSummary(model: LayersModel): ModelSummary {
  requireModel('modelSummary', model);
  const origin = modelOrigin(model);
  const calls = allCalls(graphOf(model));
  const labels = new Map(calls.map(({ node, label }) => [node, label]));
  const counts = parametersOf(model);
  return {
    name: model.name,
    kind: inside(model).getClassName() === 'Sequential' ? 'Sequential' : 'Functional',
    file: origin?.file ?? null, format: origin?.format ?? null, kerasVersion: origin?.kerasVersion ?? null, backend: origin?.backend ?? null,
    loss: origin ? origin.loss : compiledLoss(model),
    optimizer: origin ? origin.optimizer : compiledOptimizer(model),
    warnings: origin?.warnings ?? [],
    parameters: counts,
    layers: calls.map((call) => layerSummary(call, (tensor) => labels.get(nodeOf(originOf(tensor)))!)),
  };
}

function parametersOf(model: LayersModel): ParameterCounts {
  const all = layerWeights(model).map(({ variable }) => variable);
  const trained = new Set<unknown>(model.trainableWeights);
  const count = (variables: typeof all): number => variables.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const [total, trainable] = [count(all), count(all.filter((variable) => trained.has(variable)))];
  return { total, trainable, others: total - trainable };
}

function layerSummary({ label, layer, node }: Call, labelOf: (tensor: (typeof node.inputTensors)[number]) => string): LayerSummary {
  const weights = layerWeights(layer);
  const isInput = layer.getClassName() === 'InputLayer';
  const read = readRecurrent(layer);
  return {
    name: label, kind: layer.getClassName(),
    reads: isInput ? [] : [...new Set(node.inputTensors.map(labelOf))],
    inputs: isInput ? [] : node.inputTensors.map(({ shape }) => shape),
    outputs: node.outputTensors.map(({ shape }) => shape),
    parameters: weights.reduce((sum, { variable }) => sum + sizeOf(variable.shape), 0),
    trainable: layer.trainableWeights.length > 0,
    weights: weights.map(({ name, variable }) => ({ name, shape: [...variable.shape] })),
    recurrent: recurrences(layer),
    unknown: read === null || isRecurrent(read) ? null : read.reason,
  };
}

/** A layer's recurrences, those of its parts too. */
export function recurrences(layer: Layer | LayersModel): RecurrentSummary[] {
  return recurrentParts(layer).map(({ part, read: { returnSequences, returnState, stateful }, cell: { recurrence, weights, dropout, recurrentDropout } }) => {
    const { cell, units, activation, recurrentActivation, resetAfter, backwards } = recurrence;
    const [kernel, , bias] = weights();
    return {
      part, kind: cell.kind, units, gates: [...cell.gates],
      gateWeights: { kernel: [kernel!.shape[0]!, units], recurrent_kernel: [units, units], bias: bias ? [...bias.shape.slice(0, -1), units] : null },
      resetAfter: cell.kind === 'GRU' ? resetAfter : null,
      activation: inSnakeCase(activation.name),
      recurrentActivation: cell.recurrentlyActivated.length > 0 ? inSnakeCase(recurrentActivation.name) : null,
      direction: backwards ? 'backwards' : 'forwards',
      returnSequences, returnState, stateful, dropout, recurrentDropout,
    };
  });
}

/** TF.js's name as Keras writes it: `hardSigmoid` is `hard_sigmoid`. */
const inSnakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter, at: number) => `${at > 0 ? '_' : ''}${letter.toLowerCase()}`);

/** The loss of a model that was compiled here, not loaded. */
function compiledLoss(model: LayersModel): string | null {
  const given = model.loss as unknown;
  if (given == null) return null;
  const text = (loss: unknown): string => (typeof loss === 'function' ? namedLoss(loss as LossFunction)?.name ?? 'a function' : String(loss));
  if (typeof given !== 'object') return text(given);
  const all = Array.isArray(given) ? given.map(text) : Object.entries(given).map(([name, loss]) => `${name}: ${text(loss)}`);
  return all.length === 1 ? all[0]! : all.join(', ');
}

function compiledOptimizer(model: LayersModel): ModelSummary['optimizer'] {
  const optimizer = model.optimizer as (typeof model.optimizer & { readonly learningRate?: unknown }) | undefined;
  if (!optimizer) return null;
  return { name: optimizer.getClassName(), learningRate: typeof optimizer.learningRate === 'number' ? optimizer.learningRate : null };
}
