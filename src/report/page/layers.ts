import { isMeasured, type Analysis, type RecurrenceAnalysis } from '../../measure/analysis.js';
import type { LayerContent, PartContent, ReportContent } from '../content.js';
import { element } from './dom.js';
import { healthTable } from './health.js';
import type { Sheet } from './sheet.js';
import { carriedSheet, flowSheet } from './sheets/flow.js';
import { gateHeatmapSheet, gateSheet, saturationSheet } from './sheets/gates.js';
import { forwardSheet, jacobianSheet, learningSheet, lyapunovSheet, singularSheet, truncationSheet, unitHorizonSheet } from './sheets/measures.js';
import { gridSheet, heatmapSheet } from './sheets/sequences.js';
import { weightSheet } from './sheets/weights.js';
import { verdictSection } from './verdict.js';
import { View, type Surroundings } from './view.js';

/** How far back the inputs matter, of the model as a whole; or why it isn't known. */
export function forwardSection(analysis: Analysis, around: Surroundings): HTMLElement | null {
  const sheet = forwardSheet('', analysis.forward, analysis);
  const why = missing('forward horizon', analysis.forward);
  if (sheet === null && why === null) return null;
  return element('section', {}, element('h2', {}, 'Inputs and output'), ...(why === null ? [] : [why]), ...views([sheet], around));
}

/** Everything that there is of one recurrent layer. */
export function layerSection(layer: LayerContent, { analysis }: ReportContent, id: string, around: Surroundings): HTMLElement {
  const several = layer.parts.length > 1;
  const parts = layer.parts.map((part) => ({ part, recurrence: analysis.recurrences.find((one) => one.layer === layer.name && one.part === part.part) ?? null }));
  return element('section', { id, class: 'layer-section' },
    element('h2', {}, `${layer.name} `, element('span', { class: 'quiet' }, layer.kind)),
    ...parts.flatMap(({ part, recurrence }) => partSection(part, recurrence, layer, analysis, several, around)),
    ...(layer.sequences.length === 0 ? [] : [group('Over samples, timesteps and units', views([heatmapSheet(layer), gridSheet(layer)], around))]),
    group('Weights', views([weightSheet(layer, 'weights'), weightSheet(layer, 'gradients')], around)),
    ...(layer.health === null ? [] : [group('Health', [healthTable(layer.health, layer.parts)])]));
}

function partSection(part: PartContent, recurrence: RecurrenceAnalysis | null, layer: LayerContent, analysis: Analysis, several: boolean, around: Surroundings): HTMLElement[] {
  const title = several ? `${layer.name}, ${part.part}` : layer.name;
  const name = (heading: string): string => (several ? `${part.part}: ${heading[0]!.toLowerCase()}${heading.slice(1)}` : heading);
  const head = element('p', {}, part.about);
  if (recurrence === null) return [head, element('p', { class: 'quiet' }, 'Not measured.')];
  const reasons = ([['outputs', recurrence.outputs], ['carried gradient', recurrence.carried], ['gates', recurrence.gates], ['Jacobians', recurrence.jacobians], ['Lyapunov exponents', recurrence.lyapunov], ['per-step learning', recurrence.learning]] as const)
    .flatMap(([what, measured]) => missing(what, measured) ?? []);
  const { jacobians } = recurrence;
  if (isMeasured(jacobians) && !jacobians.largest.some((value) => Number.isFinite(value) && value > 0) && jacobians.largest.length > 0) reasons.push(element('p', { class: 'quiet' }, 'Jacobians and what follows from them are not shown: none is finite and above 0.'));
  return [
    ...(several ? [element('h3', {}, part.part)] : []), head,
    recurrence.verdict.sentence === analysis.verdict.sentence ? element('p', { class: 'quiet' }, 'The verdict at the top of the page is of this recurrence.') : verdictSection(recurrence.verdict, name('Verdict'), 'h3'), ...reasons,
    group(name('Gradient through time'), views([flowSheet(title, recurrence, part), carriedSheet(title, recurrence, analysis), unitHorizonSheet(title, recurrence, analysis)], around)),
    // Where it is the model's, it stands there.
    ...(isMeasured(recurrence.forward) && recurrence.forward.of === 'state' ? [group(name('Inputs and state'), views([forwardSheet(title, recurrence.forward, analysis)], around))] : []),
    group(name(recurrence.kind === 'SimpleRNN' ? 'Saturation' : 'Gates'), views([gateSheet(title, recurrence), gateHeatmapSheet(title, layer, part.part), saturationSheet(title, recurrence)], around)),
    group(name('Learning'), views([learningSheet(title, recurrence, analysis), truncationSheet(title, recurrence, analysis)], around)),
    group(name('What the recurrence does to its state'), views([jacobianSheet(title, recurrence), singularSheet(title, recurrence), lyapunovSheet(title, recurrence)], around)),
  ];
}

const views = (sheets: readonly (Sheet | null)[], around: Surroundings): HTMLElement[] => sheets.flatMap((sheet) => (sheet ? [new View(sheet, around).root] : []));

/** Figures under a heading; nothing where there are none. */
function group(heading: string, figures: readonly HTMLElement[]): HTMLElement {
  return figures.length === 0 ? element('div', { hidden: true }) : element('div', { class: 'group' }, element('h3', {}, heading), element('div', { class: 'figures' }, ...figures));
}

/** Why something was not measured, in a sentence; null where it was. */
const missing = (what: string, measured: object): HTMLElement | null =>
  ('why' in measured ? element('p', { class: 'quiet' }, `${what[0]!.toUpperCase()}${what.slice(1)} not measured: ${String(measured.why)}`) : null);
