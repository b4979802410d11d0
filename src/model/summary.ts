import { sizeOf } from '../core/array.js';
import type { Call, Calls, Value } from '../graph/graph.js';
import type { Layer } from '../graph/layer.js';
import type { OpenShape } from '../graph/shapes.js';
import { asModel } from './as-model.js';
import type { ModelLike } from './live-model.js';
import type { Model } from './model.js';
import { recurrentParts, whyNotRecurrent } from './recurrent-parts.js';
import { layerWeights, type LayerWeight } from './weights.js';

export type { OpenShape } from '../graph/shapes.js';

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
  /** Its index in `model.layers`, by which it can be asked for; null for one that is not among them: in a nested model, or an input that a Sequential model doesn't count. */
  readonly index: number | null;
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
export const modelSummary = (model: ModelLike): ModelSummary => summaryOf(asModel('modelSummary', model));

/** The same of a model's graph. */
export function summaryOf(model: Model): ModelSummary {
  const { origin } = model;
  return {
    name: model.name,
    kind: model.kind,
    file: origin?.file ?? null, format: origin?.format ?? null, kerasVersion: origin?.kerasVersion ?? null, backend: origin?.backend ?? null,
    loss: origin ? origin.loss : compiledLoss(model),
    optimizer: model.optimizer,
    warnings: origin?.warnings ?? [],
    parameters: parametersOf(model),
    layers: layerSummaries(model),
  };
}

const changes = ({ weight: { trainable, frozen } }: LayerWeight): boolean => trainable && !frozen;
const count = (weights: readonly LayerWeight[]): number => weights.reduce((sum, { weight: { shape } }) => sum + sizeOf(shape), 0);

function parametersOf(model: Model): ParameterCounts {
  const all = layerWeights(model);
  const [total, trainable] = [count(all), count(all.filter(changes))];
  return { total, trainable, others: total - trainable };
}

/** Every call, those of a nested model after the model's own; each reads from others of its own graph. */
function layerSummaries({ calls, layers }: Model): LayerSummary[] {
  const of = ({ calls: own }: Calls, isOuter: boolean): LayerSummary[] => {
    const labels = new Map(own.map(({ node, label }) => [node, label]));
    return own.flatMap((call) => {
      const index = isOuter ? layers.indexOf(call.layer) : -1;
      return [{ index: index < 0 ? null : index, ...layerSummary(call, ({ node }) => labels.get(node)!) }, ...(call.inner ? of(call.inner, false) : [])];
    });
  };
  return of(calls, true);
}

function layerSummary({ label, layer, node }: Call, labelOf: (value: Value) => string): Omit<LayerSummary, 'index'> {
  const weights = layerWeights(layer);
  return {
    name: label, kind: layer.className,
    reads: [...new Set(node.inputs.map(labelOf))],
    inputs: node.inputs.map(({ shape }) => shape),
    outputs: node.outputs.map(({ shape }) => shape),
    parameters: count(weights),
    trainable: weights.some(changes),
    weights: weights.map(({ name, weight }) => ({ name, shape: [...weight.shape] })),
    recurrent: recurrences(layer),
    unknown: whyNotRecurrent(layer),
  };
}

/** A layer's recurrences, those of its parts too. */
export function recurrences(of: Layer): RecurrentSummary[] {
  return recurrentParts(of).map(({ part, layer: { stateful }, read: { returnSequences, returnState }, cell: { recurrence, weights, dropout, recurrentDropout } }) => {
    const { cell, units, activation, recurrentActivation, resetAfter, backwards } = recurrence;
    const [kernel, , bias] = weights;
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

/** An activation's name as Keras writes it: `hardSigmoid` is `hard_sigmoid`. */
const inSnakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter, at: number) => `${at > 0 ? '_' : ''}${letter.toLowerCase()}`);

/** The loss of a model that has no file; of several outputs a list where they differ. */
function compiledLoss({ compiled }: Model): string | null {
  const names = compiled?.losses.map((loss) => loss?.name ?? 'none') ?? [];
  return names.length === 0 ? null : new Set(names).size === 1 ? names[0]! : names.join(', ');
}
