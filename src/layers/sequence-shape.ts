import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { KERAS_3, type Config, type LayerContext } from './config.js';
import { firstShape, KerasLayer, type Masks } from './keras-layer.js';
import type { PlainOptions } from './merge.js';

/** Layers that change which timesteps there are, and no number. */
abstract class TimeAxisLayer extends KerasLayer {
  constructor(options: object, context: LayerContext) {
    super(options as Config, context);
    this.read.refuse('dataFormat', (value) => value === 'channels_last' || value === 'channelsLast', 'only channels_last is supported');
  }

  protected abstract length(timesteps: number): number;

  override computeOutputShape(shape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [samples, timesteps, ...rest] = firstShape(shape);
    return [samples!, timesteps == null ? null : this.length(timesteps), ...rest];
  }
}

/** Keras's ZeroPadding1D: `padding` timesteps of zeros at both ends, or [before, after]; default 1. */
export class ZeroPadding1D extends TimeAxisLayer {
  static readonly className = 'ZeroPadding1D';
  private readonly ends: readonly number[];

  constructor(options: PlainOptions & { readonly padding?: number | readonly number[] } = {}, context: LayerContext = KERAS_3) {
    super(options, context);
    this.ends = this.read.wholes('padding', 2, 0, [1, 1]);
  }

  protected override length(timesteps: number): number { return timesteps + this.ends[0]! + this.ends[1]!; }
  override compute([x]: readonly tf.Tensor[]): tf.Tensor[] { return [tf.pad3d(x as tf.Tensor3D, [[0, 0], [this.ends[0]!, this.ends[1]!], [0, 0]])]; }
}

/** Keras's Cropping1D: `cropping` timesteps less at both ends, or [before, after]; default 1. */
export class Cropping1D extends TimeAxisLayer {
  static readonly className = 'Cropping1D';
  private readonly ends: readonly number[];

  constructor(options: PlainOptions & { readonly cropping?: number | readonly number[] } = {}, context: LayerContext = KERAS_3) {
    super(options, context);
    this.ends = this.read.wholes('cropping', 2, 0, [1, 1]);
  }

  protected override length(timesteps: number): number {
    const left = timesteps - this.ends[0]! - this.ends[1]!;
    if (left < 1) throw this.fail(`it crops ${this.ends[0]! + this.ends[1]!} timesteps, of which its input has ${timesteps}`);
    return left;
  }

  override compute([x]: readonly tf.Tensor[]): tf.Tensor[] {
    const [samples, timesteps, width] = x!.shape as [number, number, number];
    return [tf.slice(x as tf.Tensor3D, [0, this.ends[0]!, 0], [samples, this.length(timesteps), width])];
  }
}

/** Keras's UpSampling1D: every timestep `size` times, default twice. */
export class UpSampling1D extends TimeAxisLayer {
  static readonly className = 'UpSampling1D';
  private readonly times: number;

  constructor(options: PlainOptions & { readonly size?: number } = {}, context: LayerContext = KERAS_3) {
    super(options, context);
    this.times = this.read.wholes('size', 1, 1, [2])[0]!;
  }

  protected override length(timesteps: number): number { return timesteps * this.times; }

  override compute([x]: readonly tf.Tensor[]): tf.Tensor[] {
    const [samples, timesteps, width] = x!.shape as [number, number, number];
    const repeated = tf.tile(tf.reshape(x!, [samples, timesteps, 1, width]), [1, 1, this.times, 1]);
    return [tf.reshape(repeated, [samples, timesteps * this.times, width])];
  }
}

/** Keras's Identity. */
export class Identity extends KerasLayer {
  static readonly className = 'Identity';

  constructor(options: PlainOptions = {}, context: LayerContext = KERAS_3) {
    super(options as Config, context);
    this.supportsMasking = true;
  }

  override compute(inputs: readonly tf.Tensor[]): tf.Tensor[] { return [...inputs]; }
  override masksOf(_: readonly tf.Tensor[], masks: Masks): Masks { return masks; }
}

/**
 * Keras's Masking: timesteps all of whose features are `maskValue`, default 0, are skipped by the layers after it. What they hold
 * becomes 0.
 */
export class Masking extends KerasLayer {
  static readonly className = 'Masking';
  private readonly maskValue: number;

  constructor(options: PlainOptions & { readonly maskValue?: number } = {}, context: LayerContext = KERAS_3) {
    super(options as Config, context);
    // In float32, as the data are.
    this.maskValue = Math.fround(this.read.number('maskValue', 0));
    this.supportsMasking = true;
  }

  override compute([x]: readonly tf.Tensor[]): tf.Tensor[] { return [tf.mul(x!, tf.expandDims(tf.cast(this.kept(x!), 'float32'), -1))]; }
  override masksOf([x]: readonly tf.Tensor[]): Masks { return [this.kept(x!)]; }

  /** From the numbers themselves: no derivative leads through a comparison, and TF.js has none to follow. */
  private kept(x: tf.Tensor): tf.Tensor {
    const width = x.shape.at(-1)!;
    const values = x.dataSync();
    const kept = new Uint8Array(x.size / width);
    for (let n = 0; n < values.length; n++) if (values[n] !== this.maskValue) kept[Math.floor(n / width)] = 1;
    return tf.tensor(kept, x.shape.slice(0, -1), 'bool');
  }
}
