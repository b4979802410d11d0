import { isMeasured, type RecurrenceAnalysis } from '../../../measure/analysis.js';
import type { LayerContent, Sequence } from '../../content.js';
import type { Cells } from '../../figures/cells.js';
import { heatmaps } from '../../figures/heatmaps.js';
import type { Line } from '../../figures/lines.js';
import { fileName, wanted, type Chosen, type Sheet } from '../sheet.js';
import { colorDomain, colorOf, picked, samplesOf, sizesOf, unitsOf } from './common.js';
import { curveSheet } from './curves.js';

/** A gate's own name: `forward/gates/update` is `update`. */
const gateName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** A heatmap of each gate: units by timesteps. */
export function gateHeatmapSheet(title: string, layer: LayerContent, part: string): Sheet | null {
  const prefix = part === '' ? 'gates/' : `${part}/gates/`;
  const gates = layer.sequences.filter(({ of, isGate, name }) => of === 'value' && isGate && name.startsWith(prefix));
  if (gates.length === 0) return null;
  const sample = (chosen: Chosen): number | null => (chosen.get('sample') === 'mean' || chosen.get('sample') === undefined ? null : Number(chosen.get('sample')));
  const { samples: count, timesteps, units } = sizesOf(gates[0]!);
  return {
    file: fileName(title, 'gates'), heading: 'Gates over time, by unit',
    about: 'How far each unit’s gates are open: 0 shut, 1 open. Time from left to right, a row for each unit.',
    wide: true,
    follows: ['samples', 'range', 'gateColors'],
    choices: [{
      name: 'sample', label: 'Of', options: () => [{ value: 'mean', text: 'the mean of the picked samples' }, ...(count > 1 ? Array.from({ length: count }, (_, i) => ({ value: String(i), text: `sample ${i}` })) : [])],
    }],
    draw: ({ space, store, chosen, panel, kept }) => {
      const one = sample(chosen);
      kept.begin(gates[0]!);
      const cellsOf = (gate: Sequence): Cells => {
        const samples = one === null ? samplesOf(gate, store.state.samples) : [one];
        return kept.get(`${gate.name} ${samples.join()}`, () => unitsOf(gate, samples));
      };
      const panels = gates.map((gate) => ({ label: gateName(gate.name), shortLabel: gateName(gate.name), cells: cellsOf(gate) }));
      return heatmaps({
        panels: wanted(panels, { panel }), title: `${title}: gates, ${one === null ? 'mean of the samples' : `sample ${one}`}`, subtitle: '',
        description: `Heatmaps of the gates ${panels.map(({ label }) => label).join(', ')}, timesteps 0 to ${timesteps - 1} across, units 0 to ${units - 1} down.`,
        rowName: 'unit', columnName: 'timestep', valueName: 'how far open', domain: colorDomain(gates[0]!, store.state.range), colors: store.state.gateColors,
        stretch: store.stretchOf(`timestep ${timesteps}`, timesteps),
      }, space);
    },
    data: ({ store }) => {
      const parts = gates.map((gate) => picked(gate, samplesOf(gate, store.state.samples)));
      const data = new Float32Array(parts.reduce((sum, one) => sum + one.data.length, 0));
      parts.forEach((one, i) => { data.set(one.data, i * one.data.length); });
      return { data, shape: [gates.length, ...parts[0]!.shape], axes: ['gates', ...parts[0]!.axes] };
    },
  };
}

/** The mean of each gate over time. */
export function gateSheet(title: string, { gates, timesteps }: RecurrenceAnalysis): Sheet | null {
  if (!isMeasured(gates)) return null;
  const shown = gates.filter(({ range }) => range === 'sigmoid');
  if (shown.length === 0) return null;
  return curveSheet({
    wide: true,
    file: fileName(title, 'gate-means'), heading: 'Gates over time', title: `${title}: how far gates are open, by timestep`,
    about: 'The mean over units and samples, thin lines the 10th and 90th in 100 units. 0 is shut, 1 open.',
    curves: () => ({
      panels: shown.map(({ gate, overTime: { mean, low, high } }) => ({
        label: gate, shortLabel: gate,
        lines: [
          { label: '10th in 100 units', values: low, color: colorOf(gate), width: 0.8, opacity: 0.6 }, { label: '90th in 100 units', values: high, color: colorOf(gate), width: 0.8, opacity: 0.6 },
          { label: 'mean', values: mean, color: colorOf(gate), width: 1.7, opacity: 1 },
        ] satisfies Line[],
      })),
      subtitle: '', description: shown.map(({ gate, overTime: { mean } }) => `${gate}: mean ${mean[0]!.toPrecision(2)} at timestep 0, ${mean.at(-1)!.toPrecision(2)} at the last.`).join(' '),
      xName: 'timestep', yName: 'how far open', length: timesteps, log: false, holds: [0, 1], legend: [],
    }),
  });
}

/** How much of the time each unit's gates are saturated. */
export function saturationSheet(title: string, { gates, units }: RecurrenceAnalysis): Sheet | null {
  if (!isMeasured(gates)) return null;
  const shown = gates.filter(({ range }) => range !== null);
  if (shown.length === 0) return null;
  const [shut, open] = [colorOf('hidden'), colorOf('outputs')];
  return curveSheet({
    wide: true,
    file: fileName(title, 'saturation'), heading: 'Saturation by unit', title: `${title}: share of time that gates are saturated`,
    about: shown.some(({ range }) => range === 'sigmoid')
      ? 'For each unit the share of samples and timesteps at which the gate is nearly shut (below 0.1) and nearly open (above 0.9); of a tanh, near its lower and upper end (beyond 0.9). A gate that is always at one end lets no gradient through to its own weights.'
      : 'For each unit the share of samples and timesteps at which its state is near the lower and the upper end of the activation (beyond 0.9 of a tanh). A unit that is always at one end lets no gradient through.',
    curves: () => ({
      panels: shown.map(({ gate, low, high }) => ({
        label: gate, shortLabel: gate,
        lines: [{ label: 'lower end', values: low, color: shut, width: 1, opacity: 0.75, dots: true }, { label: 'upper end', values: high, color: open, width: 1, opacity: 0.75, dots: true }],
      })),
      subtitle: '', description: `Share of time that each of ${units} units is saturated, by gate: ${shown.map(({ gate, low, high }) => `${gate} ${mean(low).toPrecision(2)} at the lower end, ${mean(high).toPrecision(2)} at the upper`).join('; ')}.`,
      xName: 'unit', yName: 'share of time', length: units, log: false, holds: [0, 1], legend: [{ label: 'lower end', color: shut }, { label: 'upper end', color: open }],
    }),
  });
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
