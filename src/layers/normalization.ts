import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { KERAS_3, type Config, type LayerContext } from './config.js';
import { firstShape, KerasLayer, type LayerCall, type Masks } from './keras-layer.js';
import type { PlainOptions } from './merge.js';
import { weightOptions } from './weight-options.js';

/** A layer along some axes of whose input there are weights, to be broadcast along the others. */
abstract class Normalizing extends KerasLayer {
  /** The size of every axis that has weights, 1 for the others. */
  protected broadcast: number[] = [];

  constructor(options: PlainOptions, context: LayerContext) {
    super(options as Config, context);
    this.supportsMasking = true;
  }

  /** The axes meant by numbers that may be negative. */
  protected axes(given: readonly number[], rank: number): number[] {
    const axes = given.map((axis) => (axis < 0 ? axis + rank : axis));
    if (axes.some((axis) => axis < 0 || axis >= rank)) throw this.fail(`axis ${given.join(', ')} is not among its input's ${rank}`);
    return axes.sort((a, b) => a - b);
  }

  /** Sets `broadcast`, and gives the sizes of the axes that have weights. */
  protected sizesAlong(axes: readonly number[], shape: tfl.Shape): number[] {
    const unknown = axes.find((axis) => shape[axis] == null);
    if (unknown !== undefined) throw this.fail(`the size of axis ${unknown} of its input must be known`);
    this.broadcast = shape.map((size, axis) => (axes.includes(axis) ? size! : 1));
    return axes.map((axis) => shape[axis]!);
  }

  protected weight(name: string, shape: number[], trainable = true): tfl.LayerVariable {
    const { regularizer, constraint } = weightOptions(this.read, name);
    // The moving statistics of what was never trained: mean 0, variance 1.
    const initial = name.includes('variance') ? tfl.initializers.ones() : tfl.initializers.zeros();
    return this.addWeight(name, shape, 'float32', initial, regularizer, trainable, constraint);
  }

  protected wide(variable: tfl.LayerVariable): tf.Tensor { return tf.reshape(variable.read(), this.broadcast); }

  /** x gamma + beta, where there are such. */
  protected scaled(x: tf.Tensor, gamma: tfl.LayerVariable | null, beta: tfl.LayerVariable | null): tf.Tensor {
    const product = gamma ? tf.mul(x, this.wide(gamma)) : x;
    return beta ? tf.add(product, this.wide(beta)) : product;
  }
}

const axisList = (value: unknown): readonly number[] | undefined => {
  const list = Array.isArray(value) ? value : [value];
  return list.every((axis) => Number.isInteger(axis)) ? (list as number[]) : undefined;
};

/** Options of {@link BatchNormalization}. */
export interface BatchNormalizationOptions extends PlainOptions {
  /** The axis that is not averaged over; default the last. */
  readonly axis?: number | readonly number[];
  readonly momentum?: number;
  readonly epsilon?: number;
  /** Whether there are weights `beta` and `gamma`; default true. */
  readonly center?: boolean;
  readonly scale?: boolean;
}

/**
 * Keras's BatchNormalization. In training, unless frozen, it takes the batch's statistics, of unmasked steps alone in Keras 3, and
 * moves its own; else its own. Weights: `gamma`, `beta`, `moving_mean`, `moving_variance`.
 *
 * TF.js's takes the wrong numbers for an axis other than the last, and cannot train without `gamma`.
 */
export class BatchNormalization extends Normalizing {
  static readonly className = 'BatchNormalization';
  private readonly momentum: number;
  private readonly epsilon: number;
  private gamma: tfl.LayerVariable | null = null;
  private beta: tfl.LayerVariable | null = null;
  private movingMean: tfl.LayerVariable | null = null;
  private movingVariance: tfl.LayerVariable | null = null;
  private averaged: number[] = [];

  constructor(options: BatchNormalizationOptions = {}, context: LayerContext = KERAS_3) {
    super(options, context);
    this.momentum = this.read.number('momentum', 0.99);
    this.epsilon = this.read.number('epsilon', 1e-3);
  }

  override build(given: tfl.Shape | tfl.Shape[]): void {
    if (this.built) return;
    const shape = firstShape(given);
    const axes = this.axes(this.read.get('axis', axisList, 'a whole number, or a list of them', [-1]), shape.length);
    const sizes = this.sizesAlong(axes, shape);
    this.averaged = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    if (this.read.flag('scale', true)) this.gamma = this.weight('gamma', sizes);
    if (this.read.flag('center', true)) this.beta = this.weight('beta', sizes);
    this.movingMean = this.weight('moving_mean', sizes, false);
    this.movingVariance = this.weight('moving_variance', sizes, false);
    this.built = true;
  }

  override compute([x]: readonly tf.Tensor[], masks: Masks, { training }: LayerCall): tf.Tensor[] {
    const frozen = !this.trainable;
    if (!training || frozen) return [this.normalized(x!, this.wide(this.movingMean!), this.wide(this.movingVariance!))];
    const mask = this.context.kerasMajor === 3 ? masks[0] ?? null : null;
    const weight = mask && tf.expandDims(tf.cast(tf.cast(mask, 'bool'), 'float32'), -1);
    const mean = this.average(x!, weight);
    const variance = this.average(tf.square(tf.sub(x!, mean)), weight);
    this.move(this.movingMean!, mean);
    this.move(this.movingVariance!, variance);
    return [this.normalized(x!, mean, variance)];
  }

  private normalized(x: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor): tf.Tensor {
    return this.scaled(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, this.epsilon))), this.gamma, this.beta);
  }

  private average(x: tf.Tensor, weight: tf.Tensor | null): tf.Tensor {
    if (!weight) return tf.mean(x, this.averaged, true);
    // How many values a weighted sum has: the mask's ones, times what else is averaged over.
    const count = tf.sum(tf.mul(weight, tf.onesLike(x)), this.averaged, true);
    return tf.div(tf.sum(tf.mul(weight, x), this.averaged, true), tf.maximum(count, 1e-7));
  }

  private move(variable: tfl.LayerVariable, value: tf.Tensor): void {
    const before = variable.read();
    variable.write(tf.add(tf.mul(before, this.momentum), tf.mul(tf.reshape(value, before.shape), 1 - this.momentum)));
  }
}

/** Options of {@link LayerNormalization}. */
export interface LayerNormalizationOptions extends PlainOptions {
  /** The axes that are averaged over, and have weights; default the last. */
  readonly axis?: number | readonly number[];
  readonly epsilon?: number;
  readonly center?: boolean;
  readonly scale?: boolean;
  /** Whether there is a gain alone, by the variance. */
  readonly rmsScaling?: boolean;
}

/** Keras's LayerNormalization. Weights: `gamma`, `beta`. */
export class LayerNormalization extends Normalizing {
  static readonly className = 'LayerNormalization';
  private readonly epsilon: number;
  private readonly rms: boolean;
  private gamma: tfl.LayerVariable | null = null;
  private beta: tfl.LayerVariable | null = null;
  private along: number[] = [];

  constructor(options: LayerNormalizationOptions = {}, context: LayerContext = KERAS_3) {
    super(options, context);
    this.epsilon = this.read.number('epsilon', 1e-3);
    this.rms = this.read.flag('rmsScaling', false);
  }

  override build(given: tfl.Shape | tfl.Shape[]): void {
    if (this.built) return;
    const shape = firstShape(given);
    this.along = this.axes(this.read.get('axis', axisList, 'a whole number, or a list of them', [-1]), shape.length);
    const sizes = this.sizesAlong(this.along, shape);
    if (this.rms || this.read.flag('scale', true)) this.gamma = this.weight('gamma', sizes);
    if (!this.rms && this.read.flag('center', true)) this.beta = this.weight('beta', sizes);
    this.built = true;
  }

  override compute([x]: readonly tf.Tensor[]): tf.Tensor[] {
    const mean = tf.mean(x!, this.along, true);
    const centred = tf.sub(x!, mean);
    const variance = tf.mean(tf.square(centred), this.along, true);
    return [this.scaled(tf.mul(this.rms ? x! : centred, tf.rsqrt(tf.add(variance, this.epsilon))), this.gamma, this.beta)];
  }
}

/** Keras's RMSNormalization: x over the root of its mean square. Its weight: `scale`. */
export class RMSNormalization extends Normalizing {
  static readonly className = 'RMSNormalization';
  private readonly epsilon: number;
  private gain: tfl.LayerVariable | null = null;
  private along: number[] = [];

  constructor(options: PlainOptions & { readonly axis?: number | readonly number[]; readonly epsilon?: number } = {}, context: LayerContext = KERAS_3) {
    super(options, context);
    this.epsilon = this.read.number('epsilon', 1e-6);
  }

  override build(given: tfl.Shape | tfl.Shape[]): void {
    if (this.built) return;
    const shape = firstShape(given);
    this.along = this.axes(this.read.get('axis', axisList, 'a whole number, or a list of them', [-1]), shape.length);
    this.gain = this.weight('scale', this.sizesAlong(this.along, shape));
    this.built = true;
  }

  override compute([x]: readonly tf.Tensor[]): tf.Tensor[] {
    return [this.scaled(tf.mul(x!, tf.rsqrt(tf.add(tf.mean(tf.square(x!), this.along, true), this.epsilon))), this.gain, null)];
  }
}

/** Keras's UnitNormalization: every vector along an axis, default the last, over its length. */
export class UnitNormalization extends Normalizing {
  static readonly className = 'UnitNormalization';
  constructor(options: PlainOptions & { readonly axis?: number | readonly number[] } = {}, context: LayerContext = KERAS_3) { super(options, context); }

  override compute([x]: readonly tf.Tensor[]): tf.Tensor[] {
    const axes = this.axes(this.read.get('axis', axisList, 'a whole number, or a list of them', [-1]), x!.rank);
    return [tf.mul(x!, tf.rsqrt(tf.maximum(tf.sum(tf.square(x!), axes, true), 1e-12)))];
  }
}

/** Options of {@link Normalization}. */
export interface NormalizationOptions extends PlainOptions {
  /** The axes that have a mean and a variance of their own; null for one of each; default the last. */
  readonly axis?: number | readonly number[] | null;
  /** In place of weights. */
  readonly mean?: unknown;
  readonly variance?: unknown;
  /** Whether it undoes what it otherwise does. */
  readonly invert?: boolean;
}

/** Keras's Normalization: less a mean, over a deviation. Weights, unless those are options: `mean`, `variance`, `count`. */
export class Normalization extends Normalizing {
  static readonly className = 'Normalization';
  private readonly invert: boolean;
  private readonly given: { readonly mean: readonly number[]; readonly variance: readonly number[] } | null;
  private mean: tfl.LayerVariable | null = null;
  private variance: tfl.LayerVariable | null = null;

  constructor(options: NormalizationOptions = {}, context: LayerContext = KERAS_3) {
    super(options, context);
    this.invert = this.read.flag('invert', false);
    const list = (key: string): readonly number[] => this.read.get(key, numbers, 'numbers');
    this.given = options.mean == null && options.variance == null ? null : { mean: list('mean'), variance: list('variance') };
  }

  override build(shapes: tfl.Shape | tfl.Shape[]): void {
    if (this.built) return;
    const shape = firstShape(shapes);
    const whole = 'axis' in this.config && this.config['axis'] === null;
    const axes = this.axes(whole ? [] : this.read.get('axis', axisList, 'a whole number, or a list of them', [-1]), shape.length);
    const sizes = this.sizesAlong(axes, shape);
    if (!this.given) {
      this.mean = this.weight('mean', sizes, false);
      this.variance = this.weight('variance', sizes, false);
      this.weight('count', [], false);
    } else {
      const size = sizes.reduce((product, one) => product * one, 1);
      const found = [this.given.mean, this.given.variance].find(({ length }) => length !== 1 && length !== size);
      if (found) throw this.fail(`expected ${size} means and variances, found ${found.length}`);
    }
    this.built = true;
  }

  override compute([x]: readonly tf.Tensor[]): tf.Tensor[] {
    const value = (variable: tfl.LayerVariable | null, given: readonly number[] | undefined): tf.Tensor => {
      if (variable) return this.wide(variable);
      return given!.length === 1 ? tf.scalar(given![0]!) : tf.tensor([...given!], this.broadcast);
    };
    const mean = value(this.mean, this.given?.mean);
    const deviation = tf.maximum(tf.sqrt(value(this.variance, this.given?.variance)), 1e-7);
    const read = tf.cast(x!, 'float32');
    return [this.invert ? tf.add(mean, tf.mul(read, deviation)) : tf.div(tf.sub(read, mean), deviation)];
  }
}

/** Numbers, nested as they may be. */
function numbers(value: unknown): readonly number[] | undefined {
  const flat = [value].flat(Infinity);
  return flat.length > 0 && flat.every((n) => Number.isFinite(n)) ? (flat as number[]) : undefined;
}
