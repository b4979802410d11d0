import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { KerasLayer } from '../layers/keras-layer.js';
import { asModel, inside, type Layer } from './internals.js';

/** The masks of tensors that are on their way through a model. As numbers: TF.js disposes of masks before all of their readers are done. */
const masks = new WeakMap<tf.Tensor, { readonly values: tf.TypedArray; readonly shape: number[]; readonly dtype: tf.DataType }>();

/** The masks that layers have made here. One of them that comes with a tensor it does not belong to was left by another layer. */
const made = new WeakSet<object>();

function maskOf(tensor: tf.Tensor): tf.Tensor | null {
  const known = masks.get(tensor);
  if (!known) return null;
  const mask = tf.tensor(known.values, known.shape, known.dtype);
  made.add(mask);
  return mask;
}

type Inputs = Parameters<Layer['apply']>[0];

const listed = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);
const areTensors = (inputs: unknown[]): inputs is tf.Tensor[] => inputs.every((input) => input instanceof tf.Tensor);

/**
 * Makes all layers of a model, those of nested models too, take their arguments for themselves in what TF.js does with the model:
 * `predict`, `evaluate`, `fit`.
 *
 * TF.js hands one object of arguments to all layers of a model, so that a mask or an initial state of one reaches those after it
 * that have none; it tells a layer the mask of its first input alone, gives every output of a layer the first one's mask, and
 * loses masks where nested models begin and end. Here a mask belongs to its tensor.
 */
export function takeOwnArguments(model: LayersModel): void {
  for (const layer of model.layers) {
    const nested = asModel(layer);
    if (nested) takeOwnArguments(nested);
    if (!Object.hasOwn(layer, 'apply')) takeOwn(layer, nested !== null);
  }
}

function takeOwn(layer: Layer, isModel: boolean): void {
  const it = inside(layer) as unknown as { apply: Layer['apply']; computeMask: Layer['computeMask'] };
  const apply = layer.apply.bind(layer);
  const computeMask = layer.computeMask.bind(layer);
  /** What was called last and whose masks are still to be told. */
  let called: { readonly inputs: readonly tf.Tensor[]; readonly outputs: readonly tf.Tensor[] } | null = null;

  it.apply = (inputs: Inputs, shared?: Record<string, unknown>) => {
    const tensors = listed(inputs as tf.Tensor | tf.Tensor[]);
    if (!areTensors(tensors)) return apply(inputs, shared);
    called = null;
    const known = tensors.map(maskOf);
    const own: Record<string, unknown> = { ...shared };
    if (known.some((one) => one !== null)) Object.assign(own, { mask: known[0] ?? null, masks: known });
    else if (made.has(own['mask'] as object)) delete own['mask'];
    const result = apply(inputs, own);
    called = { inputs: tensors, outputs: listed(result as tf.Tensor | tf.Tensor[]) };
    return result;
  };

  it.computeMask = (inputs: tf.Tensor | tf.Tensor[], given?: tf.Tensor | tf.Tensor[]) => {
    const tensors = listed(inputs);
    if (called?.inputs.length !== tensors.length || called.inputs.some((input, i) => input !== tensors[i])) return computeMask(inputs, given);
    const { outputs } = called;
    called = null;
    // A nested model's layers have told.
    if (isModel) return outputs.map(maskOf) as tf.Tensor[];
    const known = tensors.map(maskOf) as tf.Tensor[];
    const result = computeMask(inputs, layer instanceof KerasLayer || known.length > 1 ? known : known[0]);
    listed<tf.Tensor | null>(result).forEach((one, i) => {
      if (!one) return;
      made.add(one);
      if (outputs[i]) masks.set(outputs[i], { values: one.dataSync().slice() as tf.TypedArray, shape: one.shape, dtype: one.dtype });
    });
    return result;
  };
}
