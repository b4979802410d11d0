import type { Context } from '../../graph/context.js';
import type { Layer, LayerInputs, Masked } from '../../graph/layer.js';
import type { OpenShape } from '../../graph/shapes.js';
import type { Tensor } from '../../graph/tensor.js';
import { KerasLayer, type KerasOptions } from './layers/keras-layer.js';

/** A layer of the caller's own that is no {@link KerasLayer}, as one. */
export class OwnLayer extends KerasLayer {
  constructor(options: KerasOptions, private readonly own: Layer) {
    super(options);
    this.parts.push(...own.parts as typeof this.parts);
    this.graph = own.graph;
    this.stateful = own.stateful;
    this.recurrent = own.recurrent;
    this.notRecurrent = own.notRecurrent;
  }

  protected override makeWeights(inputs: readonly OpenShape[]): void {
    this.own.build?.(inputs);
    this.weights.push(...this.own.weights as typeof this.weights);
  }

  override call(given: LayerInputs, context: Context): Masked[] { return this.own.call(given, context); }

  protected override compute(): Tensor { throw new Error('a layer of its own is called as a whole'); }
}

/** Whether something is a layer of the graph, as far as is called here. */
export const isGraphLayer = (value: unknown): value is Layer =>
  typeof value === 'object' && value !== null && typeof (value as Partial<Layer>).call === 'function'
  && Array.isArray((value as Partial<Layer>).weights) && Array.isArray((value as Partial<Layer>).parts);
