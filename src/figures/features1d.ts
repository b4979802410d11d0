import type { ArrayInput } from '../core/array.js';
import { option, readOptions } from '../core/options.js';
import { checkGrid } from './checks.js';
import { compose } from './compose.js';
import { counted, firstTimesteps, line, readSequences, type Dimension, type Sequences } from './dimensions.js';
import type { Figure, Mark } from './figure.js';
import { gridShape, shareAmong } from './grid.js';
import type { Plot } from './layout.js';
import { commonOptions, gridOptions, lineOptions, timeOptions, type Given, type Range } from './options.js';
import { colorsFor } from './palette.js';
import { infinities, isolated, missingBands } from './missing.js';
import { paddedDomain, summarize, symmetricDomain, together } from './statistics.js';
import { style } from './style.js';
import { headerFor, labelsFor, onePer, quantityOf, rangeSentence } from './words.js';

const owner = 'features1D';

/** The options of {@link features1DFigure}. */
export const features1DOptions = {
  ...commonOptions,
  ...gridOptions,
  ...timeOptions,
  ...lineOptions,
  subplotBy: option.choice('what each panel holds: one unit, with a line per sample, or one sample, with a line per unit', ['unit', 'sample'], 'unit'),
};

export type Features1DOptions = Given<typeof features1DOptions>;

/**
 * Values over time: a panel for every unit, in which every sample is a line (or, with `subplotBy: 'sample'`, a panel for
 * every sample, in which every unit is a line). Panel i shows unit i. (In See RNN's `features_1D` panel i shows unit
 * i - 1, and panel 0 the last.)
 *
 * NaN interrupts a line and its timestep is shaded; an infinite value is a triangle at the panel's edge; both are
 * counted under the title. A value between two missing ones is a dot.
 *
 * See RNN's names, where they differ: `rows` is `n_rows`, `shareX` and `shareY` are `share_xy`, `subplotBy: 'sample'` is
 * `subplot_samples=True`, `yZeroLine` is `show_y_zero`, `ticks` is `show_xy_ticks`, `borders`, `borderWidth` and
 * `widthScale`, `heightScale` are `show_borders`, `borderwidth`, `w` and `h`, `colors` is `color`, and the title
 * 'none' is `False`. For (timesteps, units) See RNN draws one panel with all units: `subplotBy: 'sample'`.
 *
 * @param data (samples, timesteps, units), or (timesteps, units) for one sample. Named axes may come in any order, and
 *   (samples, timesteps) is one unit of every sample.
 * @throws SeeRnnError for data of another rank, or empty; UsageError for options that can't be
 * @example
 * features1DFigure([[[0.1, -0.2], [0.3, 0.1]]], { title: 'outputs' }).panels.length // 2: a panel per unit
 */
export function features1DFigure(data: ArrayInput, given: Features1DOptions = {}): Figure {
  const options = readOptions(owner, features1DOptions, given);
  const sequences = firstTimesteps(readSequences(data, { owner, axes: options.axes, neutral: options.title === 'generic' }), options.maxTimesteps);
  const { timestep } = sequences;
  const byUnit = options.subplotBy === 'unit';
  const [panel, overlaid] = byUnit ? [sequences.unit, sequences.sample] : [sequences.sample, sequences.unit];
  checkGrid(owner, panel.size, options);

  const grid = gridShape(panel.size, options.rows);
  const linesOf = allLines(sequences, byUnit);
  const summaries = linesOf.map((lines) => together(lines.map(summarize)));
  const domains = options.yLimits === 'auto' || options.yLimits === 'none'
    ? shareAmong(grid, options.shareY, summaries, (group): Range => (options.yLimits === 'auto' ? symmetricDomain(together(group), 0.06) : paddedDomain(together(group))))
    : summaries.map(() => options.yLimits as Range);
  const summary = together(summaries);
  const colors = colorsFor(overlaid.size, options.colors);
  const labels = labelsFor(options.annotations, panel.size, panel.size > 1 ? panel.name : null);
  const x = Float64Array.from({ length: timestep.size }, (_, t) => t);
  const look = lineLook(overlaid.size, timestep.size, grid.columns);

  const plots = linesOf.map((lines, i): Plot => ({
    x: { domain: [-0.5, timestep.size - 0.5], kind: 'index' },
    y: { domain: domains[i], kind: 'value' },
    marks: [
      ...missingBands(lines, timestep.size),
      ...(options.yZeroLine ? zeroLine(domains[i]) : []),
      ...lines.flatMap((y, l) => lineMarks(x, y, domains[i], { ...look, color: colors[l] })),
    ],
    ...labels[i],
    note: '',
  }));

  const { heading, name } = quantityOf(options);
  const layout = [onePer('panel', panel), onePer('line', overlaid), counted(timestep.size, timestep.name)];
  return compose({
    plots, options, cells: null, colorBar: null, xName: timestep.name.axis, yName: name,
    header: headerFor({
      options, heading: `${heading} by ${timestep.name.axis}`, layout, summary,
      legend: options.legend && new Set(colors).size > 1 ? { name: overlaid.name.axis, colors } : null,
    }),
    description: describe(name, panel, overlaid, timestep, summary),
    panelHeight: (width, columns) => (columns > 8 ? width * 0.78 : Math.min(width * 0.62, 260)),
  });
}

const allLines = (sequences: Sequences, byUnit: boolean): Float64Array[][] => {
  const [panels, lines] = byUnit ? [sequences.unit.size, sequences.sample.size] : [sequences.sample.size, sequences.unit.size];
  return Array.from({ length: panels }, (_, p) => Array.from({ length: lines }, (_, l) => (byUnit ? line(sequences, l, p) : line(sequences, p, l))));
};

interface LineLook { readonly width: number; readonly opacity: number; readonly markerRadius: number }

/** The more lines share a panel and the smaller it is, the thinner they are. A few timesteps get a dot each. */
function lineLook(lines: number, timesteps: number, columns: number): LineLook {
  const width = lines === 1 ? 1.25 : lines <= 8 ? 1 : 0.8;
  const dots = timesteps <= 12 && columns <= 4;
  return {
    width: columns > 8 ? width * 0.7 : width,
    opacity: lines === 1 ? 1 : lines <= 8 ? 0.9 : lines <= 64 ? 0.75 : 0.5,
    markerRadius: dots || timesteps === 1 ? 1.6 * width : 0,
  };
}

const zeroLine = ([low, high]: Range): Mark[] => (low < 0 && high > 0
  ? [{ kind: 'rule', axis: 'y', at: 0, color: style.ink.zero, width: 0.75, dash: [] }] : []);

function lineMarks(x: Float64Array, y: Float64Array, domain: Range, { color, width, opacity, markerRadius }: LineLook & { color: string }): Mark[] {
  const alone = markerRadius === 0 ? isolated(y) : [];
  return [
    { kind: 'line', x, y, color, width, opacity, markerRadius },
    ...(alone.length === 0 ? [] : [{ kind: 'points', x: alone, y: alone.map((t) => y[t]), color, radius: width, opacity, shape: 'circle' } as const]),
    ...infinities(x, y, domain, { color, radius: 3.2 * width }),
  ];
}

function describe(name: string, panel: Dimension, overlaid: Dimension, timestep: Dimension, summary: ReturnType<typeof summarize>): string {
  const panels = panel.size === 1 ? 'One line chart' : `${panel.size} line charts, one for each ${panel.name.one},`;
  const lines = overlaid.size === 1 ? 'one line' : `${overlaid.size} lines, one for each ${overlaid.name.one}`;
  return `${panels} of ${name} against ${timestep.name.axis} 0 to ${timestep.size - 1}, with ${lines}. ${rangeSentence(summary)}`;
}
