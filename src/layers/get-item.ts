import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { KERAS_3, type LayerContext } from './config.js';
import { firstShape, KerasLayer } from './keras-layer.js';

/** What is taken of one axis: an index, which drops the axis, or a stretch of it as Python's `start:stop:step`. */
export type AxisKey = number | { readonly start?: number | null; readonly stop?: number | null; readonly step?: number | null };

/** Options of {@link GetItem}. */
export interface GetItemOptions {
  readonly name?: string;
  readonly trainable?: boolean;
  /** For each axis from the first on, the samples' included; later axes stay whole. */
  readonly key: readonly AxisKey[];
}

const isWhole = (value: unknown): boolean => Number.isSafeInteger(value);
const isBound = (value: unknown): boolean => value == null || isWhole(value);
const isAxisKey = (value: unknown): value is AxisKey => isWhole(value)
  || (typeof value === 'object' && value !== null && Object.entries(value).every(([name, bound]) => ['start', 'stop', 'step'].includes(name) && isBound(bound) && !(name === 'step' && bound === 0)));
const isKey = (value: unknown): value is readonly AxisKey[] => Array.isArray(value) && value.every(isAxisKey);

/** What Keras makes of `x[:, -1]` in a functional model: a part of its input. Masks end here. */
export class GetItem extends KerasLayer {
  static readonly className = 'GetItem';
  private readonly key: readonly AxisKey[];

  constructor(options: GetItemOptions, context: LayerContext = KERAS_3) {
    super({ ...options }, context);
    this.key = this.read.get('key', (value) => (isKey(value) ? value : undefined), 'a list of indices and slices');
    const [samples] = this.key;
    if (typeof samples === 'number' || Object.values(samples ?? {}).some((bound) => bound != null)) throw this.fail('takes a part of the samples, which is not supported here');
  }

  override computeOutputShape(shapes: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const shape = firstShape(shapes);
    this.checkRank(shape.length);
    return shape.flatMap((size, axis): (number | null)[] => {
      const key = this.key[axis];
      if (key === undefined || axis === 0) return [size];
      if (typeof key !== 'number') return [size === null ? null : this.indices(key, size, axis).length];
      if (size !== null) this.index(key, size, axis);
      return [];
    });
  }

  override compute([x]: readonly tf.Tensor[]): tf.Tensor[] {
    this.checkRank(x!.rank);
    let taken = x!;
    const dropped: number[] = [];
    this.key.forEach((key, axis) => {
      if (axis === 0) return;
      const size = x!.shape[axis]!;
      if (typeof key === 'number') dropped.push(axis);
      const indices = typeof key === 'number' ? [this.index(key, size, axis)] : this.indices(key, size, axis);
      const stretch = (from: number, length: number): tf.Tensor =>
        tf.slice(taken, taken.shape.map((_, i) => (i === axis ? from : 0)), taken.shape.map((n, i) => (i === axis ? length : n)));
      // Not by a strided slice or `gather`: on the WebAssembly backend these have no gradient.
      taken = indices.every((one, i) => one === indices[0]! + i) ? stretch(indices[0]!, indices.length) : tf.concat(indices.map((one) => stretch(one, 1)), axis);
    });
    return [dropped.length > 0 ? tf.reshape(taken, taken.shape.filter((_, axis) => !dropped.includes(axis))) : taken];
  }

  private checkRank(rank: number): void {
    if (this.key.length > rank) throw this.fail(`takes parts of ${this.key.length} axes, of which its input has ${rank}`);
  }

  private index(at: number, size: number, axis: number): number {
    const index = at < 0 ? at + size : at;
    if (index < 0 || index >= size) throw this.fail(`takes index ${at} of axis ${axis}, which has ${size}`);
    return index;
  }

  /** Which indices Python's `start:stop:step` means. */
  private indices({ start, stop, step }: Exclude<AxisKey, number>, size: number, axis: number): number[] {
    const by = step ?? 1;
    const bound = (value: number | null | undefined, initial: number): number => {
      if (value == null) return initial;
      const from = value < 0 ? value + size : value;
      return by > 0 ? Math.min(size, Math.max(0, from)) : Math.min(size - 1, Math.max(-1, from));
    };
    const [from, to] = by > 0 ? [bound(start, 0), bound(stop, size)] : [bound(start, size - 1), bound(stop, -1)];
    const indices: number[] = [];
    for (let at = from; by > 0 ? at < to : at > to; at += by) indices.push(at);
    if (indices.length === 0) throw this.fail(`takes nothing of axis ${axis}, which has ${size}`);
    return indices;
  }
}
