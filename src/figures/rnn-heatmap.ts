import { option, readOptions, type OptionValues } from '../core/options.js';
import type { GateWeights } from '../model/gate-weights.js';
import type { Axis, Box, ColorBar, Figure, Panel, Text, Tick } from './figure.js';
import { placeHeader } from './header.js';
import { biasNames, kernelOptions, kernelQuantity, layerText, matricesOf, missingByGate, missingLines, readDirections, sizesText, type Direction, type Matrix } from './kernels.js';
import { tickGap, wholeCells } from './layout.js';
import { commonExponent, count, exponentText, percent, shortNumber } from './numbers.js';
import { commonOptions, form, type Given, type Range, without } from './options.js';
import { countBeyond, summarize, symmetricDomain, together, type Summary } from './statistics.js';
import { axisStyle, density, missingColor, missingColorName, style } from './style.js';
import { shorten, shortenName, textWidth, words } from './text.js';
import { axisTicks } from './ticks.js';
import { headerFor, rangeSentence } from './words.js';

const owner = 'rnnHeatmap';

/** The options of {@link rnnHeatmapFigure}. */
export const rnnHeatmapOptions = {
  ...without(commonOptions, 'axes'),
  ...kernelOptions,
  borders: form.startingAt(commonOptions.borders, 'frame'),
  norm: form.range("values at the two ends of the colours; 'auto' is those of all kernels, symmetric about zero (absolute or normalized values: from zero), 'none' each matrix's own range", ['auto', 'none'], 'auto'),
  colorMap: option.choice("colours from the lowest value to the highest; 'auto' is bwr, and greys for absolute and for normalized values", ['auto', 'bwr', 'RdBu', 'viridis', 'greys'], 'auto'),
  colorBar: option.flag("colour bars beside the kernels: one for all, or with norm 'none' one for each", true),
  bias: option.flag('a strip for the bias, where the layer has one', true),
  gateLineWidth: option.number('width of the lines between gates, in pixels; 0 for none', 0.75, (v) => v >= 0 && v <= 10, 'a number from 0 to 10'),
  absoluteValue: option.flag('absolute values: how strong, whichever way', false),
  normalize: option.flag('every matrix is scaled to go from 0 to 1, after absoluteValue', false),
};

export type RnnHeatmapOptions = Given<typeof rnnHeatmapOptions>;
type Options = OptionValues<typeof rnnHeatmapOptions>;

/**
 * The weights of a recurrent layer, or the gradients by them, as heatmaps: the kernel above the recurrent kernel above
 * the bias, all over one axis, so that a column is the same unit of the same gate in all three. Lines divide the gates.
 * A layer of two directions has them one below the other.
 *
 * Each matrix's shape and range stand above it, and how many of its values are NaN or infinite in which gate. A GRU with
 * `reset_after` has two rows of biases, one for the input and one for the recurrent product.
 *
 * The bias is coloured on the kernels' scale but does not set it: its forget gate, which begins at 1, would pale everything else.
 *
 * See RNN's names, where they differ: `colorMap` is `cmap` (its `None`, greyscale, is 'greys'), `colorBar` is `show_colorbar`, `bias` is
 * `show_bias`, `gateLineWidth` is `gate_sep_width`, `absoluteValue` is `absolute_value`, `norm: 'none'` is `None`, `borders`, `widthScale` and
 * `heightScale` are `show_borders`, `w` and `h`.
 *
 * @param weights as `gateWeights` gives them
 * @throws SeeRnnError for anything else; UsageError for options that can't be
 * @example
 * rnnHeatmapFigure(await gateWeights(model, 'lstm')).panels.length // 3: kernel, recurrent kernel and bias
 */
export function rnnHeatmapFigure(weights: GateWeights, given: RnnHeatmapOptions = {}): Figure {
  const options = readOptions(owner, rnnHeatmapOptions, given);
  const directions = readDirections(owner, weights).map((direction) => prepared(direction, options));
  const shown = directions.flatMap(matricesOf);
  const summary = together(shown.map(({ values }) => summarize(values)));
  const kernels = shown.filter(({ role }) => role !== 'bias');
  const common = options.norm === 'none' ? null : commonDomain(options, together(kernels.map(({ values }) => summarize(values))));
  const beyond = common === null ? 0 : shown.reduce((sum, { values }) => sum + countBeyond(values, ...common), 0);
  const quantity = kernelQuantity(options);
  const name = `${options.absoluteValue ? 'absolute ' : ''}${quantity.name}`;

  const plan = new Plan(directions, options, common, name);
  const header = placeHeader(headerFor({
    options, heading: `${quantity.heading} of ${layerText(weights, directions)}`, summary,
    missingAs: ` (${missingColorName[plan.colors]})`,
    layout: [
      ...sizesText(directions),
      options.absoluteValue ? 'absolute values' : '',
      options.normalize ? 'every matrix scaled to 0 to 1' : common === null ? 'every matrix coloured over its own range' : '',
      beyond > 0 ? `${percent(beyond / summary.finite)} of values beyond the colours` : '',
    ],
  }), plan.left, style.padding.top, plan.right - plan.left);
  const { panels, colorBars, texts, bottom } = plan.placed(Math.ceil(style.padding.top + header.height + 8));
  const missing = missingLines(directions);
  return {
    width: plan.width, height: Math.ceil(bottom + style.padding.bottom), dpi: options.dpi, background: style.background,
    description: `Heatmaps of the ${name}s of ${layerText(weights, directions)}: kernel, recurrent kernel${directions.some(({ bias }) => bias) ? ' and bias' : ''}, `
      + `units of the gates ${directions[0].gates.join(', ')} side by side. ${rangeSentence(summary)}${missing.length === 0 ? '' : ` ${missing.join('; ')}.`}`,
    panels, colorBars, swatches: [], texts: [...header.texts, ...texts],
    axisStyle: axisStyle(plan.sizes, { color: options.borderColor, width: options.borderWidth }),
  };
}

/** The matrices as they are to be drawn. */
function prepared(direction: Direction, { bias, absoluteValue, normalize }: Options): Direction {
  const change = (matrix: Matrix): Matrix => {
    if (!absoluteValue && !normalize) return matrix;
    const values = Float64Array.from(matrix.values, absoluteValue ? Math.abs : (value) => value);
    return { ...matrix, values: normalize ? scaled(values) : values };
  };
  return {
    ...direction, kernel: change(direction.kernel), recurrent: change(direction.recurrent),
    bias: bias && direction.bias !== null ? change(direction.bias) : null,
  };
}

/** To 0 at the lowest finite value and 1 at the highest; all 0 where they are equal. What is missing stays so. */
function scaled(values: Float64Array): Float64Array {
  const { min, max } = summarize(values);
  return values.map((value) => (!Number.isFinite(value) ? NaN : max > min ? (value - min) / (max - min) : 0));
}

function commonDomain({ norm, absoluteValue, normalize }: Options, summary: Summary): Range {
  if (norm !== 'auto') return norm as Range;
  if (normalize) return [0, 1];
  return absoluteValue ? [0, summary.finite > 0 && summary.max > 0 ? summary.max : 1] : symmetricDomain(summary);
}

/** A matrix's own range, which must not be empty. */
function ownDomain(values: Matrix['values']): Range {
  const { min, max, finite } = summarize(values);
  if (finite === 0) return [0, 1];
  return min < max ? [min, max] : [min - (Math.abs(min) / 2 || 1), max + (Math.abs(max) / 2 || 1)];
}

interface Parts { readonly panels: Panel[]; readonly colorBars: ColorBar[]; readonly texts: Text[]; bottom: number }

/** Where everything stands: first across, which the header's width depends on, then down. */
class Plan {
  readonly sizes = density(1);
  readonly colors: Exclude<Options['colorMap'], 'auto'>;
  readonly left: number;
  readonly right: number;
  readonly width: number;
  private readonly panelWidth: number;
  private readonly numberRoom: number;

  constructor(private readonly directions: readonly Direction[], private readonly options: Options, private readonly common: Range | null, private readonly name: string) {
    const { colorMap, absoluteValue, normalize, widthScale } = options;
    this.colors = colorMap !== 'auto' ? colorMap : absoluteValue || normalize ? 'greys' : 'bwr';
    const numbers = this.numbers('y') ? Math.max(...directions.flatMap((direction) => matricesOf(direction).map((matrix) => this.rowNumbers(matrix)))) : 0;
    this.left = Math.round(style.padding.left + style.axisName.size + 6 + numbers);
    this.numberRoom = Math.max(0, ...this.barDomains().flatMap((domain) => this.barTicks(domain, style.colorBar.longest).map(({ text }) => textWidth(text, this.sizes.number))));
    const bar = options.colorBar ? style.colorBar.gap + style.colorBar.width + Math.ceil(this.sizes.tickLength + tickGap + this.numberRoom) + 5 + style.axisName.size : 0;
    const { columns } = directions[0].kernel;
    const room = this.sizes.width * widthScale - this.left - style.padding.right - bar;
    // Half a figure pixel is one of the picture's at twice the screen's resolution: every unit gets one, up to a figure of a foot.
    const wanted = Math.max(room, Math.min(columns / 2, 1100 * widthScale));
    this.panelWidth = Math.max(40, wholeCells(Math.min(wanted, columns * 60), columns, 'down'));
    this.right = Math.max(this.left + this.panelWidth + bar, 440);
    this.width = Math.ceil(this.right + style.padding.right);
  }

  placed(top: number): Parts {
    const parts: Parts = { panels: [], colorBars: [], texts: [], bottom: top };
    this.directions.forEach((direction, i) => { this.direction(direction, i === this.directions.length - 1, parts); });
    if (this.common !== null && this.options.colorBar) {
      const [first, last] = [parts.panels[0].box.y, parts.panels.findLast(({ box }) => box.height > 40)?.box ?? parts.panels.at(-1)!.box];
      const height = Math.min(last.y + last.height - first, style.colorBar.longest);
      parts.colorBars.push(this.bar(this.common, first + Math.round((last.y + last.height - first - height) / 2), height));
    }
    return parts;
  }

  private numbers(axis: 'x' | 'y'): boolean {
    return this.options.ticks === 'both' || this.options.ticks === axis;
  }

  /** One direction: its name, the gates' names, then its matrices one below the other. */
  private direction(direction: Direction, last: boolean, parts: Parts): void {
    const { gates } = direction;
    const size = this.sizes.label;
    if (this.directions.length > 1 || direction.name !== '') {
      parts.texts.push(words(shorten(direction.name, this.panelWidth, size + 1, 600), this.left, parts.bottom, { size: size + 1, weight: 600, color: style.ink.title }));
      parts.bottom += size + 7;
    }
    if (gates.length > 1) {
      const gateWidth = this.panelWidth / gates.length;
      gates.forEach((gate, g) => {
        parts.texts.push(words(shorten(gate, gateWidth - 4, size, 600), this.left + (g + 0.5) * gateWidth, parts.bottom, { size, weight: 600, color: style.ink.name, align: 'center' }));
      });
      parts.bottom += size + 6;
    }
    const matrices = matricesOf(direction);
    matrices.forEach((matrix, i) => {
      this.matrix(matrix, direction, i === matrices.length - 1, last, parts);
      parts.bottom += i === matrices.length - 1 ? (last ? 0 : 14) : 7;
    });
  }

  private matrix(matrix: Matrix, { gates, units }: Direction, lowest: boolean, last: boolean, parts: Parts): void {
    const { values, rows, columns, role } = matrix;
    const { options, sizes } = this;
    const domain = this.common ?? ownDomain(values);
    const missing = missingByGate(matrix, gates).map(({ gate, text }) => (gates.length === 1 ? text : `${gate} ${text}`)).join(' \u00b7 ');
    const label = `${role} (${rows > 1 ? `${count(rows)} \u00d7 ` : ''}${count(columns)})${rangeText(summarize(values))}`;
    const baseline = parts.bottom + sizes.label - 1;
    const box: Box = { x: this.left, y: Math.round(parts.bottom + sizes.label + 3), width: this.panelWidth, height: this.heightOf(matrix) };
    const line = { size: sizes.label, baseline: 'alphabetic' } as const;
    const name = shorten(label, this.panelWidth, sizes.label);
    const room = this.panelWidth - textWidth(name, sizes.label) - 8;
    const note = shorten(missing, room, sizes.label, 600);
    parts.panels.push({
      box,
      x: { domain: [-0.5, columns - 0.5], ticks: lowest && this.numbers('x') ? this.unitTicks(gates.length, units) : [], label: null },
      y: { domain: [rows - 0.5, -0.5], ticks: this.numbers('y') ? this.rowTicks(matrix, box.height) : [], label: this.rowName(matrix, box) },
      marks: [
        { kind: 'image', values, rows, columns, domain, colors: this.colors, missingColor: missingColor[this.colors] },
        ...(options.gateLineWidth === 0 ? [] : gates.slice(1).map((_, g) =>
          ({ kind: 'rule', axis: 'x', at: (g + 1) * units - 0.5, color: '#333333', width: options.gateLineWidth, dash: [] }) as const)),
      ],
      texts: [
        words(name, box.x, baseline, { ...line, color: style.ink.name }),
        ...(note === '' ? [] : [words(note, box.x + box.width, baseline, { ...line, weight: 600, color: style.missing.text, align: 'right' })]),
      ],
      borders: {
        top: options.borders === 'frame', right: options.borders === 'frame', bottom: options.borders !== 'none', left: options.borders !== 'none',
      },
    });
    parts.bottom = box.y + box.height;
    if (this.common === null && options.colorBar && role !== 'bias') parts.colorBars.push(this.bar(domain, box.y, box.height));
    if (!lowest) return;
    if (this.numbers('x')) parts.bottom += sizes.tickLength + tickGap + sizes.number;
    if (!last) return;
    const { size } = style.axisName;
    const axisName = shorten(gates.length === 1 ? 'unit' : 'unit of each gate', this.panelWidth + 20, size);
    parts.texts.push(words(axisName, this.left + this.panelWidth / 2, parts.bottom + 5, { size, color: style.ink.name, align: 'center' }));
    parts.bottom += 5 + size;
  }

  /** Eleven pixels a row where there are few; and every row one pixel of the picture, where that leaves the figure on a page. */
  private heightOf({ role, rows }: Matrix): number {
    const scale = this.options.heightScale;
    if (role === 'bias') return Math.max(6, Math.round(rows * 13 * scale));
    const room = (this.directions.length > 1 ? 300 : 460) * scale;
    const most = room * (role === 'kernel' ? 0.4 : 0.6);
    return Math.max(24, wholeCells(Math.max(Math.min(rows * 11 * scale, most), Math.min(rows / 2, 1.6 * most)), rows, 'either way'));
  }

  /** The numbers of the units, from 0 again in every gate. */
  private unitTicks(gates: number, units: number): Tick[] {
    const { number: size } = this.sizes;
    const length = this.panelWidth / gates;
    // The last of a gate's numbers must keep clear of the next gate's 0.
    const clear = ({ at, text }: Tick): boolean => gates === 1 || at === 0 || ((units - at) / units) * length > (textWidth(text, size) + textWidth('0', size)) / 2 + 5;
    const ticks = axisTicks({ domain: [-0.5, units - 0.5], kind: 'index' }, { direction: 'x', length, size, overhang: gates === 1 ? 10 : 3, exponent: 0 }).filter(clear);
    return Array.from({ length: gates }, (_, g) => ticks.map(({ at, text }) => ({ at: at + g * units, text }))).flat();
  }

  private rowTicks(matrix: Matrix, length: number): Tick[] {
    if (matrix.role === 'bias') return matrix.rows === 1 ? [] : biasNames(matrix).map((name, at) => ({ at, text: name.replace(' bias', '') }));
    return axisTicks({ domain: [matrix.rows - 0.5, -0.5], kind: 'index' }, { direction: 'y', length, size: this.sizes.number, overhang: 5, exponent: 0 });
  }

  private rowNumbers(matrix: Matrix): number {
    return Math.ceil(this.sizes.tickLength + tickGap + Math.max(0, ...this.rowTicks(matrix, this.heightOf(matrix)).map(({ text }) => textWidth(text, this.sizes.number))));
  }

  /** What the rows are. */
  private rowName({ role }: Matrix, box: Box): Axis['label'] {
    if (role === 'bias') return null;
    const { size } = style.axisName;
    const names = role === 'kernel' ? ['input feature', 'feature', 'input'] : ['unit, a step ago', 'unit before', 'unit'];
    const name = names.find((text) => textWidth(text, size) <= box.height + this.sizes.label);
    return name === undefined ? null : words(name, style.padding.left, box.y + box.height / 2, { size, color: style.ink.name, align: 'center', rotate: -90 });
  }

  private barDomains(): Range[] {
    if (!this.options.colorBar) return [];
    return this.common !== null ? [this.common] : this.directions.flatMap(({ kernel, recurrent }) => [ownDomain(kernel.values), ownDomain(recurrent.values)]);
  }

  private barTicks(domain: Range, length: number): Tick[] {
    return axisTicks({ domain, kind: 'value' }, { direction: 'y', length, size: this.sizes.number, overhang: this.sizes.number / 2, exponent: commonExponent([domain]) });
  }

  private bar(domain: Range, y: number, height: number): ColorBar {
    const box: Box = { x: this.left + this.panelWidth + style.colorBar.gap, y, width: style.colorBar.width, height };
    const { size } = style.axisName;
    const name = shortenName(this.name, exponentText(commonExponent([domain])), height + 2 * this.sizes.label, size);
    const x = box.x + box.width + Math.ceil(this.sizes.tickLength + tickGap + this.numberRoom) + 5;
    return {
      box, domain, colors: this.colors, ticks: this.barTicks(domain, height),
      label: name === '' ? null : words(name, x, y + height / 2, { size, color: style.ink.name, align: 'center', rotate: -90 }),
    };
  }
}

const rangeText = ({ min, max, finite }: Summary): string => (finite === 0 ? ', no finite value' : `, ${shortNumber(min)} to ${shortNumber(max)}`);
