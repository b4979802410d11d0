import type { States } from '../graph/context.js';
import type { Graph } from '../graph/graph.js';
import type { Layer } from '../graph/layer.js';
import type { LossFunction } from '../graph/losses/loss.js';
import type { Tensor } from '../graph/tensor.js';

/** Where a model came from, as far as its file says. */
export interface ModelOrigin {
  readonly file: string;
  readonly format: string;
  readonly kerasVersion: string | null;
  readonly backend: string | null;
  /** What it was compiled with; null where it wasn't, or what it was is not known here. */
  readonly loss: string | null;
  readonly optimizer: { readonly name: string; readonly learningRate: number | null } | null;
  readonly warnings: readonly string[];
}

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
  readonly origin?: ModelOrigin | null;
  /** States that stateful layers start from, by layer. */
  readonly states?: ReadonlyMap<Layer, readonly Tensor[]>;
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
  readonly origin: ModelOrigin | null;
  private readonly states: Map<Layer, readonly Tensor[]>;

  constructor({ graph, kind, inputNames, outputNames, compiled = null, origin = null, states = new Map() }: ModelParts) {
    this.graph = graph;
    this.kind = kind;
    this.inputNames = inputNames;
    this.outputNames = outputNames;
    this.compiled = compiled;
    this.origin = origin;
    this.states = new Map(states);
  }

  get name(): string { return this.graph.name; }

  /** Its layers, in the order in which its framework lists them: what an index means. */
  get layers(): readonly Layer[] { return this.graph.layers; }

  /** The states of its stateful layers. @param keep whether a run changes them, as prediction does and a trace must not */
  statesFor(keep: boolean): States {
    return {
      of: (layer) => this.states.get(layer) ?? null,
      keep: (layer, states) => { if (keep) this.states.set(layer, states); },
    };
  }

  /** Forgets the states of stateful layers: the next batch starts from zeros. */
  resetStates(): void { this.states.clear(); }
}
