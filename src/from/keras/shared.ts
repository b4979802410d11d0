import { isObject, type JsonObject, type JsonValue } from '../../files/json.js';
import type { KerasLayer } from './layers/keras-layer.js';
import type { LayerEntry } from './layer-entry.js';
import type { Loading } from './loading.js';
import { isList } from './values.js';

/**
 * A layer that stands in several places of a file, such as a model and one nested in it, is one layer: files of tf.keras 2.5 and newer, and
 * of Keras 3, give it a number, the same in each place. It is built where it is first come by, and found again in the others.
 *
 * Keras loses the number of the first place where that is in a nested model. A number that stands alone then means the one other layer of that class,
 * name and configuration.
 */
export function oneForAll(loading: Loading, entry: LayerEntry, build: () => KerasLayer): KerasLayer {
  const key = loading.shared.keyOf(entry.source);
  if (key === null) return build();
  const layer = loading.shared.layers.get(key) ?? build();
  loading.shared.layers.set(key, layer);
  return layer;
}

/** Which layers of a file are one. */
export class SharedLayers {
  readonly layers = new Map<string, KerasLayer>();
  private readonly paired: ReadonlySet<string>;

  /** @param config a whole model's */
  constructor(config: JsonObject) {
    const places = new Map<string, JsonObject[]>();
    const unnumbered: JsonObject[] = [];
    for (const layer of layersIn(config)) {
      const number = numbered(layer);
      if (number === null) unnumbered.push(layer);
      else places.set(number, [...places.get(number) ?? [], layer]);
    }
    const alone = count([...places.values()].filter(({ length }) => length === 1).map(([only]) => described(only!)));
    const others = alone.size > 0 ? count(unnumbered.map(described)) : new Map<string, number>();
    this.paired = new Set([...alone].flatMap(([text, times]) => (times === 1 && others.get(text) === 1 ? [text] : [])));
  }

  /** The same for all places of one layer; null for a layer that stands in one alone. */
  keyOf(layer: JsonObject): string | null {
    if (this.paired.size > 0) {
      const text = described(layer);
      if (this.paired.has(text)) return text;
    }
    return numbered(layer);
  }
}

/** How often each of some texts is there. */
function count(texts: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const text of texts) found.set(text, (found.get(text) ?? 0) + 1);
  return found;
}

/** What is of another class or name is not the same layer, whatever its number. */
function numbered({ shared_object_id: number, class_name: className, config, name }: JsonObject): string | null {
  return typeof number === 'number' ? JSON.stringify([number, className, (isObject(config) ? config['name'] : undefined) ?? name]) : null;
}

/** A layer's class and configuration, but for numbers of shared objects. */
const described = ({ class_name: className, config }: JsonObject): string => JSON.stringify([className, config], (key, value: unknown) => (key === 'shared_object_id' ? undefined : value));

/** Every layer that a configuration lists, those in nested models too. */
function* layersIn(value: JsonValue): Generator<JsonObject> {
  if (isList(value)) for (const entry of value) yield* layersIn(entry);
  if (!isObject(value)) return;
  for (const [key, held] of Object.entries(value)) {
    if (key === 'layers' && isList(held)) yield* held.filter(isObject);
    yield* layersIn(held);
  }
}
