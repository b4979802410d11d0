import * as tf from '@tensorflow/tfjs-core';
import { merged } from '../layers/bidirectional.js';
import { KerasLayer, type LayerCall, type Masks } from '../layers/keras-layer.js';
import { callRecurrence } from '../layers/recurrence.js';
import { inside, isOfClass, type Layer, type LayerInternals } from '../model/internals.js';
import { isRecurrent, readRecurrent } from '../model/recurrent.js';

/**
 * Calls a layer that is not a model: our own, TF.js's recurrent and Bidirectional ones on our cells, all others by themselves.
 *
 * @param inputs the layer's inputs; for a recurrent layer its sequence, then its initial states
 * @param masks one for each input
 */
export function callLayer(layer: Layer, inputs: readonly tf.Tensor[], masks: Masks, context: LayerCall): tf.Tensor[] {
  if (layer instanceof KerasLayer) return layer.compute(inputs, masks, context);
  const mask = masks[0] ?? null;
  const recurrent = readRecurrent(layer);
  if (isRecurrent(recurrent)) return callRecurrence(recurrent, inputs, mask, context);
  const it = inside(layer);
  if (isOfClass(layer, 'Bidirectional')) return callBidirectional(it, inputs, mask, context);
  const takesStates = recurrent !== null || it.forwardLayer !== undefined;
  const initialState = takesStates && inputs.length > 1 ? inputs.slice(1) : undefined;
  const result = it.call(initialState ? [inputs[0]!] : [...inputs], {
    training: context.training, ...(mask ? { mask } : {}), ...(initialState ? { initialState } : {}),
  });
  return Array.isArray(result) ? result : [result];
}

/** TF.js's Bidirectional layer. */
function callBidirectional(it: LayerInternals, inputs: readonly tf.Tensor[], mask: tf.Tensor | null, context: LayerCall): tf.Tensor[] {
  const [x, ...initial] = inputs;
  const half = initial.length / 2;
  const [y, ...states] = callLayer(it.forwardLayer!, [x!, ...initial.slice(0, half)], [mask], { ...context, watch: context.watch?.within({ name: 'forward' }) });
  const [yBack, ...statesBack] = callLayer(it.backwardLayer!, [x!, ...initial.slice(half)], [mask], { ...context, watch: context.watch?.within({ name: 'backward' }) });
  const reversed = it.returnSequences ? tf.reverse(yBack!, 1) : yBack!;
  return [...merged(it.mergeMode ?? null, y!, reversed), ...states, ...statesBack];
}
