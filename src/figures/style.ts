import type { AxisStyle, ColorMapName } from './figure.js';

/** The house style: what every figure looks like unless its options say otherwise. Sizes are in pixels, 96 to the inch. */
export const style = {
  background: '#ffffff',
  /** From darkest to lightest: titles, axis and panel names, tick numbers and subtitles, axes, the zero line. */
  ink: { title: '#111111', name: '#333333', number: '#555555', axis: '#b2b2b2', zero: '#c4c4c4' },
  /** What is wrong with the data: counts of NaN and infinities, and where they are. */
  missing: { text: '#b03a00', mark: '#c85200', someBand: '#fbeedd', allBand: '#f3d3ab' },
  title: { size: 13, line: 17 },
  subtitle: { size: 10.5, line: 15 },
  axisName: { size: 10.5 },
  padding: { top: 10, right: 12, bottom: 8, left: 8 },
  colorBar: { width: 10, gap: 14, longest: 240 },
} as const;

/** Sizes that follow from how many panels stand beside each other. */
export interface Density {
  /** Width of the figure, without a colour bar. */
  readonly width: number;
  readonly number: number;
  readonly label: number;
  readonly tickLength: number;
  /** Space between panels, without what is written there. */
  readonly gap: number;
}

// 720 pixels are 7.5 inches: a page's width. From nine columns on the figure grows to ten inches and its numbers shrink to
// 5.6 points, which is still above the 5 points that journals ask for. More than twenty columns don't fit a page anyhow: it grows on.
export const density = (columns: number): Density => (columns > 8
  ? { width: Math.max(960, columns * 48), number: 7.5, label: 7.5, tickLength: 2, gap: 5 }
  : { width: 720, number: 9.5, label: 9.5, tickLength: 3, gap: columns > 4 ? 8 : 12 });

export const axisStyle = (sizes: Density, border: { readonly color: string; readonly width: number }): AxisStyle => ({
  color: border.color, width: border.width, tickLength: sizes.tickLength,
  textSize: sizes.number, textColor: style.ink.number, textGap: 2,
});

/** The colour of a heatmap's missing values: none that the map itself has. */
export const missingColor: Readonly<Record<ColorMapName, string>> = {
  bwr: '#8a8a8a', RdBu: '#e8b400', viridis: '#d6d6d6', greys: '#f0a000',
};
/** What that colour is called in a figure's words. */
export const missingColorName: Readonly<Record<ColorMapName, string>> = { bwr: 'grey', RdBu: 'yellow', viridis: 'light grey', greys: 'orange' };
