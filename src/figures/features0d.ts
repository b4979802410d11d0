import type { ArrayInput } from '../core/array.js';
import { option, readOptions } from '../core/options.js';
import { compose } from './compose.js';
import { counted, readValues, type Dimension } from './dimensions.js';
import type { Figure, Mark, MarkerShape, PointMark } from './figure.js';
import { shortNumber } from './numbers.js';
import { commonOptions, form, gridOptions, lineOptions, type Given, type Range } from './options.js';
import { colorsFor } from './palette.js';
import { paddedDomain, summarize, symmetricDomain } from './statistics.js';
import { style } from './style.js';
import { headerFor, onePer, quantityOf, rangeSentence } from './words.js';

const owner = 'features0D';

/** The options of {@link features0DFigure}. */
export const features0DOptions = {
  ...commonOptions,
  ...lineOptions,
  yLimits: form.startingAt(lineOptions.yLimits, 'auto'),
  along: option.choice('what the x axis counts: units, with a dot per sample, or samples, with a dot per unit', ['unit', 'sample'], 'unit'),
  marker: option.choice('shape of the dots', ['circle', 'square', 'diamond', 'triangle', 'cross'], 'circle'),
};

export type Features0DOptions = Given<typeof features0DOptions>;

/**
 * One value for each unit, as the gradient of a layer that returns only its last timestep: a dot per sample above each
 * unit, side by side in the samples' order. A single sample's dots stand on stems from zero.
 *
 * A NaN is a cross at the foot of its place and an infinite value a triangle at the edge; both are counted under the title.
 *
 * See RNN's names, where they differ: `along: 'sample'`, with a colour per unit, is how its `features_0D` draws; `yZeroLine` is
 * `show_y_zero`, `yLimits` is `ylims`, `colors` is `color`, `borders` is `show_borders`, `widthScale` and `heightScale` are
 * `w` and `h`. Its `cmap` is not here: give `colors`.
 *
 * @param data (samples, units), or (units) for one sample
 * @throws SeeRnnError for data of another rank, or empty; UsageError for options that can't be
 * @example
 * features0DFigure([[0.1, -0.2, 0.3]], { title: 'grads' }).panels[0].marks.length // 3: the zero line, stems and dots
 */
export function features0DFigure(data: ArrayInput, given: Features0DOptions = {}): Figure {
  const options = readOptions(owner, features0DOptions, given);
  const sequences = readValues(data, { owner, axes: options.axes, neutral: options.title === 'generic' });
  const [along, overlaid] = options.along === 'unit' ? [sequences.unit, sequences.sample] : [sequences.sample, sequences.unit];
  const rows = Array.from({ length: overlaid.size }, (_, o) =>
    Float64Array.from({ length: along.size }, (_, a) => sequences.data[a * along.stride + o * overlaid.stride]));
  const summary = summarize(sequences.data);
  const { yLimits } = options;
  const domain: Range = yLimits === 'auto' ? symmetricDomain(summary, 0.08) : yLimits === 'none' ? paddedDomain(summary, 0.08) : yLimits;
  const colors = colorsFor(overlaid.size, options.colors);
  // A place for every entry along the axis is this wide; it holds a dot per overlaid row, or the dots of all on one another.
  const place = (630 * options.widthScale) / along.size;
  const radius = Math.max(1.2, Math.min(3.2, place * 0.4, overlaid.size === 1 ? Infinity : Math.max(1.8, (place * 0.42) / overlaid.size)));
  const spread = overlaid.size === 1 || place < 10 ? 0 : Math.min(0.34, 0.5 - radius / place);

  const marks: Mark[] = [];
  if (spread > 0 && along.size <= 40) marks.push(...alternateBands(along.size));
  if (options.yZeroLine && domain[0] < 0 && domain[1] > 0) marks.push({ kind: 'rule', axis: 'y', at: 0, color: '#9a9a9a', width: 0.75, dash: [] });
  rows.forEach((y, o) => {
    const shift = overlaid.size === 1 ? 0 : spread * ((2 * o) / (overlaid.size - 1) - 1);
    const x = Float64Array.from(y, (_, a) => a + shift);
    const look = { color: colors[o], radius };
    if (overlaid.size === 1) marks.push(stems(x, y, domain, colors[o], Math.min(1, place * 0.3)));
    marks.push({ kind: 'points', x, y, opacity: overlaid.size > 7 ? 0.85 : 1, shape: options.marker, ...look }, ...edgeMarks(x, y, domain, look));
  });

  const { heading, name } = quantityOf(options);
  return compose({
    plots: [{ x: { domain: [-0.5, along.size - 0.5], kind: 'index' }, y: { domain, kind: 'value' }, marks, label: '', shortLabel: '', note: '' }],
    options: { ...gridDefaults, ...options }, cells: null, colorBar: null, xName: along.name.axis, yName: name,
    header: headerFor({
      options, heading: `${heading} by ${along.name.axis}`, summary,
      layout: [counted(along.size, along.name), onePer('dot', overlaid)],
      legend: options.legend && new Set(colors).size > 1 ? { name: overlaid.name.axis, colors } : null,
    }),
    description: describe(name, along, overlaid, domain, summary),
    panelHeight: (width) => Math.min(width * 0.45, 270),
  });
}

/** A single panel has none of a grid's options. */
const gridDefaults = readOptions(owner, gridOptions);

/** A pale band behind every other place, so that its dots are seen as one group. */
const alternateBands = (size: number): Mark[] => Array.from({ length: Math.floor(size / 2) }, (_, i) =>
  ({ kind: 'band', from: 2 * i + 0.5, to: 2 * i + 1.5, color: '#f4f4f4' }));

/** A line from zero (or the axis's nearest end) to every value: one path, broken between the stems. */
function stems(x: Float64Array, y: Float64Array, [low, high]: Range, color: string, width: number): Mark {
  const foot = Math.min(Math.max(0, low), high);
  return {
    kind: 'line', color, width, opacity: 0.6, markerRadius: 0,
    x: Array.from(x).flatMap((at) => [at, at, at]),
    y: Array.from(y).flatMap((value) => (Number.isFinite(value) ? [foot, value, NaN] : [NaN, NaN, NaN])),
  };
}

/** What has no place on the axis: NaN at its foot, infinities at its ends. */
function edgeMarks(x: Float64Array, y: Float64Array, [low, high]: Range, { color, radius }: { color: string; radius: number }): PointMark[] {
  const inset = (high - low) * 0.03;
  const edge = (test: (value: number) => boolean, at: number, shape: MarkerShape, look: string): PointMark[] => {
    const places = Array.from(x).filter((_, i) => test(y[i]));
    return places.length === 0 ? [] : [{ kind: 'points', x: places, y: places.map(() => at), color: look, radius: Math.max(radius, 2.4), opacity: 1, shape }];
  };
  return [
    ...edge(Number.isNaN, low + inset, 'cross', style.missing.mark),
    ...edge((value) => value === Infinity, high - inset, 'triangle', color),
    ...edge((value) => value === -Infinity, low + inset, 'triangle-down', color),
  ];
}

function describe(name: string, along: Dimension, overlaid: Dimension, [low, high]: Range, summary: ReturnType<typeof summarize>): string {
  const dots = overlaid.size === 1 ? 'a dot' : `${overlaid.size} dots, one for each ${overlaid.name.one},`;
  return `Dot plot of ${name}: ${dots} for each ${along.name.one} 0 to ${along.size - 1}, on an axis from ${shortNumber(low)} to ${shortNumber(high)}. ${rangeSentence(summary)}`;
}
