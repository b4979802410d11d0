import type * as tf from '@tensorflow/tfjs-core';
import type { Numbers } from '../core/array.js';
import type { InsideName, Watch } from '../cells/watch.js';
import type { Call } from '../model/calls.js';
import type { LayerVariable } from '../model/internals.js';
import { layerWeights, type LayerWeight } from '../model/weights.js';
import { inputAxes, outputAxes } from './axes.js';
import { InsideRecorder } from './inside.js';
import { Summed } from './joined.js';
import type { Part } from './parts.js';
import { isRecurrentQuantity, QUANTITIES, type Passing, type Quantity } from './quantities.js';
import type { Recording, WeightRecord } from './layer-run.js';
import { Tap } from './tap.js';

/** What is to be recorded. */
export interface Wanted {
  readonly calls: readonly Call[];
  readonly quantities: readonly Quantity[];
  /** Whether the values that pass are recorded beside the gradients by them. */
  readonly values: boolean;
  /** Whether there is a backward pass. */
  readonly differentiated: boolean;
}

/** Records what goes through the wanted calls. A pass takes all samples or a part of them; `collect` after each puts the parts together. */
export class Recorder {
  /** Where the backward pass has got to, as a message says it. */
  reached = '';
  private readonly taps = new Map<Call, Readonly<Record<Passing, Tap[]>>>();
  /** The calls in the order in which they were done. */
  private readonly done = new Set<Call>();
  private readonly quantities: ReadonlySet<Quantity>;
  /** The gradients by weights, of layers that are used several times once. */
  private readonly byWeight = new Map<LayerVariable, Summed>();
  private readonly inside = new Map<Call, InsideRecorder>();

  constructor(private readonly wanted: Wanted) {
    this.quantities = new Set(wanted.quantities);
    const recurrent = wanted.quantities.filter(isRecurrentQuantity);
    const states = recurrent.filter((quantity) => quantity !== 'weight-steps') satisfies InsideName[];
    for (const call of wanted.calls) {
      this.inside.set(call, new InsideRecorder({ label: call.label, values: new Set(wanted.values ? states : []), gradients: new Set(wanted.differentiated ? recurrent : []) }));
      this.taps.set(call, { outputs: [], inputs: [] });
      for (const { variable } of this.weightsOf(call)) this.byWeight.set(variable, new Summed());
    }
  }

  /** Whether there is anything to go backwards for. */
  get wantsGradients(): boolean { return this.wanted.differentiated && this.wanted.calls.length > 0 && this.quantities.size > 0; }

  /** What the loss is differentiated by, beside what is tapped. */
  get variables(): tf.Variable[] { return [...this.byWeight.keys()].map(({ val }) => val); }

  /** Passes on what a call gives or reads. */
  tap(quantity: Passing, call: Call, tensors: tf.Tensor[], part: Part | null, anchor: tf.Scalar | null): tf.Tensor[] {
    const taps = this.taps.get(call)?.[quantity];
    if (taps && quantity === 'outputs') this.done.add(call);
    if (!taps || !this.quantities.has(quantity)) return tensors;
    const [axes, side] = quantity === 'outputs' ? [outputAxes, 'output'] : [inputAxes, 'input'];
    return tensors.map((tensor, i) => {
      taps[i] ??= new Tap(`an ${side} of layer '${call.label}'`, (rank) => axes(call.layer, rank));
      return taps[i].pass(tensor, {
        part, anchor, values: this.wanted.values, reached: () => { this.reached = ` below the ${side} of layer '${call.label}'`; },
      });
    });
  }

  /** What is to look into a call's recurrences. */
  watch(call: Call, part: Part | null, anchor: tf.Scalar | null): Watch | undefined {
    return this.inside.get(call)?.watch(part, anchor, () => { this.reached = ` below the recurrence of layer '${call.label}'`; });
  }

  /**
   * Reads what a pass left, and gives its tensors back.
   *
   * @param gradients by `variables`, in that order
   */
  async collect(part: Part | null, gradients: readonly (tf.Tensor | null)[]): Promise<void> {
    for (const taps of this.taps.values()) for (const tap of Object.values(taps).flat()) await tap.collect(part);
    const sums = [...this.byWeight.values()];
    for (const [i, gradient] of gradients.entries()) if (gradient) sums[i]!.add((await gradient.data()) as Numbers);
  }

  recordings(): Map<Call, Recording> {
    const { values, differentiated } = this.wanted;
    return new Map([...this.done].map((call): [Call, Recording] => [call, {
      call, values, differentiated,
      quantities: QUANTITIES.filter((quantity) => this.quantities.has(quantity)),
      outputs: this.taps.get(call)!.outputs.map(({ record }) => record),
      inputs: this.taps.get(call)!.inputs.map(({ record }) => record),
      weights: this.weightsOf(call).map(({ name, variable, axes }): WeightRecord => (
        { name, shape: variable.shape, axes, gradient: this.byWeight.get(variable)!.whole })),
      inside: this.inside.get(call)!.records,
      flushed: this.inside.get(call)!.flushed,
    }]));
  }

  dispose(): void {
    for (const taps of this.taps.values()) for (const tap of Object.values(taps).flat()) tap.dispose();
  }

  /** The weights by which there is to be a gradient. */
  private weightsOf({ layer }: Call): LayerWeight[] {
    return this.wanted.differentiated && this.quantities.has('weights') ? layerWeights(layer).filter(({ trainable }) => trainable) : [];
  }
}
