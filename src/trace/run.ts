import type { NamedArray } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { suggestion } from '../core/nearest.js';
import { findCall, findCalls, type LayerId } from '../model/find.js';
import type { Call, Graph } from '../model/calls.js';

/** What can be asked of a layer today. */
const QUANTITIES = ['outputs'] as const;
export type Quantity = (typeof QUANTITIES)[number];

/** What one pass recorded of one layer. */
export interface Recording {
  readonly call: Call;
  readonly outputs: readonly NamedArray[];
  /** One for each output: null where no path leads from it to the loss. Empty where no backward pass was made. */
  readonly outputGradients: readonly (NamedArray | null)[];
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
  get outputCount(): number { return this.recording.outputs.length; }

  /**
   * A forward value of the layer.
   *
   * @param quantity `outputs`: what the layer returned, e.g. (samples, timesteps, units)
   * @param output which of the layer's outputs, where it has several
   */
  value(quantity: Quantity = 'outputs', output = 0): NamedArray {
    this.check(quantity, output);
    return this.recording.outputs[output]!;
  }

  /**
   * The gradient of the loss by a quantity of the layer, of the same shape as its value.
   *
   * `outputs` is dL/dY through the layers that consume the output tensor Y: See RNN's definition. It leaves out what
   * reaches Y's timesteps through the layer's own recurrence, so it is not the gradient through time.
   *
   * Where no path leads from the output to the loss the gradient is zero; {@link LayerRun.reachesLoss} tells that zero from others.
   *
   * @throws SeeRnnError where the run was made without targets
   */
  gradient(quantity: Quantity = 'outputs', output = 0): NamedArray {
    this.check(quantity, output);
    this.needTargets();
    const value = this.recording.outputs[output]!;
    return this.recording.outputGradients[output] ?? { ...value, data: new Float32Array(value.data.length) };
  }

  /** Whether any path leads from the layer's output to the loss. */
  reachesLoss(output = 0): boolean {
    this.check('outputs', output);
    this.needTargets();
    return this.recording.outputGradients[output] !== null;
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

  private needTargets(): void {
    if (this.recording.outputGradients.length === 0) {
      throw new SeeRnnError(`layer '${this.name}': there are no gradients, since the run was made without targets: trace(model, x, y)`);
    }
  }

  private check(quantity: string, output: number): void {
    if (!(QUANTITIES as readonly string[]).includes(quantity)) {
      throw new SeeRnnError(`layer '${this.name}': unknown quantity '${quantity}'${suggestion(quantity, QUANTITIES)}`);
    }
    if (!(output in this.recording.outputs)) {
      throw new SeeRnnError(`layer '${this.name}': no output ${output}: it has ${this.outputCount}`);
    }
  }
}

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
