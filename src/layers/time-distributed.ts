import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { KERAS_3, type Config, type LayerContext } from './config.js';
import { firstShape, KerasLayer, type LayerCall, type Masks } from './keras-layer.js';

/** Options of {@link TimeDistributed}. */
export interface TimeDistributedOptions {
  readonly name?: string;
  readonly trainable?: boolean;
  /** What is called for every timestep: any layer, or a model, with one input and one output. */
  readonly layer: tfl.layers.Layer;
}

/**
 * Keras's TimeDistributed: (samples, timesteps, ...) goes through a layer as if every timestep were a sample. Its mask, (samples,
 * timesteps), goes on as it is; the layer inside sees one only where the mask has a dimension for it.
 */
export class TimeDistributed extends KerasLayer {
  static readonly className: string = 'TimeDistributed';
  readonly layer: tfl.layers.Layer;

  constructor(options: TimeDistributedOptions, context: LayerContext = KERAS_3) {
    super(options as unknown as Config, context);
    this.layer = this.read.get('layer', (value) => (value instanceof tfl.layers.Layer ? value : undefined), 'a layer');
    this.supportsMasking = true;
    this._stateful = this.layer.stateful;
  }

  override build(shape: tfl.Shape | tfl.Shape[]): void {
    if (this.built) return;
    const [samples, , ...rest] = this.checked(firstShape(shape));
    if (!this.layer.built) {
      this.layer.build([samples!, ...rest]);
      this.layer.built = true;
    }
    this.adopt(this.layer);
    this.built = true;
  }

  override computeOutputShape(shape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [samples, timesteps, ...rest] = this.checked(firstShape(shape));
    const [, ...output] = firstShape(this.layer.computeOutputShape([samples!, ...rest]));
    return [samples!, timesteps!, ...output];
  }

  override compute(inputs: readonly tf.Tensor[], masks: Masks, call: LayerCall): tf.Tensor[] {
    const x = inputs[0]!;
    const [samples, timesteps, ...rest] = x.shape as [number, number, ...number[]];
    const flat = tf.reshape(x, [samples * timesteps, ...rest]);
    const mask = masks[0];
    const inner = mask && mask.rank > 2 ? tf.reshape(mask, [samples * timesteps, ...mask.shape.slice(2)]) : null;
    const [y, ...others] = callInner(this.layer, flat, inner, { ...call, watch: call.watch?.within({ fold: timesteps }) });
    if (others.length > 0) throw this.fail(`the layer it holds has ${others.length + 1} outputs, where one is expected`);
    return [tf.reshape(y!, [samples, timesteps, ...y!.shape.slice(1)])];
  }

  override masksOf(_: readonly tf.Tensor[], masks: Masks): Masks {
    const mask = masks[0] ?? null;
    if (!mask || mask.rank <= 2) return [mask];
    return [tf.any(tf.cast(mask, 'bool'), Array.from({ length: mask.rank - 2 }, (_unused, i) => i + 2))];
  }

  override resetStates(): void { this.layer.resetStates(); }

  protected override disposeWeights(): number {
    if (this.stateful) this.resetStates();
    return super.disposeWeights();
  }

  private checked(shape: tfl.Shape): tfl.Shape {
    if (shape.length < 3) throw this.fail(`expected inputs of at least 3 axes, (samples, timesteps, ...), found ${shape.length}`);
    return shape;
  }
}

/** Calls a layer that another one holds: our own with everything, others with what TF.js takes. */
function callInner(layer: tfl.layers.Layer, x: tf.Tensor, mask: tf.Tensor | null, call: LayerCall): tf.Tensor[] {
  if (layer instanceof KerasLayer) return layer.compute([x], [mask], call);
  return [layer.call(x, { training: call.training, ...(mask ? { mask } : {}) })].flat();
}
