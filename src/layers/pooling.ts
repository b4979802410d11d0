import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { KERAS_3, type Config, type LayerContext } from './config.js';
import { firstShape, KerasLayer, type Masks } from './keras-layer.js';
import type { PlainOptions } from './merge.js';

/** Options of a layer that pools all timesteps. */
export interface GlobalPoolingOptions extends PlainOptions {
  /** Whether the axis of the timesteps stays, with one; default false. */
  readonly keepdims?: boolean;
}

abstract class GlobalPooling1D extends KerasLayer {
  protected readonly keep: boolean;

  constructor(options: GlobalPoolingOptions, context: LayerContext) {
    super(options as Config, context);
    this.keep = this.read.flag('keepdims', false);
    this.read.refuse('dataFormat', (value) => value === 'channels_last' || value === 'channelsLast', 'only channels_last is supported');
  }

  override computeOutputShape(shape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [samples, , width] = firstShape(shape);
    return this.keep ? [samples!, 1, width!] : [samples!, width!];
  }
}

/** Keras's GlobalAveragePooling1D: the mean over the timesteps, the unmasked ones where there is a mask. */
export class GlobalAveragePooling1D extends GlobalPooling1D {
  static readonly className = 'GlobalAveragePooling1D';

  constructor(options: GlobalPoolingOptions = {}, context: LayerContext = KERAS_3) {
    super(options, context);
    this.supportsMasking = true;
  }

  override compute([x]: readonly tf.Tensor[], masks: Masks): tf.Tensor[] {
    if (!masks[0]) return [tf.mean(x!, 1, this.keep)];
    const seen = tf.expandDims(tf.cast(tf.cast(masks[0], 'bool'), 'float32'), -1);
    return [tf.div(tf.sum(tf.mul(x!, seen), 1, this.keep), tf.sum(seen, 1, this.keep))];
  }

  /** There are no timesteps left to mask. */
  override masksOf(): Masks { return [null]; }
}

/** Keras's GlobalMaxPooling1D: the largest of all timesteps, masked or not. */
export class GlobalMaxPooling1D extends GlobalPooling1D {
  static readonly className = 'GlobalMaxPooling1D';
  constructor(options: GlobalPoolingOptions = {}, context: LayerContext = KERAS_3) { super(options, context); }
  override compute([x]: readonly tf.Tensor[]): tf.Tensor[] { return [tf.max(x!, 1, this.keep)]; }
}
