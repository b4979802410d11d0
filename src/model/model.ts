import type { NamedArray } from '../core/array.js';
import type { States } from '../graph/context.js';
import { callsOf, type Calls, type Graph } from '../graph/graph.js';
import type { Layer } from '../graph/layer.js';
import type { LossDialect, LossFunction } from '../graph/losses/loss.js';
import { Tensor } from '../graph/tensor.js';
import type { ArrayInputs } from './inputs.js';
import { predictions, type PredictOptions } from './predict.js';
import { summaryOf } from './summary.js';
import { summaryText } from './summary-text.js';

/** Where a model came from, as far as its file says. */
export interface ModelOrigin {
  readonly file: string;
  readonly format: string;
  readonly kerasVersion: string | null;
  readonly backend: string | null;
  /** What it was compiled with; null where it wasn't, or what it was is not known here. */
  readonly loss: string | null;
  readonly optimizer: Optimizer | null;
  readonly warnings: readonly string[];
}

export interface Optimizer { readonly name: string; readonly learningRate: number | null }

/** What a model was compiled with, as far as the loss goes. */
export interface Compiled {
  /** One for each output; null for an output that adds nothing. */
  readonly losses: readonly (LossFunction | null)[];
  /** One factor for each output; null where none were given. */
  readonly lossWeights: readonly number[] | null;
}

/** What a {@link Model} is made from. */
export interface ModelParts {
  readonly graph: Graph;
  /** `Sequential` or `Functional`. */
  readonly kind: string;
  /** What its inputs and outputs are called, one name for each. */
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly compiled?: Compiled | null;
  /** Whose losses it is trained with, and how they weigh masks: Keras 3's where nobody says. */
  readonly dialect?: LossDialect;
  /** Of a live model, which has no file. */
  readonly optimizer?: Optimizer | null;
  readonly origin?: ModelOrigin | null;
  /** States that stateful layers start from, by layer. */
  readonly states?: ReadonlyMap<Layer, readonly Tensor[]>;
  /** Where there is something to wait for before its graph can run; each time that it is to. */
  readonly ready?: () => Promise<void>;
  /** Gives back what it holds beside plain memory: of a live TF.js model nothing. */
  readonly dispose?: () => void;
}

/** A model: a graph of layers with their weights, what it was compiled with, and the states of its stateful layers. */
export class Model {
  readonly graph: Graph;
  readonly kind: string;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly compiled: Compiled | null;
  readonly dialect: LossDialect;
  readonly optimizer: Optimizer | null;
  readonly origin: ModelOrigin | null;
  readonly ready: (() => Promise<void>) | null;
  private readonly states: Map<Layer, readonly Tensor[]>;
  private readonly giveBack: (() => void) | null;
  private named: Calls | null = null;
  private gone = false;

  constructor(parts: ModelParts) {
    const { graph, kind, inputNames, outputNames, compiled = null, dialect = { kerasMajor: 3, tfjs: false }, optimizer = null, origin = null, states = new Map(), ready = null, dispose = null } = parts;
    this.graph = graph;
    this.kind = kind;
    this.inputNames = inputNames;
    this.outputNames = outputNames;
    this.compiled = compiled;
    this.dialect = dialect;
    this.optimizer = origin?.optimizer ?? optimizer;
    this.origin = origin;
    this.ready = ready;
    this.states = new Map(states);
    this.giveBack = dispose;
  }

  get name(): string { return this.graph.name; }

  /** Its layers, in the order in which its framework lists them: what an index means. */
  get layers(): readonly Layer[] { return this.graph.layers; }

  /** The uses of its layers, by which they are found. */
  get calls(): Calls { return (this.named ??= callsOf(this.graph)); }

  /**
   * What it predicts: one array, or a list where it has several outputs. Stateful layers go on from the states that they have, and keep
   * those that they come to, as in Keras.
   *
   * @param x its input, (samples, ...): nested arrays, a named array, a tensor; a list, or a record by name, for several
   * @throws SeeRnnError for arrays of another shape than the model's; UsageError for an unknown option
   * @example
   * const predicted = await model.predict(x); // { data, shape: [16, 1], axes: ['samples', 'units'] }
   */
  async predict(x: ArrayInputs, options: PredictOptions = {}): Promise<NamedArray | NamedArray[]> {
    const all = await predictions(this, x, options);
    return all.length === 1 ? all[0]! : all;
  }

  /** What it is made of, as text: a table of its layers, and a paragraph on each recurrent one. */
  summary(): string { return summaryText(summaryOf(this)); }

  /** The states of its stateful layers. @param keep whether a run changes them, as prediction does and a trace must not */
  statesFor(keep: boolean): States {
    // Of this run: a layer that is called twice goes on from its first call, also where the model is to stay as it was.
    const own = new Map<Layer, readonly Tensor[]>();
    return {
      of: (layer) => own.get(layer) ?? this.states.get(layer) ?? null,
      keep: (layer, states) => {
        // Not followed any further: as in Keras, no derivative leads through what is kept.
        const after = states.map(({ data, shape, dtype }) => new Tensor(data, shape, dtype));
        own.set(layer, after);
        if (keep) this.states.set(layer, after);
      },
    };
  }

  /** Forgets the states of stateful layers: the next batch starts from zeros. */
  resetStates(): void { this.states.clear(); }

  /** Whether it has been disposed of. */
  get isDisposed(): boolean { return this.gone; }

  /** Gives back what it holds beside plain memory, if anything; from then on nothing can be asked of it. Calling it again does nothing. */
  dispose(): void {
    if (this.gone) return;
    this.gone = true;
    this.giveBack?.();
  }
}
