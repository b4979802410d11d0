import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { isStandalone, KERAS_3, type Config, type LayerContext } from './config.js';
import { allShapes, firstShape, KerasLayer, type LayerCall, type Masks } from './keras-layer.js';
import { RecurrentKerasLayer } from './recurrent.js';

const MERGE_MODES = ['concat', 'sum', 'ave', 'mul'] as const;
/** How the two directions' outputs become one; null for neither: two outputs. */
export type MergeMode = (typeof MERGE_MODES)[number] | null;

/** Merges the outputs of a layer and of its mirror image, in the same order of time. */
export function merged(mode: MergeMode, y: tf.Tensor, yBack: tf.Tensor): tf.Tensor[] {
  switch (mode) {
    case 'concat': return [tf.concat([y, yBack], -1)];
    case 'sum': return [tf.add(y, yBack)];
    case 'ave': return [tf.mul(0.5, tf.add(y, yBack))];
    case 'mul': return [tf.mul(y, yBack)];
    default: return [y, yBack];
  }
}

/** Options of {@link Bidirectional}. */
export interface BidirectionalOptions {
  readonly name?: string;
  readonly trainable?: boolean;
  /** The layer that reads forwards. It becomes a part of this one, under the name `forward_...`. */
  readonly layer: tfl.layers.Layer;
  /** The layer that reads backwards (with `goBackwards`); default: one like the first. */
  readonly backwardLayer?: tfl.layers.Layer | null;
  /** Default `concat`; null gives both outputs. */
  readonly mergeMode?: MergeMode;
}

/**
 * Keras's Bidirectional layer around one of our recurrent layers. Its weights are the forward layer's, then the backward layer's;
 * initial states likewise, and its returned states.
 */
export class Bidirectional extends KerasLayer {
  static readonly className: string = 'Bidirectional';
  readonly forwardLayer: RecurrentKerasLayer;
  readonly backwardLayer: RecurrentKerasLayer;
  readonly mergeMode: MergeMode;
  readonly returnSequences: boolean;
  readonly returnState: boolean;

  constructor(options: BidirectionalOptions, context: LayerContext = KERAS_3) {
    super(options as unknown as Config, context);
    const { read } = this;
    const form = 'one of the recurrent layers LSTM, GRU, SimpleRNN, CuDNNLSTM, CuDNNGRU and RNN';
    const own = (value: unknown): RecurrentKerasLayer | undefined => (value instanceof RecurrentKerasLayer ? value : undefined);
    const part = (key: string): RecurrentKerasLayer => {
      const value = read.config[key];
      if (value instanceof tfl.layers.Layer && !own(value)) throw this.fail(`${key} must be ${form}, found ${value.getClassName()}`);
      return read.get(key, own, form);
    };
    const forward = part('layer');
    const named = (layer: RecurrentKerasLayer, prefix: string): string => `${prefix}${layer.name.replace(new RegExp(`^${prefix}`), '')}`;
    const template = forward.name;
    this.forwardLayer = forward;
    this.backwardLayer = read.config['backwardLayer'] == null ? forward.copy({ name: template, goBackwards: !forward.goBackwards }) : part('backwardLayer');
    this.forwardLayer.name = named(forward, 'forward_');
    this.backwardLayer.name = named(this.backwardLayer, 'backward_');
    // Not through the reader: here null means something.
    const mode = 'mergeMode' in read.config ? read.config['mergeMode'] : 'concat';
    this.mergeMode = mode === null ? null : read.choice('mergeMode', MERGE_MODES, 'concat');

    const { forwardLayer, backwardLayer } = this;
    if (forwardLayer.goBackwards === backwardLayer.goBackwards) throw this.fail(`both of its layers read ${forwardLayer.goBackwards ? 'backwards' : 'forwards'} (goBackwards)`);
    for (const key of ['returnSequences', 'returnState', 'stateful', 'timeMajor'] as const) {
      if (forwardLayer[key] !== backwardLayer[key]) throw this.fail(`its two layers must agree on ${key}: the forward layer's is ${forwardLayer[key]}, the backward layer's ${backwardLayer[key]}`);
    }
    this.returnSequences = forwardLayer.returnSequences;
    this.returnState = forwardLayer.returnState;
    this._stateful = forwardLayer.stateful;
    this.supportsMasking = true;
    // Keras sets them so, whatever the layers themselves say.
    if (!isStandalone(context)) for (const layer of [forwardLayer, backwardLayer]) layer.maskedOutput = this.returnSequences ? 'zero' : 'previous';
  }

  override build(shape: tfl.Shape | tfl.Shape[]): void {
    if (this.built) return;
    for (const layer of [this.forwardLayer, this.backwardLayer]) {
      layer.build(firstShape(shape));
      this.adopt(layer);
    }
    this.built = true;
  }

  override computeOutputShape(shape: tfl.Shape | tfl.Shape[]): tfl.Shape | tfl.Shape[] {
    const [y, ...states] = allShapes(this.forwardLayer.computeOutputShape(shape));
    const [yBack, ...statesBack] = allShapes(this.backwardLayer.computeOutputShape(shape));
    const width = y!.at(-1)!;
    const outputs = this.mergeMode === null ? [y!, yBack!] : [[...y!.slice(0, -1), this.mergeMode === 'concat' ? width + yBack!.at(-1)! : width]];
    const all = [...outputs, ...states, ...statesBack];
    return all.length === 1 ? all[0]! : all;
  }

  override masksOf(inputs: readonly tf.Tensor[], masks: Masks): Masks {
    const [mask, ...states] = this.forwardLayer.masksOf(inputs, masks);
    return [...(this.mergeMode === null ? [mask!, mask!] : [mask!]), ...states, ...states];
  }

  override compute([x, ...initial]: readonly tf.Tensor[], masks: Masks, call: LayerCall): tf.Tensor[] {
    if (initial.length % 2 === 1) throw this.fail(`expected initial states for both directions, found ${initial.length}`);
    const half = initial.length / 2;
    const [y, ...states] = this.forwardLayer.compute([x!, ...initial.slice(0, half)], masks, { ...call, watch: call.watch?.within({ name: 'forward' }) });
    const [yBack, ...statesBack] = this.backwardLayer.compute([x!, ...initial.slice(half)], masks, { ...call, watch: call.watch?.within({ name: 'backward' }) });
    const turned = this.returnSequences ? tf.reverse(yBack!, this.forwardLayer.timeMajor ? 0 : 1) : yBack!;
    return [...merged(this.mergeMode, y!, turned), ...states, ...statesBack];
  }

  override apply(inputs: Parameters<tfl.layers.Layer['apply']>[0], kwargs?: Record<string, unknown>): ReturnType<tfl.layers.Layer['apply']> {
    const { initialState, ...others } = kwargs ?? {};
    if (initialState == null) return super.apply(inputs, kwargs);
    return super.apply([inputs, initialState].flat() as tf.Tensor[], others);
  }

  override resetStates(): void {
    for (const layer of [this.forwardLayer, this.backwardLayer]) layer.resetStates();
  }

  protected override disposeWeights(): number {
    if (this.stateful) this.resetStates();
    return super.disposeWeights();
  }
}
