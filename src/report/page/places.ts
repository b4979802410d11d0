import type { Figure, Panel } from '../../figures/figure.js';

/** A place in a panel, in data units. */
export interface Place { readonly panel: number; readonly x: number; readonly y: number }

/** Where a point of a figure lies, if in a panel, or in the stretch of numbers around one. */
export function placeAt(figure: Figure, px: number, py: number): Place | null {
  const panel = figure.panels.findIndex(({ box }) => px >= box.x && px <= box.x + box.width && py >= box.y && py <= box.y + box.height);
  return panel < 0 ? null : { panel, ...inData(figure.panels[panel]!, px, py) };
}

/** A point in a panel's data units, also beside it. */
export function inData({ box, x, y }: Panel, px: number, py: number): { x: number; y: number } {
  return {
    x: x.domain[0] + ((px - box.x) / box.width) * (x.domain[1] - x.domain[0]),
    y: y.domain[0] + ((box.y + box.height - py) / box.height) * (y.domain[1] - y.domain[0]),
  };
}

/** Where a value of x lies, in the figure's pixels. */
export const acrossOf = ({ box, x }: Panel, value: number): number => box.x + ((value - x.domain[0]) / (x.domain[1] - x.domain[0])) * box.width;
export const downOf = ({ box, y }: Panel, value: number): number => box.y + box.height - ((value - y.domain[0]) / (y.domain[1] - y.domain[0])) * box.height;
