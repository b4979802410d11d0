import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { activationOf, onTensors, type LayerActivation } from './activations.js';
import { KERAS_3, type Config, type LayerContext } from './config.js';
import { firstShape, KerasLayer } from './keras-layer.js';
import type { PlainOptions } from './merge.js';
import { weightOptions } from './weight-options.js';

/**
 * Convolutions over time. As matrix products of shifted copies of the sequence: TF.js has no `causal` padding, no gradient
 * of a dilated convolution, and on WebAssembly none by the kernel.
 */

/** Options of a convolution over time. */
export interface ConvolutionOptions extends PlainOptions {
  readonly kernelSize: number | readonly number[];
  readonly strides?: number | readonly number[];
  readonly dilationRate?: number | readonly number[];
  /** Default `valid`. `causal` looks at no later timestep; not of a transposed convolution. */
  readonly padding?: 'valid' | 'same' | 'causal';
  /** A Keras name; default none. */
  readonly activation?: unknown;
  /** Default true. */
  readonly useBias?: boolean;
}

abstract class Convolution extends KerasLayer {
  protected readonly size: number;
  protected readonly stride: number;
  protected readonly dilation: number;
  protected readonly padding: 'valid' | 'same' | 'causal';
  private readonly activation: LayerActivation;
  private readonly useBias: boolean;
  private bias: tfl.LayerVariable | null = null;

  constructor(options: ConvolutionOptions, context: LayerContext, paddings: readonly ('valid' | 'same' | 'causal')[] = ['valid', 'same', 'causal']) {
    super(options as unknown as Config, context);
    const { read } = this;
    this.size = read.wholes('kernelSize', 1, 1)[0]!;
    this.stride = read.wholes('strides', 1, 1, [1])[0]!;
    this.dilation = read.wholes('dilationRate', 1, 1, [1])[0]!;
    this.padding = read.choice('padding', paddings, 'valid');
    this.useBias = read.flag('useBias', true);
    this.activation = onTensors(activationOf(read.config['activation'], context));
    read.refuse('dataFormat', (value) => value === 'channels_last' || value === 'channelsLast', 'only channels_last is supported');
    read.refuse('groups', (value) => value === 1, 'only one group is supported');
  }

  /** How many timesteps the kernel spans. */
  protected get span(): number { return (this.size - 1) * this.dilation + 1; }

  protected channels(shape: tfl.Shape | tfl.Shape[]): number {
    const found = firstShape(shape);
    const channels = found.at(-1);
    if (found.length !== 3 || channels == null) throw this.fail(`expected inputs of shape (samples, timesteps, channels), the channels known, found ${found.length} axes`);
    return channels;
  }

  protected weight(name: string, role: string, shape: number[]): tfl.LayerVariable {
    const { regularizer, constraint } = weightOptions(this.read, role);
    return this.addWeight(name, shape, 'float32', tfl.initializers.zeros(), regularizer, true, constraint);
  }

  protected addBias(filters: number): void {
    if (this.useBias) this.bias = this.weight('bias', 'bias', [filters]);
  }

  protected finished(y: tf.Tensor): tf.Tensor[] { return [this.activation.apply(this.bias ? tf.add(y, this.bias.read()) : y)]; }

  protected outputLength(timesteps: number | null): number | null {
    if (timesteps === null) return null;
    if (this.padding === 'same' || this.padding === 'causal') return Math.ceil(timesteps / this.stride);
    return Math.floor((timesteps - this.span) / this.stride) + 1;
  }

  /** What each tap of the kernel reads: (samples, output timesteps, channels) for each. */
  protected taps(x: tf.Tensor3D): tf.Tensor3D[] {
    const { stride, span, padding } = this;
    const timesteps = x.shape[1];
    const length = this.outputLength(timesteps)!;
    if (length < 1) throw this.fail(`its kernel spans ${span} timesteps, of which the input has ${timesteps}`);
    const wanted = (length - 1) * stride + span;
    const missing = Math.max(0, wanted - timesteps);
    const before = padding === 'causal' ? span - 1 : padding === 'same' ? Math.floor(missing / 2) : 0;
    // Beyond the last tap too, so that every stretch is whole strides.
    const padded = tf.pad3d(x, [[0, 0], [before, Math.max(0, wanted - timesteps - before) + stride - 1], [0, 0]]);
    return Array.from({ length: this.size }, (_, tap) => strided(padded, tap * this.dilation, length, stride));
  }
}

/** Every `stride`th timestep from one on. */
function strided(x: tf.Tensor3D, from: number, length: number, stride: number): tf.Tensor3D {
  const [samples, , channels] = x.shape;
  const stretch = tf.slice(x, [0, from, 0], [samples, length * stride, channels]);
  if (stride === 1) return stretch;
  return tf.reshape(tf.slice(tf.reshape(stretch, [samples, length, stride, channels]), [0, 0, 0, 0], [samples, length, 1, channels]), [samples, length, channels]);
}

/** (samples, timesteps, a) times (a, b). */
function product(x: tf.Tensor, matrix: tf.Tensor): tf.Tensor {
  const [samples, timesteps, width] = x.shape as [number, number, number];
  return tf.reshape(tf.matMul(tf.reshape(x, [samples * timesteps, width]), matrix as tf.Tensor2D), [samples, timesteps, -1]);
}

/** Keras's Conv1D. Weights: `kernel` (size, channels, filters), `bias` (filters). */
export class Conv1D extends Convolution {
  static readonly className = 'Conv1D';
  private readonly filters: number;
  private kernel: tfl.LayerVariable | null = null;

  constructor(options: ConvolutionOptions & { readonly filters: number }, context: LayerContext = KERAS_3) {
    super(options, context);
    this.filters = this.read.whole('filters', 1);
  }

  override build(shape: tfl.Shape | tfl.Shape[]): void {
    if (this.built) return;
    this.kernel = this.weight('kernel', 'kernel', [this.size, this.channels(shape), this.filters]);
    this.addBias(this.filters);
    this.built = true;
  }

  override computeOutputShape(shape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [samples, timesteps] = firstShape(shape);
    return [samples!, this.outputLength(timesteps ?? null), this.filters];
  }

  override compute([x]: readonly tf.Tensor[]): tf.Tensor[] {
    const taps = this.taps(x as tf.Tensor3D);
    return this.finished(product(taps.length === 1 ? taps[0]! : tf.concat(taps, 2), tf.reshape(this.kernel!.read(), [-1, this.filters])));
  }
}

/** What convolutions of every channel by itself share. */
abstract class DepthwiseConvolution extends Convolution {
  protected readonly multiplier: number;

  constructor(options: ConvolutionOptions & { readonly depthMultiplier?: number }, context: LayerContext) {
    super(options, context);
    this.multiplier = this.read.whole('depthMultiplier', 1, 1);
  }

  /** @param kernel (size, channels, multiplier) */
  protected depthwise(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
    const [, channels, multiplier] = kernel.shape as [number, number, number];
    const terms = this.taps(x as tf.Tensor3D).map((tap, k) =>
      tf.mul(tf.expandDims(tap, 3), tf.reshape(tf.slice(kernel, [k, 0, 0], [1, channels, multiplier]), [1, 1, channels, multiplier])));
    const sum = terms.reduce((all, term) => tf.add(all, term));
    return tf.reshape(sum, [sum.shape[0]!, sum.shape[1]!, channels * multiplier]);
  }
}

/** Keras's DepthwiseConv1D. Weights: `kernel` (size, channels, multiplier), `bias`. */
export class DepthwiseConv1D extends DepthwiseConvolution {
  static readonly className = 'DepthwiseConv1D';
  private kernel: tfl.LayerVariable | null = null;

  constructor(options: ConvolutionOptions & { readonly depthMultiplier?: number }, context: LayerContext = KERAS_3) { super(options, context); }

  override build(shape: tfl.Shape | tfl.Shape[]): void {
    if (this.built) return;
    const channels = this.channels(shape);
    // `depthwise_...` are its options' names, in tf.keras its weight's too.
    this.kernel = this.weight('kernel', 'depthwise', [this.size, channels, this.multiplier]);
    this.addBias(channels * this.multiplier);
    this.built = true;
  }

  override computeOutputShape(shape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [samples, timesteps] = firstShape(shape);
    return [samples!, this.outputLength(timesteps ?? null), this.channels(shape) * this.multiplier];
  }

  override compute([x]: readonly tf.Tensor[]): tf.Tensor[] { return this.finished(this.depthwise(x!, this.kernel!.read())); }
}

/** Keras's SeparableConv1D. Weights: `depthwise_kernel` (size, channels, multiplier), `pointwise_kernel` (1, channels x multiplier, filters), `bias`. */
export class SeparableConv1D extends DepthwiseConvolution {
  static readonly className = 'SeparableConv1D';
  private readonly filters: number;
  private depthwiseKernel: tfl.LayerVariable | null = null;
  private pointwiseKernel: tfl.LayerVariable | null = null;

  constructor(options: ConvolutionOptions & { readonly filters: number; readonly depthMultiplier?: number }, context: LayerContext = KERAS_3) {
    super(options, context);
    this.filters = this.read.whole('filters', 1);
  }

  override build(shape: tfl.Shape | tfl.Shape[]): void {
    if (this.built) return;
    const channels = this.channels(shape);
    this.depthwiseKernel = this.weight('depthwise_kernel', 'depthwise', [this.size, channels, this.multiplier]);
    this.pointwiseKernel = this.weight('pointwise_kernel', 'pointwise', [1, channels * this.multiplier, this.filters]);
    this.addBias(this.filters);
    this.built = true;
  }

  override computeOutputShape(shape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [samples, timesteps] = firstShape(shape);
    return [samples!, this.outputLength(timesteps ?? null), this.filters];
  }

  override compute([x]: readonly tf.Tensor[]): tf.Tensor[] {
    return this.finished(product(this.depthwise(x!, this.depthwiseKernel!.read()), tf.reshape(this.pointwiseKernel!.read(), [-1, this.filters])));
  }
}

/** Keras's Conv1DTranspose. Weights: `kernel` (size, filters, channels), `bias` (filters). */
export class Conv1DTranspose extends Convolution {
  static readonly className = 'Conv1DTranspose';
  private readonly filters: number;
  private kernel: tfl.LayerVariable | null = null;

  constructor(options: Omit<ConvolutionOptions, 'padding'> & { readonly filters: number; readonly padding?: 'valid' | 'same' }, context: LayerContext = KERAS_3) {
    super(options, context, ['valid', 'same']);
    this.filters = this.read.whole('filters', 1);
    this.read.refuse('outputPadding', () => false, 'only the default is supported');
  }

  override build(shape: tfl.Shape | tfl.Shape[]): void {
    if (this.built) return;
    this.kernel = this.weight('kernel', 'kernel', [this.size, this.filters, this.channels(shape)]);
    this.addBias(this.filters);
    this.built = true;
  }

  protected override outputLength(timesteps: number | null): number | null {
    if (timesteps === null) return null;
    return timesteps * this.stride + (this.padding === 'same' ? 0 : Math.max(this.span - this.stride, 0));
  }

  override computeOutputShape(shape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [samples, timesteps] = firstShape(shape);
    return [samples!, this.outputLength(timesteps ?? null), this.filters];
  }

  override compute([x]: readonly tf.Tensor[]): tf.Tensor[] {
    const { stride, span, size, dilation, filters } = this;
    const [samples, timesteps, channels] = x!.shape as [number, number, number];
    const length = this.outputLength(timesteps)!;
    const kernel = this.kernel!.read();
    // Each timestep, the stride apart, spreads over as many as the kernel spans.
    const full = (timesteps - 1) * stride + span;
    const spread = tf.slice(tf.reshape(tf.pad4d(tf.reshape(x!, [samples, timesteps, 1, channels]), [[0, 0], [0, 0], [0, stride - 1], [0, 0]]), [samples, timesteps * stride, channels]),
      [0, 0, 0], [samples, (timesteps - 1) * stride + 1, channels]);
    const terms = Array.from({ length: size }, (_, k) => {
      const term = product(spread, tf.transpose(tf.reshape(tf.slice(kernel, [k, 0, 0], [1, filters, channels]), [filters, channels])));
      return tf.pad3d(term as tf.Tensor3D, [[0, 0], [k * dilation, full - spread.shape[1]! - k * dilation], [0, 0]]);
    });
    const sum = terms.reduce((all, term) => tf.add(all, term));
    const cut = this.padding === 'same' ? Math.floor(Math.max(span - stride, 0) / 2) : 0;
    const padded = tf.pad3d(sum, [[0, 0], [0, Math.max(0, length + cut - full)], [0, 0]]);
    return this.finished(tf.slice(padded, [0, cut, 0], [samples, length, filters]));
  }
}
