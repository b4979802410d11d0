import type { Floats } from '../cells/floats.js';
import type { InsideName, Watch } from '../cells/watch.js';
import type { Onlooker } from '../graph/context.js';
import type { Call } from '../graph/graph.js';
import type { Tape } from '../graph/tape.js';
import type { Tensor } from '../graph/tensor.js';
import type { Weight } from '../graph/weight.js';
import { inputAxes, outputAxes } from '../model/axes.js';
import { Summed } from '../model/joined.js';
import type { Part } from '../model/parts.js';
import type { Precision } from '../model/precision.js';
import { layerWeights, type LayerWeight } from '../model/weights.js';
import { InsideRecorder } from './inside.js';
import type { Recording, WeightRecord } from './layer-run.js';
import { isRecurrentQuantity, QUANTITIES, type Passing, type Quantity } from './quantities.js';
import { Tap } from './tap.js';

/** What is to be recorded. */
export interface Wanted {
  readonly calls: readonly Call[];
  readonly quantities: readonly Quantity[];
  /** Whether the values that pass are recorded beside the gradients by them. */
  readonly values: boolean;
  /** Whether there is a backward pass. */
  readonly differentiated: boolean;
  readonly precision: Precision;
}

/** A pass that is looked at: all samples, or a part of them. */
export interface LookedAt {
  readonly part: Part | null;
  /** Null where there is no way back. */
  readonly tape: Tape | null;
  /** Arrays that belong to the caller. */
  readonly theirs: ReadonlySet<unknown>;
}

/** Records what goes through the wanted calls, pass after pass. */
export class Recorder {
  /** Where the way back has got to, as a message says it. */
  reached = '';
  private readonly taps = new Map<Call, Readonly<Record<Passing, Tap[]>>>();
  /** The calls in the order in which they were done. */
  private readonly done = new Set<Call>();
  private readonly quantities: ReadonlySet<Quantity>;
  /** The gradients by weights, of layers that are used several times once. */
  private readonly byWeight = new Map<Weight, Summed>();
  private readonly weights = new Map<Call, readonly LayerWeight[]>();
  private readonly inside = new Map<Call, InsideRecorder>();

  constructor(private readonly wanted: Wanted) {
    const { calls, quantities, values, differentiated } = wanted;
    this.quantities = new Set(quantities);
    const recurrent = quantities.filter(isRecurrentQuantity);
    const states = recurrent.filter((quantity) => quantity !== 'weight-steps') satisfies InsideName[];
    for (const call of calls) {
      this.inside.set(call, new InsideRecorder({ label: call.label, values: new Set(values ? states : []), gradients: new Set(differentiated ? recurrent : []) }));
      this.taps.set(call, { outputs: [], inputs: [] });
      const own = differentiated && this.quantities.has('weights') ? layerWeights(call.layer).filter(({ weight }) => weight.trainable) : [];
      this.weights.set(call, own);
      for (const { weight } of own) this.byWeight.set(weight, new Summed());
    }
  }

  /** Whether there is anything to go backwards for. */
  get wantsGradients(): boolean { return this.wanted.differentiated && this.wanted.calls.length > 0 && this.quantities.size > 0; }

  /** Whether the loss is differentiated by a weight. */
  follows(weight: Weight): boolean { return this.byWeight.has(weight); }

  /** What looks at a pass. */
  onlooker(looked: LookedAt): Onlooker {
    return {
      enter: (call, inputs, fold) => this.tap('inputs', call, inputs, fold, looked),
      leave: (call, outputs, fold) => this.tap('outputs', call, outputs, fold, looked),
      watch: (call, fold): Watch | null => this.inside.get(call)?.watch(looked.part, fold) ?? null,
    };
  }

  /** Takes the gradients by weights of a pass that has gone back. */
  collect(tape: Tape, weight: (one: Weight) => Tensor): void {
    for (const [one, sum] of this.byWeight) {
      const gradient: Floats | null = tape.adjoint(weight(one));
      if (gradient) sum.add(gradient);
    }
  }

  recordings(): Map<Call, Recording> {
    const { values, differentiated, precision } = this.wanted;
    const quantities = QUANTITIES.filter((quantity) => this.quantities.has(quantity));
    return new Map([...this.done].map((call): [Call, Recording] => {
      const { outputs, inputs } = this.taps.get(call)!;
      const inside = this.inside.get(call)!;
      return [call, {
        call, values, differentiated, precision, quantities,
        outputs: outputs.map(({ record }) => record),
        inputs: inputs.map(({ record }) => record),
        weights: this.weights.get(call)!.map(({ name, weight }): WeightRecord => ({ name, shape: weight.shape, axes: weight.axes, gradient: this.byWeight.get(weight)!.whole })),
        inside: inside.records,
        flushed: inside.flushed,
      }];
    }));
  }

  /** Passes on what a call gives or reads. */
  private tap(quantity: Passing, call: Call, tensors: readonly Tensor[], fold: number, { part, tape, theirs }: LookedAt): readonly Tensor[] {
    const taps = this.taps.get(call)?.[quantity];
    if (!taps) return tensors;
    if (quantity === 'outputs') this.done.add(call);
    if (!this.quantities.has(quantity)) return tensors;
    const [axes, side] = quantity === 'outputs' ? [outputAxes, 'output'] : [inputAxes, 'input'];
    return tensors.map((tensor, i) => {
      taps[i] ??= new Tap(`an ${side} of layer '${call.label}'`, (rank) => axes(call.layer, rank));
      return taps[i].pass(tensor, { part, fold, tape, theirs, values: this.wanted.values, reached: () => { this.reached = ` below the ${side} of layer '${call.label}'`; } });
    });
  }
}
