import type { LayerInputs } from '../../../graph/layer.js';
import type { Tensor } from '../../../graph/tensor.js';
import { since, type Dialect } from '../dialect.js';

type Masks = readonly (Tensor | null)[];

/** The masks of a call, one for each input: those that the layer computes with, and those that its outputs' masks are told from. */
export interface HandedMasks { readonly computing: Masks; readonly passing: Masks }

/**
 * Which masks Keras hands to a layer: the one that the call gives, else those that travel with the inputs.
 *
 * Keras 3 hands on none by itself to a layer that is called with several tensors, such as a sequence and initial states; only to one whose
 * call has an argument for each tensor's mask. What goes on with the outputs is told from what travels with the first argument all the same: up to 3.3
 * only where that is one tensor, and up to 3.10 also where the call gives another mask.
 *
 * @param byArgument whether the layer's call has an argument for each tensor's mask: `query_mask`, `value_mask`
 */
export function handedMasks(dialect: Dialect, { inputs, masks, given, argumentSizes }: LayerInputs, byArgument: boolean): HandedMasks {
  const told = inputs.map((_, i) => given[`mask:${i}`] ?? (i === 0 ? given['mask'] : undefined) ?? null);
  const isTold = told.some((mask) => mask !== null);
  if (dialect.kerasMajor < 3) return isTold ? { computing: told, passing: told } : { computing: masks, passing: masks };
  const first = argumentSizes?.[0] ?? inputs.length;
  const known = first === 1 || since(dialect, '3.4');
  const passing = masks.map((mask, i) => (known && (i < first || byArgument) ? mask : null));
  if (isTold) return { computing: told, passing: since(dialect, '3.11') ? told : passing };
  const several = Object.keys(given).length > 0 || (argumentSizes?.length ?? 1) > 1;
  return { computing: byArgument || !several ? masks : masks.map(() => null), passing };
}
