import { compose } from '../../figures/compose.js';
import type { ColorMapName, ImageMark } from '../../figures/figure.js';
import { shortNumber } from '../../figures/numbers.js';
import type { Range } from '../../figures/options.js';
import { missingColor } from '../../figures/style.js';
import type { Cells, Stretch } from './cells.js';
import { columnsFor, fitted, optionsFor, type Drawn, type Space } from './drawn.js';

export interface HeatmapPanel {
  readonly label: string;
  readonly shortLabel: string;
  readonly cells: Cells;
}

export interface Heatmaps {
  readonly panels: readonly HeatmapPanel[];
  readonly title: string;
  readonly subtitle: string;
  readonly description: string;
  /** What rows and columns are: `unit`, `timestep`; and the number of a row where it is not its place. */
  readonly rowName: string;
  readonly rowNumbers?: readonly number[];
  readonly columnName: string;
  readonly valueName: string;
  /** Values at the two ends of the colours; `each` panel from its least to its largest. */
  readonly domain: Range | 'each';
  readonly colors: ColorMapName;
  /** The columns that are shown. */
  readonly stretch: Stretch;
}

/** Heatmaps side by side, averaged where cells are smaller than pixels. */
export function heatmaps(input: Heatmaps, space: Space): Drawn {
  const { panels, stretch: [from, to] } = input;
  const columns = columnsFor(panels.length, space.width, Math.min(200, space.width / 2.5));
  const rows = Math.ceil(panels.length / columns);
  // So that many rows of panels don't get lower and lower, as on paper.
  const heightScale = Math.min(10, Math.max(1, (rows * 230) / 860));
  const figure = fitted(space.width, (widthScale) => compose({
    plots: panels.map(({ label, shortLabel, cells }) => ({
      x: { domain: [from - 0.5, to + 0.5], kind: 'index' }, y: { domain: [cells.rows - 0.5, -0.5], kind: 'index' }, marks: [], label, shortLabel, note: '',
    })),
    options: optionsFor(panels.length, columns, { widthScale, heightScale, borders: 'frame' }),
    // All of the columns, also where a stretch is shown: panels keep their size while that changes.
    xName: input.columnName, yName: input.rowName, cells: { across: panels[0]!.cells.columns, down: panels[0]!.cells.rows },
    colorBar: input.domain === 'each' ? null : { domain: input.domain, colors: input.colors, name: input.valueName },
    header: { title: space.titled ? input.title : '', subtitle: input.subtitle, alert: '', legend: null },
    description: input.description,
    panelHeight: (width, across) => heightOf(panels[0]!.cells.rows, width, across, space.large) / heightScale,
  }));
  const image = (i: number): ImageMark => {
    const pixels = (start: number, length: number): number => Math.round((start + length) * space.scale) - Math.round(start * space.scale);
    const { box } = figure.panels[i]!;
    const { cells } = panels[i]!;
    const grid = cells.reduced([from, to], pixels(box.y, box.height), pixels(box.x, box.width));
    return { kind: 'image', ...grid, domain: input.domain === 'each' ? ownDomain(cells.range()) : input.domain, colors: input.colors, missingColor: missingColor[input.colors] };
  };
  const { columns: length } = panels[0]!.cells;
  return {
    figure,
    marks: (panel) => [image(panel)],
    probe: {
      group: `${input.columnName} ${length}`, length, zooms: true,
      place: (x) => x, position: (place) => Math.max(0, Math.min(length - 1, Math.round(place))),
      rows: (panel) => panels[panel]!.cells.rows,
      nearest: (panel, _, y) => Math.max(0, Math.min(panels[panel]!.cells.rows - 1, Math.round(y))),
      at: (panel, row, x) => {
        const { label, cells } = panels[panel]!;
        return { text: [label, `${input.columnName} ${x}`, `${input.rowName} ${input.rowNumbers?.[row] ?? row}`].filter((part) => part !== '').join(', ') + `: ${shortNumber(cells.at(row, x), 5)}`, y: row };
      },
    },
  };
}

/** Cells of 11 pixels where there are few, within what reads well. */
const heightOf = (rows: number, width: number, columns: number, large: boolean): number =>
  (columns === 1 ? Math.min(Math.max(rows * 11, Math.min(width * 0.3, 180)), Math.max(width * 0.5, 220), large ? 640 : 420) : Math.min(Math.max(rows * 11, width * 0.45), width * 0.95, 400));

function ownDomain([low, high]: readonly [number, number]): Range {
  if (low > high) return [0, 1];
  return low < high ? [low, high] : [low - (Math.abs(low) / 2 || 1), high + (Math.abs(high) / 2 || 1)];
}
