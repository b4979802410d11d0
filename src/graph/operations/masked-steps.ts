import type { Floats } from '../../cells/floats.js';

/**
 * What a recurrence gives where a step is masked:
 * - `state`: the hidden state, which is carried over (TF.js, and Keras before TensorFlow's),
 * - `previous`: the output of the step before, zeros before the first (Keras),
 * - `zero`: zeros (Keras with `zero_output_for_mask`, and its Bidirectional layers that return sequences).
 *
 * The first two differ only where the first steps are masked and there is an initial state.
 */
export type MaskedOutput = 'state' | 'previous' | 'zero';

interface Steps {
  readonly samples: number;
  readonly timesteps: number;
  readonly backwards: boolean;
  readonly maskedOutput: MaskedOutput;
  readonly hasInitial: boolean;
  readonly returnSequences: boolean;
}

/**
 * The steps whose output is zeros whatever the state: 1 for each, (samples, timesteps) in processing order, or (samples) of the last step where
 * that alone is returned. Null where there are none.
 *
 * @param mask (samples, timesteps), time in input order
 */
export function maskedSteps(mask: ArrayLike<number>, { samples, timesteps, backwards, maskedOutput, hasInitial, returnSequences }: Steps): Uint8Array | null {
  if (maskedOutput === 'state' || (maskedOutput === 'previous' && !hasInitial)) return null;
  const zeros = new Uint8Array(returnSequences ? samples * timesteps : samples);
  let any = false;
  for (let sample = 0; sample < samples; sample++) {
    let seen = false;
    for (let step = 0; step < timesteps; step++) {
      const here = mask[sample * timesteps + (backwards ? timesteps - 1 - step : step)] !== 0;
      seen = maskedOutput === 'zero' ? here : seen || here;
      if (seen || !(returnSequences || step === timesteps - 1)) continue;
      zeros[returnSequences ? sample * timesteps + step : sample] = 1;
      any = true;
    }
  }
  return any ? zeros : null;
}

/** Numbers with zeros at the steps that are marked; the same array where none is. Not by a product: what is not a number must not get through either. */
export function withoutSteps(numbers: Floats, zeros: Uint8Array | null): Floats {
  if (!zeros) return numbers;
  const out = numbers.slice();
  const width = out.length / zeros.length;
  for (let n = 0; n < zeros.length; n++) if (zeros[n] === 1) out.fill(0, n * width, (n + 1) * width);
  return out;
}
