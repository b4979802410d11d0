import type { LayerInputs } from '../../../graph/layer.js';
import type { Tensor } from '../../../graph/tensor.js';
import type { Dialect } from '../dialect.js';

type Masks = readonly (Tensor | null)[];

/** The masks of a call, one for each input: those that the layer computes with, and those that its outputs' masks are told from. */
export interface HandedMasks { readonly computing: Masks; readonly passing: Masks }

/**
 * Which masks Keras hands to a layer: the one that the call gives, else those that travel with the inputs.
 *
 * Keras 3 hands on none by itself to a layer that is called with several tensors, such as a sequence and initial states; only to one whose
 * call has an argument for each tensor's mask. What goes on with the outputs is told from the first argument's mask all the same.
 *
 * @param byArgument whether the layer's call has an argument for each tensor's mask: `query_mask`, `value_mask`
 */
export function handedMasks({ kerasMajor, kerasVersion }: Dialect, { inputs, masks, given, argumentSizes }: LayerInputs, byArgument: boolean): HandedMasks {
  const told = inputs.map((_, i) => given[`mask:${i}`] ?? (i === 0 ? given['mask'] : undefined) ?? null);
  if (told.some((mask) => mask !== null)) {
    // Until 3.10 Keras 3 passed on what travels with the inputs, also where the call gives another mask.
    const travels = kerasMajor === 3 && /^3\.(\d|10)(\.|$)/.test(kerasVersion ?? '');
    return { computing: told, passing: travels ? masks : told };
  }
  const named = Object.keys(given).length > 0;
  const several = named || (argumentSizes?.length ?? 1) > 1;
  if (kerasMajor < 3 || byArgument || !several) return { computing: masks, passing: masks };
  return { computing: masks.map(() => null), passing: masks.map((mask, i) => (i < (argumentSizes?.[0] ?? inputs.length) ? mask : null)) };
}
