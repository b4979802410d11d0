import type { NamedArray, Numbers } from '../core/array.js';
import { sizeOf } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { suggestion } from '../core/nearest.js';
import { findCall, findCalls, type LayerId } from '../model/find.js';
import type { Call, Graph } from '../model/calls.js';
import { QUANTITIES, type Passing, type Quantity } from './quantities.js';
import type { PassingRecord } from './tap.js';

/** What was recorded of one of a layer's weights. */
export interface WeightRecord {
  readonly name: string;
  readonly shape: readonly number[];
  readonly axes: readonly string[];
  /** Null where no path leads from it to the loss. */
  readonly gradient: Numbers | null;
}

/** What was recorded of one layer. */
export interface Recording {
  readonly call: Call;
  /** What was asked for. */
  readonly quantities: readonly Quantity[];
  /** Whether values were asked for, and whether there was a backward pass. */
  readonly values: boolean;
  readonly differentiated: boolean;
  /** One for each output, and each input; none where they were not asked for. */
  readonly outputs: readonly PassingRecord[];
  readonly inputs: readonly PassingRecord[];
  readonly weights: readonly WeightRecord[];
  /** How many adjoints became 0 at each timestep; null where none were counted. */
  readonly flushed: Float64Array | null;
}

/** One layer in a {@link Run}. */
export class LayerRun {
  /** The layer's name; see `trace` on shared layers and nested models. */
  readonly name: string;
  readonly className: string;

  constructor(private readonly recording: Recording) {
    this.name = recording.call.label;
    this.className = recording.call.layer.getClassName();
  }

  /** How many output tensors the layer has: more than one where it returns its states too. */
  get outputCount(): number { return this.recording.outputs.length || this.recording.call.node.outputTensors.length; }

  /** How many tensors the layer reads: more than one where it merges several, or is given its initial states. */
  get inputCount(): number { return this.className === 'InputLayer' ? 0 : this.recording.call.node.inputTensors.length; }

  /**
   * A forward value of the layer.
   *
   * @param quantity `outputs`: what the layer returned, e.g. (samples, timesteps, units); `inputs`: what it read, e.g.
   *   (samples, timesteps, features)
   * @param index which of the layer's outputs, or inputs, where it has several
   * @throws SeeRnnError where the quantity was not recorded, or the layer has no such output or input
   */
  value(quantity: Passing = 'outputs', index = 0): NamedArray {
    const { value } = this.passing(quantity, index);
    if (!value) throw new SeeRnnError(`layer '${this.name}': values were not recorded, since the run was made with { values: false }`);
    return value;
  }

  /**
   * The gradient of the loss by a quantity of the layer.
   *
   * - `outputs` is dL/dY through the layers that consume the output tensor Y: See RNN's definition. It leaves out what
   *   reaches Y's timesteps through the layer's own recurrence, so it is not the gradient through time. Of the same shape as Y.
   * - `inputs` is dL/dX through this layer, its recurrence included: where other layers read X as well, what goes through those
   *   is left out. Of the same shape as X.
   * - `weights` is dL/dW for every weight of the layer that training is to change, frozen or not, by their names: `kernel`,
   *   `recurrent_kernel`, `bias`; `forward/kernel` in a part. Penalties of regularised weights are in it. A layer that is used
   *   several times has one, over all its uses.
   *
   * Where no path leads from there to the loss the gradient is zero; {@link LayerRun.reachesLoss} tells that zero from others.
   *
   * @param index which of the layer's outputs, or inputs, where it has several
   * @throws SeeRnnError where the run was made without targets, the quantity was not recorded, or the layer has no such output or input
   * @example
   * const run = await trace(model, x, y, { quantities: ['inputs', 'weights'] });
   * const { kernel, recurrent_kernel, bias } = run.layer('lstm').gradient('weights');
   */
  gradient(quantity?: Passing, index?: number): NamedArray;
  gradient(quantity: 'weights'): Record<string, NamedArray>;
  gradient(quantity: Quantity = 'outputs', index = 0): NamedArray | Record<string, NamedArray> {
    if (quantity === 'weights') {
      this.check(quantity, 0);
      this.needTargets();
      return Object.fromEntries(this.recording.weights.map(({ name, ...weight }) => [name, gradientOf(weight, weight.gradient)]));
    }
    const record = this.passing(quantity, index);
    this.needTargets();
    return record.gradient ?? gradientOf(record, null);
  }

  /**
   * Whether any path leads from the layer's output to the loss.
   *
   * @param index which output, where it has several
   * @param quantity `inputs` asks it of what the layer reads: whether a path leads from there through the layer to the loss
   */
  reachesLoss(index = 0, quantity: Passing = 'outputs'): boolean {
    const { gradient } = this.passing(quantity, index);
    this.needTargets();
    return gradient !== null;
  }

  /**
   * How many adjoints were flushed to zero at each timestep on the way back through a recurrent layer: (timesteps), in
   * input order, over all samples and units, a Bidirectional layer's two directions added up.
   *
   * Counted are the layer's own adjoints, of its hidden states, cell states and gates' pre-activations, that were not 0 but
   * below 1e-30 in magnitude: the kernels make those 0, since float32's last, denormal numbers are some hundred times
   * slower. So the count belongs to a gradient below the layer, that by the outputs it reads: a zero there at a timestep is
   *
   * - structural, if `reachesLoss()` of what is below is false,
   * - underflow, if at that timestep, or one that the backward pass came through before it (later ones, in a layer that reads
   *   forwards), adjoints were flushed,
   * - else exactly zero: masked, a saturated activation, or a loss that doesn't depend on it.
   *
   * Null where none were counted: the layer is not recurrent, or ran on TF.js or on the reference cells (docs/speed.md lists
   * when), or there was no backward pass through it, since it doesn't reach the loss or nothing below it was recorded.
   *
   * @throws SeeRnnError where the run was made without targets
   * @example
   * const below = run.layer('lstm_1').gradient(); // by what lstm_2 reads
   * const counts = run.layer('lstm_2').flushed()?.data; // counts[t] > 0: adjoints at t fell below 1e-30
   */
  flushed(): NamedArray | null {
    this.needTargets();
    const { flushed } = this.recording;
    return flushed && { data: flushed, shape: [flushed.length], axes: ['timesteps'] };
  }

  private passing(quantity: Passing, index: number): PassingRecord {
    this.check(quantity, index);
    if ((quantity as Quantity) === 'weights') throw new SeeRnnError(`layer '${this.name}': weights have gradients here; their values come from getWeights(model, '${this.name}')`);
    return this.recording[quantity][index]!;
  }

  private needTargets(): void {
    if (!this.recording.differentiated) {
      throw new SeeRnnError(`layer '${this.name}': there are no gradients, since the run was made without targets: trace(model, x, y)`);
    }
  }

  private check(quantity: Quantity, index: number): void {
    if (!QUANTITIES.includes(quantity)) {
      throw new SeeRnnError(`layer '${this.name}': unknown quantity '${quantity}'${suggestion(quantity, QUANTITIES)}`);
    }
    if (!this.recording.quantities.includes(quantity)) {
      throw new SeeRnnError(`layer '${this.name}': '${quantity}' was not recorded: ask for it by { quantities: ['${quantity}'] }`);
    }
    const count = quantity === 'outputs' ? this.outputCount : quantity === 'inputs' ? this.inputCount : 1;
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      throw new SeeRnnError(`layer '${this.name}': no ${quantity.slice(0, -1)} ${index}: it has ${count}`);
    }
  }
}

/** Zeros where there is no gradient. */
const gradientOf = ({ shape, axes }: Pick<PassingRecord, 'shape' | 'axes'>, data: Numbers | null): NamedArray =>
  ({ data: data ?? new Float32Array(sizeOf(shape)), shape: [...shape], axes: [...axes] });

/** One forward and one backward pass through a model, recorded. Plain data: nothing to dispose of. */
export class Run {
  constructor(
    /** The loss, or null where the run was made without targets. */
    readonly loss: number | null,
    /** What the model predicted, one array for each of its outputs. */
    readonly predictions: readonly NamedArray[],
    private readonly graph: Graph,
    private readonly recordings: ReadonlyMap<Call, Recording>,
  ) {}

  /** The names of the recorded layers, each after those it reads from. */
  get layers(): string[] { return [...this.recordings.keys()].map(({ label }) => label); }

  /**
   * One recorded layer, by its index in `model.layers`, its name, or a part of its name that no other has.
   *
   * @throws SeeRnnError where there is no such layer, or several, or it was not among the recorded ones
   */
  layer(id: LayerId): LayerRun { return this.recorded(findCall(this.graph, id)); }

  /** Several recorded layers: `'*'` is all that were recorded. */
  select(id: LayerId | readonly LayerId[]): LayerRun[] {
    if (id === '*') return [...this.recordings.values()].map((recording) => new LayerRun(recording));
    return findCalls(this.graph, id).map((call) => this.recorded(call));
  }

  private recorded(call: Call): LayerRun {
    const recording = this.recordings.get(call);
    if (!recording) {
      const held = this.layers.length === 0 ? 'no layers' : this.layers.join(', ');
      throw new SeeRnnError(`layer '${call.label}' was not recorded: the run holds ${held}`);
    }
    return new LayerRun(recording);
  }
}
