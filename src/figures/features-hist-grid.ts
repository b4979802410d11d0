import { asNamedArray, sizeOf, type ArrayInput, type NamedArray, type Numbers } from '../core/array.js';
import { SeeRnnError, UsageError } from '../core/errors.js';
import { option, readOptions, type OptionSpec, type OptionValues } from '../core/options.js';
import { compose } from './compose.js';
import { arrowheads, clippedCounts, clippedOf, topWithCounts, valueRange } from './features-hist.js';
import type { Figure, Mark } from './figure.js';
import { shareAmong } from './grid.js';
import type { Legend } from './header.js';
import type { Plot } from './layout.js';
import { count, percent } from './numbers.js';
import { commonOptions, form, gridOptions, type Given, type Range, without } from './options.js';
import { colorsFor } from './palette.js';
import { countBeyond, histogram, missingText, summarize, together, type Summary } from './statistics.js';
import { headerFor, quantityOf, rangeSentence } from './words.js';

const owner = 'featuresHistGrid';

const yLimit: OptionSpec<number | 'auto'> = {
  help: "top of every y axis, as a count; 'auto' is that of the highest bins", form: "a number above 0, or 'auto'", default: 'auto',
  read: (value) => (value === 'auto' || (typeof value === 'number' && Number.isFinite(value) && value > 0) ? value : undefined),
};

/** The options of {@link featuresHistGridFigure}. */
export const featuresHistGridOptions = {
  ...without(commonOptions, 'axes'),
  ...without(gridOptions, 'rows', 'annotations'),
  shareX: form.startingAt(gridOptions.shareX, 'column'),
  columnTitles: form.texts('names above the columns', ['none'], 'none'),
  sideAnnotations: form.texts("names at the right of the rows; a single one is followed by each row's number", ['none'], 'none'),
  labels: form.texts("names of a cell's histograms, in the key to the colours; 'auto' numbers them", ['auto', 'none'], 'auto'),
  bins: option.number('bins along the x axis', 100, (v) => Number.isInteger(v) && v >= 1 && v <= 10_000, 'a whole number from 1 to 10000'),
  xLimits: form.range("range of the x axis; values beyond it are left out, and the title says how many; 'auto' is that of the values", ['auto'], 'auto'),
  yLimit,
  centerOnZero: option.flag('the x axis reaches as far below zero as above', false),
  peaksToClip: option.integer('so many of the highest bins of each histogram may run out of the top, with their counts written beside them', 0, 0),
  colors: form.colorList("colours of a cell's histograms in order, repeated as needed"),
};

export type FeaturesHistGridOptions = Given<typeof featuresHistGridOptions>;
type Options = OptionValues<typeof featuresHistGridOptions>;

/** Histograms by row and column: `data[row][column]` is a list of arrays, each of any shape; cells may hold different numbers of them. */
export type HistogramGrid = readonly (readonly (readonly ArrayInput[])[])[];

/**
 * Several histograms in every cell of a grid: weights by layer (rows) and kind (columns), each before and after training, say. A
 * cell's histograms lie on one another in translucent colours with their outlines, over the same bins.
 *
 * With `peaksToClip: n` a cell's y axis ends a little above the highest bin of its histograms but n of each. NaN and infinite values fall
 * into no bin; they are counted under the title and above their cell.
 *
 * This is See RNN's `features_hist_v2`. Where its names differ: `columnTitles` is `colnames`, `sideAnnotations` is `side_annot`, `xLimits` is `xlims`,
 * `yLimit` is `ylim` (which there reaches the last cell only, unless y axes are shared), `centerOnZero` is `center_zero` (which there wins over
 * `xlims`; here both together are refused), `peaksToClip` is `configs={'plot': {'peaks_to_clip': n}}`, `shareX` and `shareY` are `share_xy`.
 *
 * @param data rows of columns of lists of arrays; or an array of three or more dimensions (rows, columns, histograms, ...)
 * @throws SeeRnnError for rows of different length, an empty cell or an empty array; UsageError for options that can't be, or not together
 * @example
 * featuresHistGridFigure([[[[0, 1, 1], [1, 2, 2]], [[0, 3]]]], { columnTitles: ['kernel', 'bias'], labels: ['before', 'after'] }).panels.length // 2
 */
export function featuresHistGridFigure(data: HistogramGrid | ArrayInput, given: FeaturesHistGridOptions = {}): Figure {
  const options = readOptions(owner, featuresHistGridOptions, given);
  const { cells, rows, columns } = readCells(data);
  checkTexts(options, rows, columns);
  const shape = { count: cells.length, rows, columns };
  const summaries = cells.map((histograms) => together(histograms.map(summarize)));
  const summary = together(summaries);
  const ranges = options.xLimits === 'auto'
    ? shareAmong(shape, options.shareX, summaries, (group) => valueRange(together(group), options.centerOnZero))
    : summaries.map(() => options.xLimits as Range);
  const binned = cells.map((histograms, i) => histograms.map((values) => histogram(values, ...ranges[i], options.bins)));
  const panelWidth = (650 * options.widthScale) / columns;
  const panelHeight = (width: number): number => (columns > 8 ? width * 0.78 : Math.min(width * 0.62, 260));
  const panel = { width: panelWidth, height: panelHeight(panelWidth) * options.heightScale };
  const tops = options.yLimit === 'auto'
    ? shareAmong(shape, options.shareY, binned.map((all) => topWithCounts(all[0]!.edges, all.map(({ counts }) => counts), options.peaksToClip, panel)), (group) => Math.max(...group))
    : binned.map(() => options.yLimit as number);
  const beyond = options.xLimits === 'auto' ? 0 : cells.flat().reduce((sum, values) => sum + countBeyond(values, ...(options.xLimits as Range)), 0);

  const most = Math.max(...cells.map(({ length }) => length));
  if (Array.isArray(options.labels) && options.labels.length > most) {
    throw new UsageError(`${owner}: option 'labels' must name at most ${most} histograms, found ${options.labels.length} names`);
  }
  const colors = colorsFor(most, options.colors);
  const barWidth = panelWidth / options.bins;
  const plots = binned.map((all, i): Plot => {
    const [low, high] = ranges[i];
    const air = (high - low) * 0.015;
    const clipped = all.map(({ edges, counts }) => clippedOf(edges, counts, tops[i]));
    return {
      x: { domain: [low - air, high + air], kind: 'value' },
      y: { domain: [0, tops[i]], kind: 'count' },
      marks: [
        ...all.flatMap(({ edges, counts }, h) => histogramMarks(edges, counts, colors[h], most > 1)),
        ...clipped.flatMap((some) => arrowheads(some, tops[i], barWidth)),
      ],
      label: '', shortLabel: '', note: missingText(summaries[i]),
      inside: (box) => clippedCounts(clipped.flat(), all.map(({ counts }) => counts), box),
    };
  });

  const { many, name } = quantityOf(options);
  const several = most > 1;
  return compose({
    plots, options: { ...options, rows, annotations: 'none', axes: 'auto' }, cells: null, colorBar: null, xName: name, yName: 'count',
    ...(options.columnTitles === 'none' ? {} : { columnTitles: options.columnTitles as readonly string[] }),
    ...(options.sideAnnotations === 'none' ? {} : { rowTitles: sideTitles(options.sideAnnotations as readonly string[], rows) }),
    header: headerFor({
      options, heading: `Histograms of ${many}`, summary,
      layout: [
        `${count(summary.finite)} finite ${summary.finite === 1 ? 'value' : 'values'} in ${count(options.bins)} ${options.bins === 1 ? 'bin' : 'bins'}`,
        beyond > 0 ? `${percent(beyond / summary.finite)} of values beyond the limits` : '',
      ],
      legend: several ? keyOf(options, colors) : null,
    }),
    description: describe(rows, columns, most, name, summary),
    panelHeight,
  });
}

function readCells(data: HistogramGrid | ArrayInput): { cells: Numbers[][]; rows: number; columns: number } {
  const nested = Array.isArray(data) ? data as HistogramGrid : slicesOf(asNamedArray(data as ArrayInput, `data of ${owner}`));
  const rows = nested.length;
  const columns = rows > 0 && Array.isArray(nested[0]) ? nested[0].length : 0;
  if (columns === 0) throw new SeeRnnError(`${owner}: data must be rows of columns of lists of arrays, found ${rows === 0 ? 'no rows' : 'no columns in row 0'}`);
  const cells = nested.flatMap((row, r) => {
    if (!Array.isArray(row) || row.length !== columns) {
      throw new SeeRnnError(`${owner}: every row must have ${columns} ${columns === 1 ? 'column' : 'columns'} as row 0 has, found ${Array.isArray(row) ? row.length : typeof row} in row ${r}`);
    }
    return row.map((cell: unknown, c): Numbers[] => {
      if (!Array.isArray(cell) || cell.length === 0) throw new SeeRnnError(`${owner}: row ${r}, column ${c} must be a list of arrays, found ${Array.isArray(cell) ? 'an empty one' : typeof cell}`);
      // A list of bare numbers is one histogram, not one for each number.
      const arrays = typeof cell[0] === 'number' ? [cell] : cell as ArrayInput[];
      return arrays.map((array: ArrayInput, h) => {
        const { data: values } = asNamedArray(array, `${owner}: row ${r}, column ${c}, histogram ${h}`);
        if (values.length === 0) throw new SeeRnnError(`${owner}: row ${r}, column ${c}, histogram ${h} is empty`);
        return values;
      });
    });
  });
  return { cells, rows, columns };
}

/** An array of (rows, columns, histograms, ...) as nested lists. */
function slicesOf({ data, shape }: NamedArray): Numbers[][][] {
  if (shape.length < 3) throw new SeeRnnError(`${owner}: data must be (rows, columns, histograms, ...), found ${shape.length} ${shape.length === 1 ? 'dimension' : 'dimensions'}`);
  const [rows, columns, histograms] = shape;
  const size = sizeOf(shape.slice(3));
  return Array.from({ length: rows }, (_r, r) => Array.from({ length: columns }, (_c, c) => Array.from({ length: histograms }, (_h, h) => {
    const from = ((r * columns + c) * histograms + h) * size;
    return data.subarray(from, from + size);
  })));
}

function checkTexts({ columnTitles, sideAnnotations, xLimits, centerOnZero, peaksToClip, bins }: Options, rows: number, columns: number): void {
  if (columnTitles !== 'none' && columnTitles.length > columns) {
    throw new UsageError(`${owner}: option 'columnTitles' must name at most ${columns} columns, found ${columnTitles.length} names`);
  }
  if (sideAnnotations !== 'none' && sideAnnotations.length > rows) {
    throw new UsageError(`${owner}: option 'sideAnnotations' must name at most ${rows} rows, found ${sideAnnotations.length} names`);
  }
  if (xLimits !== 'auto' && centerOnZero) throw new UsageError(`${owner}: options 'xLimits' and 'centerOnZero' both set the x axis; give one of them`);
  if (peaksToClip >= bins) throw new UsageError(`${owner}: option 'peaksToClip' must be below the number of bins (${bins}), found ${peaksToClip}`);
}

/** `epoch 0`, `epoch 1`, ... of a single name; else the names as they are. */
const sideTitles = (given: readonly string[], rows: number): string[] =>
  (given.length === 1 && rows > 1 ? Array.from({ length: rows }, (_, row) => `${given[0]}${/\s$/.test(given[0]) ? '' : ' '}${row}`) : [...given]);

function keyOf({ labels }: Options, colors: readonly string[]): Legend | null {
  if (labels === 'none') return null;
  return { name: labels === 'auto' ? 'histogram' : '', colors, ...(labels === 'auto' ? {} : { entries: labels as readonly string[] }) };
}

/** Bars; among others they are pale, and a line goes round them. */
function histogramMarks(edges: Float64Array, counts: Float64Array, color: string, among: boolean): Mark[] {
  if (!among) return [{ kind: 'bars', edges, height: counts, color, opacity: 1 }];
  const x = [edges[0], ...Array.from(counts).flatMap((_, bin) => [edges[bin], edges[bin + 1]]), edges.at(-1)!];
  const y = [0, ...Array.from(counts).flatMap((n) => [n, n]), 0];
  return [{ kind: 'bars', edges, height: counts, color, opacity: 0.3 }, { kind: 'line', x, y, color, width: 1, opacity: 0.9, markerRadius: 0 }];
}

const describe = (rows: number, columns: number, most: number, name: string, summary: Summary): string =>
  `A grid of histograms, ${rows} ${rows === 1 ? 'row' : 'rows'} by ${columns} ${columns === 1 ? 'column' : 'columns'}, of ${name}${most > 1 ? `, up to ${most} in a cell` : ''}. ${rangeSentence(summary)}`;
