import { sizeOf, type NamedArray } from '../core/array.js';
import { asModel } from '../model/as-model.js';
import { inputSlots, outputSlots, readArrays, readInputs, type ArrayInputs } from '../model/inputs.js';
import type { ModelLike } from '../model/live-model.js';
import type { Model } from '../model/model.js';
import { weightLoss } from '../model/penalties.js';
import { trace, type TraceOptions } from '../trace/trace.js';
import type { ForwardHorizon, Horizon, Measured, NotMeasured } from './analysis.js';
import { LastSteps } from './last-steps.js';
import { norm } from './linear-algebra.js';
import { lossOfPredictions, type Predicted } from './loss-of-predictions.js';
import { chanceOf } from './other-targets.js';
import { pairingsOf } from './pairings.js';

export interface ForwardHorizonOptions extends Pick<TraceOptions, 'loss' | 'lossWeights' | 'sampleWeight' | 'classWeight' | 'batchSize'> {
  /** The change that counts, as a share of the change when all inputs are another sample's; default 0.1. */
  readonly share?: number;
  /** How often all is repeated, each time with other samples paired; default 3. */
  readonly pairings?: number;
  /** At how many places, about, the sequence is cut; default 16. With 0 there is only all or nothing. */
  readonly places?: number;
  /** Which steps are taken from another sample: the first, the default, or the last, for a model that reads from the end. */
  readonly occlude?: 'first' | 'last';
}

/**
 * By so much at least, of its magnitude, must the loss rise where all inputs are another sample's, and no more likely must predictions that
 * have nothing to do with the targets do as well: else nothing shows of what was learnt. Of 4 samples or fewer hardly any chance is so small.
 */
export const USED = { rise: 0.5, chance: 0.01 };

/** Of a model that has no memory at all of what it read. */
export const SAYS_THE_SAME: NotMeasured = { why: 'the model says the same whatever its inputs are' };

/**
 * How far back a model's inputs change what it says at the end: its memory, as opposed to the reach of its gradient.
 *
 * The first k timesteps of every sample (the last k, where the model reads from the end) are taken from another sample, for k from none to all, and the model runs again. Of its last
 * output, at the last step that isn't masked, the root mean square change is told, in units of the change at k = all, and the loss, without penalties on weights: they stay as they are. The idea is Khandelwal, He, Qi and
 * Jurafsky 2018 (1805.04623), who take a language model's context away, or perturb it, beyond some distance, and watch the loss rise;
 * taking another sample's rather than zeros keeps the inputs what they may be, tokens too. The horizon is the largest distance from
 * the end, in steps, at which such a change still moves the output by the share.
 *
 * A small gradient isn't a short memory: a state that has been latched keeps what it was set by, and hardly moves with it. Nor is it
 * the other way round: before training, gradient may go far where nothing is remembered yet.
 *
 * @param timesteps how many the recurrences have: inputs of as many are sequences
 * @returns why not, where no input is a sequence, there is only one sample or all are the same, the predictions are all the same, or they or the loss are not finite
 */
export async function forwardHorizon(given: ModelLike, x: ArrayInputs, y: ArrayInputs, timesteps: number, options: ForwardHorizonOptions = {}): Promise<Measured<ForwardHorizon>> {
  const { share = 0.1, pairings = 3, places = 16, occlude: end = 'first', batchSize, ...loss } = options;
  const model = asModel('forwardHorizon', given);
  const inputs = await readInputs(x, inputSlots(model));
  const sequences = sequencesAmong(inputs, timesteps);
  if (!sequences.includes(true)) return { why: `no input of the model has the ${timesteps} timesteps of its recurrences` };
  const samples = inputs[0]!.shape[0]!;
  if (samples < 2) return { why: 'with one sample there is no other to take inputs from' };

  const run = async (changed: readonly NamedArray[]): Promise<Predicted> => trace(model, changed, null, { ...(batchSize === undefined ? {} : { batchSize }), layers: [], quantities: [] });
  const unchanged = await run(inputs);
  const ends = new LastSteps(unchanged, timesteps);
  const first = ends.predicted(unchanged);
  const lossOf = await lossAtEnd(model, y, loss, ends, timesteps);
  const paired = pairingsOf(samples, pairings).filter((others) => inputs.some((input, i) => sequences[i] && differ(input, others)));
  if (paired.length === 0) return { why: 'all samples have the same inputs' };
  const penalties = await weightLoss(model);
  const cuts = placesToCut(timesteps, places);
  const changes: Float64Array[] = [];
  const losses: Float64Array[] = [];
  for (const others of paired) {
    const moved: number[][] = [];
    const risen: number[] = [];
    for (const k of cuts) {
      const again = k === 0 ? first : ends.predicted(await run(inputs.map((input, i) => (sequences[i] ? withOthersSteps(input, k, others, end) : input))));
      moved.push(first.predictions.map((before, i) => changeAtEnd(before, again.predictions[i]!, ends.hasSteps(i) ? timesteps : 1)));
      risen.push(lossOf(again) - penalties);
    }
    // Each output in units of its own change at the end; those that never change say nothing.
    const whole = moved.at(-1)!;
    if (whole.some((change) => !Number.isFinite(change))) return { why: 'what the model says is not finite' };
    const counted = whole.flatMap((change, i) => (change > 0 ? [i] : []));
    if (counted.length === 0) return SAYS_THE_SAME;
    changes.push(Float64Array.from(moved, (at) => norm(counted.map((i) => at[i]! / whole[i]!)) / Math.sqrt(counted.length)));
    losses.push(Float64Array.from(risen));
  }
  const over = (curves: readonly Float64Array[]): Float64Array => Float64Array.from(cuts, (_, i) => curves.reduce((sum, curve) => sum + curve[i]!, 0) / curves.length);
  const change = over(changes);
  const lossCurve = over(losses);
  if (lossCurve.some((value) => !Number.isFinite(value))) return { why: 'the loss is not finite' };
  const rise = lossCurve.at(-1)! - lossCurve[0]!;
  const chance = chanceOf(first, lossOf);
  return {
    of: 'output', end, occluded: Int32Array.from(cuts), change, loss: lossCurve, timesteps, pairings: paired.length, samples,
    // A loss may be 0, or below it.
    lossRise: rise === 0 ? 0 : rise / Math.abs(lossCurve[0]!),
    usesInputs: rise > USED.rise * Math.abs(lossCurve[0]!) && chance <= USED.chance, chance,
    horizon: horizonAmong(cuts, change, share, timesteps),
  };
}

/** The largest distance at which a change of the steps that far back, and farther, moves something by the share: at least so far, where not all places were tried. */
export function horizonAmong(cuts: readonly number[], change: Float64Array, share: number, timesteps: number): Horizon {
  const from = cuts.findIndex((k, i) => k > 0 && change[i]! >= share);
  // Of k steps the nearest is timesteps - k before the end.
  return { steps: timesteps - cuts[from]!, open: cuts[from] === 1 };
}

/** Which inputs are sequences of so many steps: (samples, timesteps, ...); without any of those, (samples, timesteps) of tokens. */
function sequencesAmong(inputs: readonly NamedArray[], timesteps: number): boolean[] {
  const ofRank = (test: (rank: number) => boolean): boolean[] => inputs.map(({ shape }) => test(shape.length) && shape[1] === timesteps);
  const vectors = ofRank((rank) => rank >= 3);
  return vectors.includes(true) ? vectors : ofRank((rank) => rank === 2);
}

/** After how many steps the sequence is cut: all places, or so many, closer to each other near both ends. */
export function placesToCut(timesteps: number, most: number): number[] {
  if (most === 0) return [0, timesteps];
  if (timesteps <= most) return Array.from({ length: timesteps + 1 }, (_, k) => k);
  const near = Array.from({ length: Math.floor(most / 2) }, (_, i) => Math.round(timesteps ** ((i + 1) / Math.floor(most / 2))));
  const even = Array.from({ length: Math.floor(most / 2) }, (_, i) => Math.round(((i + 1) * timesteps) / Math.floor(most / 2)));
  return [...new Set([0, 1, ...even, ...near.map((one) => timesteps - one)])].filter((k) => k >= 0).sort((a, b) => a - b);
}

/** Whether any sample's values are other than those of the one that it takes from. */
function differ({ data, shape }: NamedArray, others: Int32Array): boolean {
  const length = data.length / shape[0]!;
  return data.some((value, n) => value !== data[others[Math.floor(n / length)]! * length + (n % length)]);
}

/** The first k steps of each sample, or the last, from the one that it takes from. */
export function withOthersSteps({ data, shape, axes }: NamedArray, k: number, others: Int32Array, end: 'first' | 'last'): NamedArray {
  const [samples, timesteps] = shape as [number, number];
  const step = sizeOf(shape.slice(2));
  const out = data.slice();
  for (let sample = 0; sample < samples; sample++) {
    const other = others[sample]! * timesteps * step;
    const from = end === 'first' ? 0 : (timesteps - k) * step;
    out.set(data.subarray(other + from, other + from + k * step), sample * timesteps * step + from);
  }
  return { data: out, shape, axes };
}

/** How far a prediction has moved, as a norm over samples; at the last of its steps. */
function changeAtEnd(before: NamedArray, after: NamedArray, steps: number): number {
  const row = before.data.length / before.shape[0]!;
  const inner = row / steps;
  const off = Array.from(before.data, (value, n) => (n % row >= row - inner ? value - after.data[n]! : 0));
  return norm(off);
}

/** What the loss is of beside predictions. */
type LossParts = Pick<ForwardHorizonOptions, 'loss' | 'lossWeights' | 'sampleWeight' | 'classWeight'>;

/** The loss at the last step of each sample, of an output with timesteps; of any other all of it. */
async function lossAtEnd(model: Model, y: ArrayInputs, { sampleWeight, ...parts }: LossParts, ends: LastSteps, timesteps: number): Promise<(predicted: Predicted) => number> {
  const outputs = outputSlots(model);
  const targets = (await readArrays(y, outputs, 'y')).map((array, i) => array && ends.moved(i, array));
  const given = sampleWeight === undefined ? undefined : await readArrays(sampleWeight as ArrayInputs, outputs, 'sampleWeight');
  const weights = ends.some ? targets.map((target, i) => (ends.hasSteps(i) && target ? weightsAtEnd(i, given?.[i], ends, target.shape[0]!, timesteps) : given?.[i])) : given;
  return lossOfPredictions(model, targets, { ...parts, sampleWeight: weights });
}

/** Weights under which the loss of an output with timesteps is that at its last one: (samples, timesteps). */
function weightsAtEnd(output: number, given: NamedArray | undefined, ends: LastSteps, samples: number, timesteps: number): NamedArray {
  const own = given && ends.moved(output, given);
  const data = new Float32Array(samples * timesteps);
  for (let sample = 0; sample < samples; sample++) {
    const last = sample * timesteps + timesteps - 1;
    if (ends.hasStep(output, sample)) data[last] = timesteps * (own === undefined ? 1 : own.shape.length === 1 ? own.data[sample]! : own.data[last]!);
  }
  return { data, shape: [samples, timesteps], axes: ['samples', 'timesteps'] };
}
