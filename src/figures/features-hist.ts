import type { ArrayInput } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { option, readOptions } from '../core/options.js';
import { checkGrid } from './checks.js';
import { compose } from './compose.js';
import { readParts } from './dimensions.js';
import type { Box, Figure, Mark, Text } from './figure.js';
import { gridShape, shareAmong } from './grid.js';
import type { Plot } from './layout.js';
import { count, percent, shortNumber } from './numbers.js';
import { commonOptions, form, gridOptions, type Given, type Range } from './options.js';
import { colorsFor, single } from './palette.js';
import { countBeyond, histogram, missingText, summarize, together, type Summary } from './statistics.js';
import { style } from './style.js';
import { textWidth, words } from './text.js';
import { headerFor, labelsFor, onePer, quantityOf, rangeSentence } from './words.js';

const owner = 'featuresHist';

/** The options of {@link featuresHistFigure}. */
export const featuresHistOptions = {
  ...commonOptions,
  ...gridOptions,
  subplotBy: option.choice('what each panel holds: all values, or those of one sample, timestep or unit', ['none', 'sample', 'timestep', 'unit'], 'none'),
  bins: option.number('bins along the x axis', 100, (v) => Number.isInteger(v) && v >= 1 && v <= 10_000, 'a whole number from 1 to 10000'),
  xLimits: form.range("range of the x axis; values beyond it are left out, and the title says how many; 'auto' is that of the values", ['auto'], 'auto'),
  centerOnZero: option.flag('the x axis reaches as far below zero as above', false),
  peaksToClip: option.integer('so many of the highest bins of a panel may run out of its top, with their counts written beside them', 0, 0),
  colors: form.colorList('colours of the panels in order, repeated as needed'),
};

export type FeaturesHistOptions = Given<typeof featuresHistOptions>;

/**
 * How often each value occurs: a histogram of all values, or one for each sample, timestep or unit. Panels that share
 * their x axis share their bins.
 *
 * With `peaksToClip: n` the y axis ends a little above the highest bin but n: a peak, such as that of weights at exactly zero,
 * doesn't flatten the rest. Bins that run out of the top have an arrowhead, and their counts are written in the panel.
 *
 * NaN and infinite values fall into no bin; they are counted under the title and above their panel.
 *
 * See RNN's names, where they differ: its `features_hist` draws a panel for each entry of the first dimension, as
 * `subplotBy: 'sample'` does, with rows 'vertical', which is `rows` = their number; `xLimits` is `xlims`,
 * `centerOnZero` is `center_zero` (which there wins over `xlims`; here both together are refused), `peaksToClip` is
 * `configs={'plot': {'peaks_to_clip': n}}`, and `shareX` and `shareY` are `share_xy`.
 *
 * @param data of any shape. 'sample' and 'unit' are the first and the last dimension where the axes have no names.
 * @throws SeeRnnError for data without dimensions, or empty; UsageError for options that can't be, or not together
 * @example
 * featuresHistFigure([0.1, 0.2, 0.2, 0.9], { bins: 4 }).panels[0].marks // a mark of kind 'bars'
 */
export function featuresHistFigure(data: ArrayInput, given: FeaturesHistOptions = {}): Figure {
  const options = readOptions(owner, featuresHistOptions, given);
  const { subplotBy, bins } = options;
  const { parts, dimension } = readParts(data, { owner, axes: options.axes, neutral: options.title === 'generic' }, subplotBy);
  checkGrid(owner, parts.length, options);
  if (options.xLimits !== 'auto' && options.centerOnZero) {
    throw new UsageError(`${owner}: options 'xLimits' and 'centerOnZero' both set the x axis; give one of them`);
  }
  if (options.peaksToClip >= bins) {
    throw new UsageError(`${owner}: option 'peaksToClip' must be below the number of bins (${bins}), found ${options.peaksToClip}`);
  }

  const grid = gridShape(parts.length, options.rows);
  const summaries = parts.map(summarize);
  const summary = together(summaries);
  const ranges = options.xLimits === 'auto'
    ? shareAmong(grid, options.shareX, summaries, (group) => valueRange(together(group), options.centerOnZero))
    : summaries.map(() => options.xLimits as Range);
  const histograms = parts.map((values, i) => histogram(values, ...ranges[i], bins));
  const panelWidth = (650 * options.widthScale) / grid.columns;
  const panelHeight = (width: number, columns: number): number => (columns > 8 ? width * 0.78 : Math.min(width * 0.62, 260));
  const panel = { width: panelWidth, height: panelHeight(panelWidth, grid.columns) * options.heightScale };
  const tops = shareAmong(grid, options.shareY, histograms.map(({ edges, counts }) => topWithCounts(edges, [counts], options.peaksToClip, panel)), (group) => Math.max(...group));
  const beyond = options.xLimits === 'auto' ? 0 : parts.reduce((sum, values) => sum + countBeyond(values, ...(options.xLimits as Range)), 0);

  const barWidth = panelWidth / bins;
  const colors = options.colors === 'auto' ? parts.map(() => single) : colorsFor(parts.length, options.colors);
  const labels = labelsFor(options.annotations, parts.length, dimension?.name ?? null);
  const plots = histograms.map(({ edges, counts }, i): Plot => {
    const [low, high] = ranges[i];
    const air = (high - low) * 0.015;
    const clipped = clippedOf(edges, counts, tops[i]);
    return {
      x: { domain: [low - air, high + air], kind: 'value' },
      y: { domain: [0, tops[i]], kind: 'count' },
      marks: [{ kind: 'bars', edges, height: counts, color: colors[i], opacity: 1 }, ...arrowheads(clipped, tops[i], barWidth)],
      ...labels[i],
      note: parts.length > 1 ? missingText(summaries[i]) : '',
      inside: (box) => clippedCounts(clipped, [counts], box),
    };
  });

  const { many, name } = quantityOf(options);
  return compose({
    plots, options, cells: null, colorBar: null, xName: name, yName: 'count',
    header: headerFor({
      options, heading: `Histogram of ${many}`, summary,
      layout: [
        dimension === null ? '' : onePer('panel', dimension),
        `${count(summary.finite)} finite ${summary.finite === 1 ? 'value' : 'values'} in ${count(bins)} ${bins === 1 ? 'bin' : 'bins'}`,
        beyond > 0 ? `${percent(beyond / summary.finite)} of values beyond the limits` : '',
      ],
    }),
    description: `${dimension === null ? 'Histogram' : `${parts.length} histograms, one for each ${dimension.name.one},`} of ${name} in ${bins} bins. ${rangeSentence(summary)}`,
    panelHeight,
  });
}

/** The range that the bins divide. A single value gets a range around it. */
export function valueRange({ min, max, finite }: Summary, centered: boolean): Range {
  if (finite === 0) return centered ? [-1, 1] : [0, 1];
  if (centered) {
    const size = Math.max(Math.abs(min), Math.abs(max)) || 1;
    return [-size, size];
  }
  const air = min === max ? Math.abs(min) / 2 || 1 : 0;
  return [min - air, max + air];
}

/** The highest count but the `clip` highest ones; at least the lowest that isn't zero. */
export function topCount(counts: Float64Array, clip: number): number {
  const filled = Array.from(counts).filter((n) => n > 0).sort((a, b) => b - a);
  return filled[Math.min(clip, filled.length - 1)] ?? 1;
}

export interface Clipped { readonly n: number; readonly at: number }

/** The bins that run out of the top. */
export const clippedOf = (edges: Float64Array, counts: Float64Array, top: number): Clipped[] =>
  Array.from(counts, (n, bin) => ({ n, at: (edges[bin] + edges[bin + 1]) / 2 })).filter(({ n }) => n > top);

/**
 * The top of a panel of histograms: a little above the highest bin but the `clip` highest of each, and with room for the counts of those
 * that run out of it where no corner is free of bars.
 *
 * @param panel about as large as it will be, in pixels
 */
export function topWithCounts(edges: Float64Array, all: readonly Float64Array[], clip: number, panel: Pick<Box, 'width' | 'height'>): number {
  const top = Math.max(...all.map((counts) => topCount(counts, clip))) * 1.06;
  // Numbers and names beside the axes take some of the width.
  const note = noteOf(all.flatMap((counts) => clippedOf(edges, counts, top)), { width: panel.width * 0.65, height: panel.height });
  if (note === null) return top;
  const below = 1 - note.height / panel.height;
  return lowerSide(sumOf(all), note.width / (panel.width * 0.65)).highest <= top * below ? top : top / below;
}

/** White, inside the bars that go on, which are about so many pixels wide. */
export const arrowheads = (clipped: readonly Clipped[], top: number, barWidth: number): Mark[] => (clipped.length === 0 ? [] : [{
  kind: 'points', x: clipped.map(({ at }) => at), y: clipped.map(() => top * 0.965), shape: 'triangle', color: '#ffffff',
  radius: Math.max(1.2, Math.min(3, barWidth * 0.45)), opacity: 1,
}]);

/** Lines of text for a corner of a panel, and what they take up with the space around them, in pixels. */
interface Note { readonly lines: readonly string[]; readonly size: number; readonly width: number; readonly height: number }

/** `12,345 at 0` for each bin that runs out of the top; null where there is none, or no room. */
function noteOf(clipped: readonly Clipped[], panel: Pick<Box, 'width' | 'height'>): Note | null {
  const size = panel.width < 90 ? 7.5 : 9.5;
  const room = Math.max(1, Math.floor((panel.height * 0.7) / (size + 3)));
  const all = clipped.map(({ n, at }) => `${count(n)} at ${shortNumber(at, 2)}`);
  const lines = all.length > room ? [...all.slice(0, room - 1), `and ${all.length - room + 1} more`] : all;
  const width = Math.max(...lines.map((line) => textWidth(line, size))) + 8;
  return lines.length === 0 || width > panel.width - 2 ? null : { lines, size, width, height: 6 + lines.length * (size + 3) };
}

/** Which end of the bins is the lower one, over a share of them. */
function lowerSide(counts: Float64Array, share: number): { atRight: boolean; highest: number } {
  const side = Math.min(counts.length, Math.ceil(counts.length * share));
  const [left, right] = [Math.max(...counts.slice(0, side)), Math.max(...counts.slice(-side))];
  return { atRight: right <= left, highest: Math.min(left, right) };
}

/** All histograms of a panel as one. */
const sumOf = (all: readonly Float64Array[]): Float64Array => all[0]!.map((_, bin) => all.reduce((sum, counts) => sum + counts[bin], 0));

/** The counts of the bins that run out of the top, in the corner above the lower bins. */
export function clippedCounts(clipped: readonly Clipped[], all: readonly Float64Array[], box: Box): Text[] {
  const note = noteOf(clipped, box);
  if (note === null) return [];
  const { atRight } = lowerSide(sumOf(all), note.width / box.width);
  const x = atRight ? box.x + box.width - 5 : box.x + 5;
  return note.lines.map((line, i) => words(line, x, box.y + 4 + i * (note.size + 3), { size: note.size, color: style.ink.name, align: atRight ? 'right' : 'left' }));
}
