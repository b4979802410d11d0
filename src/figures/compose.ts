import type { Box, ColorBar, Figure, Panel, Text } from './figure.js';
import { gridBox, gridShape, panelBox, type GridShape } from './grid.js';
import { placeHeader } from './header.js';
import { layOutPanels, rowTitleRoom, tickGap, type Contents } from './layout.js';
import { commonExponent, exponentText } from './numbers.js';
import { axisStyle, density, style, type Density } from './style.js';
import { shorten, shortenName, textWidth, words } from './text.js';
import { axisTicks } from './ticks.js';

/** Finds places for the header, the grid of panels with their axes, and the colour bar. */
export function compose(contents: Contents): Figure {
  const { plots, options } = contents;
  const grid = gridShape(plots.length, options.rows);
  const sizes = density(grid.columns);
  const layout = layOutPanels(contents, grid, sizes);
  const across = gridBox(grid, { ...layout, top: 0 }).width;
  const bar = contents.colorBar === null ? null : new ColorBarPlan(contents.colorBar, sizes);

  const rowTitles = rowTitleRoom(contents, sizes);
  const right = layout.left + across + rowTitles + (bar?.room ?? 0);
  const header = placeHeader(contents.header, layout.left, style.padding.top, right - layout.left);
  const columnTitles = contents.columnTitles === undefined ? 0 : sizes.label + 6;
  const top = Math.ceil(style.padding.top + header.height + (header.height > 0 ? 8 : 0) + columnTitles + layout.labelHeight);
  const whole = gridBox(grid, { ...layout, top });

  const fullLabels = plots.every((plot) => labelWidth(plot.label, plot.note, sizes) <= layout.panelWidth);
  const alone = plots.length === 1;
  const names = axisNames(contents, layout, whole);
  const panels = plots.map((plot, i): Panel => {
    const box = panelBox(grid, i, { ...layout, top });
    return {
      box,
      x: { domain: plot.x.domain, ticks: layout.ticks('x', i), label: alone ? names.x : null },
      y: { domain: plot.y.domain, ticks: layout.ticks('y', i), label: alone ? names.y : null },
      marks: plot.marks,
      texts: [...panelWords(fullLabels ? plot.label : plot.shortLabel, plot.note, box, sizes), ...(plot.inside?.(box) ?? [])],
      borders: {
        top: options.borders === 'frame', right: options.borders === 'frame',
        bottom: options.borders !== 'none', left: options.borders !== 'none',
      },
    };
  });

  return {
    width: Math.ceil(right + style.padding.right),
    height: Math.ceil(whole.y + whole.height + layout.below + style.padding.bottom),
    dpi: options.dpi,
    background: style.background,
    description: contents.description,
    panels,
    colorBars: bar === null ? [] : [bar.placed({ ...whole, width: whole.width + rowTitles })],
    swatches: header.swatches,
    texts: [
      ...header.texts, ...gridTitles(contents, grid, panels, layout.labelHeight, sizes),
      ...(alone ? [] : [names.x, names.y].filter((name) => name !== null)),
    ],
    axisStyle: axisStyle(sizes, { color: options.borderColor, width: options.borderWidth }),
  };
}

/** The names of the columns, above the panels' own names, and of the rows. */
function gridTitles({ columnTitles = [], rowTitles = [] }: Contents, { columns }: GridShape, panels: readonly Panel[], labelHeight: number, { label: size, gap }: Density): Text[] {
  const look = { size, weight: 600, color: style.ink.name } as const;
  const above = columnTitles.map((title, column): Text => {
    const { x, y, width } = panels[column].box;
    return words(shorten(title, width + gap / 2, size, 600), x + width / 2, y - labelHeight - 4, { ...look, align: 'center', baseline: 'alphabetic' });
  });
  const beside = rowTitles.map((title, row): Text => {
    const { x, y, width, height } = panels[(row + 1) * columns - 1].box;
    return words(shorten(title, 140, size, 600), x + width + 8, y + height / 2, { ...look, baseline: 'middle' });
  });
  return [...above, ...beside].filter(({ text }) => text !== '');
}

const labelWidth = (label: string, note: string, { label: size }: Density): number =>
  textWidth(label, size) + (note === '' ? 0 : 6 + textWidth(note, size, 600));

/** A panel's name and what it misses, on the line above it. What is missing is left out first where there is no room. */
function panelWords(label: string, note: string, box: Box, sizes: Density): Text[] {
  const size = sizes.label;
  const y = box.y - 3;
  const texts: Text[] = [];
  const short = shorten(label, box.width, size);
  if (short !== '') texts.push(words(short, box.x, y, { size, color: style.ink.name, baseline: 'alphabetic' }));
  if (note !== '' && labelWidth(short, note, sizes) <= box.width) {
    texts.push(words(note, box.x + box.width, y, { size, weight: 600, color: style.missing.text, align: 'right', baseline: 'alphabetic' }));
  }
  return texts;
}

/** The names of the axes, once for all panels: below their middle and, turned, left of it. */
function axisNames(contents: Contents, layout: ReturnType<typeof layOutPanels>, whole: Box): { x: Text | null; y: Text | null } {
  const { size } = style.axisName;
  const numbered = (axis: 'x' | 'y'): boolean => contents.plots.some((_, i) => layout.ticks(axis, i).some((tick) => tick.text !== '0'));
  const suffix = (axis: 'x' | 'y', name: string): string => (name !== '' && numbered(axis) ? exponentText(layout.exponents[axis]) : '');
  const x = shortenName(contents.xName, suffix('x', contents.xName), whole.width + 20, size);
  const y = shortenName(`${contents.yName}${layout.numbersLeftOut ? ' (each panel to its own scale)' : ''}`, suffix('y', contents.yName), whole.height + 20, size);
  return {
    x: x === '' ? null : words(x, whole.x + whole.width / 2, whole.y + whole.height + layout.below - size, { size, color: style.ink.name, align: 'center' }),
    y: y === '' ? null : words(y, style.padding.left, whole.y + whole.height / 2, { size, color: style.ink.name, align: 'center', rotate: -90 }),
  };
}

/** The colour bar: how wide it is with its numbers and name, and where it stands. */
class ColorBarPlan {
  readonly room: number;
  private readonly exponent: number | undefined;

  constructor(private readonly bar: NonNullable<Contents['colorBar']>, private readonly sizes: Density) {
    this.exponent = commonExponent([bar.domain]);
    this.room = style.colorBar.gap + style.colorBar.width + this.numbers(style.colorBar.longest) + (bar.name === '' ? 0 : 5 + style.axisName.size);
  }

  private ticks(length: number): ColorBar['ticks'] {
    return axisTicks({ domain: this.bar.domain, kind: 'value' }, { direction: 'y', length, size: this.sizes.number, overhang: this.sizes.number / 2, exponent: this.exponent });
  }

  private numbers(length: number): number {
    return Math.ceil(this.sizes.tickLength + tickGap + Math.max(0, ...this.ticks(length).map((tick) => textWidth(tick.text, this.sizes.number))));
  }

  placed(whole: Box): ColorBar {
    const height = Math.min(whole.height, style.colorBar.longest);
    const box = { x: whole.x + whole.width + style.colorBar.gap, y: whole.y + Math.round((whole.height - height) / 2), width: style.colorBar.width, height };
    const { size } = style.axisName;
    const name = shortenName(this.bar.name, exponentText(this.exponent), whole.height + 2 * this.sizes.label, size);
    return {
      box, domain: this.bar.domain, colors: this.bar.colors, ticks: this.ticks(height),
      label: this.bar.name === '' ? null
        : words(name, box.x + box.width + this.numbers(height) + 5, box.y + height / 2, { size, color: style.ink.name, align: 'center', rotate: -90 }),
    };
  }
}
