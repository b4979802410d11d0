import { isElementwise } from '../cells/activations.js';
import type { Floats } from '../cells/floats.js';
import { reversedInTime } from '../cells/layout.js';
import { runRecurrence, type RecurrentPass } from '../cells/run.js';
import { forwardThroughTime, type Recurrence, type RecurrentWeights, type SequenceInput, type SequencePass } from '../cells/sequence.js';
import type { NamedArray, Numbers } from '../core/array.js';
import type { States } from '../graph/context.js';
import type { Call } from '../graph/graph.js';
import type { RecurrentCell } from '../graph/layer.js';
import type { WeightNumbers } from '../model/pass.js';
import { recurrentParts, type RecurrentPart } from '../model/recurrent-parts.js';
import type { LayerRun } from '../trace/layer-run.js';
import type { Measured } from './analysis.js';

/**
 * A recurrence with all that is needed to run it again by itself: what a trace recorded of one part of a layer. Time in input order.
 */
export interface Replay {
  readonly recurrence: Recurrence;
  readonly weights: RecurrentWeights;
  /** Everything but the precision is as in the model. */
  readonly input: SequenceInput;
  /** (samples, timesteps, units): the total dL/dh_t that the trace found. */
  readonly hiddenGradient: NamedArray;
}

/** What a model holds that a run doesn't: its weights' numbers, in float32, and the states that stateful layers begin with. */
export interface ReplaySource { readonly numbers: WeightNumbers; readonly states: States }

/** Multiplications and additions of one step of one sample, forwards. */
export const stepCost = ({ recurrence: { cell, units }, input: { features } }: Replay): number => cell.gates.length * units * (units + features);

/**
 * Puts together what a recurrence read, from a run with `inputs` and `hidden` recorded.
 *
 * @returns why not, where it read something that the run doesn't hold; checked by what comes out of it
 */
export function replayOf({ layer }: Call, run: LayerRun, part: string, { numbers, states }: ReplaySource): Measured<Replay> {
  const parts = recurrentParts(layer);
  const own = parts.find((one) => one.part === part);
  if (!own) return { why: 'its cell is not known here' };
  const { read } = own;
  const hidden = run.value('hidden', part);
  if (hidden.shape.length !== 3) return { why: 'it is called once for each timestep of another sequence, as in a TimeDistributed layer' };
  if (read.timeMajor) return { why: 'it has the timesteps in front of the samples' };
  const [samples, timesteps] = hidden.shape as [number, number, number];
  const index = read.cells.indexOf(own.cell);
  const x = index === 0 ? run.value('inputs', 0) : run.value('hidden', parts.find((one) => one.read === read && one.cell === read.cells[index - 1])!.part);
  const weights = own.cell.weights.map((weight) => numbers.get(weight)!);
  const [initialHidden, initialCell] = initialStates(run, parts, own, index, states);
  const replay: Replay = {
    // Above the first of stacked cells everything goes in the direction of that one.
    recurrence: { ...own.cell.recurrence, backwards: read.cells[0]!.recurrence.backwards },
    weights: { kernel: weights[0]!, recurrentKernel: weights[1]!, bias: weights[2] ?? null },
    input: { samples, timesteps, features: x.shape.at(-1)!, x: asFloats(x), initialHidden, initialCell, mask: run.mask(part)?.data },
    hiddenGradient: run.gradient('hidden', part),
  };
  return sameAs(hidden, replay) ? replay : { why: 'running it again by itself gives other states than in the model: it reads something that was not recorded' };
}

/** How many states a cell has. */
const stateCount = ({ recurrence }: RecurrentCell): number => (recurrence.cell.hasCellState ? 2 : 1);
const asFloats = ({ data }: NamedArray): Float32Array => (data instanceof Float32Array ? data : Float32Array.from(data));

/** What the recurrence began with: further inputs of the layer, or the states that a stateful one keeps. Empty where it began with zeros. */
function initialStates(run: LayerRun, parts: readonly RecurrentPart[], { layer, read }: RecurrentPart, index: number, states: States): Float32Array[] {
  const count = stateCount(read.cells[index]!);
  const before = read.cells.slice(0, index).reduce((sum, cell) => sum + stateCount(cell), 0);
  const given = run.inputCount - 1;
  if (given > 0) {
    const directions = [...new Set(parts.map((one) => one.read))];
    const first = 1 + (given / directions.length) * directions.indexOf(read) + before;
    return Array.from({ length: count }, (_, i) => asFloats(run.value('inputs', first + i)));
  }
  const kept = layer.stateful ? states.of(layer) : null;
  return kept ? kept.slice(before, before + count).map(({ data }) => Float32Array.from(data)) : [];
}

/** Whether the recurrence, run by itself, comes to the states that the trace recorded, to float32's rounding over many steps. */
function sameAs({ data }: NamedArray, { recurrence, weights, input }: Replay): boolean {
  const pass = runRecurrence(recurrence, weights, input, { sequence: true, keep: false });
  const sequence = pass.sequence!;
  pass.free();
  const { samples, timesteps } = input;
  // In the order of processing.
  const found = recurrence.backwards ? reversedInTime(sequence, samples, timesteps) : sequence;
  if (found.length !== data.length) return false;
  let [scale, worst] = [0, 0];
  for (let n = 0; n < data.length; n++) {
    const [expected, is] = [data[n]!, found[n]!];
    const off = Math.abs(expected - is);
    // States that are not numbers are not numbers here too.
    if (off > worst || Number.isNaN(off)) {
      if (Number.isFinite(expected) || Number.isFinite(is)) worst = off;
      else continue;
    }
    if (Math.abs(expected) > scale) scale = Math.abs(expected);
  }
  return worst <= 1e-3 * scale;
}

const float64 = (from: Floats): Float64Array => Float64Array.from(from);

/** The same in float64, so that everything worked out from it is. */
export function inFloat64({ recurrence, weights: { kernel, recurrentKernel, bias }, input, hiddenGradient }: Replay): Replay {
  const { x, initialHidden, initialCell } = input;
  return {
    recurrence, hiddenGradient,
    weights: { kernel: float64(kernel), recurrentKernel: float64(recurrentKernel), bias: bias && float64(bias) },
    input: { ...input, x: float64(x), initialHidden: initialHidden && float64(initialHidden), initialCell: initialCell && float64(initialCell) },
  };
}

/** The same for the first of its samples only, in the same memory. */
export function firstSamples({ recurrence, weights, input, hiddenGradient }: Replay, count: number): Replay {
  const { samples, x, initialHidden, initialCell, mask } = input;
  if (count >= samples) return { recurrence, weights, input, hiddenGradient };
  const cut = <A extends Numbers>(array: A): A => array.subarray(0, (array.length / samples) * count) as A;
  const { data, shape, axes } = hiddenGradient;
  return {
    recurrence, weights,
    input: {
      ...input, samples: count, x: cut(x), initialHidden: initialHidden && cut(initialHidden), initialCell: initialCell && cut(initialCell),
      mask: mask && cut(Uint8Array.from(mask)),
    },
    hiddenGradient: { data: cut(data), shape: [count, ...shape.slice(1)], axes },
  };
}

/** Replays of one recurrence with samples that follow each other, as one. */
export function joinedReplays(parts: readonly Replay[]): Replay {
  const [first] = parts as [Replay];
  if (parts.length === 1) return first;
  const { recurrence, weights, input: { timesteps, features }, hiddenGradient: { shape, axes } } = first;
  const samples = parts.reduce((sum, { input }) => sum + input.samples, 0);
  const initial = (of: 'initialHidden' | 'initialCell'): Float32Array | undefined => (first.input[of] ? joined(parts.map(({ input }) => input[of]!)) : undefined);
  // A mask that a part has is a mask of all.
  const masks = parts.some(({ input }) => input.mask !== undefined) ? parts.map(({ input }) => Uint8Array.from(input.mask ?? new Uint8Array(input.samples * timesteps).fill(1))) : null;
  return {
    recurrence, weights,
    input: {
      samples, timesteps, features, x: joined(parts.map(({ input }) => input.x)), initialHidden: initial('initialHidden'), initialCell: initial('initialCell'),
      mask: masks ? Uint8Array.from(joined(masks)) : undefined,
    },
    hiddenGradient: { data: joined(parts.map(({ hiddenGradient }) => hiddenGradient.data)), shape: [samples, ...shape.slice(1)], axes },
  };
}

/** Arrays one after another, as float32. */
export function joined(parts: readonly Numbers[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Runs it forwards, to be read and to go backwards: on the kernels in float32, on the reference cells in float64. */
export const replayed = ({ recurrence, weights, input }: Replay): RecurrentPass => runRecurrence(recurrence, weights, input, { sequence: false, keep: true });

/** Runs it forwards in float64, with everything inside laid open. */
export function laidOpen(replay: Replay): SequencePass {
  const { recurrence, weights, input } = inFloat64(replay);
  return forwardThroughTime(recurrence, weights, input);
}

/** Why there are no Jacobians of it; null where there are. */
export const noJacobians = ({ recurrence: { activation, recurrentActivation, cell } }: Replay): string | null => {
  const blocking = [activation, ...(cell.recurrentlyActivated.length > 0 ? [recurrentActivation] : [])].find((one) => !isElementwise(one));
  return blocking ? `the activation '${blocking.name}' mixes units, and Jacobians are worked out for those that act on each alone` : null;
};

/** The steps of a sample that are not masked, in the order in which they are processed. */
export function stepsOf({ recurrence: { backwards }, input: { timesteps, mask } }: Replay, sample: number): number[] {
  const steps = Array.from({ length: timesteps }, (_, step) => (backwards ? timesteps - 1 - step : step));
  return mask ? steps.filter((t) => mask[sample * timesteps + t] !== 0) : steps;
}

/** Where in `stepsOf` the loss last comes in: the last step at which the total gradient is not zero; -1 where it is zero throughout. */
export function lastEntry({ hiddenGradient: { data, shape } }: Replay, sample: number, steps: readonly number[]): number {
  const [timesteps, units] = [shape[1]!, shape[2]!];
  return steps.findLastIndex((t) => {
    const from = (sample * timesteps + t) * units;
    return data.subarray(from, from + units).some((value) => value !== 0);
  });
}
