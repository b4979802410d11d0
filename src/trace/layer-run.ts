import type { NamedArray, Numbers } from '../core/array.js';
import { sizeOf } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { suggestion } from '../core/nearest.js';
import { shown } from '../core/options.js';
import type { Call } from '../graph/graph.js';
import type { Precision } from '../model/precision.js';
import { whyNotRecurrent } from '../model/recurrent-parts.js';
import type { InsideRecord } from './inside.js';
import { isRecurrentQuantity, QUANTITIES, type ByName, type Passing, type Quantity, type RecurrentQuantity, type State } from './quantities.js';
import type { PassingRecord } from './tap.js';
import { countZeros, type ZeroCounts } from './zeros.js';

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
  readonly precision: Precision;
  /** One for each output, and each input; none where they were not asked for. */
  readonly outputs: readonly PassingRecord[];
  readonly inputs: readonly PassingRecord[];
  readonly weights: readonly WeightRecord[];
  /** One for each recurrence; none of a layer that is not recurrent, or whose cell is not known here. */
  readonly inside: readonly InsideRecord[];
  /** How many adjoints became 0 at each timestep; null where none were counted. */
  readonly flushed: Float64Array | null;
}

/** One recurrence of a layer. */
export type RecurrenceInfo = Pick<InsideRecord, 'part' | 'kind' | 'units' | 'gates' | 'backwards'>;

type Arrays = Record<string, NamedArray>;

/** One layer in a {@link Run}. */
export class LayerRun {
  /** The layer's name; see `trace` on shared layers and nested models. */
  readonly name: string;
  readonly className: string;

  constructor(private readonly recording: Recording) {
    this.name = recording.call.label;
    this.className = recording.call.layer.className;
  }

  /** How many output tensors the layer has: more than one where it returns its states too. */
  get outputCount(): number { return this.recording.call.node.outputs.length; }

  /** How many tensors the layer reads: more than one where it merges several, or is given its initial states. */
  get inputCount(): number { return this.recording.call.node.inputs.length; }

  /**
   * The names of the layer's recurrences: `['']` where it has one; `['forward', 'backward']` of a Bidirectional layer; `['0', '1']`
   * of stacked cells; none of a layer that is not recurrent.
   */
  get parts(): string[] { return this.recording.inside.map(({ part }) => part); }

  /** What these recurrences are: their cells, gates in the order in which weights are stored, and whether they read the input from the end. */
  get recurrences(): RecurrenceInfo[] {
    return this.recording.inside.map(({ part, kind, units, gates, backwards }) => ({ part, kind, units, gates: [...gates], backwards }));
  }

  /**
   * A forward value of the layer. Time is in input order, also of a layer that reads from the end.
   *
   * - `outputs`: what the layer returned, e.g. (samples, timesteps, units)
   * - `inputs`: what it read, e.g. (samples, timesteps, features)
   * - `hidden`, and of an LSTM `cell`: its states after every timestep, (samples, timesteps, units), also where it returns the
   *   last alone; at a step that is masked, the state that is carried over
   * - `gates`: each gate after its activation, by name, (samples, timesteps, units); at a step that is masked, what nobody reads
   *
   * @param which which of the layer's outputs, or inputs, where it has several; of states, which of its {@link LayerRun.parts}
   * @throws SeeRnnError where the quantity was not recorded, or the layer has no such output, input or part
   * @example
   * const run = await trace(model, x, null, { quantities: ['gates'] });
   * const { forget } = run.layer('lstm').value('gates');
   */
  value(quantity?: Passing, which?: number): NamedArray;
  value(quantity: State, which?: string): NamedArray;
  value(quantity: 'gates'): Arrays;
  value(quantity: Passing | State | 'gates' = 'outputs', which?: number | string): NamedArray | Arrays {
    this.check(quantity);
    if ((quantity as Quantity) === 'weights') throw new SeeRnnError(`layer '${this.name}': weights have gradients here; their values come from getWeights(model, '${this.name}')`);
    if ((quantity as Quantity) === 'weight-steps') throw new SeeRnnError(`layer '${this.name}': 'weight-steps' are of gradients: there is no value of them`);
    if (isRecurrentQuantity(quantity)) {
      this.needValues();
      if (quantity === 'gates') return this.byPart(({ values }) => values.gates!);
      return this.state(quantity, which as string | undefined).values[quantity]!;
    }
    const { value } = this.passing(quantity, which as number | undefined);
    if (!value) this.needValues();
    return value!;
  }

  /**
   * The gradient of the loss by a quantity of the layer. Time is in input order, also of a layer that reads from the end.
   *
   * - `outputs` is dL/dY through the layers that consume the output tensor Y: See RNN's definition. It leaves out what
   *   reaches Y's timesteps through the layer's own recurrence, so it is not the gradient through time. Of the same shape as Y.
   * - `hidden` is the total dL/dh_t, through what the layer returns at the step and through every later step: the gradient through
   *   time. (samples, timesteps, units), also where the layer returns the last state alone. `cell` is the total dL/dc_t of an LSTM.
   * - `gates` is dL/d(pre-activation) of each gate, by name: LSTM `input`, `forget`, `cell`, `output`; GRU `update`, `reset`,
   *   `new`; SimpleRNN `state`; in a part `forward/update`. (samples, timesteps, units) each; 0 at steps that are masked.
   * - `inputs` is dL/dX through this layer, its recurrence included: where other layers read X as well, what goes through those
   *   is left out. Of the same shape as X.
   * - `weights` is dL/dW for every weight of the layer that training is to change, frozen or not, by their names: `kernel`,
   *   `recurrent_kernel`, `bias`; `forward/kernel` in a part. Penalties of regularised weights are in it. A layer that is used
   *   several times has one, over all its uses.
   * - `weight-steps` says, for each of these of a recurrent layer, what the timesteps add to it: dL/dW is the sum over t of terms,
   *   one for each step's use of W, and this is the Frobenius norm of each, over all samples: (timesteps), in float64. Norms of
   *   terms that cancel don't add up to that of the sum. Penalties have no step, and a layer that is used several times has its own
   *   for each use.
   *
   * Where no path leads from there to the loss the gradient is zero; {@link LayerRun.reachesLoss} and {@link LayerRun.zeros} tell
   * that zero from others.
   *
   * @param which which of the layer's outputs, or inputs, where it has several; of states, which of its {@link LayerRun.parts}
   * @throws SeeRnnError where the run was made without targets, the quantity was not recorded, or the layer has no such output,
   *   input, state or part
   * @example
   * const run = await trace(model, x, y, { quantities: ['hidden', 'weights'] });
   * const total = run.layer('lstm').gradient('hidden');
   * const { kernel, recurrent_kernel, bias } = run.layer('lstm').gradient('weights');
   * @example
   * const both = (await trace(model, x, y, { quantities: ['hidden', 'gates'] })).layer('bidirectional');
   * both.gradient('hidden', 'backward'); // one array
   * both.gradient('gates')['backward/update'];
   */
  gradient(quantity?: Passing, which?: number): NamedArray;
  gradient(quantity: State, which?: string): NamedArray;
  gradient(quantity: ByName): Arrays;
  gradient(quantity: Quantity = 'outputs', which?: number | string): NamedArray | Arrays {
    this.check(quantity);
    this.needTargets();
    switch (quantity) {
      case 'outputs': case 'inputs': {
        const record = this.passing(quantity, which as number | undefined);
        return record.gradient ?? this.gradientOf(record, null);
      }
      case 'hidden': case 'cell': {
        const record = this.state(quantity, which as string | undefined);
        return record.gradients[quantity] ?? this.gradientOf(record, null);
      }
      case 'gates': return this.byPart((record) => record.gradients.gates ?? Object.fromEntries(record.gates.map((gate) => [gate, this.gradientOf(record, null)])));
      case 'weights': return Object.fromEntries(this.recording.weights.map(({ name, ...weight }) => [name, this.gradientOf(weight, weight.gradient)]));
      case 'weight-steps': return this.byPart(stepNorms);
    }
  }

  /**
   * Whether any path leads to the loss from the layer's output, from what it reads, or from a state or gate of its recurrence.
   *
   * @param which which output, input or part, where it has several
   * @param quantity `inputs` asks whether a path leads from what the layer reads through the layer to the loss
   */
  reachesLoss(which?: number | string, quantity: Exclude<Quantity, 'weights'> = 'outputs'): boolean {
    this.check(quantity);
    if (isRecurrentQuantity(quantity)) {
      const records = which === undefined ? this.inside(quantity) : [this.inPart(which as string)];
      this.needTargets();
      return records.some(({ reached }) => reached);
    }
    const { gradient } = this.passing(quantity, which as number | undefined);
    this.needTargets();
    return gradient !== null;
  }

  /**
   * The steps that are skipped: (samples, timesteps), 0 where one is, else 1; null where no mask reaches the layer's recurrence.
   * It is recorded with `hidden`, `cell`, `gates` or `weight-steps`.
   *
   * @param part which of the layer's {@link LayerRun.parts}, where it has several
   */
  mask(part?: string): NamedArray | null {
    const asked = this.recording.quantities.find(isRecurrentQuantity);
    if (!asked) throw new SeeRnnError(`layer '${this.name}': its mask was not recorded: it comes with the quantities 'hidden', 'cell', 'gates' and 'weight-steps'`);
    return this.inPart(part ?? this.inside(asked)[0]!.part).mask;
  }

  /**
   * Why the zeros in a gradient are zero: how many there are at each timestep, (timesteps) each, over all samples and units, and of
   * `gates` over all gates.
   *
   * - `structural`: no path leads from there to the loss. The layer doesn't reach it, or nothing of it, weighted, comes in at the
   *   step or at one that the layer reads later;
   * - `masked`: the step is skipped;
   * - `underflow`: at the step or one that the backward pass came through before it, adjoints fell below 1e-30 and became 0, as
   *   {@link LayerRun.flushed} counts; on the reference cells, where nothing is counted: the sample had adjoints that small. One of
   *   these zeros may be exact all the same;
   * - `exact`: none of that: a gate that is shut, an activation that is flat, a weight of 0.
   *
   * @param part which of the layer's {@link LayerRun.parts}, where it has several
   * @throws SeeRnnError as {@link LayerRun.gradient}
   * @example
   * const { underflow } = run.layer('lstm').zeros('hidden'); // underflow.data[t]
   */
  zeros(quantity: State | 'gates' = 'hidden', part?: string): ZeroCounts {
    this.check(quantity);
    this.needTargets();
    const record = quantity === 'gates' ? this.inPart(part) : this.state(quantity, part);
    const { gradients } = record;
    return countZeros(record, quantity === 'gates' ? Object.values(gradients.gates ?? {}) : gradients[quantity] ? [gradients[quantity]] : [], quantity === 'gates' ? record.gates.length : 1);
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
   * Null where none were counted: the layer is not recurrent, or ran on the reference cells (docs/speed.md lists when), or there was no backward pass through it, since it doesn't reach the loss or nothing in it or below it was recorded.
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

  private passing(quantity: Passing, index = 0): PassingRecord {
    const count = quantity === 'outputs' ? this.outputCount : this.inputCount;
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      throw new SeeRnnError(`layer '${this.name}': no ${quantity.slice(0, -1)} ${index}: it has ${count}`);
    }
    return this.recording[quantity][index]!;
  }

  /** The layer's recurrences. */
  private inside(quantity: RecurrentQuantity): readonly InsideRecord[] {
    const { inside, call } = this.recording;
    if (inside.length > 0) return inside;
    const unknown = whyNotRecurrent(call.layer);
    const why = unknown === null ? 'it is not recurrent' : `it ${unknown}`;
    throw new SeeRnnError(`layer '${this.name}' (${this.className}) has no '${quantity}': ${why}`);
  }

  /** One of them, by its name; the only one where none is given. */
  private inPart(part?: string): InsideRecord {
    const all = this.inside('hidden');
    const [only] = all;
    if (part === undefined && all.length === 1) return only!;
    const found = all.find((record) => record.part === part);
    if (found) return found;
    const parts = this.parts.filter((name) => name !== '');
    if (parts.length === 0) throw new SeeRnnError(`layer '${this.name}' has no part '${part!}': it is one recurrence`);
    throw new SeeRnnError(part === undefined ? `layer '${this.name}' has the parts ${parts.join(', ')}: give one of them` : `layer '${this.name}' has no part '${part}'${suggestion(part, parts)}`);
  }

  /** The recurrence whose state is meant. */
  private state(quantity: State, part?: string): InsideRecord {
    const all = this.inside(quantity);
    if (quantity === 'hidden') return this.inPart(part);
    const having = all.filter(({ hasCellState }) => hasCellState);
    const record = part === undefined && having.length === 1 ? having[0]! : having.length === 0 ? all[0]! : this.inPart(part);
    if (!record.hasCellState) throw new SeeRnnError(`layer '${this.name}' has no 'cell'${having.length > 0 ? ` in its part '${part!}'` : ''}: only an LSTM has a cell state`);
    return record;
  }

  /** Arrays of all parts under their names, after the part's and a slash. */
  private byPart(read: (record: InsideRecord) => Arrays): Arrays {
    return Object.fromEntries(this.inside('gates').flatMap((record) =>
      Object.entries(read(record)).map(([name, array]): [string, NamedArray] => [record.part === '' ? name : `${record.part}/${name}`, array])));
  }

  /** Zeros where there is no gradient. */
  private gradientOf({ shape, axes }: Pick<PassingRecord, 'shape' | 'axes'>, data: Numbers | null): NamedArray {
    const zeros = (): Numbers => (this.recording.precision === 'float64' ? new Float64Array(sizeOf(shape)) : new Float32Array(sizeOf(shape)));
    return { data: data ?? zeros(), shape: [...shape], axes: [...axes] };
  }

  private needTargets(): void {
    if (!this.recording.differentiated) {
      throw new SeeRnnError(`layer '${this.name}': there are no gradients, since the run was made without targets: trace(model, x, y)`);
    }
  }

  private needValues(): void {
    if (!this.recording.values) throw new SeeRnnError(`layer '${this.name}': values were not recorded, since the run was made with { values: false }`);
  }

  private check(quantity: Quantity): void {
    if (!QUANTITIES.includes(quantity)) {
      throw new SeeRnnError(`layer '${this.name}': unknown quantity ${typeof quantity === 'string' ? `'${quantity}'` : shown(quantity)}${suggestion(typeof quantity === 'string' ? quantity : '', QUANTITIES)}`);
    }
    if (!this.recording.quantities.includes(quantity)) {
      throw new SeeRnnError(`layer '${this.name}': '${quantity}' was not recorded: ask for it by { quantities: ['${quantity}'] }`);
    }
    if (isRecurrentQuantity(quantity)) this.inside(quantity);
  }
}

function stepNorms({ weightSteps, hasBias, shape }: InsideRecord): Arrays {
  const steps = shape.at(-2)!;
  const named = (data: Float64Array): NamedArray => ({ data, shape: [steps], axes: ['timesteps'] });
  const names = ['kernel', 'recurrent_kernel', ...(hasBias ? ['bias'] : [])] as const;
  return Object.fromEntries(names.map((name) => [name, named(weightSteps?.[name as 'kernel'] ?? new Float64Array(steps))]));
}
