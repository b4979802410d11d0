import type { Layer } from '../../../graph/layer.js';
import { Tensor } from '../../../graph/tensor.js';
import type { Part } from './slots.js';
import type { WeightSource } from './stored-layout.js';

/** What a file keeps of one layer: its weights, and where it is stateful and they are there, its states. */
export interface Kept { readonly weights: readonly WeightSource[]; readonly states: readonly WeightSource[] }

/** How many states each cell of a layer has. */
const statesOf = ({ recurrent }: Layer): readonly { readonly units: number }[] =>
  (recurrent?.cells ?? []).flatMap(({ recurrence: { cell, units } }) => (cell.hasCellState ? [{ units }, { units }] : [{ units }]));

/**
 * Tells a stateful layer's states from its weights, where a file has them: arrays (samples, units) before or after the weights.
 *
 * @param first whether they come first, as in Keras 3's store, whose layers come before what they are made of
 */
export function withoutStates({ layer, weights }: Part, stored: readonly WeightSource[], first: boolean): Kept {
  const states = layer.stateful ? statesOf(layer) : [];
  if (states.length === 0 || stored.length !== weights.length + states.length) return { weights: stored, states: [] };
  const at = first ? 0 : weights.length;
  const found = stored.slice(at, at + states.length);
  const fits = found.every(({ shape: [samples, units, ...more] }, i) => more.length === 0 && units === states[i]!.units && samples === found[0]!.shape[0]);
  return fits ? { weights: stored.toSpliced(at, states.length), states: found } : { weights: stored, states: [] };
}

/** Stored states as a model starts from them. */
export const asTensors = (states: readonly WeightSource[]): Tensor[] => states.map((state) => new Tensor(state.read(), state.shape));
