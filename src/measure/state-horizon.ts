import { mean } from 'd3-array';
import { runRecurrence } from '../cells/run.js';
import type { Floats } from '../cells/floats.js';
import type { ForwardHorizon, Measured, NotMeasured } from './analysis.js';
import { horizonAmong, placesToCut, withOthersSteps } from './forward-horizon.js';
import { norm } from './linear-algebra.js';
import { pairingsOf } from './pairings.js';
import { firstSamples, stepCost, type Replay } from './replay.js';

/** Most multiplications and additions of all passes: some seconds. */
const WORTH = 2e10;
const [PAIRINGS, PLACES] = [3, 16];

/** Of a recurrence that has hardly any memory of what it read. */
export const IDLE_STATE: NotMeasured = { why: 'its state hardly changes with its inputs' };

/**
 * How far back a recurrence's own inputs change the state that it comes to: as `forwardHorizon`, but of one recurrence run by itself, for
 * models in which no step is far from the output, since they read from both ends. The first k steps that it reads (the last in time, where
 * it reads from the end) are another sample's, masked steps too; of the hidden state after its last step the root mean square change is
 * told, averaged over pairings, in units of that at all steps. For the horizon it must be the share of the state's own size too (root
 * mean square over samples and units): where all steps but the first are alike, what has all but decayed of that one is all the
 * difference there is, and no memory. What the layers above make of the state is left out.
 *
 * @param replay the recurrence, or its first samples
 * @param whole of the model, with none and with all steps occluded: whether the loss shows that anything was learnt
 */
export function stateHorizon(given: Replay, whole: ForwardHorizon, { share = 0.1 }: { readonly share?: number } = {}): Measured<ForwardHorizon> {
  const { input: { timesteps, samples: all } } = given;
  if (all < 2) return { why: 'with one sample there is no other to take inputs from' };
  const each = timesteps * stepCost(given) * PLACES * PAIRINGS;
  const replay = firstSamples(given, Math.max(2, Math.floor(WORTH / each)));
  const { recurrence: { backwards }, input } = replay;
  const { samples } = input;
  const end = backwards ? 'last' : 'first';
  const before = lastState(replay, input.x, input.mask);
  const cuts = placesToCut(timesteps, PLACES);
  const paired = pairingsOf(samples, PAIRINGS);
  const x = { data: input.x, shape: [samples, timesteps, input.features], axes: [] };
  const mask = input.mask && { data: Uint8Array.from(input.mask), shape: [samples, timesteps], axes: [] };
  const moved = paired.map((others) => cuts.map((k) => {
    const after = lastState(replay, withOthersSteps(x, k, others, end).data as Floats, mask && withOthersSteps(mask, k, others, end).data);
    return norm(before.map((value, n) => value - after[n]!));
  }));
  const size = norm(before);
  const most = mean(moved, (curve) => curve.at(-1)!)!;
  if (!Number.isFinite(size + most)) return { why: 'its state is not finite' };
  if (most === 0 || most < share * size) return IDLE_STATE;
  const change = Float64Array.from(cuts, (_, i) => mean(moved, (curve) => curve[i]!)! / most);
  const { usesInputs, lossRise, chance } = whole;
  const loss = new Float64Array(cuts.length).fill(Number.NaN);
  [loss[0], loss[cuts.length - 1]] = [whole.loss[0]!, whole.loss.at(-1)!];
  return {
    of: 'state', end, occluded: Int32Array.from(cuts), change, loss, lossRise, usesInputs, chance, timesteps, samples, pairings: paired.length,
    horizon: horizonAmong(cuts, change, Math.min(1, share * Math.max(1, size / most)), timesteps),
  };
}

/** The hidden states after the last step, (samples, units), as float64. */
function lastState({ recurrence, weights, input }: Replay, x: Floats, mask: ArrayLike<number> | undefined): Float64Array {
  const pass = runRecurrence(recurrence, weights, { ...input, x, mask }, { sequence: false, keep: false });
  pass.free();
  return Float64Array.from(pass.lastHidden);
}
