import { readOptions } from '../core/options.js';
import { allCalls, type Call } from '../graph/graph.js';
import { asModel } from '../model/as-model.js';
import { findCalls } from '../model/find.js';
import type { ArrayInputs } from '../model/inputs.js';
import type { ModelLike } from '../model/live-model.js';
import type { Model } from '../model/model.js';
import { recurrentParts, type RecurrentPart } from '../model/recurrent-parts.js';
import { layerWeights, readWeights } from '../model/weights.js';
import type { LayerRun } from '../trace/layer-run.js';
import type { Run } from '../trace/run.js';
import { traceParts, type TraceOptions } from '../trace/trace.js';
import { ActiveUnits, deadOptions, type DeadUnits } from './dead-units.js';
import { FlowCounts, flowOptions, type GradientFlow, type GradientFlowOptions } from './gradient-flow.js';
import { detectNans, NotNumberCounts, type NotNumbers } from './nans.js';
import { SaturationCounts, saturationOptions, type GateSaturation, type SaturationOptions } from './saturation.js';

/** How a layer is doing on a batch. Plain data. */
export interface LayerHealth {
  readonly name: string;
  /** Its class. */
  readonly kind: string;
  /** The weights that hold NaN or infinite values, by name. */
  readonly weights: Readonly<Record<string, NotNumbers>>;
  /** NaN and infinite values in what it returned; null where there are none. */
  readonly outputs: NotNumbers | null;
  /** One; of a recurrent layer one for each direction and each of stacked cells. */
  readonly parts: readonly PartHealth[];
}

export interface PartHealth extends DeadUnits {
  /** '' where there is only one; else `forward`, `backward`, `0`, `1`. */
  readonly part: string;
  /** The gates that lie between 0 and 1, by name; none of a SimpleRNN or a layer that is not recurrent. See {@link gateSaturation}. */
  readonly gates: Readonly<Record<string, GateSaturation>>;
  /** See {@link gradientFlow}; null without targets, for a layer that is not recurrent, and where nothing of it reaches the loss. */
  readonly flow: GradientFlow | null;
}

export interface HealthOptions extends Omit<TraceOptions, 'quantities' | 'values'>, Pick<GradientFlowOptions, 'vanishingBelow' | 'explodingAbove'>, Pick<SaturationOptions, 'saturated'> {
  readonly deadBelow?: number;
}

const limitOptions = { ...deadOptions, ...saturationOptions, ...flowOptions };

/**
 * How the layers of a model are doing on a batch: dead units, saturated gates, NaN and infinite weights and outputs and, with targets, at
 * how much of the time the gradient through time has vanished or exploded. What each is, and where it is from, stands at
 * {@link deadUnits}, {@link gateSaturation}, {@link detectNans} and {@link gradientFlow}.
 *
 * A recurrent layer's units are looked at in its hidden states at every timestep, also where it returns the last alone; steps that are
 * masked don't count for its gates and gradient. Other layers are looked at in their outputs: those with weights, and activations; any
 * that `layers` names.
 *
 * @param options those of `trace`, and the limits of the measures
 * @throws SeeRnnError as `trace` does; UsageError for an unknown option
 * @example
 * const [lstm] = await health(model, x, y);
 * lstm.parts[0].gates.forget.rightShare; // the share of time that forget gates are above 0.9
 * lstm.parts[0].flow?.vanishing;
 */
export async function health(given: ModelLike, x: ArrayInputs, y: ArrayInputs | null = null, options: HealthOptions = {}): Promise<LayerHealth[]> {
  const model = asModel('health', given);
  const { deadBelow, saturated, vanishingBelow, explodingAbove, ...traced } = options;
  const limits = readOptions('health', limitOptions, { deadBelow, saturated, vanishingBelow, explodingAbove });
  const calls = traced.layers === undefined || traced.layers === '*' ? allCalls(model.calls).filter(isLookedAt) : findCalls(model, traced.layers);
  const sums = calls.map((call) => new HealthSums(model, call, limits));
  await traceParts(model, x, y, { ...traced, layers: calls.map(({ label }) => label), quantities: ['outputs', 'hidden', 'gates'] }, ({ run }) => {
    for (const one of sums) one.add(run, y !== null);
  });
  return Promise.all(sums.map((one) => one.health()));
}

type Limits = Required<Pick<HealthOptions, 'deadBelow' | 'saturated' | 'vanishingBelow' | 'explodingAbove'>>;

/** The layers that learn, and those that can shut units off. */
const isLookedAt = ({ layer }: Call): boolean => layer.graph === null && (layerWeights(layer).length > 0 || /Activation|ReLU|ELU/.test(layer.className));

/** The health of one layer, from runs of parts of the samples, or of all of them, with `outputs`, `hidden` and `gates`. */
export class HealthSums {
  private readonly outputs = new NotNumberCounts(true);
  private readonly parts = new Map<string, PartSums>();

  constructor(private readonly model: Model, private readonly call: Call, private readonly limits: Limits = readOptions('health', limitOptions)) {}

  add(run: Run, differentiated: boolean): void {
    const { call: { label, layer }, limits } = this;
    const one = run.layer(label);
    this.outputs.add(one.value('outputs'));
    const known = recurrentParts(layer);
    for (const part of one.parts.length > 0 ? one.parts : [null]) {
      const name = part ?? '';
      const sums = this.parts.get(name) ?? new PartSums(name, part === null ? null : known.find((found) => found.part === part)!, limits);
      this.parts.set(name, sums);
      sums.add(one, differentiated);
    }
  }

  async health(): Promise<LayerHealth> {
    const { call: { label, layer } } = this;
    const weights = layerWeights(layer);
    const arrays = await readWeights(this.model, weights);
    return {
      name: label, kind: layer.className,
      weights: Object.fromEntries(weights.flatMap(({ name }, i): [string, NotNumbers][] => {
        const found = detectNans(arrays[i]!);
        return found ? [[name, found]] : [];
      })),
      outputs: this.outputs.found(),
      parts: [...this.parts.values()].map((part) => part.health()),
    };
  }
}

/** One recurrence of a layer, or a layer that is not recurrent. */
class PartSums {
  private readonly active: ActiveUnits;
  private readonly gates: Map<string, SaturationCounts>;
  private readonly flow: FlowCounts | null;
  private flows = false;

  constructor(private readonly part: string, recurrence: RecurrentPart | null, limits: Limits) {
    this.active = new ActiveUnits(limits.deadBelow);
    // Not the candidate, which is no gate: it goes through the other activation.
    this.gates = new Map((recurrence?.cell.recurrence.cell.recurrentlyActivated ?? []).map((gate) => [gate, new SaturationCounts(...limits.saturated)]));
    this.flow = recurrence && new FlowCounts(limits.vanishingBelow, limits.explodingAbove, recurrence.read.cells[0]!.recurrence.backwards);
  }

  add(run: LayerRun, differentiated: boolean): void {
    const { part } = this;
    if (!this.flow) {
      this.active.add(run.value('outputs'));
      return;
    }
    this.active.add(run.value('hidden', part));
    const mask = run.mask(part);
    const gates = run.value('gates');
    for (const [gate, counts] of this.gates) counts.add(gates[part === '' ? gate : `${part}/${gate}`]!, mask);
    if (!differentiated || !run.reachesLoss(part, 'hidden')) return;
    this.flows = true;
    this.flow.add(run.gradient('hidden', part), mask);
  }

  health(): PartHealth {
    return {
      part: this.part, ...this.active.dead(), gates: Object.fromEntries([...this.gates].map(([gate, counts]) => [gate, counts.saturation()])),
      flow: this.flows ? this.flow!.flow() : null,
    };
  }
}
