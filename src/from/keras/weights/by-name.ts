import { shapeText } from '../../../core/array.js';
import { namesText } from '../../../core/printable.js';
import type { SavedWeight } from '../../../files/saved-model.js';
import type { StoredWeight } from '../../../graph/weight.js';
import { fault, layerText, type Loading } from '../loading.js';
import type { Dealt } from './by-layer.js';
import { partsOf, storedOrder, type Holder, type Part, type Stretch } from './slots.js';

/**
 * TF.js's manifest: weights by their full names, `encoder/lstm/kernel`, with a cell's name before the last part in some versions; or, from
 * Keras 3 by TF.js's converter, by their last names alone. Where the names leave a doubt, the order of the manifest counts, if every shape agrees
 * with it.
 */
export function dealByName(loading: Loading, model: Holder, stored: readonly SavedWeight[]): Dealt {
  const left = new Set(stored.map((weight): Named => ({ tokens: weight.name.replace(/:\d+$/, '').split('/'), weight })));
  const dealt: Dealt = new Map();
  for (const part of partsOf(model)) {
    const found = part.weights.map((weight) => take(left, part, weight));
    const missing = found.indexOf(undefined);
    if (missing >= 0) return dealByOrder(loading, model, stored, { part, weight: part.weights[missing]! });
    dealt.set(part.layer, found as SavedWeight[]);
  }
  if (left.size > 0) throw fault(loading, `holds weights that no layer of the model takes: ${namesText([...left].map(({ weight }) => weight.name))}`);
  return dealt;
}

interface Named { readonly tokens: readonly string[]; readonly weight: SavedWeight }

/** The one weight that the names allow. */
function take(left: Set<Named>, part: Part, { name }: StoredWeight): SavedWeight | undefined {
  const hints = hintsOf(part);
  const candidates = [...left].filter(({ tokens }) => tokens.at(-1) === name && hints.fits(tokens));
  // `outer/lstm/kernel` before `lstm/kernel` for a layer that is nested.
  const named = candidates.filter(({ tokens }) => hints.path.every((one) => tokens.includes(one)));
  const chosen = named.length > 0 ? named : candidates;
  if (chosen.length !== 1) return undefined;
  left.delete(chosen[0]!);
  return chosen[0]!.weight;
}

interface Hints {
  /** The names of the layers that hold the part, from the outermost. */
  readonly path: readonly string[];
  readonly fits: (tokens: readonly string[]) => boolean;
}

/** What in a full name tells of a part: `both/forward_lstm/kernel`, `stack/RNNCell_0/kernel`, or a layer's own name. */
function hintsOf({ label, layer }: Part): Hints {
  // The model's own name is not a part of theirs.
  const path = label.split('/').slice(1);
  const [last, before] = [path.at(-1)!, path.at(-2)];
  if (last === 'forward' || last === 'backward') {
    return { path: path.slice(0, -1), fits: (tokens) => tokens.some((token) => token.startsWith(`${last}_`)) && (tokens.includes(before!) || tokens.includes(layer.name)) };
  }
  if (/^\d+$/.test(last) && before !== undefined) return { path: path.slice(0, -1), fits: (tokens) => tokens.includes(before) && tokens.includes(`RNNCell_${last}`) };
  return { path, fits: (tokens) => tokens.includes(layer.name) || (before !== undefined && tokens.includes(before)) };
}

/** By the order of the manifest: TF.js lists what is trained first, a Keras model's converter layer by layer. */
function dealByOrder(loading: Loading, model: Holder, stored: readonly SavedWeight[], missing: { readonly part: Part; readonly weight: StoredWeight }): Dealt {
  const layerwise = partsOf(model).map((part): Stretch => ({ part, from: 0, to: part.weights.length }));
  for (const stretches of [storedOrder(model), layerwise]) {
    const slots = stretches.flatMap(({ part, from, to }) => part.weights.slice(from, to).map((weight) => ({ part, weight })));
    const agrees = slots.length === stored.length && slots.every(({ weight }, i) => shapeText(weight.shape) === shapeText(stored[i]!.shape));
    if (!agrees) continue;
    const dealt: Dealt = new Map();
    slots.forEach(({ part }, i) => { dealt.set(part.layer, [...dealt.get(part.layer) ?? [], stored[i]!]); });
    return dealt;
  }
  throw fault(loading, `${layerText(missing.part.label.split('/').slice(1).join('/'))}: its weight '${missing.weight.name}' is not in the file`);
}
