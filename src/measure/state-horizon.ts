import { runRecurrence } from '../cells/run.js';
import type { Floats } from '../cells/floats.js';
import type { ForwardHorizon, Measured, NotMeasured } from './analysis.js';
import { horizonAmong, pairingsOf, placesToCut, withOthersSteps } from './forward-horizon.js';
import { norm } from './linear-algebra.js';
import { firstSamples, stepCost, type Replay } from './replay.js';

/** Most multiplications and additions of all passes: some seconds. */
const WORTH = 2e10;
const [PAIRINGS, PLACES] = [3, 16];

/** Of a recurrence that has no memory at all of what it read. */
export const STATE_IS_THE_SAME: NotMeasured = { why: 'its state is the same whatever its inputs are' };

/**
 * How far back a recurrence's own inputs change the state that it comes to: as `forwardHorizon`, but of one recurrence run by itself, for
 * models in which no step is far from the output, since they read from both ends. The first k steps that it reads (the last in time, where
 * it reads from the end) are another sample's, masked steps too; of the hidden state after its last step the root mean square change is
 * told, in units of that at all steps. What the layers above make of the state is left out.
 *
 * @param replay the recurrence, or its first samples
 * @param whole of the model, with none and with all steps occluded: whether the loss shows that anything was learnt
 */
export function stateHorizon(given: Replay, whole: ForwardHorizon, { share = 0.1 }: { readonly share?: number } = {}): Measured<ForwardHorizon> {
  const { input: { timesteps, samples: all } } = given;
  if (all < 2) return { why: 'with one sample there is no other to take inputs from' };
  const each = timesteps * stepCost(given) * PLACES * PAIRINGS;
  const replay = firstSamples(given, Math.max(2, Math.floor(WORTH / each)));
  const { recurrence: { backwards, units }, input } = replay;
  const { samples } = input;
  const end = backwards ? 'last' : 'first';
  const before = lastState(replay, input.x, input.mask);
  const cuts = placesToCut(timesteps, PLACES);
  const shifts = pairingsOf(samples, PAIRINGS);
  const x = { data: input.x, shape: [samples, timesteps, input.features], axes: [] };
  const mask = input.mask && { data: Uint8Array.from(input.mask), shape: [samples, timesteps], axes: [] };
  const changes = shifts.map((shift) => {
    const moved = cuts.map((k) => {
      const after = lastState(replay, withOthersSteps(x, k, shift, end).data as Floats, mask && withOthersSteps(mask, k, shift, end).data);
      return norm(before.map((value, n) => value - after[n]!)) / Math.sqrt(samples * units);
    });
    return moved.map((change) => change / moved.at(-1)!);
  });
  if (changes.some((curve) => !Number.isFinite(curve.at(-1)!))) return STATE_IS_THE_SAME;
  const change = Float64Array.from(cuts, (_, i) => changes.reduce((sum, curve) => sum + curve[i]!, 0) / changes.length);
  const { usesInputs, lossRise, chance } = whole;
  const loss = new Float64Array(cuts.length).fill(Number.NaN);
  [loss[0], loss[cuts.length - 1]] = [whole.loss[0]!, whole.loss.at(-1)!];
  return {
    of: 'state', end, occluded: Int32Array.from(cuts), change, loss, lossRise, usesInputs, chance, timesteps, samples, pairings: shifts.length,
    horizon: horizonAmong(cuts, change, share, timesteps),
  };
}

/** The hidden states after the last step, (samples, units), as float64. */
function lastState({ recurrence, weights, input }: Replay, x: Floats, mask: ArrayLike<number> | undefined): Float64Array {
  const pass = runRecurrence(recurrence, weights, { ...input, x, mask }, { sequence: false, keep: false });
  pass.free();
  return Float64Array.from(pass.lastHidden);
}
