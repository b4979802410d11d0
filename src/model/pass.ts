import type { Floats } from '../cells/floats.js';
import type { Context, Onlooker, States } from '../graph/context.js';
import type { Masked } from '../graph/layer.js';
import { runCalls } from '../graph/run.js';
import type { Tape } from '../graph/tape.js';
import { Tensor } from '../graph/tensor.js';
import type { Weight } from '../graph/weight.js';
import type { Model } from './model.js';
import { inPrecision, type Precision } from './precision.js';
import { allWeights } from './sublayers.js';

/** What a model's weights hold. */
export type WeightNumbers = ReadonlyMap<Weight, Floats>;

/** Reads a model's weights as they are now, in one precision, and waits for what a pass is to wait for. */
export async function weightNumbers(model: Model, precision: Precision): Promise<WeightNumbers> {
  if (model.ready) await model.ready();
  const numbers = new Map<Weight, Floats>();
  for (const weight of allWeights(model.graph)) {
    const read = weight.read();
    // Awaited only where there is something to wait for.
    numbers.set(weight, inPrecision(read instanceof Promise ? await read : read, precision));
  }
  return numbers;
}

/** How a model runs. */
export interface PassOptions {
  readonly precision: Precision;
  readonly numbers: WeightNumbers;
  readonly training: boolean;
  /** Whether stateful layers keep the states that they come to. */
  readonly keepStates: boolean;
  /** Follows what is computed; null, the default, where there is no way back. */
  readonly tape?: Tape | null;
  /** Which weights are followed. */
  readonly follows?: (weight: Weight) => boolean;
  readonly onlooker?: Onlooker | null;
}

/** What a layer adds to the loss for its activity, a scalar; and whether that is a mean over the samples, rather than a sum. */
export interface Activity { readonly term: Tensor; readonly mean: boolean }

/** What came of a pass. */
export interface Passed {
  /** One for each of the model's outputs. */
  readonly outputs: readonly Masked[];
  /** What layers add to the loss for their activity. */
  readonly activity: readonly Activity[];
  /** A weight as the pass used it: followed, where it is. */
  readonly weight: (weight: Weight) => Tensor;
}

/** Runs a model's graph once. */
export function runPass(model: Model, inputs: readonly Tensor[], { precision, numbers, training, keepStates, tape = null, follows, onlooker = null }: PassOptions): Passed {
  const weights = new Map<Weight, Tensor>();
  const weight = (one: Weight): Tensor => {
    const known = weights.get(one);
    if (known) return known;
    const plain = new Tensor(numbers.get(one)!, one.shape);
    const tensor = tape && follows?.(one) ? tape.follow(plain) : plain;
    weights.set(one, tensor);
    return tensor;
  };
  const activity: Activity[] = [];
  const context: Context = {
    training, tape, weight, onlooker, call: null, watch: null, fold: 1,
    // Looked up each time: a test, or a user, may put another in its place.
    random: () => Math.random(),
    states: statesIn(model.statesFor(keepStates), precision),
    penalise: (term, mean) => { activity.push({ term, mean }); },
  };
  return { outputs: runCalls(model.calls, inputs.map((value) => ({ value, mask: null })), context), activity, weight };
}

/** States in the precision of the run, whatever that of the one was that left them. */
const statesIn = (states: States, precision: Precision): States => ({
  of: (layer) => states.of(layer)?.map(({ data, shape, dtype }) => new Tensor(dtype === 'float' ? inPrecision(data, precision) : data, shape, dtype)) ?? null,
  keep: (layer, after) => { states.keep(layer, after); },
});
