import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { KerasLayer } from '../layers/keras-layer.js';
import { callRecurrence } from '../layers/recurrence.js';
import { inside, requireModel, type CallArguments, type Layer } from '../model/internals.js';
import { isRecurrent, readRecurrent } from '../model/recurrent.js';
import { sublayers } from '../model/sublayers.js';

/** What {@link accelerate} did, and how to undo it. */
export interface Acceleration {
  /** The names of the layers that now run on our cells. */
  readonly layers: readonly string[];
  /** Recurrent layers that still run on TF.js, and why. */
  readonly unchanged: readonly { readonly layer: string; readonly reason: string }[];
  /** Gives every layer its own `call` back. Calling it again does nothing. */
  restore(): void;
}

/** The layers that are accelerated already: a second call must not take ours for theirs. */
const accelerated = new WeakSet<Layer>();

/**
 * Makes a model's recurrent layers compute on this project's cells in everything TF.js does with them: `fit`,
 * `trainOnBatch`, `evaluate`, `predict`. Results agree with TF.js's own to float32 rounding; dropout draws other numbers.
 *
 * LSTM, GRU, SimpleRNN and RNN layers of their cells are taken, wherever they are in the model: in a Bidirectional layer, in
 * another wrapper, in a nested model. Others stay as they are and are listed with the reason.
 *
 * @example
 * const { restore } = accelerate(model);
 * await model.fit(x, y);
 * restore();
 */
export function accelerate(model: LayersModel): Acceleration {
  requireModel('accelerate', model);
  const taken: { readonly layer: Layer; readonly own: PropertyDescriptor | undefined }[] = [];
  const unchanged: { layer: string; reason: string }[] = [];
  for (const layer of sublayers(model)) {
    // Our own run on our cells anyhow.
    if (layer instanceof KerasLayer) continue;
    const read = readRecurrent(layer);
    if (read === null || accelerated.has(layer)) continue;
    if (!isRecurrent(read)) {
      unchanged.push({ layer: layer.name, reason: read.reason });
      continue;
    }
    // The instance's own `call` goes before the class's; deleting it brings that back. Few have one of their own already.
    const own = Object.getOwnPropertyDescriptor(layer, 'call');
    inside(layer).call = (inputs: tf.Tensor | tf.Tensor[], { training, mask, initialState }: CallArguments = {}) => tf.tidy(() => {
      const current = readRecurrent(layer);
      if (!isRecurrent(current)) throw new Error(`layer '${layer.name}' changed its kind while accelerated`);
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      const outputs = callRecurrence(current, [x, ...(initialState ?? [])], mask ?? null, { training: training === true, keepStates: true });
      return current.returnState ? outputs : outputs[0]!;
    });
    accelerated.add(layer);
    taken.push({ layer, own });
  }
  return {
    layers: taken.map(({ layer }) => layer.name),
    unchanged,
    restore() {
      for (const { layer, own } of taken.splice(0)) {
        delete (inside(layer) as { call?: unknown }).call;
        if (own) Object.defineProperty(layer, 'call', own);
        accelerated.delete(layer);
      }
    },
  };
}
