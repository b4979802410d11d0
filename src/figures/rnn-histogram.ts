import { option, readOptions, type OptionSpec, type OptionValues } from '../core/options.js';
import type { GateWeights } from '../model/gate-weights.js';
import type { Box, Figure, Mark, Panel, Text } from './figure.js';
import { placeHeader } from './header.js';
import { biasNames, gateOf, kernelOptions, kernelQuantity, layerText, matricesOf, missingLines, readDirections, sizesText, type Direction, type Matrix } from './kernels.js';
import { tickGap } from './layout.js';
import { commonExponent, exponentText } from './numbers.js';
import { commonOptions, form, type Given, type Range, without } from './options.js';
import { palette } from './palette.js';
import { histogram, missingText, paddedDomain, summarize, together, type Summary } from './statistics.js';
import { axisStyle, density, style } from './style.js';
import { shorten, shortenName, textWidth, words } from './text.js';
import { axisTicks } from './ticks.js';
import { headerFor, rangeSentence } from './words.js';

const owner = 'rnnHistogram';

const equateAxes: OptionSpec<0 | 1 | 2> = {
  help: 'panels with one scale: 0 none, 1 the kernels of a direction, 2 those of all directions', form: '0, 1 or 2', default: 1,
  read: (value) => (value === 0 || value === 1 || value === 2 ? value : undefined),
};

/** The options of {@link rnnHistogramFigure}. */
export const rnnHistogramOptions = {
  ...without(commonOptions, 'axes'),
  ...kernelOptions,
  equateAxes,
  bias: option.flag('panels for the bias, where the layer has one', true),
  bins: form.whole("bins along each x axis; 'auto' goes by how many values there are, from 8 to 150", 'auto'),
  colors: form.colorList("colours of the gates in order, repeated as needed; 'auto' is one for each gate"),
};

export type RnnHistogramOptions = Given<typeof rnnHistogramOptions>;
type Options = OptionValues<typeof rnnHistogramOptions>;

/**
 * How the weights of a recurrent layer, or the gradients by them, are distributed: a row of panels for each gate, the kernel
 * on the left, the recurrent kernel on the right, and below them the bias gate by gate. Two directions stand side by
 * side. A GRU with `reset_after` has two rows of biases.
 *
 * Heights are shares of a panel's finite values, so that a kernel and a recurrent kernel of different size can be compared where
 * they share their bins, which they do where they share their axis. The biases of a direction share a scale of their own
 * (with `equateAxes: 0` only its height).
 *
 * NaN and infinite values fall into no bin: their number stands above the panel, which is shaded, more darkly where
 * nothing else is left.
 *
 * See RNN's names, where they differ: `equateAxes` is `equate_axes`, `bias` is `show_bias`, `of: 'gradients'` is `mode='grads'`, `borders`, `ticks`,
 * `widthScale` and `heightScale` are `show_borders`, `show_xy_ticks`, `w` and `h`.
 *
 * @param weights as `gateWeights` gives them
 * @throws SeeRnnError for anything else; UsageError for options that can't be
 * @example
 * rnnHistogramFigure(await gateWeights(model, 'lstm'), { equateAxes: 0 }).panels.length // 12: two kernels and a bias for each of four gates
 */
export function rnnHistogramFigure(weights: GateWeights, given: RnnHistogramOptions = {}): Figure {
  const options = readOptions(owner, rnnHistogramOptions, given);
  const directions = readDirections(owner, weights).map((direction) => (options.bias ? direction : { ...direction, bias: null }));
  const { heading, name } = kernelQuantity(options);
  const plots = withScales(plotsOf(directions), options);
  const plan = new Plan(directions, plots, options, name);
  const summary = together(plots.map((plot) => plot.summary));
  const header = placeHeader(headerFor({
    options, heading: `${heading} of ${layerText(weights, directions)}`, summary,
    layout: [...sizesText(directions), ['every panel to its own scale', directions.length > 1 ? 'one scale for each direction' : '', ''][options.equateAxes]],
  }), plan.left, style.padding.top, plan.right - plan.left);
  const { panels, texts, bottom } = plan.placed(Math.ceil(style.padding.top + header.height + 8));
  const missing = missingLines(directions);
  return {
    width: plan.width, height: Math.ceil(bottom + style.padding.bottom), dpi: options.dpi, background: style.background,
    description: `${panels.length} histograms of the ${name}s of ${layerText(weights, directions)}, one for each of ${[...new Set(directions.flatMap(matricesOf).map(({ role }) => role))].join(', ')} `
      + `and gate (${directions[0].gates.join(', ')}). ${rangeSentence(summary)}${missing.length === 0 ? '' : ` ${missing.join('; ')}.`}`,
    panels, colorBars: [], swatches: [], texts: [...header.texts, ...texts],
    axisStyle: axisStyle(plan.sizes, { color: options.borderColor, width: options.borderWidth }),
  };
}

/** One panel before it has scales. */
interface Values {
  readonly direction: number;
  readonly gate: number;
  readonly role: Matrix['role'];
  /** Which row of the bias; 0 in a kernel, which is one panel. */
  readonly row: number;
  readonly values: Float64Array;
  readonly summary: Summary;
}

interface Plot extends Values {
  readonly x: Range;
  readonly top: number;
  readonly edges: Float64Array;
  /** Percent of the finite values in each bin. */
  readonly shares: Float64Array;
}

function plotsOf(directions: readonly Direction[]): Values[] {
  return directions.flatMap((direction, d) => matricesOf(direction).flatMap((matrix) => {
    const rows = matrix.role === 'bias' ? Array.from({ length: matrix.rows }, (_, row) => row) : [undefined];
    return rows.flatMap((row) => direction.gates.map((_, gate): Values => {
      const values = gateOf(matrix, direction.gates.length, gate, row);
      return { direction: d, gate, role: matrix.role, row: row ?? 0, values, summary: summarize(values) };
    }));
  }));
}

/** Finds bins and scales, group by group of panels that share them. */
function withScales(all: readonly Values[], { equateAxes, bins }: Options): Plot[] {
  const groupOf = (plot: Values, axis: 'x' | 'y'): string => {
    const kind = plot.role === 'bias' ? 'bias' : 'kernels';
    if (equateAxes === 0 && (axis === 'x' || kind === 'kernels')) return String(all.indexOf(plot));
    return equateAxes === 2 ? kind : `${kind} ${plot.direction}`;
  };
  const binned = grouped(all, (plot) => groupOf(plot, 'x')).flatMap((group) => {
    const range = valueRange(together(group.map(({ summary }) => summary)));
    const number = bins === 'auto' ? binsFor(group, range) : bins;
    return group.map((plot) => {
      const { edges, counts } = histogram(plot.values, ...range, number);
      return { ...plot, edges, shares: counts.map((n) => (100 * n) / Math.max(1, plot.summary.finite)), x: paddedDomain({ min: range[0], max: range[1] }, 0.02), from: plot };
    });
  });
  const tops = new Map(grouped(binned, ({ from }) => groupOf(from, 'y')).flatMap((group) => {
    const top = Math.max(...group.map(({ shares }) => Math.max(...shares))) * 1.06 || 1;
    return group.map(({ from }): [Values, number] => [from, top]);
  }));
  const order = new Map(binned.map((plot) => [plot.from, plot]));
  return all.map((plot) => ({ ...order.get(plot)!, top: tops.get(plot)! }));
}

/**
 * Twice the cube root of the number of values in each panel's own range (the Rice rule); a group takes the narrowest of these bins for
 * the whole of its range, so that biases about 0 keep their shape beside a forget gate's, which are about 1.
 */
function binsFor(group: readonly Values[], [low, high]: Range): number {
  const widths = group.filter(({ summary }) => summary.max > summary.min).map(({ summary }) => (summary.max - summary.min) / (2 * Math.cbrt(summary.finite)));
  return Math.min(150, Math.max(8, widths.length === 0 ? 0 : Math.ceil((high - low) / Math.min(...widths) - 1e-9)));
}

function grouped<T>(all: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of all) groups.set(key(item), [...groups.get(key(item)) ?? [], item]);
  return [...groups.values()];
}

function valueRange({ min, max, finite }: Summary): Range {
  if (finite === 0) return [-1, 1];
  const air = min === max ? Math.abs(min) / 2 || 1 : 0;
  return [min - air, max + air];
}

interface Parts { readonly panels: Panel[]; readonly texts: Text[]; bottom: number }

/** A row of panels side by side in one direction's block. */
interface Row { readonly plots: readonly Plot[]; readonly height: number; readonly names: readonly string[] }

const columnGap = 12;
const blockGap = 26;

/** Where everything stands: a block for each direction, side by side. */
class Plan {
  readonly sizes;
  readonly left: number;
  readonly right: number;
  readonly width: number;
  private readonly numberRoom: number;
  private readonly blockWidth: number;
  private readonly colors: readonly string[];
  private readonly exponents: { readonly kernels: number | undefined; readonly bias: number | undefined };

  constructor(private readonly directions: readonly Direction[], private readonly plots: readonly Plot[], private readonly options: Options, private readonly name: string) {
    this.sizes = density(2 * directions.length);
    const { gates } = directions[0];
    this.colors = options.colors === 'auto' ? palette(gates.length) : gates.map((_, g) => [options.colors].flat()[g % [options.colors].flat().length]);
    const exponentOf = (some: readonly Plot[]): number | undefined => commonExponent(some.filter(({ summary }) => summary.finite > 0).map(({ x }) => x));
    const [biases, kernels] = [plots.filter(({ role }) => role === 'bias'), plots.filter(({ role }) => role !== 'bias')];
    this.exponents = { kernels: exponentOf(kernels), bias: exponentOf(biases) };
    const numbers = plots.flatMap((plot) => this.yTicks(plot, plot.role === 'bias' ? this.biasHeight : this.kernelHeight).map(({ text }) => textWidth(text, this.sizes.number)));
    this.numberRoom = numbers.length === 0 ? 0 : Math.ceil(this.sizes.tickLength + tickGap + Math.max(...numbers));
    this.left = Math.round(style.padding.left + style.axisName.size + 6 + this.numberRoom);
    const blocks = directions.length;
    const room = Math.max(this.sizes.width, 380 * blocks) * options.widthScale - this.left - style.padding.right - (blocks - 1) * this.betweenBlocks;
    this.blockWidth = Math.max(60, Math.floor(room / blocks));
    this.right = this.left + blocks * this.blockWidth + (blocks - 1) * this.betweenBlocks;
    this.width = Math.ceil(this.right + style.padding.right);
  }

  private get betweenBlocks(): number { return blockGap + (this.options.equateAxes < 2 ? this.numberRoom : 0); }
  private get kernelHeight(): number { return Math.round(({ 1: 170, 3: 115 }[this.directions[0].gates.length] ?? 96) * this.options.heightScale); }
  private get biasHeight(): number { return Math.round(54 * this.options.heightScale); }

  placed(top: number): Parts {
    const parts: Parts = { panels: [], texts: [], bottom: top };
    const titleSize = this.sizes.label + 1;
    const named = this.directions.some(({ name }) => name !== '');
    const bottoms = this.directions.map((direction, d) => {
      const left = this.left + d * (this.blockWidth + this.betweenBlocks);
      parts.bottom = top;
      if (named) {
        parts.texts.push(words(shorten(direction.name, this.blockWidth, titleSize, 600), left, parts.bottom, { size: titleSize, weight: 600, color: style.ink.title }));
        parts.bottom += titleSize + 8;
      }
      this.block(direction, d, left, parts);
      return parts.bottom;
    });
    parts.bottom = Math.max(...bottoms);
    return parts;
  }

  private block(direction: Direction, d: number, left: number, parts: Parts): void {
    const own = this.plots.filter((plot) => plot.direction === d);
    const gateNames = direction.gates.map((gate) => (direction.gates.length === 1 ? '' : gate));
    const { label } = this.sizes;
    const start = parts.bottom;
    const columns = this.columns(left, 2, this.options.equateAxes === 0);
    ['kernel', 'recurrent kernel'].forEach((role, column) => {
      parts.texts.push(words(shorten(role, columns[column].width, label, 600), columns[column].x, start, { size: label, weight: 600, color: style.ink.name }));
    });
    parts.bottom += label + (gateNames[0] === '' && own.every(({ summary }) => missingText(summary) === '') ? 0 : 5);
    direction.gates.forEach((_, gate) => {
      const plots = ['kernel', 'recurrent kernel'].map((role) => own.find((plot) => plot.role === role && plot.gate === gate)!);
      const numbered = gate === direction.gates.length - 1 || this.options.equateAxes === 0;
      this.row({ plots, height: this.kernelHeight, names: plots.map(() => gateNames[gate]) }, columns, numbered, d, parts);
    });
    this.axisName(this.exponents.kernels, left, parts);
    if (d === 0) this.shareName(start + label, parts);
    if (direction.bias === null) return;
    parts.bottom += 12;
    const biasStart = parts.bottom;
    biasNames(direction.bias).forEach((name, row, { length }) => {
      const places = this.columns(left, direction.gates.length, false);
      parts.texts.push(words(shorten(name, this.blockWidth, label, 600), left, parts.bottom, { size: label, weight: 600, color: style.ink.name }));
      parts.bottom += label + 4;
      const plots = own.filter((plot) => plot.role === 'bias' && plot.row === row);
      this.row({ plots, height: this.biasHeight, names: gateNames }, places, true, d, parts);
      if (row < length - 1) parts.bottom += 6;
    });
    this.axisName(this.exponents.bias, left, parts);
    if (d === 0) this.shareName(biasStart + label, parts);
  }

  /** The places of panels side by side in a block; with `numbered` there is room for numbers left of each. */
  private columns(left: number, count: number, numbered: boolean): { x: number; width: number }[] {
    const gap = columnGap + (numbered ? this.numberRoom : 0);
    const width = Math.max(8, Math.floor((this.blockWidth - gap * (count - 1)) / count));
    return Array.from({ length: count }, (_, i) => ({ x: left + i * (width + gap), width }));
  }

  private row({ plots, height, names }: Row, places: readonly { x: number; width: number }[], numbered: boolean, d: number, parts: Parts): void {
    const { sizes, options } = this;
    const notes = plots.map(({ summary }) => missingText(summary));
    if (names.some((name) => name !== '') || notes.some((note) => note !== '')) parts.bottom += sizes.label + 1;
    const y = parts.bottom + 3;
    plots.forEach((plot, i) => {
      const box: Box = { ...places[i], y, height };
      const numbersLeft = plot.role === 'bias' ? i === 0 && (d === 0 || options.equateAxes < 2) : options.equateAxes === 0 || (i === 0 && (d === 0 || options.equateAxes === 1));
      parts.panels.push({
        box,
        x: { domain: plot.x, ticks: numbered ? this.xTicks(plot, box.width) : [], label: null },
        y: { domain: [0, plot.top], ticks: numbersLeft ? this.yTicks(plot, height) : [], label: null },
        marks: this.marks(plot),
        texts: this.panelWords(names[i], notes[i], box, plot.summary.finite === 0),
        borders: {
          top: options.borders === 'frame', right: options.borders === 'frame', bottom: options.borders !== 'none', left: options.borders !== 'none',
        },
      });
    });
    const showNumbers = numbered && (options.ticks === 'both' || options.ticks === 'x');
    parts.bottom = y + height + (showNumbers ? sizes.tickLength + tickGap + sizes.number + 3 : 4);
  }

  private marks({ edges, shares, gate, summary, x }: Plot): Mark[] {
    const missing = summary.nan + summary.inf;
    return [
      ...(missing === 0 ? [] : [{ kind: 'band', from: x[0], to: x[1], color: summary.finite === 0 ? style.missing.allBand : style.missing.someBand } as const]),
      { kind: 'bars', edges, height: shares, color: this.colors[gate], opacity: 1 },
    ];
  }

  /** The gate's name at the left above a panel, what is missing at the right; without room for both, what is missing goes first. */
  private panelWords(name: string, note: string, box: Box, nothing: boolean): Text[] {
    const size = this.sizes.label;
    const line = { size, baseline: 'alphabetic' } as const;
    const short = shorten(name, box.width, size);
    const together = textWidth(short, size) + textWidth(note, size, 600) + 6 <= box.width;
    const inside = together ? '' : shorten(note, box.width - 4, size, 600);
    const lines: Text[] = [];
    if (short !== '') lines.push(words(short, box.x, box.y - 3, { ...line, color: style.ink.name }));
    if (together && note !== '') lines.push(words(note, box.x + box.width, box.y - 3, { ...line, weight: 600, color: style.missing.text, align: 'right' }));
    // Where the panel is too narrow for both above it, the count stands in it.
    if (inside !== '') lines.push(words(inside, box.x + box.width - 2, box.y + 3, { size, weight: 600, color: style.missing.text, align: 'right' }));
    if (nothing && together && textWidth('no finite value', size) < box.width - 8) {
      lines.push(words('no finite value', box.x + box.width / 2, box.y + box.height / 2, { size, color: style.missing.text, align: 'center', baseline: 'middle' }));
    }
    return lines;
  }

  private xTicks(plot: Plot, length: number): ReturnType<typeof axisTicks> {
    if (this.options.ticks !== 'both' && this.options.ticks !== 'x') return [];
    return axisTicks({ domain: plot.x, kind: 'value' }, {
      direction: 'x', length, size: this.sizes.number, overhang: columnGap / 2 - 1, exponent: plot.role === 'bias' ? this.exponents.bias : this.exponents.kernels,
    });
  }

  private yTicks(plot: Plot, length: number): ReturnType<typeof axisTicks> {
    if (this.options.ticks !== 'both' && this.options.ticks !== 'y') return [];
    return axisTicks({ domain: [0, plot.top], kind: 'value' }, { direction: 'y', length, size: this.sizes.number, overhang: 5, exponent: 0 });
  }

  /** What the x axes above are, below the middle of the block. */
  private axisName(exponent: number | undefined, left: number, parts: Parts): void {
    const { size } = style.axisName;
    const name = shortenName(this.name, this.options.ticks === 'both' || this.options.ticks === 'x' ? exponentText(exponent) : '', this.blockWidth, size);
    parts.texts.push(words(name, left + this.blockWidth / 2, parts.bottom + 2, { size, color: style.ink.name, align: 'center' }));
    parts.bottom += 2 + size;
  }

  /** What the heights are, turned, beside the rows from `top` on. */
  private shareName(top: number, parts: Parts): void {
    const { size } = style.axisName;
    const bottom = parts.bottom - size - 2;
    const name = ['share of the values (%)', 'share (%)', '%'].find((text) => textWidth(text, size) <= bottom - top) ?? '%';
    parts.texts.push(words(name, style.padding.left, (top + bottom) / 2, { size, color: style.ink.name, align: 'center', rotate: -90 }));
  }
}
