import { reversedInTime } from '../cells/layout.js';
import type { NamedArray } from '../core/array.js';
import type { Call } from '../graph/graph.js';
import { recurrentParts, type RecurrentPart } from '../model/recurrent-parts.js';
import type { LayerRun } from '../trace/layer-run.js';
import { addZeros, type ZeroCounts } from '../trace/zeros.js';
import { isMeasured, type AnalysisSettings, type Flow, type ForwardHorizon, type GateMeasure, type Measured, type NotMeasured, type RecurrenceAnalysis } from './analysis.js';
import { CarriedSums } from './carried.js';
import { ActiveUnits } from './dead-units.js';
import { addEntries, FlowRows } from './flow.js';
import { GateSums } from './gates.js';
import { injectedInto } from './injected.js';
import { jacobians } from './jacobians.js';
import { lyapunov } from './lyapunov.js';
import { firstSamples, joined, joinedReplays, replayOf, stepCost, type Replay, type ReplaySource } from './replay.js';
import { samplesFirst } from './samples-first.js';
import { learningSamples, stepLearning } from './step-learning.js';
import { verdictOf } from './verdict.js';

/** Jacobians, Lyapunov exponents and the memory of a state are measured on the first samples, so many at most. */
const DYNAMICS = 8;

const perTimestep: NotMeasured = { why: 'it is called once for each timestep of another sequence' };

/** The measures of one recurrence, from runs of parts of the samples, or of all of them, with what `analyse` traces. */
export class RecurrenceSums {
  private readonly recurrent: RecurrentPart;
  private readonly gates: ReadonlyMap<string, GateSums>;
  private readonly active = new ActiveUnits(1e-6);
  /** Whether any step is not masked: of a recurrence that reads nothing no unit can be called dead. */
  private reads = false;
  /** Of the gates' gradients: a linear unit whose inputs are 0 isn't active, but learns. */
  private readonly learns = new ActiveUnits(0);
  private readonly flows = { outputs: new FlowRows(), hidden: new FlowRows(), cell: new FlowRows() };
  private readonly entered = new Set<number>();
  private readonly carried: CarriedSums;
  private readonly head: { readonly replays: Replay[]; readonly injected: Measured<NamedArray>[]; samples: number } = { replays: [], injected: [], samples: 0 };
  private zeros: ZeroCounts | null = null;
  private why: NotMeasured | null = null;
  private shape: readonly number[] = [];
  private cost = 0;

  /**
   * @param samples how many there are in all
   * @param source of the model's weights and states
   */
  constructor(readonly call: Call, readonly part: string, private readonly samples: number, private readonly settings: AnalysisSettings, private readonly source: ReplaySource) {
    this.recurrent = recurrentParts(call.layer).find((one) => one.part === part)!;
    const { cell, activation, recurrentActivation } = this.recurrent.cell.recurrence;
    this.gates = new Map(cell.gates.map((gate) => [gate, new GateSums(gate, (cell.recurrentlyActivated.includes(gate) ? recurrentActivation : activation).name)]));
    this.carried = new CarriedSums(samples, settings);
  }

  /** Whether it reads the layer's input from the end. */
  get backwards(): boolean { return this.recurrent.read.cells[0]!.recurrence.backwards; }

  get timesteps(): number { return this.shape.at(-2)!; }

  /** Multiplications and additions of one pass forwards of all samples; 0 where it can't be run by itself. */
  get passCost(): number { return this.cost; }

  add(layer: LayerRun): void {
    const { call, part, recurrent: { read, cell: { recurrence } }, flows } = this;
    const [hidden, mask] = [layer.value('hidden', part), layer.mask(part)];
    this.shape = hidden.shape;
    const named = (arrays: Readonly<Record<string, NamedArray>>, gate: string): NamedArray => arrays[part === '' ? gate : `${part}/${gate}`]!;
    this.active.add(hidden);
    this.reads ||= mask === null || mask.data.some((value) => value !== 0);
    if (this.active.someDead) for (const gate of recurrence.cell.gates) this.learns.add(named(layer.gradient('gates'), gate));
    const zeros = layer.zeros('hidden', part);
    this.zeros = this.zeros ? addZeros(this.zeros, zeros) : zeros;
    if (hidden.shape.length === 3) {
      flows.hidden.add(layer.gradient('hidden', part), mask);
      if (recurrence.cell.hasCellState) flows.cell.add(layer.gradient('cell', part), mask);
      const gates = layer.value('gates');
      for (const [gate, sums] of this.gates) sums.add(named(gates, gate), mask);
    }
    if (read.returnSequences) {
      const outputs = byOutputs(layer, part, this.backwards);
      addEntries(outputs, this.entered);
      if (outputs.shape.length === 3) flows.outputs.add(outputs, mask);
    }
    if (this.why) return;
    const replay = replayOf(call, layer, part, this.source);
    if (!isMeasured(replay)) {
      this.why = replay;
      return;
    }
    this.cost = this.samples * replay.input.timesteps * stepCost(replay);
    this.carried.add(replay);
    this.keepHead(replay, layer);
  }

  /** Keeps the first samples for what is measured on these alone. */
  private keepHead(replay: Replay, layer: LayerRun): void {
    const { head } = this;
    const left = Math.max(DYNAMICS, learningSamples(replay)) - head.samples;
    if (left <= 0) return;
    const kept = firstSamples(replay, left);
    head.replays.push(kept);
    head.injected.push(injectedInto(this.call, layer, this.part, kept));
    head.samples += kept.input.samples;
  }

  /** The recurrence with its first samples, to be run again by itself. */
  get replay(): Measured<Replay> { return this.why ?? joinedReplays(this.head.replays); }

  private get injected(): Measured<NamedArray> {
    const { injected } = this.head;
    const not = injected.find((one) => !isMeasured(one));
    if (not) return not;
    const all = injected as readonly NamedArray[];
    return all.length === 1 ? all[0]! : { ...all[0]!, data: joined(all.map(({ data }) => data)), shape: all[0]!.shape.with(0, this.head.samples) };
  }

  /**
   * @param forward how far back inputs change the output, or the state
   * @param dynamics whether Jacobians and Lyapunov exponents are worked out
   */
  measures(forward: Measured<ForwardHorizon>, dynamics: boolean): RecurrenceAnalysis {
    const { call, part, settings, recurrent: { read, cell: { recurrence } }, flows, backwards, timesteps } = this;
    const sequences = this.shape.length === 3;
    const entries = read.returnSequences ? this.entered.size : 1;
    const flowOf = (rows: FlowRows): Measured<Flow> => (sequences ? rows.flow(entries) : perTimestep);
    const { replay } = this;
    const from = <T extends object>(measure: (known: Replay) => Measured<T>): Measured<T> => (isMeasured(replay) ? measure(replay) : replay);
    const skipped = { why: 'it was not asked for' };
    const measures = {
      layer: call.label, part, kind: recurrence.cell.kind, units: recurrence.units, timesteps, backwards,
      dead: this.deadShare(), zeros: this.zeros!,
      outputs: read.returnSequences ? flowOf(flows.outputs) : { why: 'the layer returns its last step alone' },
      hidden: flowOf(flows.hidden),
      cell: recurrence.cell.hasCellState ? flowOf(flows.cell) : null,
      carried: this.why ?? this.carried.carried(),
      gates: sequences ? [...this.gates.values()].map((gate): GateMeasure => gate.measure()) : perTimestep,
      jacobians: dynamics ? from(jacobians) : skipped,
      lyapunov: dynamics ? from(lyapunov) : skipped,
      learning: from((known) => {
        const { injected } = this;
        return isMeasured(injected) ? stepLearning(known, injected, settings.bias) : injected;
      }),
      forward,
    };
    return { ...measures, verdict: verdictOf(measures, settings) };
  }

  /** The share of units that are never active and learn nothing. */
  private deadShare(): number {
    const { dead, units } = this.active.dead();
    if (!this.reads) return 0;
    const still = new Set(dead.length > 0 ? this.learns.dead().dead : []);
    return dead.filter((unit) => still.has(unit)).length / units;
  }
}

/** The gradient by the layer's outputs, in input order: a layer that reads from the end returns its sequence in the order in which it reads. */
function byOutputs(layer: LayerRun, part: string, backwards: boolean): NamedArray {
  const gradient = samplesFirst(layer.gradient('outputs'));
  if (!backwards || part.includes('backward') || gradient.shape.length !== 3) return gradient;
  return { ...gradient, data: reversedInTime(Float32Array.from(gradient.data), gradient.shape[0]!, gradient.shape[1]!) };
}
