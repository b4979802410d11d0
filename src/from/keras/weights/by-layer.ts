import { namesText } from '../../../core/printable.js';
import type { SavedLayer } from '../../../files/saved-model.js';
import { fault, layerText, type Loading } from '../loading.js';
import { formerCount, type WeightSource } from './stored-layout.js';
import { withoutStates } from './stored-states.js';
import { partsOf, storedOrder, type Holder, type Part } from './slots.js';

/** Which stored weights each part of a model gets. */
export type Dealt = Map<Part['layer'], readonly WeightSource[]>;

/**
 * Keras 1's and 2's HDF5: each layer's weights in a list, a nested model's in the list of that model. Layers are found by their names; where
 * the names differ (a file of weights alone, for a model built elsewhere), by their order, as Keras does.
 */
export function dealByLayer(loading: Loading, model: Holder, stored: readonly SavedLayer[]): Dealt {
  const holders = model.held.filter((holder) => partsOf(holder).length > 0);
  const groups = stored.filter(({ weights }) => weights.length > 0);
  const byName = new Map(groups.map((group) => [group.name, group]));
  const dealt: Dealt = new Map();
  const names = holders.map(({ layer }) => layer.name);
  if (groups.every(({ name }) => names.includes(name)) && names.every((name) => byName.has(name))) {
    for (const holder of holders) dealLayer(loading, holder, byName.get(holder.layer.name)!, dealt);
    return dealt;
  }
  if (groups.length !== holders.length) throw differing(loading, names, groups.map(({ name }) => name));
  holders.forEach((holder, i) => { dealLayer(loading, holder, groups[i]!, dealt); });
  return dealt;
}

/** Says which layers of the model the file lacks, or which of the file's the model lacks. */
export function differing(loading: Loading, names: readonly string[], stored: readonly string[]): Error {
  const missing = names.filter((name) => !stored.includes(name));
  const over = stored.filter((name) => !names.includes(name));
  const parts = [...missing.length > 0 ? [`not in the file: ${namesText(missing)}`] : [], ...over.length > 0 ? [`not in the model: ${namesText(over)}`] : []];
  return fault(loading, `its weights do not fit the model, which has ${names.length} layers with weights where the file has ${stored.length}; ${parts.join('; ')}`);
}

function dealLayer(loading: Loading, holder: Holder, { weights }: SavedLayer, dealt: Dealt): void {
  const stretches = storedOrder(holder);
  const today = (length: number): number => length;
  // Keras 1 had three arrays for each gate, all trained.
  const former = (length: number, { layer, weights: own }: Part): number => (length === own.length && formerCount(layer) > 0 ? formerCount(layer) : length);
  const total = (count: (length: number, part: Part) => number): number => stretches.reduce((sum, { part, from, to }) => sum + count(to - from, part), 0);
  // A stateful layer's states, where they are stored, come last.
  const states = holder.part && holder.held.length === 0 ? weights.length - withoutStates(holder.part, weights, false).weights.length : 0;
  const count = [today, former].find((candidate) => total(candidate) === weights.length - states);
  if (!count) throw fault(loading, `${layerText(holder.layer.name)}: expected ${total(today)} weights, found ${weights.length}`);
  let next = 0;
  const found = new Map<Part['layer'], WeightSource[]>();
  for (const { part, from, to } of stretches) {
    const taken = weights.slice(next, next += count(to - from, part));
    found.set(part.layer, [...found.get(part.layer) ?? [], ...taken]);
  }
  for (const [layer, sources] of found) dealt.set(layer, [...sources, ...weights.slice(next, next + states)]);
}
