import * as tf from '@tensorflow/tfjs-core';
import { KerasLayer } from '../layers/keras-layer.js';
import { inside, type Layer } from '../model/internals.js';

/** A tensor on its way through the graph, and the mask that goes with it: (samples, timesteps), 0 where a step is skipped. */
export interface Masked { readonly value: tf.Tensor; readonly mask: tf.Tensor | null }

/** Layers that merge their inputs element by element. */
const ELEMENTWISE: ReadonlySet<string> = new Set(['Add', 'Average', 'Maximum', 'Minimum', 'Multiply']);

/** The masks that a layer passes on with its outputs: none from a layer that doesn't support masking. */
export function outputMasks(layer: Layer, from: readonly Masked[]): readonly (tf.Tensor | null)[] {
  const it = inside(layer);
  if (!it.supportsMasking) return [];
  const masks = from.map(({ mask }) => mask);
  if (layer instanceof KerasLayer) return layer.masksOf(from.map(({ value }) => value), masks);
  // TF.js leaves the last mask out, and adds a dimension.
  if (ELEMENTWISE.has(layer.getClassName())) return [joined(masks)];
  const values = from.map(({ value }) => value);
  const computed = values.length === 1 ? it.computeMask(values[0]!, masks[0]!) : it.computeMask(values, masks);
  return Array.isArray(computed) ? computed : [computed];
}

/** A step is skipped where any input skips it, as in Keras 2. */
function joined(masks: readonly (tf.Tensor | null)[]): tf.Tensor | null {
  const present = masks.filter((mask) => mask !== null);
  return present.length === 0 ? null : present.reduce((all, mask) => tf.logicalAnd(tf.cast(all, 'bool'), tf.cast(mask, 'bool')));
}
