import { shapeText } from '../../core/array.js';
import { printable } from '../../core/printable.js';
import type { SavedWeight } from '../../files/saved-model.js';
import type { LayerVariable } from '../internals.js';
import { fault, layerText, type Loading } from './context.js';
import type { Dealt } from './weights-by-layer.js';
import { partsOf, storedOrder, type Holder, type Part, type Stretch } from './weight-slots.js';

/**
 * TF.js's manifest: weights by their full names, `encoder/lstm/kernel`, with a cell's name before the last part in some versions. Where
 * the names leave a doubt, the order of the manifest counts, if every shape agrees with it.
 */
export function dealByName(loading: Loading, model: Holder, stored: ReadonlyMap<string, SavedWeight>): Dealt {
  const parts = partsOf(model);
  const left = new Map([...stored].map(([name, weight]) => [name, { tokens: name.replace(/:\d+$/, '').split('/'), weight }]));
  const dealt: Dealt = new Map();
  for (const part of parts) {
    const found = part.variables.map((variable) => take(left, part, variable));
    const missing = found.indexOf(undefined);
    if (missing >= 0) return dealByOrder(loading, model, [...stored.values()], { part, variable: part.variables[missing]! });
    dealt.set(part, found as SavedWeight[]);
  }
  if (left.size > 0) throw fault(loading, `holds weights that no layer of the model takes: ${[...left.keys()].map(printable).join(', ')}`);
  return dealt;
}

type Left = Map<string, { readonly tokens: readonly string[]; readonly weight: SavedWeight }>;

/** The one weight that the names allow for a variable. */
function take(left: Left, part: Part, variable: LayerVariable): SavedWeight | undefined {
  const base = baseName(variable);
  const hints = hintsOf(part);
  const candidates = [...left].filter(([, { tokens }]) => tokens.at(-1) === base && hints.fits(tokens));
  // `outer/lstm/kernel` before `lstm/kernel` for a layer that is nested.
  const named = candidates.filter(([, { tokens }]) => hints.path.every((name) => tokens.includes(name)));
  const chosen = named.length > 0 ? named : candidates;
  if (chosen.length !== 1) return undefined;
  const [name, { weight }] = chosen[0]!;
  left.delete(name);
  return weight;
}

const baseName = ({ originalName }: LayerVariable): string => originalName.split('/').at(-1)!;

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
  if (before === 'cells') return { path: path.slice(0, -2), fits: (tokens) => tokens.includes(path.at(-3)!) && tokens.includes(`RNNCell_${last}`) };
  return { path, fits: (tokens) => tokens.includes(layer.name) || (before !== undefined && tokens.includes(before)) };
}

/** By the order of the manifest: TF.js lists what is trained first, a Keras model's converter layer by layer. */
function dealByOrder(loading: Loading, model: Holder, stored: readonly SavedWeight[], missing: { readonly part: Part; readonly variable: LayerVariable }): Dealt {
  const layerwise = partsOf(model).map((part): Stretch => ({ part, from: 0, to: part.variables.length }));
  for (const stretches of [storedOrder(model), layerwise]) {
    const slots = stretches.flatMap(({ part, from, to }) => part.variables.slice(from, to).map((variable) => ({ part, variable })));
    const agrees = slots.length === stored.length && slots.every(({ variable }, i) => shapeText(variable.val.shape) === shapeText(stored[i]!.shape));
    if (!agrees) continue;
    const dealt: Dealt = new Map();
    slots.forEach(({ part }, i) => { dealt.set(part, [...dealt.get(part) ?? [], stored[i]!]); });
    return dealt;
  }
  throw fault(loading, `${layerText(missing.part.label.split('/').slice(1).join('/'))}: its weight '${baseName(missing.variable)}' is not in the file`);
}
