import { sizeOf, type NamedArray, type Numbers } from '../core/array.js';
import type { Call } from '../graph/graph.js';
import { Summed } from '../model/joined.js';
import type { Model } from '../model/model.js';
import type { InsideRecord, StateArrays } from './inside.js';
import type { Recording, WeightRecord } from './layer-run.js';
import { Run } from './run.js';
import type { PassingRecord } from './tap.js';

/** What a trace of some of the samples left; see `traceParts`. */
export interface PartRecordings {
  readonly model: Model;
  readonly loss: number | null;
  readonly predictions: readonly NamedArray[];
  readonly masks: readonly (NamedArray | null)[];
  readonly recordings: ReadonlyMap<Call, Recording>;
}

/** Which samples of a part go where: the first `count` of it to `from`, of `held` in all. */
interface Place { readonly from: number; readonly count: number; readonly held: number }

/**
 * Puts the runs of parts of the samples together as one: arrays of the first samples, as many as are asked for; the loss, and gradients by
 * weights, of all. What comes at once, and is all there is, stays as it is, without a copy.
 */
export class JoinedRuns {
  private model: Model | null = null;
  private samples = 0;
  private loss: number | null = null;
  private readonly predictions: Stack[] = [];
  private readonly masks: Stack[] = [];
  private readonly calls = new Map<Call, JoinedRecording>();

  /** @param held how many samples' arrays are to be held */
  constructor(private readonly held: number) {}

  /** @param of how many samples there are in all */
  add({ model, loss, predictions, masks, recordings }: PartRecordings, of: number): void {
    const held = Math.min(this.held, of);
    const samples = predictions[0]!.shape[0]!;
    const place = { from: this.samples, count: Math.max(0, Math.min(samples, held - this.samples)), held };
    this.model = model;
    this.samples += samples;
    if (loss !== null) this.loss = (this.loss ?? 0) + loss;
    predictions.forEach((array, i) => { (this.predictions[i] ??= new Stack()).add(array, place); });
    masks.forEach((array, i) => { (this.masks[i] ??= new Stack(1)).add(array, place); });
    for (const [call, recording] of recordings) {
      const joined = this.calls.get(call) ?? new JoinedRecording();
      this.calls.set(call, joined);
      joined.add(recording, place);
    }
  }

  run(): Run {
    const recordings = new Map([...this.calls].map(([call, joined]): [Call, Recording] => [call, joined.recording()]));
    return new Run(this.loss, this.predictions.map(({ array }) => array!), this.model!, recordings, null, this.masks.map(({ array }) => array));
  }
}

/** An array that parts are put into, one after another. */
class Stack {
  private whole: { readonly data: Numbers; readonly shape: readonly number[]; readonly axes: readonly string[] } | null = null;

  /** @param fill what stands for the samples of a part that has no such array */
  constructor(private readonly fill = 0) {}

  add(array: NamedArray | null, { from, count, held }: Place): void {
    if (!array || count === 0) return;
    if (count === held && array.shape[0] === held) {
      this.whole = array;
      return;
    }
    const shape = array.shape.with(0, held);
    this.whole ??= { data: new (array.data.constructor as new (length: number) => Numbers)(sizeOf(shape)).fill(this.fill), shape, axes: array.axes };
    const inner = sizeOf(shape.slice(1));
    this.whole.data.set(array.data.subarray(0, count * inner), from * inner);
  }

  get array(): NamedArray | null { return this.whole; }
}

class JoinedRecording {
  /** Of the first part, without its arrays. */
  private first: Recording | null = null;
  private readonly outputs: JoinedPassing[] = [];
  private readonly inputs: JoinedPassing[] = [];
  private readonly inside: JoinedInside[] = [];
  private readonly weights = new Map<string, Summed>();
  private flushed: Float64Array | null = null;

  add(recording: Recording, place: Place): void {
    const { outputs, inputs, inside, weights, flushed } = recording;
    this.flushed = this.first ? addCounts(this.flushed, flushed) : flushed;
    this.first ??= { ...recording, outputs: [], inputs: [], inside: [], weights: weights.map((weight) => ({ ...weight, gradient: null })) };
    outputs.forEach((one, i) => { (this.outputs[i] ??= new JoinedPassing()).add(one, place); });
    inputs.forEach((one, i) => { (this.inputs[i] ??= new JoinedPassing()).add(one, place); });
    inside.forEach((one, i) => { (this.inside[i] ??= new JoinedInside()).add(one, place); });
    for (const { name, gradient } of weights) {
      const sum = this.weights.get(name) ?? new Summed();
      this.weights.set(name, sum);
      if (gradient) sum.add(gradient);
    }
  }

  recording(): Recording {
    const first = this.first!;
    return {
      ...first, outputs: this.outputs.map((one) => one.record()), inputs: this.inputs.map((one) => one.record()), inside: this.inside.map((one) => one.record()),
      weights: first.weights.map((weight): WeightRecord => ({ ...weight, gradient: this.weights.get(weight.name)!.whole })), flushed: this.flushed,
    };
  }
}

class JoinedPassing {
  private about: Pick<PassingRecord, 'shape' | 'axes'> | null = null;
  private readonly value = new Stack();
  private readonly gradient = new Stack();

  add({ shape, axes, value, gradient }: PassingRecord, place: Place): void {
    this.about ??= { shape: shape.with(0, place.held), axes };
    this.value.add(value, place);
    this.gradient.add(gradient, place);
  }

  record(): PassingRecord { return { ...this.about!, value: this.value.array, gradient: this.gradient.array }; }
}

class JoinedStates {
  private readonly hidden = new Stack();
  private readonly cell = new Stack();
  private readonly gates = new Map<string, Stack>();

  add({ hidden, cell, gates }: StateArrays, place: Place): void {
    this.hidden.add(hidden, place);
    this.cell.add(cell, place);
    for (const [gate, array] of Object.entries(gates ?? {})) {
      const stack = this.gates.get(gate) ?? new Stack();
      this.gates.set(gate, stack);
      stack.add(array, place);
    }
  }

  arrays(): StateArrays {
    const gates = [...this.gates].flatMap(([gate, { array }]): [string, NamedArray][] => (array ? [[gate, array]] : []));
    return { hidden: this.hidden.array, cell: this.cell.array, gates: gates.length === 0 ? null : Object.fromEntries(gates) };
  }
}

class JoinedInside {
  private first: InsideRecord | null = null;
  private readonly values = new JoinedStates();
  private readonly gradients = new JoinedStates();
  /** A mask that a part has is a mask of all. */
  private readonly mask = new Stack(1);
  private readonly entered = new Stack();
  private reached = false;
  private flushed: Float64Array | null = null;

  add(record: InsideRecord, place: Place): void {
    const { values, gradients, mask, entered, reached, flushed, shape, axes } = record;
    this.flushed = this.first ? addCounts(this.flushed, flushed) : flushed;
    const none = { hidden: null, cell: null, gates: null };
    // Norms of sums over samples can't be put together from those of parts.
    this.first ??= { ...record, shape: shape.with(0, place.held), values: none, gradients: none, mask: null, entered: null, weightSteps: shape[0] === place.held ? record.weightSteps : null };
    this.values.add(values, place);
    this.gradients.add(gradients, place);
    this.mask.add(mask, place);
    this.entered.add(entered && { data: entered, shape: shape.slice(0, -1), axes: axes.slice(0, -1) }, place);
    this.reached ||= reached;
  }

  record(): InsideRecord {
    return {
      ...this.first!, values: this.values.arrays(), gradients: this.gradients.arrays(), mask: this.mask.array, entered: this.entered.array?.data ?? null,
      reached: this.reached, flushed: this.flushed,
    };
  }
}

/** Counts by timestep of some samples and of others; null where they were not counted. */
const addCounts = (some: Float64Array | null, others: Float64Array | null): Float64Array | null => some && others && some.map((count, step) => count + others[step]!);
