import { SeeRnnError } from '../core/errors.js';
import { shown } from '../core/options.js';
import { printable } from '../core/printable.js';
import type { Value } from '../graph/graph.js';
import type { Layer } from '../graph/layer.js';
import type { LossFunction } from '../graph/losses/loss.js';
import type { Weight } from '../graph/weight.js';
import type { LiveModel, ModelLike } from './live-model.js';
import type { Model } from './model.js';

/** What makes graphs of live models: in `from/tfjs`, which is registered here, since it comes after this room. */
export interface LiveReader {
  /** The graph of a live model as it is now. Its weights are the live model's own. */
  model(live: LiveModel): Model;
  /** A live layer by itself; null for what is none. */
  layer(live: unknown): Layer | null;
  /** The live layer that a layer of a live model's graph stands for. */
  original(model: Model, layer: Layer): object;
  /** A loss that was given as a function of the live model's framework; what the framework is needed for is waited for by the model. */
  loss(given: (...tensors: never[]) => unknown): LossFunction;
  /** The weight or the value of the graph that something of the live model (a variable, a symbolic tensor) stands for; null where it is none of its. */
  param(model: Model, given: unknown): Weight | Value | null;
}

let reader: LiveReader | null = null;

/** Says how live models are read. */
export const readLiveModelsBy = (registered: LiveReader): void => { reader = registered; };

/** Says how live models are read; null where nobody has said so. */
export const liveReader = (): LiveReader | null => reader;

export const isModel = (given: unknown): given is Model =>
  typeof given === 'object' && given !== null && 'graph' in given && 'statesFor' in given;

/** A live model; also one of this package of another copy of it, which is none here. */
export const isLiveModel = (given: unknown): given is LiveModel =>
  typeof given === 'object' && given !== null && !isModel(given) && 'layers' in given && 'inputs' in given && 'outputs' in given
  && Array.isArray(given.layers) && Array.isArray(given.inputs) && Array.isArray(given.outputs);

/**
 * The model that was given, or the graph of the live one.
 *
 * @param owner the function that was given it, as messages name it
 * @throws SeeRnnError for what is not a model made of layers, e.g. a GraphModel, one without any, and one that has been disposed of
 */
export function asModel(owner: string, given: ModelLike): Model {
  const model = isModel(given) ? given : isLiveModel(given) ? live(owner, given) : null;
  if (!model) {
    const found: unknown = given;
    const what = typeof found === 'object' && found !== null ? (found.constructor as { readonly name?: string } | undefined)?.name ?? 'an object' : shown(found);
    throw new SeeRnnError(`${owner}: expected a model made of layers (of loadModel, or a tf.LayersModel), found ${what}`);
  }
  if (model.graph.outputs.length === 0) throw new SeeRnnError(`${owner}: the model has no layers`);
  if (model.isDisposed) throw new SeeRnnError(`${owner}: the model '${printable(model.name)}' has been disposed of`);
  return model;
}

function live(owner: string, given: LiveModel): Model {
  if (!reader) throw new SeeRnnError(`${owner}: a tf.LayersModel is read by see-rnn's own entry: import it by 'see-rnn'`);
  // Before it is read: nothing can be read of a model without layers.
  if (given.outputs.length === 0) throw new SeeRnnError(`${owner}: the model has no layers`);
  try {
    return reader.model(given);
  } catch (error) {
    // A layer's own message says where.
    throw error instanceof SeeRnnError && !error.message.startsWith('layer ') ? new SeeRnnError(`${owner}: ${error.message}`, { cause: error }) : error;
  }
}
