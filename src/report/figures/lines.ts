import { compose } from '../../figures/compose.js';
import type { Mark } from '../../figures/figure.js';
import type { Legend } from '../../figures/header.js';
import { isolated, missingBands } from '../../figures/missing.js';
import { shortNumber } from '../../figures/numbers.js';
import type { Range } from '../../figures/options.js';
import { paddedDomain, summarize, together, type Summary } from '../../figures/statistics.js';
import { style } from '../../figures/style.js';
import { shorten, textWidth } from '../../figures/text.js';
import type { Stretch } from './cells.js';
import { columnsFor, fitted, optionsFor, type Drawn, type Space } from './drawn.js';

export interface Line {
  /** As a reading says it: `outputs, middle of samples`. */
  readonly label: string;
  /** By position along x, from 0 on. */
  readonly values: ArrayLike<number>;
  readonly color: string;
  readonly width: number;
  readonly opacity: number;
  /** Dots in place of a line. */
  readonly dots?: boolean;
}

export interface LinePanel {
  readonly label: string;
  readonly shortLabel: string;
  readonly lines: readonly Line[];
  /** Lines across, at a value of y. */
  readonly rules?: readonly Rule[];
}

export interface Rule { readonly at: number; readonly dash: readonly number[] }

export interface Lines {
  readonly panels: readonly LinePanel[];
  readonly title: string;
  readonly subtitle: string;
  readonly description: string;
  readonly xName: string;
  readonly yName: string;
  /** How many positions there are along x, which of them are shown, and what stands at them where it is not their own number. */
  readonly length: number;
  readonly stretch: Stretch;
  readonly xs?: ArrayLike<number>;
  /** Whether y is logarithmic: values of 0 and below are then left out. */
  readonly log: boolean;
  /** What the y axis must hold beside the values. */
  readonly holds?: readonly number[];
  /** Bands behind the lines, at which x. */
  readonly bands?: readonly { readonly from: number; readonly to: number; readonly color: string }[];
  readonly legend: readonly { readonly label: string; readonly color: string }[];
  /** The least width of a panel, which says how many stand side by side. */
  readonly least?: number;
  /** Whether each panel has its own y axis. */
  readonly ownScales?: boolean;
}

/** Lines against positions, in one panel or many. */
export function lines(input: Lines, space: Space): Drawn {
  const { panels, stretch: [from, to], log, xs } = input;
  const scaled = log ? logarithm : (value: number): number => value;
  const prepared = panels.map((panel) => panel.lines.map(({ values }) => preparedOf(values, log)));
  const plotted = prepared.map((all) => all.map(({ heights }) => heights));
  const summaries = prepared.map((all) => together([...all.map(({ summary }) => summary), ...(input.holds ? [summarize(Float64Array.from(input.holds, scaled))] : [])]));
  const domains = summaries.map((own): Range => domainOf(input.ownScales === true ? own : together(summaries), log));
  const isEmpty = prepared.every((all) => all.every(({ summary: { min, max } }) => min > max));
  const place = (i: number): number => xs?.[i] ?? i;
  const [first, last] = [place(from), place(to)];
  const air = xs === undefined ? 0.5 : Math.max((last - first) * 0.02, 0.5);
  const columns = columnsFor(panels.length, space.width, input.least ?? 220);
  const rows = Math.ceil(panels.length / columns);
  const heightScale = Math.min(10, Math.max(1, (rows * 170) / 860));
  const x = Float64Array.from({ length: input.length }, (_, i) => place(i));

  const figure = fitted(space.width, (widthScale) => compose({
    plots: panels.map(({ label, shortLabel }, p) => ({
      x: { domain: [first - air, last + air], kind: 'index' }, y: { domain: domains[p]!, kind: log ? 'log' : 'value' }, label, shortLabel, note: '',
      marks: [],
    })),
    options: optionsFor(panels.length, columns, { widthScale, heightScale, ...(input.ownScales === true ? { shareY: 'none' } : {}) }),
    xName: input.xName, yName: input.yName, cells: null, colorBar: null,
    header: {
      title: space.titled ? input.title : '', subtitle: [input.subtitle, log && isEmpty ? 'nothing to draw: no value is finite and above 0' : ''].filter((text) => text !== '').join('; '), alert: '',
      legend: legendOf(input.legend, space.width),
    },
    description: input.description,
    panelHeight: (width, across) => (across === 1 ? Math.min(Math.max(width * (space.large ? 0.5 : 0.34), 170), space.large ? 620 : 320) : Math.min(width * 0.62, 240)) / heightScale,
  }));
  return {
    figure,
    marks: (p) => [
      ...(input.bands ?? []).map((band) => ({ kind: 'band', ...band }) as const),
      ...(log ? [] : missingBands(plotted[p]!, input.length)),
      ...(log ? [] : zeroLine(domains[p]!)),
      ...(panels[p]!.rules ?? []).map(({ at, dash }) => ({ kind: 'rule', axis: 'y', at: scaled(at), color: style.ink.number, width: 0.75, dash }) as const),
      ...panels[p]!.lines.flatMap((line, i) => marksOf(line, x, plotted[p]![i]!, to - from)),
    ],
    probe: {
      group: `${input.xName} ${input.length}`, length: input.length, zooms: true,
      place, position: (at) => nearestPlace(input.length, place, at),
      rows: (panel) => panels[panel]!.lines.length,
      nearest: (panel, position, y) => nearestLine(plotted[panel]!, position, y),
      at: (panel, row, position) => {
        const { label, lines: all } = panels[panel]!;
        const line = all[row]!;
        const y = plotted[panel]![row]![position];
        const value = line.values[position];
        const words = [label, line.label, `${input.xName} ${place(position)}`].filter((part) => part !== '').join(', ');
        return { text: `${words}: ${value === undefined ? 'none' : shortNumber(value, 5)}`, y: y === undefined || !Number.isFinite(y) ? null : y };
      },
    },
  };
}

const logarithm = (value: number): number => (value > 0 ? Math.log10(value) : NaN);

interface Prepared { readonly heights: Float64Array; readonly summary: Summary }
const known = { log: new WeakMap<object, Prepared>(), value: new WeakMap<object, Prepared>() };

/** Values as they are drawn. Kept as long as the values are: a wheel draws the same ones again and again. */
function preparedOf(values: ArrayLike<number>, log: boolean): Prepared {
  const table = log ? known.log : known.value;
  const before = table.get(values);
  if (before) return before;
  const heights = !log && values instanceof Float64Array ? values : Float64Array.from(values);
  if (log) for (let i = 0; i < heights.length; i++) heights[i] = logarithm(heights[i]!);
  const made = { heights, summary: summarize(heights) };
  table.set(values, made);
  return made;
}

/** Names that are too long for the figure's width are shortened, each to its share of it. */
function legendOf(entries: Lines['legend'], width: number): Legend | null {
  if (entries.length === 0) return null;
  const { size } = style.subtitle;
  const room = (width - 90) / entries.length - 28;
  const fits = entries.every(({ label }) => textWidth(label, size) <= room) || entries.reduce((sum, { label }) => sum + textWidth(label, size) + 28, 0) <= width - 90;
  return { name: '', colors: entries.map(({ color }) => color), entries: entries.map(({ label }) => (fits ? label : shorten(label, room, size))) };
}

function marksOf({ color, width, opacity, dots }: Line, x: Float64Array, y: Float64Array, shown: number): Mark[] {
  if (dots === true) return [{ kind: 'points', x, y, color, radius: 2.2, opacity, shape: 'circle' }];
  const alone = isolated(y);
  return [
    { kind: 'line', x, y, color, width, opacity, markerRadius: shown <= 24 && width >= 1 ? 1.4 * width : 0 },
    ...(alone.length === 0 ? [] : [{ kind: 'points', x: alone.map((i) => x[i]!), y: alone.map((i) => y[i]!), color, radius: Math.max(1.2, width), opacity, shape: 'circle' } as const]),
  ];
}

/** Half a power of ten at either end of a logarithmic axis that spans less than one, so that a flat line doesn't look steep. */
function domainOf(summary: { readonly min: number; readonly max: number }, log: boolean): Range {
  if (!log || summary.min > summary.max) return paddedDomain(summary);
  const lacking = Math.max(0, 1 - (summary.max - summary.min)) / 2;
  return paddedDomain({ min: summary.min - lacking, max: summary.max + lacking }, 0.05);
}

const zeroLine = ([low, high]: Range): Mark[] => (low < 0 && high > 0 ? [{ kind: 'rule', axis: 'y', at: 0, color: style.ink.zero, width: 0.75, dash: [] }] : []);

/** Places ascend. */
function nearestPlace(length: number, place: (i: number) => number, at: number): number {
  let best = 0;
  for (let i = 1; i < length; i++) if (Math.abs(place(i) - at) < Math.abs(place(best) - at)) best = i;
  return best;
}

/** Of those that have a value there, else the first. */
function nearestLine(all: readonly Float64Array[], position: number, y: number): number {
  let best = 0;
  let distance = Infinity;
  all.forEach((values, i) => {
    const away = Math.abs(values[position]! - y);
    if (away < distance) [best, distance] = [i, away];
  });
  return best;
}
