import type { OptionValues } from '../core/options.js';
import type { Mark, ColorMapName, Box, Text, Tick } from './figure.js';
import { numbersBelow, numbersLeft, type GridShape } from './grid.js';
import type { Header } from './header.js';
import { commonExponent } from './numbers.js';
import type { commonOptions, gridOptions, Range } from './options.js';
import { style, type Density } from './style.js';
import { textWidth } from './text.js';
import { axisTicks, type Scale } from './ticks.js';

/** One panel before it has a place. */
export interface Plot {
  readonly x: Scale;
  readonly y: Scale;
  readonly marks: readonly Mark[];
  /** The panel's name, above its left corner, and a shorter one for where the names are too long; empty for none. */
  readonly label: string;
  readonly shortLabel: string;
  /** What is missing from this panel's data, above its right corner; empty for nothing. */
  readonly note: string;
  /** Words inside the panel, once its box is known. */
  readonly inside?: (box: Box) => Text[];
}

/** Everything a figure shows, and how, before anything has a place. */
export interface Contents {
  readonly plots: readonly Plot[];
  readonly xName: string;
  readonly yName: string;
  readonly header: Header;
  readonly description: string;
  readonly options: OptionValues<typeof commonOptions & typeof gridOptions>;
  /** Names of the grid's columns, above the first row, and of its rows, right of the last column. */
  readonly columnTitles?: readonly string[];
  readonly rowTitles?: readonly string[];
  /** A panel's height in pixels from its width and the number of columns. */
  readonly panelHeight: (width: number, columns: number) => number;
  /** Cells across and down a panel, which is then made a multiple of them in size. */
  readonly cells: { readonly across: number; readonly down: number } | null;
  readonly colorBar: { readonly domain: Range; readonly colors: ColorMapName; readonly name: string } | null;
}

/** Sizes of the panels and of the space around them, in pixels. */
export interface PanelLayout {
  readonly left: number;
  /** What numbers and the axis's name take below the panels. */
  readonly below: number;
  readonly panelWidth: number; readonly panelHeight: number;
  readonly gapX: number; readonly gapY: number;
  /** The line of names above each panel, counted in `gapY`. */
  readonly labelHeight: number;
  readonly ticks: (axis: 'x' | 'y', panel: number) => Tick[];
  readonly exponents: { readonly x: number | undefined; readonly y: number | undefined };
  /** The y axes differ, and there is no room for the numbers of each. */
  readonly numbersLeftOut: boolean;
}

/** All rows together are about this high at most: a page has 11 inches, or 1056 pixels. More than twenty rows don't fit one anyhow. */
const highest = (rows: number): number => Math.max(860, rows * 42);
const smallestPanel = { width: 8, height: 12 };
/** Below this width a panel has no room for numbers of its own beside it. */
const roomForNumbers = 44;

/**
 * Finds how large the panels are. Their width depends on the room for the y axis's numbers, these on how many fit the
 * height, and the height on the width: a few rounds settle it. Should two states take turns, the wider numbers have it.
 */
export function layOutPanels(contents: Contents, grid: GridShape, sizes: Density): PanelLayout {
  const { plots, options } = contents;
  const numbersX = options.ticks === 'both' || options.ticks === 'x';
  let numbersY = options.ticks === 'both' || options.ticks === 'y';
  const everyX = grid.rows > 1 && (options.shareX === 'none' || options.shareX === 'row');
  const everyY = grid.columns > 1 && (options.shareY === 'none' || options.shareY === 'column');
  // Positions and counts are written out, or shortened each by itself.
  const exponentOf = (axis: 'x' | 'y'): number | undefined => commonExponent(plots.map((plot) => plot[axis]).filter(({ kind }) => kind === 'value').map(({ domain }) => domain));
  const exponents = { x: exponentOf('x'), y: exponentOf('y') };

  const gap = options.tight ? 0 : sizes.gap;
  const beside = sizes.tickLength + tickGap;
  const belowNumbers = numbersX ? beside + sizes.number : 0;
  const labelled = plots.some((plot) => plot.label !== '' || plot.note !== '');
  const labelHeight = labelled ? sizes.label + 4 : 0;
  const gapY = (labelled ? gap / 2 : gap) + labelHeight + (everyX && numbersX ? belowNumbers + 3 : 0);
  const nameRoom = contents.yName === '' ? 0 : style.axisName.size + 6;

  let numberWidth = 24;
  let sized = size();
  for (let round = 0; round < 6; round++) {
    if (numbersY && everyY && sized.panelWidth < roomForNumbers) numbersY = false;
    const widest = widestNumber();
    numberWidth = round < 3 ? widest : Math.max(widest, numberWidth);
    sized = size();
  }
  return {
    ...sized, gapY, labelHeight, ticks, exponents,
    below: belowNumbers + (contents.xName === '' ? 0 : style.axisName.size + 5),
    numbersLeftOut: !numbersY && everyY && options.ticks !== 'none' && options.ticks !== 'x',
  };

  function size(): Pick<PanelLayout, 'left' | 'panelWidth' | 'panelHeight' | 'gapX'> {
    const numberRoom = numbersY ? Math.ceil(beside + numberWidth) : 0;
    const left = Math.round(style.padding.left + nameRoom + numberRoom);
    const gapX = gap + (everyY ? numberRoom + (numbersY ? 4 : 0) : 0);
    const inner = sizes.width * options.widthScale - left - style.padding.right - rowTitleRoom(contents, sizes) - gapX * (grid.columns - 1);
    const panelWidth = Math.max(smallestPanel.width, wholeCells(inner / grid.columns, contents.cells?.across, 'down'));
    const rowHeight = (highest(grid.rows) * options.heightScale) / grid.rows - gapY;
    const wanted = Math.min(contents.panelHeight(panelWidth, grid.columns) * options.heightScale, rowHeight);
    return { left, gapX, panelWidth, panelHeight: Math.max(smallestPanel.height, wholeCells(wanted, contents.cells?.down, 'either way')) };
  }

  function ticks(axis: 'x' | 'y', panel: number): Tick[] {
    const shown = axis === 'x' ? numbersX && numbersBelow(grid, panel, options.shareX) : numbersY && numbersLeft(grid, panel, options.shareY);
    if (!shown) return [];
    const between = axis === 'x' ? (grid.columns === 1 ? 20 : gap) : (grid.rows === 1 ? 12 : gapY);
    return axisTicks(plots[panel][axis], {
      direction: axis, size: sizes.number, exponent: exponents[axis], overhang: between / 2,
      length: axis === 'x' ? sized.panelWidth : sized.panelHeight,
    });
  }

  function widestNumber(): number {
    let widest = 0;
    plots.forEach((_, panel) => { for (const tick of ticks('y', panel)) widest = Math.max(widest, textWidth(tick.text, sizes.number)); });
    return widest;
  }
}

/** What the names of the rows take right of the panels; a longer name is shortened. */
export const rowTitleRoom = ({ rowTitles = [] }: Contents, sizes: Density): number =>
  (rowTitles.length === 0 ? 0 : 8 + Math.ceil(Math.min(140, Math.max(...rowTitles.map((title) => textWidth(title, sizes.label, 600))))));

/** Between a tick mark and its number. */
export const tickGap = 2;

/**
 * A length in whole pixels and, where one is within a seventh of it, one that gives every cell the same number of half
 * pixels, so that a heatmap's cells come out equal at twice the screen's resolution.
 */
export function wholeCells(length: number, cells = 1, round: 'down' | 'either way'): number {
  const each = Math.floor((2 * length) / cells) / 2;
  const near = [each * cells, (each + 0.5) * cells].filter((snapped) => Number.isInteger(snapped) && (round === 'either way' || snapped <= length) && Math.abs(snapped - length) <= length / 7);
  near.sort((a, b) => Math.abs(a - length) - Math.abs(b - length));
  return near[0] ?? Math.floor(length);
}
