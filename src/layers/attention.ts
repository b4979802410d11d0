import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { shapeText } from '../core/array.js';
import { KERAS_3, type Config, type LayerContext } from './config.js';
import { allShapes, KerasLayer, type LayerCall, type Masks } from './keras-layer.js';
import type { PlainOptions } from './merge.js';

/** Options of {@link Attention}. */
export interface AttentionOptions extends PlainOptions {
  /** Whether scores are scaled by a weight; default false. */
  readonly useScale?: boolean;
  /** Default `dot`. */
  readonly scoreMode?: 'dot' | 'concat';
  /** The share of scores dropped in training; default 0. */
  readonly dropout?: number;
  /** Whether a query sees no later values; default false. */
  readonly useCausalMask?: boolean;
  /** Whether the scores are a second output, (samples, queries, values); default false. */
  readonly returnAttentionScores?: boolean;
}

/** What is taken off the score of a value that is not to be seen, as in Keras: its share is 0 unless all are. */
const HIDDEN = 1e9;

/**
 * What both attentions share: inputs query (samples, queries, width), value (samples, values, width) and, optionally, key; output
 * (samples, queries, width). Masked values are not seen; the outputs of masked queries are 0.
 */
abstract class ScoreAttention extends KerasLayer {
  protected readonly useScale: boolean;
  private readonly dropout: number;
  private readonly causal: boolean;
  private readonly returnScores: boolean;
  protected scale: tfl.LayerVariable | null = null;

  constructor(options: AttentionOptions, context: LayerContext, useScale: boolean) {
    super(options as unknown as Config, context);
    const { read } = this;
    this.useScale = read.flag('useScale', useScale);
    this.dropout = read.rate('dropout', 0);
    // tf.keras before 2.10 had it as `causal`.
    this.causal = read.flag('useCausalMask', read.flag('causal', false));
    this.returnScores = read.flag('returnAttentionScores', false);
    this.supportsMasking = true;
  }

  /** (samples, queries, values) */
  protected abstract scores(query: tf.Tensor, key: tf.Tensor): tf.Tensor;

  override computeOutputShape(shape: tfl.Shape | tfl.Shape[]): tfl.Shape | tfl.Shape[] {
    const [query, value] = this.checked(allShapes(shape));
    const output = [...query!.slice(0, -1), value!.at(-1)!];
    return this.returnScores ? [output, [query![0]!, query![1]!, value![1]!]] : output;
  }

  override compute(inputs: readonly tf.Tensor[], masks: Masks, call: LayerCall): tf.Tensor[] {
    const [query, value, key = value] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor?];
    let scores = this.scores(query, key!);
    const seen = visible(scores.shape as [number, number, number], masks[1] ?? null, this.causal);
    if (seen) scores = tf.sub(scores, tf.mul(HIDDEN, tf.sub(1, seen)));
    let weights = tf.softmax(scores, -1);
    if (call.training && this.dropout > 0) weights = tf.dropout(weights, this.dropout);
    let output = tf.matMul(weights, value);
    if (masks[0]) output = tf.mul(output, tf.expandDims(tf.cast(masks[0], 'float32'), -1));
    return this.returnScores ? [output, weights] : [output];
  }

  override masksOf(_: readonly tf.Tensor[], masks: Masks): Masks { return [masks[0] ?? null, ...(this.returnScores ? [null] : [])]; }

  protected checked(shapes: tfl.Shape[]): tfl.Shape[] {
    if (shapes.length < 2 || shapes.length > 3 || shapes.some(({ length }) => length !== 3)) {
      throw this.fail(`expected a query, a value and maybe a key, each (samples, timesteps, width), found ${shapes.map((one) => shapeText(one)).join(', ')}`);
    }
    return shapes;
  }
}

/** Which values each query sees, as 1 and 0, to be broadcast to the scores; null where all see all. */
export function visible([, queries, values]: readonly [number, number, number], valueMask: tf.Tensor | null, causal: boolean): tf.Tensor | null {
  const masked = valueMask && tf.expandDims(tf.cast(tf.cast(valueMask, 'bool'), 'float32'), 1);
  if (!causal) return masked;
  const past = tf.tensor(Float32Array.from({ length: queries * values }, (_, n) => (n % values <= Math.floor(n / values) ? 1 : 0)), [1, queries, values]);
  return masked ? tf.mul(masked, past) : past;
}

/** Keras's Attention: Luong's, scores by the product of query and key. Weights: `scale` (), and `concat_score_weight` () with `concat`. */
export class Attention extends ScoreAttention {
  static readonly className = 'Attention';
  private readonly mode: 'dot' | 'concat';
  private concatWeight: tfl.LayerVariable | null = null;

  constructor(options: AttentionOptions = {}, context: LayerContext = KERAS_3) {
    super(options, context, false);
    this.mode = this.read.choice('scoreMode', ['dot', 'concat'], 'dot');
  }

  override build(shape: tfl.Shape | tfl.Shape[]): void {
    if (this.built) return;
    this.checked(allShapes(shape));
    if (this.useScale) this.scale = this.addWeight('scale', [], 'float32', tfl.initializers.zeros());
    if (this.mode === 'concat') this.concatWeight = this.addWeight('concat_score_weight', [], 'float32', tfl.initializers.zeros());
    this.built = true;
  }

  protected override scores(query: tf.Tensor, key: tf.Tensor): tf.Tensor {
    if (this.mode === 'dot') {
      const product = tf.matMul(query, key, false, true);
      return this.scale ? tf.mul(product, this.scale.read()) : product;
    }
    const sum = tf.add(tf.expandDims(query, 2), tf.expandDims(key, 1));
    return tf.mul(this.concatWeight!.read(), tf.sum(tf.tanh(this.scale ? tf.mul(this.scale.read(), sum) : sum), -1));
  }
}

/** Keras's AdditiveAttention: Bahdanau's, scores by tanh(query + key). Its weight: `scale` (width). */
export class AdditiveAttention extends ScoreAttention {
  static readonly className = 'AdditiveAttention';

  constructor(options: Omit<AttentionOptions, 'scoreMode'> = {}, context: LayerContext = KERAS_3) { super(options, context, true); }

  override build(shape: tfl.Shape | tfl.Shape[]): void {
    if (this.built) return;
    const width = this.checked(allShapes(shape))[0]!.at(-1)!;
    if (this.useScale) this.scale = this.addWeight('scale', [width], 'float32', tfl.initializers.zeros());
    this.built = true;
  }

  protected override scores(query: tf.Tensor, key: tf.Tensor): tf.Tensor {
    const sum = tf.tanh(tf.add(tf.expandDims(query, 2), tf.expandDims(key, 1)));
    return tf.sum(this.scale ? tf.mul(this.scale.read(), sum) : sum, -1);
  }
}
