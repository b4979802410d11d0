import type { KerasLayer } from './layers/keras-layer.js';
import type { LayerEntry } from './layer-entry.js';
import type { Loading } from './loading.js';

/**
 * A layer that stands in several places of a file, such as a model and one nested in it, is one layer: files of tf.keras 2.5 and newer, and
 * of Keras 3, give it a number, the same in each place. It is built where it is first come by, and found again in the others.
 */
export function oneForAll(loading: Loading, { source, name, className }: LayerEntry, build: () => KerasLayer): KerasLayer {
  const number = source['shared_object_id'];
  if (typeof number !== 'number') return build();
  // What is of another class or name is not the same layer, whatever its number.
  const key = JSON.stringify([number, className, name]);
  const layer = loading.shared.get(key) ?? build();
  loading.shared.set(key, layer);
  return layer;
}
