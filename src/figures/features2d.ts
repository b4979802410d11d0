import type { ArrayInput } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { option, readOptions, type OptionSpec } from '../core/options.js';
import { checkGrid } from './checks.js';
import { compose } from './compose.js';
import { counted, firstTimesteps, readSequences, type Dimension, type Sequences } from './dimensions.js';
import type { ColorMapName, Figure, Mark } from './figure.js';
import type { Plot } from './layout.js';
import { percent, shortNumber } from './numbers.js';
import { commonOptions, form, gridOptions, timeOptions, type Given, type Range } from './options.js';
import { countBeyond, missingText, summarize, symmetricDomain, together, type Summary } from './statistics.js';
import { missingColor, missingColorName } from './style.js';
import { headerFor, labelsFor, onePer, quantityOf, rangeSentence } from './words.js';

const owner = 'features2D';

const colorBar: OptionSpec<boolean | 'auto'> = {
  help: "a colour bar beside the panels; 'auto' shows it where one scale holds for all of them",
  form: "true, false or 'auto'", default: 'auto',
  read: (value) => (typeof value === 'boolean' || value === 'auto' ? value : undefined),
};

/** The options of {@link features2DFigure}. */
export const features2DOptions = {
  ...commonOptions,
  ...gridOptions,
  ...timeOptions,
  borders: form.startingAt(commonOptions.borders, 'frame'),
  subplotBy: option.choice("what each panel holds: one sample (timesteps by units) or one unit (timesteps by samples); 'auto' takes the sample, unless there is only one unit",
    ['auto', 'sample', 'unit'], 'auto'),
  timestepsOn: option.choice('the axis that timesteps run along', ['x', 'y'], 'x'),
  norm: form.range("values at the two ends of the colours; 'auto' is symmetric about zero, 'none' is each panel's own range", ['auto', 'none'], 'auto'),
  colorMap: option.choice('colours from the lowest value to the highest: blue-white-red, its muted kin RdBu (blue is lowest here too), viridis, or white to black', ['bwr', 'RdBu', 'viridis', 'greys'], 'bwr'),
  colorBar,
  reflectHalf: option.flag('the second half of the units is shown with time reversed, as the backward half of a Bidirectional layer runs', false),
};

export type Features2DOptions = Given<typeof features2DOptions>;

/**
 * Heatmaps over time: a panel for every sample, timesteps by units. With a single unit, or `subplotBy: 'unit'`, a panel for
 * every unit, timesteps by samples. Timestep 0 is at the left (with `timestepsOn: 'y'` at the top), unit 0 at the top (at
 * the left).
 *
 * `norm` sets the values at both ends of the colours; what lies beyond has the end's colour, and the title says how
 * much that is. NaN and infinite values have a colour of their own and are counted under the title.
 *
 * `reflectHalf` is for the concatenated output of a Bidirectional layer, (..., 2 x units), whose time runs in input
 * order in both halves: it reverses time in the second half, after `maxTimesteps` has cut it, so that each half begins
 * with the step that its layer takes first. A line divides the halves. (See RNN's `reflect_half` does the same for
 * (timesteps, units), but reverses the samples where there are three dimensions.)
 *
 * See RNN's names, where they differ: `rows` is `n_rows`, `colorMap` is `cmap`, `timestepsOn: 'x'` is
 * `timesteps_xaxis=True` (False, and so 'y', is its default), `shareX` and `shareY` are `share_xy`, `ticks` is
 * `show_xy_ticks`, `colorBar` is `show_colorbar`, `borders`, `borderWidth`, `borderColor`, `widthScale` and `heightScale` are
 * `show_borders`, `borderwidth`, `bordercolor`, `w` and `h`, and `norm: 'none'`, its default, is `None`.
 *
 * @param data (samples, timesteps, units), or (timesteps, units) for one sample. Named axes may come in any order, and
 *   (samples, timesteps) is one unit of every sample.
 * @throws SeeRnnError for data of another rank, or empty; UsageError for options that can't be, or not together
 * @example
 * features2DFigure([[0.1, -0.2], [0.3, 0.1]], { norm: [-0.5, 0.5], title: 'none' }).colorBars[0].domain // [-0.5, 0.5]
 */
export function features2DFigure(data: ArrayInput, given: Features2DOptions = {}): Figure {
  const options = readOptions(owner, features2DOptions, given);
  const sequences = firstTimesteps(readSequences(data, { owner, axes: options.axes, neutral: options.title === 'generic' }), options.maxTimesteps);
  const { sample, timestep, unit } = sequences;
  const byUnit = options.subplotBy === 'unit' || (options.subplotBy === 'auto' && unit.size === 1 && sample.size > 1);
  const [panel, other] = byUnit ? [unit, sample] : [sample, unit];
  checkGrid(owner, panel.size, options);
  if (options.reflectHalf && unit.size % 2 === 1) {
    throw new UsageError(`${owner}: option 'reflectHalf' needs an even number of units, found ${unit.size}`);
  }
  const ownScales = options.norm === 'none' && panel.size > 1;
  if (ownScales && options.colorBar === true) {
    throw new UsageError(`${owner}: option 'colorBar' needs one scale for all ${panel.size} panels, found norm 'none', which gives each its own`);
  }

  const reversed = options.reflectHalf ? unit.size / 2 : unit.size;
  const images = Array.from({ length: panel.size }, (_, p) => image(sequences, byUnit, p, options.timestepsOn, reversed));
  const summaries = images.map(summarize);
  const summary = together(summaries);
  const domains = summaries.map((own) => colorDomain(options.norm, options.norm === 'none' ? own : summary));
  const beyond = typeof options.norm === 'string' ? 0 : images.reduce((sum, values) => sum + countBeyond(values, ...(options.norm as Range)), 0);

  const [across, down] = options.timestepsOn === 'x' ? [timestep, other] : [other, timestep];
  const labels = labelsFor(options.annotations, panel.size, panel.size > 1 ? panel.name : null);
  const plots = images.map((values, i): Plot => ({
    x: { domain: [-0.5, across.size - 0.5], kind: 'index' },
    y: { domain: [down.size - 0.5, -0.5], kind: 'index' },
    marks: [
      { kind: 'image', values, rows: down.size, columns: across.size, domain: domains[i], colors: options.colorMap, missingColor: missingColor[options.colorMap] },
      ...(options.reflectHalf && !byUnit ? [divider(options.timestepsOn === 'x' ? 'y' : 'x', unit.size / 2 - 0.5)] : []),
    ],
    ...labels[i],
    note: panel.size > 1 ? missingText(summaries[i]) : '',
  }));

  const { heading, name } = quantityOf(options);
  const shown = !ownScales && options.colorBar !== false;
  return compose({
    plots, options, xName: across.name.axis, yName: down.name.axis,
    cells: { across: across.size, down: down.size },
    colorBar: shown ? { domain: domains[0], colors: options.colorMap, name } : null,
    header: headerFor({
      options, heading: `${heading} by ${timestep.name.axis} and ${other.name.axis}`, summary,
      missingAs: ` (${missingColorName[options.colorMap]})`,
      layout: [
        panel.size === 1 ? counted(1, panel.name) : onePer('panel', panel),
        `${counted(timestep.size, timestep.name)} \u00d7 ${counted(other.size, other.name)}`,
        options.reflectHalf ? reflectedText(unit) : '',
        ownScales ? 'each panel coloured over its own range' : shown ? '' : colorText(domains[0], options.colorMap),
        beyond > 0 ? `${percent(beyond / summary.finite)} of values beyond the colours` : '',
      ],
    }),
    description: describe(name, panel, other, timestep, options, summary),
    panelHeight: (width, columns) => imageHeight(down.size, width, columns),
  });
}

/** One panel's values, row by row. Units from `reversed` on run backwards in time. */
function image({ data, sample, timestep, unit }: Sequences, byUnit: boolean, panel: number, timestepsOn: 'x' | 'y', reversed: number): Float64Array {
  const others = byUnit ? sample.size : unit.size;
  const values = new Float64Array(others * timestep.size);
  for (let o = 0; o < others; o++) {
    const [s, u] = byUnit ? [o, panel] : [panel, o];
    const start = s * sample.stride + u * unit.stride;
    for (let t = 0; t < timestep.size; t++) {
      const from = start + (u < reversed ? t : timestep.size - 1 - t) * timestep.stride;
      values[timestepsOn === 'x' ? o * timestep.size + t : t * others + o] = data[from];
    }
  }
  return values;
}

/** The values at the two ends of the colours. */
function colorDomain(norm: Range | 'auto' | 'none', summary: Summary): Range {
  if (norm === 'auto') return symmetricDomain(summary);
  if (norm !== 'none') return norm;
  if (summary.finite === 0) return [0, 1];
  if (summary.min < summary.max) return [summary.min, summary.max];
  const air = Math.abs(summary.min) / 2 || 1;
  return [summary.min - air, summary.max + air];
}

const divider = (axis: 'x' | 'y', at: number): Mark => ({ kind: 'rule', axis, at, color: '#333333', width: 0.75, dash: [] });

const reflectedText = ({ size, name }: Dimension): string => `${name.many} ${size / 2} to ${size - 1} reversed in time`;

const colorText = ([low, high]: Range, colors: ColorMapName): string => {
  const [first, last] = { bwr: ['blue', 'red'], RdBu: ['blue', 'red'], viridis: ['purple', 'yellow'], greys: ['white', 'black'] }[colors];
  return `${first} ${shortNumber(low)}, ${last} ${shortNumber(high)}`;
};

/** Cells of 11 pixels where there are few, within the proportions that a row of panels can take. */
function imageHeight(rows: number, width: number, columns: number): number {
  const [flattest, steepest] = columns === 1 ? [0.3, 0.75] : [0.45, 0.95];
  return Math.min(Math.max(rows * 11, width * flattest), width * steepest, 520);
}

function describe(
  name: string, panel: Dimension, other: Dimension, timestep: Dimension,
  { timestepsOn, reflectHalf }: { readonly timestepsOn: 'x' | 'y'; readonly reflectHalf: boolean }, summary: Summary,
): string {
  const panels = panel.size === 1 ? 'One heatmap' : `${panel.size} heatmaps, one for each ${panel.name.one},`;
  const [across, down] = timestepsOn === 'x' ? [timestep, other] : [other, timestep];
  const reflected = reflectHalf ? ' Time is reversed in the second half of the units.' : '';
  return `${panels} of ${name}, ${across.name.axis} 0 to ${across.size - 1} across and ${down.name.axis} 0 to ${down.size - 1} down.${reflected} ${rangeSentence(summary)}`;
}
