import type { Box } from './figure.js';

/** Panels in rows and columns, filled row by row; the last row may be short. */
export interface GridShape { readonly count: number; readonly rows: number; readonly columns: number }

/**
 * The grid for so many panels. With `rows`, as few columns as hold them all (which may take fewer rows than were asked for).
 * Without, about as wide as high, a little wider where that leaves fewer places empty.
 */
export function gridShape(count: number, rows: number | 'auto'): GridShape {
  const columns = rows === 'auto' ? evenColumns(count) : Math.ceil(count / rows);
  return { count, columns, rows: Math.ceil(count / columns) };
}

function evenColumns(count: number): number {
  if (count <= 3) return count;
  const square = Math.ceil(Math.sqrt(count));
  let best = square;
  const empty = (columns: number): number => Math.ceil(count / columns) * columns - count;
  for (let columns = square + 1; columns <= square * 1.34; columns++) if (empty(columns) < empty(best)) best = columns;
  return best;
}

export const rowOf = (grid: GridShape, panel: number): number => Math.floor(panel / grid.columns);
export const columnOf = (grid: GridShape, panel: number): number => panel % grid.columns;
export const isLeftmost = (grid: GridShape, panel: number): boolean => columnOf(grid, panel) === 0;
/** Whether no panel lies below: true also above an empty place in the last row. */
export const isLowest = (grid: GridShape, panel: number): boolean => panel + grid.columns >= grid.count;

/** Which panels have an axis in common. */
export type Share = 'all' | 'row' | 'column' | 'none';

/** The number of the group that a panel shares its axis with. */
export function groupOf(grid: GridShape, panel: number, share: Share): number {
  switch (share) {
    case 'all': return 0;
    case 'row': return rowOf(grid, panel);
    case 'column': return columnOf(grid, panel);
    case 'none': return panel;
  }
}

/** One value for every panel of a group, from the values of its panels: the group's common range, say. */
export function shareAmong<T, R>(grid: GridShape, share: Share, each: readonly T[], join: (group: T[]) => R): R[] {
  const groups = new Map<number, T[]>();
  each.forEach((value, panel) => {
    const group = groupOf(grid, panel, share);
    const members = groups.get(group);
    if (members) members.push(value);
    else groups.set(group, [value]);
  });
  const joined = new Map([...groups].map(([group, members]) => [group, join(members)]));
  return each.map((_, panel) => joined.get(groupOf(grid, panel, share))!);
}

/** Whether a panel has numbers along its x axis: where a panel below shows the same axis, it has none. */
export const numbersBelow = (grid: GridShape, panel: number, share: Share): boolean =>
  share === 'row' || share === 'none' || isLowest(grid, panel);
/** Whether a panel has numbers along its y axis: where a panel to the left shows the same axis, it has none. */
export const numbersLeft = (grid: GridShape, panel: number, share: Share): boolean =>
  share === 'column' || share === 'none' || isLeftmost(grid, panel);

interface Spacing {
  readonly left: number; readonly top: number;
  readonly panelWidth: number; readonly panelHeight: number;
  readonly gapX: number; readonly gapY: number;
}

export const panelBox = (grid: GridShape, panel: number, { left, top, panelWidth, panelHeight, gapX, gapY }: Spacing): Box => ({
  x: left + columnOf(grid, panel) * (panelWidth + gapX),
  y: top + rowOf(grid, panel) * (panelHeight + gapY),
  width: panelWidth,
  height: panelHeight,
});

/** The smallest box around all panels. */
export const gridBox = (grid: GridShape, { left, top, panelWidth, panelHeight, gapX, gapY }: Spacing): Box => ({
  x: left, y: top,
  width: grid.columns * (panelWidth + gapX) - gapX,
  height: grid.rows * (panelHeight + gapY) - gapY,
});
