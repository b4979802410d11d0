import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { SeeRnnError } from '../core/errors.js';
import type { Watch } from '../cells/watch.js';
import { baseArguments, ConfigReader, type Config, type LayerContext } from './config.js';

/** How a layer is called: fresh for every call, so that nothing of one call reaches the next. */
export interface LayerCall {
  readonly training: boolean;
  /** Whether a stateful layer is to keep its new state, as training and prediction do and a trace must not. */
  readonly keepStates: boolean;
  /** Looks into every recurrence of this call: two of a Bidirectional layer. */
  readonly watch?: Watch | undefined;
}

/** One for each input: (samples, timesteps), 0 where a step is skipped; null where there is none. */
export type Masks = readonly (tf.Tensor | null)[];

/** The arguments of TF.js's `call`. `masks` is ours: TF.js itself hands on the first input's alone. */
interface CallArguments { training?: boolean | null; mask?: tf.Tensor | (tf.Tensor | null)[] | null; masks?: Masks }

/** TF.js writes a missing mask in more than one way. */
const masksFor = (inputs: readonly tf.Tensor[], masks: readonly (tf.Tensor | null | undefined)[]): Masks => inputs.map((_, i) => masks[i] ?? null);

const listed = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/**
 * A layer of this project's own. It is a TF.js layer like any other, but for three things: its configuration is Keras's, its
 * weights are zeros until they are set, and it is told the masks of all of its inputs.
 */
export abstract class KerasLayer extends tfl.layers.Layer {
  /** Its options as they were given. */
  readonly config: Config;
  readonly context: LayerContext;
  protected read: ConfigReader;

  constructor(config: Config, context: LayerContext) {
    super(baseArguments(config));
    this.config = config;
    this.context = context;
    this.read = new ConfigReader(this.getClassName(), config);
  }

  /** What the layer computes: one tensor for each of its outputs. */
  abstract compute(inputs: readonly tf.Tensor[], masks: Masks, call: LayerCall): tf.Tensor[];

  /** The masks that go with its outputs, where it supports masks: the first input's, unless a layer says otherwise. */
  masksOf(_inputs: readonly tf.Tensor[], masks: Masks): Masks { return [masks[0] ?? null]; }

  override call(inputs: tf.Tensor | tf.Tensor[], { training, mask, masks }: CallArguments = {}): tf.Tensor | tf.Tensor[] {
    return tf.tidy(() => {
      const all = listed(inputs);
      const outputs = this.compute(all, masksFor(all, masks ?? listed(mask ?? null)), { training: training === true, keepStates: true });
      // Copies, since TF.js disposes of an input when its last reader is done, also where it is the output of another.
      const own = outputs.map((output) => (all.includes(output) ? tf.clone(output) : output));
      return own.length === 1 ? own[0]! : own;
    });
  }

  override computeMask(inputs: tf.Tensor | tf.Tensor[], mask?: tf.Tensor | tf.Tensor[]): tf.Tensor | tf.Tensor[] {
    const none = null as unknown as tf.Tensor;
    if (!this.supportsMasking) return none;
    const all = listed(inputs);
    const found = tf.tidy(() => [...this.masksOf(all, masksFor(all, listed<tf.Tensor | null>(mask ?? null)))] as tf.Tensor[]);
    return found.length === 1 ? found[0]! : found;
  }

  override getConfig(): tf.serialization.ConfigDict { return { ...(described(this.config) as tf.serialization.ConfigDict), ...super.getConfig() }; }

  /** Makes a part's weights and penalties this layer's own as well: TF.js looks for them on the layers of a model only. */
  protected adopt(part: tfl.layers.Layer): void {
    const own = weightLists(part);
    // A model has none of its own, only its layers'.
    const { trainable, others } = own.trainable.length + own.others.length > 0 ? own : { trainable: part.trainableWeights, others: part.nonTrainableWeights };
    const lists = weightLists(this);
    lists.trainable.push(...trainable);
    lists.others.push(...others);
    this.addLoss([...part.losses]);
  }

  protected fail(what: string): SeeRnnError { return this.read.error(what); }
}

/** A layer's lists of weights as they are, whether it is frozen or not. TF.js declares one of them private. */
function weightLists(layer: tfl.layers.Layer): { readonly trainable: tfl.LayerVariable[]; readonly others: tfl.LayerVariable[] } {
  const { _trainableWeights: trainable, _nonTrainableWeights: others } = layer as unknown as { readonly _trainableWeights: tfl.LayerVariable[]; readonly _nonTrainableWeights: tfl.LayerVariable[] };
  return { trainable, others };
}

/** Options as plain data: layers, regularisers and constraints among them by their class and configuration. */
function described(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(described);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof tf.serialization.Serializable) return { className: value.getClassName(), config: value.getConfig() };
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, described(entry)]));
}

/** The one shape of a layer with one input, or the first of several. */
export const firstShape = (shape: tfl.Shape | tfl.Shape[]): tfl.Shape =>
  (Array.isArray(shape[0]) ? shape[0] : shape) as tfl.Shape;

export const allShapes = (shape: tfl.Shape | tfl.Shape[]): tfl.Shape[] =>
  (Array.isArray(shape[0]) ? shape : [shape]) as tfl.Shape[];
