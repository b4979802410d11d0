import { palette } from '../../../figures/palette.js';
import type { LayerContent, Sequence } from '../../content.js';
import { heatmaps } from '../../figures/heatmaps.js';
import { lines, type LinePanel } from '../../figures/lines.js';
import { fileName, wanted, type Choice, type Chosen, type Sheet } from '../sheet.js';
import { colorDomain, nameOf, picked, sampleLabel, samplesOf, samplesOfUnit, sizesOf, unitsOf, valueName } from './common.js';

/** How many units stand side by side. */
const PAGE = 12;

const key = ({ of, name }: Sequence): string => `${of} ${name}`;

const quantityChoice = ({ sequences }: LayerContent): Choice => ({
  name: 'quantity', label: 'Quantity', options: () => sequences.map((one) => ({ value: key(one), text: nameOf(one) })),
});

const chosenOf = ({ sequences }: LayerContent, chosen: Chosen): Sequence => sequences.find((one) => key(one) === chosen.get('quantity')) ?? sequences[0]!;

/** Which units: a dozen at a time. */
const unitChoice = (layer: LayerContent, when: (chosen: Chosen) => boolean): Choice => ({
  name: 'units', label: 'Units',
  options: (chosen) => {
    const { units } = sizesOf(chosenOf(layer, chosen));
    if (!when(chosen)) return [];
    return Array.from({ length: Math.ceil(units / PAGE) }, (_, page) => {
      const [first, last] = [page * PAGE, Math.min(units, (page + 1) * PAGE) - 1];
      return { value: `${first}-${last}`, text: `${first} to ${last} of ${units}` };
    });
  },
});

function unitsChosen(sequence: Sequence, chosen: Chosen): number[] {
  const [first = 0, last = PAGE - 1] = (chosen.get('units') ?? '').split('-').filter((text) => text !== '').map(Number);
  return Array.from({ length: Math.min(last, sizesOf(sequence).units - 1) - first + 1 }, (_, i) => first + i);
}

/** Heatmaps of whatever there is of a layer over time. */
export function heatmapSheet(layer: LayerContent): Sheet {
  const by = (chosen: Chosen): string => chosen.get('by') ?? 'sample';
  return {
    file: fileName(layer.name, 'heatmap'), heading: 'Over time, as heatmaps',
    about: 'Time from left to right. By sample: a heatmap for each, a row for each unit; next to white (in the blue and red maps): next to nothing. The samples, the colours and the values at their ends are chosen at the top of the page. Where there are more cells than pixels, a pixel shows the mean of its cells.',
    wide: true,
    follows: ['samples', 'range', 'colors', 'gateColors'],
    choices: [quantityChoice(layer), {
      name: 'by', label: 'Panels', options: () => [{ value: 'sample', text: 'one for each sample' }, { value: 'mean', text: 'one, the mean of the samples' }, { value: 'unit', text: 'one for each unit' }],
    }, unitChoice(layer, (chosen) => by(chosen) === 'unit')],
    draw: ({ space, store, chosen, panel, kept }) => {
      const sequence = chosenOf(layer, chosen);
      kept.begin(sequence);
      const { timesteps, units } = sizesOf(sequence);
      const { samples: all, range, colors, gateColors } = store.state;
      const samples = samplesOf(sequence, all);
      const panels = by(chosen) === 'unit'
        ? unitsChosen(sequence, chosen).map((unit) => ({ label: `unit ${unit}`, shortLabel: String(unit), cells: kept.get(`unit ${unit} of ${samples.join()}`, () => samplesOfUnit(sequence, unit, samples)) }))
        : by(chosen) === 'mean' ? [{ label: `mean of ${samples.length} samples`, shortLabel: 'mean', cells: kept.get(`mean of ${samples.join()}`, () => unitsOf(sequence, samples)) }]
          : samples.map((sample) => ({ label: sampleLabel(sequence, sample), shortLabel: String(sample), cells: kept.get(`sample ${sample}`, () => unitsOf(sequence, [sample])) }));
      const domain = colorDomain(sequence, range);
      return heatmaps({
        panels: wanted(panels, { panel }), title: `${layer.name}: ${nameOf(sequence)}`,
        subtitle: domain === 'each' ? 'each panel coloured over its own range' : '',
        description: `${panels.length} heatmap${panels.length === 1 ? '' : 's'} of the ${nameOf(sequence)} of layer ${layer.name}, timesteps 0 to ${timesteps - 1} across, ${by(chosen) === 'unit' ? 'samples' : `units 0 to ${units - 1}`} down.`,
        rowName: by(chosen) === 'unit' ? 'sample' : 'unit', ...(by(chosen) === 'unit' ? { rowNumbers: samples } : {}),
        columnName: 'timestep', valueName: valueName(sequence), domain, colors: sequence.isGate ? gateColors : colors, stretch: store.stretchOf(`timestep ${timesteps}`, timesteps),
      }, space);
    },
    data: ({ chosen, store }) => {
      const sequence = chosenOf(layer, chosen);
      return picked(sequence, samplesOf(sequence, store.state.samples));
    },
  };
}

/** Lines of whatever there is of a layer over time, unit by unit. */
export function gridSheet(layer: LayerContent): Sheet {
  const bySample = (chosen: Chosen): boolean => chosen.get('by') === 'sample';
  return {
    file: fileName(layer.name, 'lines'), heading: 'Over time, unit by unit',
    about: 'A panel for each unit with a line for each sample, or the other way round, a dozen units at a time, all on one scale.',
    wide: true,
    follows: ['samples'],
    choices: [quantityChoice(layer), { name: 'by', label: 'Panels', options: () => [{ value: 'unit', text: 'one for each unit' }, { value: 'sample', text: 'one for each sample' }] }, unitChoice(layer, () => true)],
    draw: ({ space, store, chosen, panel, kept }) => {
      const sequence = chosenOf(layer, chosen);
      kept.begin(sequence);
      const row = (unit: number, sample: number): Float64Array => kept.get(`${unit} of ${sample}`, () => samplesOfUnit(sequence, unit, [sample]).row(0));
      const { timesteps, samples: count } = sizesOf(sequence);
      const [samples, units] = [samplesOf(sequence, store.state.samples), unitsChosen(sequence, chosen)];
      const [sampleColors, unitColors] = [palette(count), palette(PAGE)];
      const look = (color: string, together: number): { color: string; width: number; opacity: number } => ({ color, width: together > 8 ? 0.8 : 1, opacity: together > 8 ? 0.75 : 0.9 });
      const panels = bySample(chosen)
        ? samples.map((sample): LinePanel => ({
          label: sampleLabel(sequence, sample), shortLabel: String(sample),
          lines: units.map((unit, u) => ({ label: `unit ${unit}`, values: row(unit, sample), ...look(unitColors[u]!, units.length) })),
        }))
        : units.map((unit): LinePanel => ({
          label: `unit ${unit}`, shortLabel: String(unit),
          lines: samples.map((sample) => ({ label: sampleLabel(sequence, sample), values: row(unit, sample), ...look(sampleColors[sample] ?? sampleColors[0]!, samples.length) })),
        }));
      return lines({
        panels: wanted(panels, { panel }), title: `${layer.name}: ${nameOf(sequence)}`, subtitle: '',
        description: `${panels.length} line charts of the ${nameOf(sequence)} of layer ${layer.name} against timestep 0 to ${timesteps - 1}, one for each ${bySample(chosen) ? 'sample, with a line for each unit' : 'unit, with a line for each sample'}.`,
        xName: 'timestep', yName: valueName(sequence), length: timesteps, stretch: store.stretchOf(`timestep ${timesteps}`, timesteps), log: false, legend: [], least: 190,
      }, space);
    },
    data: ({ chosen, store }) => {
      const sequence = chosenOf(layer, chosen);
      return picked(sequence, samplesOf(sequence, store.state.samples));
    },
  };
}
