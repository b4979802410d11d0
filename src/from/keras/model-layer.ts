import type { Context } from '../../graph/context.js';
import type { Graph, Value } from '../../graph/graph.js';
import type { LayerInputs, Masked } from '../../graph/layer.js';
import { runGraph } from '../../graph/run.js';
import type { OpenShape } from '../../graph/shapes.js';
import type { Tensor } from '../../graph/tensor.js';
import { handedMasks } from './layers/masks.js';
import { KerasLayer, type KerasOptions } from './layers/keras-layer.js';

/** An end of a model, and what it is called. */
export interface ModelEnd {
  readonly value: Value;
  /** By the layer that feeds or gives it, or by a name of its own. */
  readonly name: string;
  /** Which it is in the file's own order: Keras goes through those that have names by their names, and gives them back in the order that they came in. */
  readonly place: number;
}

/** How a model's layers are connected. */
export interface Connected { readonly graph: Graph; readonly inputs: readonly ModelEnd[]; readonly outputs: readonly ModelEnd[] }

/** A model: as a layer in another one, or the whole. */
export class ModelLayer extends KerasLayer {
  private connected: Connected | null = null;

  /**
   * @param layers in the order in which Keras lists them
   * @param connected how they are connected; or what connects them once the shapes of the model's inputs are known, where the file doesn't say
   */
  constructor(options: KerasOptions, readonly layers: readonly KerasLayer[], connected: Connected | ((inputs: readonly OpenShape[]) => Connected)) {
    super(options);
    this.parts.push(...layers.map((layer) => ({ name: layer.name, layer })));
    if (typeof connected === 'function') this.connect = connected;
    else this.become(connected);
  }

  private readonly connect: ((inputs: readonly OpenShape[]) => Connected) | null = null;

  /** Its ends; null before it is known what it reads. */
  get ends(): Connected | null { return this.connected; }

  protected override makeWeights(inputs: readonly OpenShape[]): void {
    if (this.connect) this.become(this.connect(inputs));
  }

  private become(connected: Connected): void {
    this.connected = connected;
    this.graph = connected.graph;
  }

  override call(given: LayerInputs, context: Context): Masked[] {
    const { training } = given.options;
    const { computing } = handedMasks(this.dialect, given, true);
    const inputs = given.inputs.map((value, i) => ({ value, mask: computing[i] ?? null }));
    return runGraph(this.graph!, inputs, typeof training === 'boolean' ? { ...context, training } : context);
  }

  protected override compute(): Tensor { throw new Error('a model is called as a whole'); }
}
