import { readOptions, type OptionValues } from '../../core/options.js';
import type { Figure, Mark } from '../../figures/figure.js';
import { commonOptions, gridOptions } from '../../figures/options.js';

/** A figure, and how to read values off it. */
export interface Drawn {
  /** Without its panels' marks, which take time to make: a page shows them one after another. */
  readonly figure: Figure;
  /** The marks of a panel. */
  marks(panel: number): readonly Mark[];
  /** Null where there is nothing to read off. */
  readonly probe: Probe | null;
}

/** The figure with all its marks. */
export const complete = ({ figure, marks }: Drawn): Figure => ({ ...figure, panels: figure.panels.map((panel, i) => ({ ...panel, marks: marks(i) })) });

/** What lies where in a figure's panels. x are whole positions from 0 on; a row is one of a heatmap, or a line. */
export interface Probe {
  /** Figures of one group have their x axis in common: `timestep 50`. */
  readonly group: string;
  /** How many positions there are along x. */
  readonly length: number;
  /** Whether a stretch of them can be shown. */
  readonly zooms: boolean;
  /** Where a position stands on the x axis, and which is nearest to a place there. */
  place(x: number): number;
  position(place: number): number;
  rows(panel: number): number;
  /** The row nearest to a height in data units. */
  nearest(panel: number, x: number, y: number): number;
  /** What is there, in words, and its height in data units; null for a height that can't be shown. */
  at(panel: number, row: number, x: number): { readonly text: string; readonly y: number | null };
}

/** The room for a figure. */
export interface Space {
  /** In pixels. */
  readonly width: number;
  /** Device pixels to a pixel: heatmaps are made no finer. */
  readonly scale: number;
  /** Whether the title is in the picture; on the page a heading stands above it. */
  readonly titled: boolean;
  /** Whether it is the only figure there is to be seen. */
  readonly large: boolean;
}

const tables = { ...commonOptions, ...gridOptions };
type Options = OptionValues<typeof tables>;

/** Options for {@link compose}: so many panels in so many columns. */
export const optionsFor = (panels: number, columns: number, given: Partial<Options>): Options =>
  readOptions('report', tables, { rows: Math.ceil(panels / columns), dpi: 192, ...given });

/** How many columns of panels there is room for. */
export const columnsFor = (panels: number, width: number, least: number): number => Math.max(1, Math.min(panels, 8, Math.floor(width / least)));

/** Makes a figure no wider than there is room: what a colour bar takes is known only once it is made, and panels come in steps of whole cells. */
export function fitted(width: number, make: (widthScale: number) => Figure): Figure {
  let room = width;
  let figure = make(scaleOf(room));
  for (let round = 0; round < 6 && figure.width > width; round++) {
    room -= figure.width - width;
    figure = make(scaleOf(room));
  }
  return figure;
}

/** A figure's usual width is 720 pixels. */
const scaleOf = (width: number): number => Math.min(10, Math.max(0.1, width / 720));
