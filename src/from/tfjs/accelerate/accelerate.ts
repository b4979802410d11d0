import * as tf from '@tensorflow/tfjs-core';
import { SeeRnnError } from '../../../core/errors.js';
import { asTfModel, inside, tfSublayers, type CallArguments, type TfLayer, type TfModel } from '../internals.js';
import { isRecurrence, readRecurrence } from './read-recurrence.js';
import { callRecurrence } from './recurrence.js';

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
const accelerated = new WeakSet<TfLayer>();

/**
 * Makes a live TF.js model's recurrent layers compute on this project's cells in everything TF.js does with them: `fit`,
 * `trainOnBatch`, `evaluate`, `predict`. Results agree with TF.js's own to float32 rounding; dropout draws other numbers.
 *
 * LSTM, GRU, SimpleRNN and RNN layers of their cells are taken, wherever they are in the model: in a Bidirectional layer, in
 * another wrapper, in a nested model. Others stay as they are and are listed with the reason.
 *
 * @throws SeeRnnError for what is no tf.LayersModel, and for one that has been disposed of
 * @example
 * const { restore } = accelerate(model);
 * await model.fit(x, y);
 * restore();
 */
export function accelerate(model: TfModel): Acceleration {
  requireLive(model);
  const taken: { readonly layer: TfLayer; readonly own: PropertyDescriptor | undefined }[] = [];
  const unchanged: { layer: string; reason: string }[] = [];
  for (const layer of tfSublayers(model)) {
    const read = readRecurrence(layer);
    if (read === null || accelerated.has(layer)) continue;
    if (!isRecurrence(read)) {
      unchanged.push({ layer: layer.name, reason: read.reason });
      continue;
    }
    // The instance's own `call` goes before the class's; deleting it brings that back. Few have one of their own already.
    const own = Object.getOwnPropertyDescriptor(layer, 'call');
    inside(layer).call = (inputs: tf.Tensor | tf.Tensor[], { training, mask, initialState }: CallArguments = {}) => tf.tidy(() => {
      const current = readRecurrence(layer);
      if (!isRecurrence(current)) throw new Error(`layer '${layer.name}' changed its kind while accelerated`);
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      const outputs = callRecurrence(current, [x, ...(initialState ?? [])], mask ?? null, training === true);
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

/** Refuses what is not a live model made of layers, e.g. a GraphModel, and a model without any. */
function requireLive(model: TfModel): void {
  const given = model as unknown;
  if (typeof given !== 'object' || given === null || !asTfModel(model)) {
    const found = typeof given === 'object' && given !== null ? given.constructor.name : String(given);
    throw new SeeRnnError(`accelerate: expected a live model of TF.js (a tf.LayersModel), found ${found}`);
  }
  if (model.outputs.length === 0) throw new SeeRnnError('accelerate: the model has no layers');
  try {
    inside(model).assertNotDisposed();
  } catch (error) {
    throw new SeeRnnError(`accelerate: the model '${model.name}' has been disposed of`, { cause: error });
  }
}
