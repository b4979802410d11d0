import { sizeOf, type NamedArray } from '../core/array.js';
import { allCalls, type Call } from '../graph/graph.js';
import { isMeasured, type Analysis, type RecurrenceAnalysis } from '../measure/analysis.js';
import type { LayerHealth } from '../measure/health.js';
import { samplesFirst } from '../measure/samples-first.js';
import { gateWeights, type GateWeights } from '../model/gate-weights.js';
import type { Model } from '../model/model.js';
import { recurrentParts } from '../model/recurrent-parts.js';
import { summaryOf, type RecurrentSummary } from '../model/summary.js';
import { layerWeights } from '../model/weights.js';
import type { LayerRun } from '../trace/layer-run.js';
import type { Run } from '../trace/run.js';
import { Budget, type Found } from './budget.js';
import { flowBy, type OtherNorm, type ShownFlow } from './other-norms.js';
import type { LayerContent, PartContent, ReportContent } from './content.js';

/** What a report is made of. */
export interface Collected {
  readonly model: Model;
  /** Of the layers of {@link recurrentCalls}, with outputs, states, gates and weights. */
  readonly run: Run;
  readonly analysis: Analysis;
  readonly health: readonly LayerHealth[];
  readonly title: string;
  readonly version: string;
  /** How many samples are shown one by one. */
  readonly samples: number;
  /** How many bytes of arrays are shown sample by sample. */
  readonly bytes: number;
}

/** The uses of recurrent layers in a model, in the order of data. */
export const recurrentCalls = (model: Model): Call[] => allCalls(model.calls).filter(({ layer }) => recurrentParts(layer).length > 0);

/** Puts together what a report shows. */
export async function collect({ model, run, analysis, health, title, version, samples, bytes }: Collected): Promise<ReportContent> {
  const summary = summaryOf(model);
  const calls = recurrentCalls(model);
  const found = calls.map((call) => sequencesOf(run.layer(call.label), analysis, samples));
  const budget = new Budget(bytes);
  // The first of every layer before the second of any, so that a large layer doesn't take all the room.
  const order = found.flatMap((all, layer) => all.map((one, rank) => ({ one, layer, rank }))).sort((a, b) => a.rank - b.rank);
  const kept = order.map(({ one, layer }) => ({ layer, sequence: budget.keep(one) }));
  const layers = await Promise.all(calls.map(async (call, i): Promise<LayerContent> => {
    const traced = run.layer(call.label);
    const about = summary.layers.find(({ name }) => name === call.label)?.recurrent ?? [];
    return {
      name: call.label, kind: call.layer.className,
      parts: recurrentParts(call.layer).map(({ part }) => partOf(part, about.find((one) => one.part === part), traced, analysis.recurrences.find((one) => one.layer === call.label && one.part === part))),
      sequences: kept.filter(({ layer }) => layer === i).map(({ sequence }) => sequence),
      ...(await weightsOf(model, call, traced)),
      health: health.find(({ name }) => name === call.label) ?? null,
    };
  }));
  const all = analysis.samples;
  const notes = [
    ...(samples < all ? [`Of ${all} samples the first ${samples} are shown one by one; everything that was measured is of all ${all}, unless it says otherwise.`] : []),
    ...(budget.together > 0 ? [`Sample by sample, all arrays would take ${mebibytes(budget.asked)} MiB: ${budget.together} of them ${budget.together === 1 ? 'is' : 'are'} shown over all samples together (values as the mean, gradients as the root mean square), so that the page opens quickly. They are told by their names.`] : []),
  ];
  return { title, version, model: summary, analysis, layers, notes };
}

const mebibytes = (bytes: number): string => Math.round(bytes / 2 ** 20).toLocaleString('en');

/** Everything over samples, timesteps and units that was traced of a layer, what is looked at most first. */
function sequencesOf(traced: LayerRun, analysis: Analysis, samples: number): Found[] {
  const found: Found[] = [];
  const add = (of: Found['of'], name: string, array: NamedArray, isGate = false): void => {
    const sequences = asSequences(array, samples);
    if (sequences) found.push({ of, name, isGate, array: sequences });
  };
  const named = (part: string, name: string): string => (part === '' ? name : `${part}/${name}`);
  const { parts } = traced;
  const withCell = parts.filter((part) => measuresOf(analysis, traced.name, part)?.kind === 'LSTM');
  for (const part of parts) add('gradient', named(part, 'hidden'), traced.gradient('hidden', part));
  add('gradient', 'outputs', samplesFirst(traced.gradient('outputs')));
  for (const part of parts) add('value', named(part, 'hidden'), traced.value('hidden', part));
  if (parts.length > 0) {
    for (const [key, array] of Object.entries(traced.value('gates'))) add('value', gateKey(key), array, isGate(analysis, traced.name, key));
    for (const part of withCell) add('gradient', named(part, 'cell'), traced.gradient('cell', part));
    for (const part of withCell) add('value', named(part, 'cell'), traced.value('cell', part));
    for (const [key, array] of Object.entries(traced.gradient('gates'))) add('gradient', gateKey(key), array);
  }
  add('value', 'outputs', samplesFirst(traced.value('outputs')));
  return found;
}

/** `forward/update` among others that are no gates: `forward/gates/update`. */
const gateKey = (key: string): string => key.replace(/[^/]*$/, (gate) => `gates/${gate}`);

const measuresOf = (analysis: Analysis, layer: string, part: string): RecurrenceAnalysis | undefined => analysis.recurrences.find((one) => one.layer === layer && one.part === part);

/** Whether a gate lies between 0 and 1. */
function isGate(analysis: Analysis, layer: string, key: string): boolean {
  const [part, gate] = [key.includes('/') ? key.slice(0, key.lastIndexOf('/')) : '', key.slice(key.lastIndexOf('/') + 1)];
  const gates = measuresOf(analysis, layer, part)?.gates;
  return gates !== undefined && isMeasured(gates) && gates.some((one) => one.gate === gate && one.range === 'sigmoid');
}

/** The first samples as (samples, timesteps, units); null for what has no timesteps. More leading axes become one. */
function asSequences({ data, shape }: NamedArray, samples: number): NamedArray | null {
  if (shape.length < 3 || data.length === 0) return null;
  const [timesteps, units] = [shape.at(-2)!, shape.at(-1)!];
  const count = Math.min(samples, sizeOf(shape.slice(0, -2)));
  return { data: data.subarray(0, count * timesteps * units), shape: [count, timesteps, units], axes: ['samples', 'timesteps', 'units'] };
}

function partOf(part: string, about: RecurrentSummary | undefined, traced: LayerRun, measured: RecurrenceAnalysis | undefined): PartContent {
  return { part, about: about ? aboutText(about) : '', timesteps: measured?.timesteps ?? 0, zeros: measured?.zeros ?? null, flows: flowsOf(part, traced, measured) };
}

/** By each norm, of the gradients whose Euclidean norm was measured. */
function flowsOf(part: string, traced: LayerRun, measured: RecurrenceAnalysis | undefined): PartContent['flows'] {
  const mask = measured ? traced.mask(part) : null;
  const shown = (['outputs', 'hidden', 'cell'] as const).filter((name) => measured?.[name] && isMeasured(measured[name]));
  // The outputs of a layer that reads from the end come in the order in which it reads; a Bidirectional one turns them round itself.
  const isReversed = (name: string): boolean => name === 'outputs' && measured!.backwards && !part.includes('backward');
  const by = (norm: OtherNorm): Record<string, ShownFlow> =>
    Object.fromEntries(shown.map((name) => [name, flowBy(norm, name === 'outputs' ? samplesFirst(traced.gradient(name)) : traced.gradient(name, part), mask, isReversed(name))]));
  return { L1: by('L1'), maximum: by('maximum') };
}

const aboutText = ({ kind, units, direction, returnSequences, resetAfter, stateful }: RecurrentSummary): string => [
  `${kind} of ${units} unit${units === 1 ? '' : 's'}`, `reads ${direction}`, resetAfter === true ? 'reset_after' : '', `returns ${returnSequences ? 'every step' : 'its last step'}`, stateful ? 'stateful' : '',
].filter((text) => text !== '').join(', ');

/** A layer's weights by gate, and the gradients by them; null where training doesn't change all of them. */
async function weightsOf(model: Model, { label, layer }: Call, traced: LayerRun): Promise<{ weights: GateWeights; weightGradients: GateWeights | null }> {
  const weights = await gateWeights(model, label);
  const gradients = traced.gradient('weights');
  const count = layerWeights(layer).length;
  const whole = count > 0 && Object.keys(gradients).length === count;
  return { weights, weightGradients: whole ? await gateWeights(model, label, gradients) : null };
}
