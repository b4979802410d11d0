import * as tf from '@tensorflow/tfjs-core';
import { shapeText, type NamedArray, type Numbers } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { Joined } from './joined.js';
import type { Part } from './parts.js';

/** How a tensor goes through a {@link Tap}. */
export interface TapContext {
  /** Which samples are on their way; null for all. */
  readonly part: Part | null;
  /** What the loss is differentiated by; null where there is no backward pass. */
  readonly anchor: tf.Scalar | null;
  /** Whether the values are recorded beside the gradient by them. */
  readonly values: boolean;
  /** Hears that the backward pass came by. */
  readonly reached?: () => void;
}

/**
 * A place that a tensor goes through, pass after pass: it goes on unchanged, and on the way back the gradient by it, complete
 * by then, is kept.
 */
export class Tap {
  private shape: readonly number[] = [];
  private readonly values = new Joined();
  private readonly gradients = new Joined();
  private value: tf.Tensor | null = null;
  private byValue: tf.Tensor | null = null;

  /** @param axes names the axes of a tensor of so many */
  constructor(private readonly what: string, private readonly axes: (rank: number) => readonly string[]) {}

  pass(tensor: tf.Tensor, { part, anchor, values, reached }: TapContext): tf.Tensor {
    this.shape = part ? this.shapeOfAll(tensor, part) : tensor.shape;
    if (values) this.value = tf.keep(again(tensor));
    if (anchor === null || tensor.dtype !== 'float32') return tensor;
    // TF.js differentiates only by what it was asked to: the anchor, an input of every tap, makes it come past here.
    return tf.customGrad((through) => ({
      value: again(through as tf.Tensor),
      gradFunc: (dy: tf.Tensor) => {
        this.byValue = tf.keep(again(dy));
        reached?.();
        return [again(dy), tf.scalar(0)];
      },
    }))(tensor, anchor);
  }

  /** Reads what the pass left, and gives its tensors back. */
  async collect(part: Part | null): Promise<void> {
    for (const [tensor, whole] of [[this.value, this.values], [this.byValue, this.gradients]] as const) {
      if (!tensor) continue;
      whole.add((await tensor.data()) as Numbers, tensor.shape, part);
      tensor.dispose();
    }
    this.value = this.byValue = null;
  }

  private shapeOfAll({ shape }: tf.Tensor, { from, to, of }: Part): number[] {
    if (shape[0] === to - from) return shape.with(0, of);
    throw new SeeRnnError(`the batch cannot run in parts (option batchSize): ${this.what} has shape ${shapeText(shape)} for ${to - from} samples`);
  }

  dispose(): void {
    this.value?.dispose();
    this.byValue?.dispose();
    this.value = this.byValue = null;
  }

  get record(): PassingRecord {
    const { shape } = this;
    const named = (data: Numbers | null): NamedArray | null => data && { data, shape: [...shape], axes: [...this.axes(shape.length)] };
    return { shape, axes: this.axes(shape.length), value: named(this.values.whole), gradient: named(this.gradients.whole) };
  }
}

/** The same numbers as a tensor of its own, not copied: of `clone`, TF.js's WASM backend makes a copy. */
const again = (tensor: tf.Tensor): tf.Tensor => tf.reshape(tensor, tensor.shape);

/** What was recorded of a tensor that a layer gave or read, of all samples. */
export interface PassingRecord {
  readonly shape: readonly number[];
  readonly axes: readonly string[];
  /** Null where values were not asked for. */
  readonly value: NamedArray | null;
  /** Null where no path leads from it to the loss, or no backward pass was made. */
  readonly gradient: NamedArray | null;
}
