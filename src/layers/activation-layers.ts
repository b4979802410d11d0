import * as tf from '@tensorflow/tfjs-core';
import { activationOf, onTensors, type LayerActivation } from './activations.js';
import { KERAS_3, type Config, type LayerContext } from './config.js';
import { KerasLayer } from './keras-layer.js';
import type { PlainOptions } from './merge.js';

/** A layer that turns every value into another, and keeps the mask. */
abstract class ElementwiseLayer extends KerasLayer {
  constructor(options: object, context: LayerContext) {
    super(options as Config, context);
    this.supportsMasking = true;
  }

  protected abstract apply1(x: tf.Tensor): tf.Tensor;
  override compute([x]: readonly tf.Tensor[]): tf.Tensor[] { return [this.apply1(x!)]; }
}

/** Keras's Activation, of any name that either generation has. */
export class Activation extends ElementwiseLayer {
  static readonly className = 'Activation';
  private readonly activation: LayerActivation;

  constructor(options: PlainOptions & { readonly activation: unknown }, context: LayerContext = KERAS_3) {
    super(options, context);
    this.activation = onTensors(activationOf(this.read.config['activation'], context));
  }

  protected override apply1(x: tf.Tensor): tf.Tensor { return this.activation.apply(x); }
}

/** Options of {@link ReLU}. */
export interface ReLUOptions extends PlainOptions {
  /** Default none. */
  readonly maxValue?: number | null;
  /** The slope below the threshold; default 0. */
  readonly negativeSlope?: number;
  /** Default 0. */
  readonly threshold?: number;
}

/** Keras's ReLU: x from the threshold on, at most `maxValue`; below it, the slope times what is missing to it. */
export class ReLU extends ElementwiseLayer {
  static readonly className: string = 'ReLU';
  private readonly peak: number | null;
  private readonly slope: number;
  private readonly threshold: number;

  constructor(options: ReLUOptions = {}, context: LayerContext = KERAS_3) {
    super(options, context);
    const one = (key: string, initial: number): number => this.read.get(key, (v) => {
      // tf.keras wrote them as lists of one, at times.
      const value = Array.isArray(v) && v.length === 1 ? (v[0] as unknown) : v;
      return Number.isFinite(value) ? (value as number) : undefined;
    }, 'a number', initial);
    this.peak = this.read.config['maxValue'] == null ? null : one('maxValue', 0);
    this.slope = one('negativeSlope', 0);
    this.threshold = one('threshold', 0);
  }

  protected override apply1(x: tf.Tensor): tf.Tensor {
    const { peak, slope, threshold } = this;
    if (threshold === 0 && slope === 0 && peak === null) return tf.relu(x);
    const over = tf.tensor(Float32Array.from(x.dataSync(), (value) => (value > threshold || (value === threshold && threshold !== 0) ? 1 : 0)), x.shape);
    const positive = tf.mul(x, over);
    const bounded = peak === null ? positive : tf.minimum(positive, peak);
    return slope === 0 ? bounded : tf.add(bounded, tf.mul(tf.mul(tf.sub(x, threshold), slope), tf.sub(1, over)));
  }
}

/** Keras's LeakyReLU: `negativeSlope`, in Keras 1 and 2 `alpha`; default 0.3. */
export class LeakyReLU extends ReLU {
  static override readonly className = 'LeakyReLU';

  constructor(options: PlainOptions & { readonly negativeSlope?: number; readonly alpha?: number } = {}, context: LayerContext = KERAS_3) {
    super({ ...options, negativeSlope: options.negativeSlope ?? options.alpha ?? 0.3 }, context);
  }
}

/** Keras's ELU: e^x - 1 below 0, times `alpha`, default 1. */
export class ELU extends ElementwiseLayer {
  static readonly className = 'ELU';
  private readonly alpha: number;
  private readonly elu: LayerActivation;

  constructor(options: PlainOptions & { readonly alpha?: number } = {}, context: LayerContext = KERAS_3) {
    super(options, context);
    this.alpha = this.read.number('alpha', 1);
    this.elu = onTensors(activationOf('elu', context));
  }

  protected override apply1(x: tf.Tensor): tf.Tensor {
    if (this.alpha === 1) return this.elu.apply(x);
    const positive = tf.relu(x);
    return tf.add(positive, tf.mul(this.alpha, this.elu.apply(tf.sub(x, positive))));
  }
}
