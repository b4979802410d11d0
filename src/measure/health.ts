import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { NamedArray } from '../core/array.js';
import { readOptions } from '../core/options.js';
import { allCalls, graphOf, type Call } from '../model/calls.js';
import { findCalls } from '../model/find.js';
import { asModel, requireModel } from '../model/internals.js';
import { recurrentParts } from '../model/recurrent-parts.js';
import { layerWeights, readWeights } from '../model/weights.js';
import type { ArrayInputs } from '../trace/inputs.js';
import type { LayerRun } from '../trace/layer-run.js';
import { trace, type TraceOptions } from '../trace/trace.js';
import { deadOptions, deadUnits, type DeadUnits } from './dead-units.js';
import { flowOptions, gradientFlow, type GradientFlow, type GradientFlowOptions } from './gradient-flow.js';
import { detectNans, type NotNumbers } from './nans.js';
import { gateSaturation, saturationOptions, type GateSaturation, type SaturationOptions } from './saturation.js';

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
export async function health(model: LayersModel, x: ArrayInputs, y: ArrayInputs | null = null, options: HealthOptions = {}): Promise<LayerHealth[]> {
  requireModel('health', model);
  const { deadBelow, saturated, vanishingBelow, explodingAbove, ...traced } = options;
  const limits = readOptions('health', limitOptions, { deadBelow, saturated, vanishingBelow, explodingAbove });
  const graph = graphOf(model);
  const calls = traced.layers === undefined || traced.layers === '*' ? allCalls(graph).filter(isLookedAt) : findCalls(graph, traced.layers);
  const run = await trace(model, x, y, { ...traced, layers: calls.map(({ label }) => label), quantities: ['outputs', 'hidden', 'gates'] });
  return Promise.all(calls.map(async ({ label, layer }): Promise<LayerHealth> => {
    const weights = layerWeights(layer);
    const arrays = await readWeights(weights);
    const one = run.layer(label);
    return {
      name: label, kind: layer.getClassName(),
      weights: Object.fromEntries(weights.flatMap(({ name }, i): [string, NotNumbers][] => {
        const found = detectNans(arrays[i]!);
        return found ? [[name, found]] : [];
      })),
      outputs: detectNans(one.value('outputs')),
      parts: partsOf(one, layer, y !== null, limits),
    };
  }));
}

type Limits = Required<Pick<HealthOptions, 'deadBelow' | 'saturated' | 'vanishingBelow' | 'explodingAbove'>>;

/** The layers that learn, and those that can shut units off. */
const isLookedAt = ({ layer }: Call): boolean => asModel(layer) === null && (layer.weights.length > 0 || /Activation|ReLU|ELU/.test(layer.getClassName()));

function partsOf(run: LayerRun, layer: Call['layer'], differentiated: boolean, { deadBelow, saturated, ...flow }: Limits): PartHealth[] {
  if (run.parts.length === 0) return [{ part: '', ...deadUnits(run.value('outputs'), { deadBelow }), gates: {}, flow: null }];
  const known = recurrentParts(layer);
  const gates = run.value('gates');
  return run.parts.map((part): PartHealth => {
    const { cell: { recurrence: { cell } }, read } = known.find((one) => one.part === part)!;
    const mask = run.mask(part);
    // Not the candidate, which is no gate: it goes through the other activation.
    const shares = cell.recurrentlyActivated.map((gate): [string, GateSaturation] => [gate, gateSaturation(gates[part === '' ? gate : `${part}/${gate}`] as NamedArray, { saturated, mask })]);
    return {
      part, ...deadUnits(run.value('hidden', part), { deadBelow }), gates: Object.fromEntries(shares),
      flow: differentiated && run.reachesLoss(part, 'hidden')
        ? gradientFlow(run.gradient('hidden', part), { ...flow, mask, backwards: read.cells[0]!.recurrence.backwards }) : null,
    };
  });
}
