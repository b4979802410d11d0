/**
 * A figure as plain data: every panel, axis, mark and word with its place, in CSS pixels (96 to the inch) from the
 * top left corner. It can be stored, compared and sent; `src/paint/` draws it. Nothing here draws.
 */
export interface Figure {
  readonly width: number;
  readonly height: number;
  /** Dots per inch of a raster image made from this figure; 96 is one dot a pixel. */
  readonly dpi: number;
  readonly background: string;
  /** One or two sentences that say what is shown, for people who can't see it. */
  readonly description: string;
  readonly panels: readonly Panel[];
  readonly colorBars: readonly ColorBar[];
  /** Filled rectangles outside the panels: the key to what the lines' colours stand for (its words are among `texts`). */
  readonly swatches: readonly Swatch[];
  /** Words outside the panels: the title, axis names shared by all panels, side annotations. */
  readonly texts: readonly Text[];
  readonly axisStyle: AxisStyle;
}

/** How the borders, ticks and tick numbers of every panel and colour bar look. Sizes are in pixels. */
export interface AxisStyle {
  /** Colour and width of borders and of tick marks. */
  readonly color: string; readonly width: number;
  /** Length of a tick mark, outwards from the panel's edge. */
  readonly tickLength: number;
  /** Tick numbers: font size, colour, and the gap between them and the tick marks. Weight 400. */
  readonly textSize: number; readonly textColor: string; readonly textGap: number;
}

/** One colour of a key. */
export interface Swatch { readonly box: Box; readonly color: string }

/** A rectangle in figure pixels. */
export interface Box { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

/** One set of axes. Marks are given in data units; the axes' scales place them inside `box`. */
export interface Panel {
  readonly box: Box;
  readonly x: Axis;
  readonly y: Axis;
  readonly marks: readonly Mark[];
  /** Words that belong to this panel (its label, its annotation), placed in figure pixels. */
  readonly texts: readonly Text[];
  /** Which edges of `box` are drawn. */
  readonly borders: { readonly top: boolean; readonly right: boolean; readonly bottom: boolean; readonly left: boolean };
}

/**
 * A scale along one side of a panel: ticks and their numbers are drawn below the box (x) or left of it (y). `domain[0]`
 * lies at the left (x) or the bottom (y) edge of the panel's box, so a y axis that runs downwards has
 * `domain[0] > domain[1]`.
 */
export interface Axis {
  readonly domain: readonly [number, number];
  readonly ticks: readonly Tick[];
  readonly label: Text | null;
}

/** `text` empty: a tick without a number. */
export interface Tick { readonly at: number; readonly text: string }

/**
 * One line of words. `baseline` says which height of the letters lies at y: `top` the top of capitals and digits (0.73 of the
 * size above their foot), `middle` their middle, `alphabetic` their foot, `bottom` the lowest point of letters such as g.
 */
export interface Text {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  /** Font size in pixels. */
  readonly size: number;
  readonly weight: 400 | 600;
  readonly color: string;
  readonly align: 'left' | 'center' | 'right';
  readonly baseline: 'top' | 'middle' | 'alphabetic' | 'bottom';
  /** Degrees, clockwise, about (x, y). */
  readonly rotate: number;
}

export type Mark = LineMark | ImageMark | BarMark | PointMark | RuleMark | BandMark;

/** A line through (x[i], y[i]). NaN or infinite y interrupts it. `markerRadius` > 0 also draws a dot at every point. */
export interface LineMark {
  readonly kind: 'line';
  readonly x: Numbers1D; readonly y: Numbers1D;
  readonly color: string; readonly width: number; readonly opacity: number;
  readonly markerRadius: number;
}

/**
 * A heatmap: `rows` x `columns` values, row 0 at the top of the box, coloured by `colors` between `domain[0]` and
 * `domain[1]` (values beyond are clamped). NaN and infinities are drawn in `missingColor`. Cells have hard edges; where a cell is
 * smaller than a device pixel, values (not colours) are averaged.
 */
export interface ImageMark {
  readonly kind: 'image';
  readonly values: Numbers1D; readonly rows: number; readonly columns: number;
  readonly domain: readonly [number, number];
  readonly colors: ColorMapName;
  readonly missingColor: string;
}

/** Bars from 0 up to `height[i]`, between `edges[i]` and `edges[i + 1]`. */
export interface BarMark {
  readonly kind: 'bars';
  readonly edges: Numbers1D; readonly height: Numbers1D;
  readonly color: string; readonly opacity: number;
}

/**
 * Loose points; `shape` is the marker, `radius` that of the circle it fits in. A point with a NaN or infinite coordinate is not drawn.
 * `triangle` points up, `triangle-down` down: they mark what lies beyond the axis.
 */
export interface PointMark {
  readonly kind: 'points';
  readonly x: Numbers1D; readonly y: Numbers1D;
  readonly color: string; readonly radius: number; readonly opacity: number;
  readonly shape: MarkerShape;
}

export type MarkerShape = 'circle' | 'cross' | 'square' | 'diamond' | 'triangle' | 'triangle-down';

/** A straight line right across the panel, at a data value of one axis. */
export interface RuleMark {
  readonly kind: 'rule';
  readonly axis: 'x' | 'y'; readonly at: number;
  readonly color: string; readonly width: number; readonly dash: readonly number[];
}

/** A shaded stretch of the x axis, the panel's full height: where values are missing. */
export interface BandMark { readonly kind: 'band'; readonly from: number; readonly to: number; readonly color: string }

/**
 * A colour scale drawn as a bar with ticks, beside the panels. A bar that is higher than wide has `domain[0]` at its bottom and its
 * ticks on the right; another has `domain[0]` at its left and its ticks below.
 */
export interface ColorBar {
  readonly box: Box;
  readonly domain: readonly [number, number];
  readonly colors: ColorMapName;
  readonly ticks: readonly Tick[];
  readonly label: Text | null;
}

export type ColorMapName = 'bwr' | 'RdBu' | 'viridis' | 'greys';

/** Numbers along one dimension, as typed arrays or plain ones. */
export type Numbers1D = ArrayLike<number>;
