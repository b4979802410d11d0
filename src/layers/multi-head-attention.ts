import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { shapeText } from '../core/array.js';
import { visible } from './attention.js';
import { KERAS_3, type Config, type LayerContext } from './config.js';
import { allShapes, KerasLayer, type LayerCall, type Masks } from './keras-layer.js';
import type { PlainOptions } from './merge.js';
import { weightOptions } from './weight-options.js';

/** Options of {@link MultiHeadAttention}. */
export interface MultiHeadAttentionOptions extends PlainOptions {
  readonly numHeads: number;
  /** The width of a head's queries and keys, and of its values where `valueDim` is left out. */
  readonly keyDim: number;
  readonly valueDim?: number;
  /** The share of scores dropped in training; default 0. */
  readonly dropout?: number;
  /** Default true. */
  readonly useBias?: boolean;
  /** The width of the output; default that of the query. */
  readonly outputShape?: number | readonly number[];
  /** Whether a query sees no later values; default false. */
  readonly useCausalMask?: boolean;
  /** Whether the scores are a second output, (samples, heads, queries, values); default false. */
  readonly returnAttentionScores?: boolean;
}

/** One of its four projections: a product over the last axes, under its Keras name. */
class Projection extends KerasLayer {
  static readonly className = 'EinsumDense';
  private kernel: tfl.LayerVariable | null = null;
  private bias: tfl.LayerVariable | null = null;

  constructor(name: string, options: Config, context: LayerContext) {
    super({ ...options, name, batchInputShape: null, inputShape: null }, context);
  }

  /** @param biased the shape of the bias; null for none */
  make(kernel: readonly number[], biased: readonly number[] | null): void {
    const weight = (name: 'kernel' | 'bias', shape: readonly number[]): tfl.LayerVariable => {
      const { regularizer, constraint } = weightOptions(this.read, name);
      return this.addWeight(name, [...shape], 'float32', tfl.initializers.zeros(), regularizer, true, constraint);
    };
    this.kernel = weight('kernel', kernel);
    if (biased) this.bias = weight('bias', biased);
    this.built = true;
  }

  /** Of (samples, timesteps, width in): (samples, timesteps, width out), the heads side by side. */
  project(x: tf.Tensor): tf.Tensor {
    const [samples, timesteps, width] = x.shape as [number, number, number];
    const product = tf.matMul(tf.reshape(x, [samples * timesteps, width]), tf.reshape(this.kernel!.read(), [width, -1]));
    const output = tf.reshape(product, [samples, timesteps, -1]);
    return this.bias ? tf.add(output, tf.reshape(this.bias.read(), [-1])) : output;
  }

  override compute([x]: readonly tf.Tensor[]): tf.Tensor[] { return [this.project(x!)]; }
}

/**
 * Keras's MultiHeadAttention over sequences: inputs query (samples, queries, width), value (samples, values, width) and,
 * optionally, key. Weights, with their biases: `query` and `key` (width, heads, keyDim), `value` (width, heads, valueDim),
 * `attention_output` (heads, valueDim, width).
 *
 * A value is seen where query, value and key are unmasked.
 */
export class MultiHeadAttention extends KerasLayer {
  static readonly className = 'MultiHeadAttention';
  private readonly heads: number;
  private readonly keyDim: number;
  private readonly valueDim: number;
  private readonly dropout: number;
  private readonly useBias: boolean;
  private readonly width: number | null;
  private readonly causal: boolean;
  private readonly returnScores: boolean;
  /** In the order in which Keras makes them, which is that of its weights. */
  private readonly projections: readonly [query: Projection, key: Projection, value: Projection, output: Projection];

  constructor(options: MultiHeadAttentionOptions, context: LayerContext = KERAS_3) {
    super(options as unknown as Config, context);
    const { read } = this;
    this.heads = read.whole('numHeads', 1);
    this.keyDim = read.whole('keyDim', 1);
    this.valueDim = read.whole('valueDim', 1, this.keyDim);
    this.dropout = read.rate('dropout', 0);
    this.useBias = read.flag('useBias', true);
    this.width = read.config['outputShape'] == null ? null : read.wholes('outputShape', 1, 1)[0]!;
    this.causal = read.flag('useCausalMask', false);
    this.returnScores = read.flag('returnAttentionScores', false);
    read.refuse('attentionAxes', (value) => value === 1 || (Array.isArray(value) && value.length === 1 && value[0] === 1), 'attention is along the timesteps only');
    const projection = (name: string): Projection => new Projection(name, this.config, context);
    this.projections = [projection('query'), projection('key'), projection('value'), projection('attention_output')];
    this.supportsMasking = true;
  }

  override build(shape: tfl.Shape | tfl.Shape[]): void {
    if (this.built) return;
    const [query, value, key = value] = this.checked(allShapes(shape)) as [tfl.Shape, tfl.Shape, tfl.Shape?];
    const { heads, keyDim, valueDim, useBias } = this;
    const width = this.width ?? query.at(-1)!;
    const [byQuery, byKey, byValue, output] = this.projections;
    const make = (projection: Projection, kernel: number[], bias: number[]): void => {
      projection.make(kernel, useBias ? bias : null);
      this.adopt(projection);
    };
    make(byQuery, [query.at(-1)!, heads, keyDim], [heads, keyDim]);
    make(byKey, [key!.at(-1)!, heads, keyDim], [heads, keyDim]);
    make(byValue, [value.at(-1)!, heads, valueDim], [heads, valueDim]);
    make(output, [heads, valueDim, width], [width]);
    this.built = true;
  }

  override computeOutputShape(shape: tfl.Shape | tfl.Shape[]): tfl.Shape | tfl.Shape[] {
    const [query, value] = this.checked(allShapes(shape));
    const output = [...query!.slice(0, -1), this.width ?? query!.at(-1)!];
    return this.returnScores ? [output, [query![0]!, this.heads, query![1]!, value![1]!]] : output;
  }

  override compute(inputs: readonly tf.Tensor[], masks: Masks, call: LayerCall): tf.Tensor[] {
    const [query, value, key = value] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor?];
    const [byQuery, byKey, byValue, output] = this.projections;
    const [samples, queries] = query.shape as [number, number];
    const values = value.shape[1]!;
    /** (samples, heads, timesteps, width of a head) */
    const split = (x: tf.Tensor, width: number): tf.Tensor => tf.transpose(tf.reshape(x, [samples, x.shape[1]!, this.heads, width]), [0, 2, 1, 3]);
    const scaled = tf.mul(split(byQuery.project(query), this.keyDim), 1 / Math.sqrt(this.keyDim));
    let scores = tf.matMul(scaled, split(byKey.project(key!), this.keyDim), false, true);
    const seen = this.seen([samples, queries, values], masks, inputs.length);
    if (seen) scores = tf.sub(scores, tf.mul(1e9, tf.sub(1, tf.expandDims(seen, 1))));
    const weights = tf.softmax(scores, -1);
    const kept = call.training && this.dropout > 0 ? tf.dropout(weights, this.dropout) : weights;
    const mixed = tf.transpose(tf.matMul(kept, split(byValue.project(value), this.valueDim)), [0, 2, 1, 3]);
    const result = output.project(tf.reshape(mixed, [samples, queries, this.heads * this.valueDim]));
    return this.returnScores ? [result, weights] : [result];
  }

  override masksOf(_: readonly tf.Tensor[], masks: Masks): Masks { return [masks[0] ?? null, ...(this.returnScores ? [null] : [])]; }

  private seen(sizes: readonly [number, number, number], masks: Masks, inputs: number): tf.Tensor | null {
    const terms = [visible(sizes, masks[1] ?? null, this.causal)];
    if (inputs > 2 && masks[2]) terms.push(visible(sizes, masks[2], false));
    if (masks[0]) terms.push(tf.expandDims(tf.cast(tf.cast(masks[0], 'bool'), 'float32'), -1));
    const present = terms.filter((term) => term !== null);
    return present.length === 0 ? null : present.reduce((all, term) => tf.mul(all, term));
  }

  private checked(shapes: tfl.Shape[]): tfl.Shape[] {
    if (shapes.length < 2 || shapes.length > 3 || shapes.some((one) => one.length !== 3 || one[2] == null)) {
      throw this.fail(`expected a query, a value and maybe a key, each (samples, timesteps, width), found ${shapes.map((one) => shapeText(one)).join(', ')}`);
    }
    return shapes;
  }
}
