import { UsageError } from '../core/errors.js';
import { shown } from '../core/options.js';
import type { Layer } from '../graph/layer.js';
import { asModel, isModel, liveReader } from './as-model.js';
import { findLayer, type FoundLayer, type LayerId } from './find.js';
import type { LiveModel, ModelLike } from './live-model.js';
import type { Model } from './model.js';

/**
 * A layer of a model, or of a model in it, by its index in `model.layers`, its name, or a part of its name that no other has; a list
 * of these gives a list. Of a live TF.js model they are its own layers.
 *
 * @throws SeeRnnError where there is no such layer, or several: the message lists those there are
 * @example
 * const lstm = getLayer(model, 'lstm');
 * const [first, last] = getLayer(model, [0, 'dense']);
 */
export function getLayer<L extends object>(model: LiveModel & { readonly layers: readonly L[] }, id: readonly LayerId[]): L[];
export function getLayer<L extends object>(model: LiveModel & { readonly layers: readonly L[] }, id: LayerId): L;
export function getLayer(model: Model, id: readonly LayerId[]): Layer[];
export function getLayer(model: Model, id: LayerId): Layer;
export function getLayer(model: ModelLike, id: LayerId | readonly LayerId[]): object {
  return find<object>('getLayer', model, id, ({ layer }, read) => (isModel(model) ? layer : liveReader()!.original(read, layer)));
}

/**
 * The full name of a layer, asked for as by {@link getLayer}: with the name of the model it is in and a slash in front, where that is
 * nested in another.
 *
 * @throws SeeRnnError where there is no such layer, or several
 * @example
 * getFullName(model, 'lst'); // 'lstm_1'
 */
export function getFullName(model: ModelLike, id: readonly LayerId[]): string[];
export function getFullName(model: ModelLike, id: LayerId): string;
export function getFullName(model: ModelLike, id: LayerId | readonly LayerId[]): string | string[] {
  return find('getFullName', model, id, ({ name }) => name);
}

function find<T>(owner: string, given: ModelLike, id: LayerId | readonly LayerId[], read: (found: FoundLayer, model: Model) => T): T | T[] {
  const model = asModel(owner, given);
  const one = (each: LayerId): T => {
    if (typeof each !== 'number' && typeof each !== 'string') throw new UsageError(`${owner}: expected a layer's index or name, or a list of these, found ${shown(each)}`);
    return read(findLayer(model, each), model);
  };
  return typeof id === 'object' && Array.isArray(id) ? id.map(one) : one(id as LayerId);
}
