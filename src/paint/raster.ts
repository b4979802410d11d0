import { rgb } from 'd3-color';
import type { ImageMark } from '../figures/figure.js';
import { colorTable, levelOf } from './colormaps.js';
import type { Pixels } from './context.js';

/** Values on a grid, row by row. */
interface Grid { readonly values: ArrayLike<number>; readonly rows: number; readonly columns: number }

/**
 * A heatmap as pixels. A cell covers whole pixels: `edge` i of n cells over a width is rounded. Where there are more
 * cells than pixels, a pixel shows the mean of the cells that begin in it.
 */
export function rasterOf(mark: ImageMark, width: number, height: number): Pixels {
  const grid = averaged(mark, Math.min(mark.rows, height), Math.min(mark.columns, width));
  return repeated(grid, coloursOf(grid, mark), width, height);
}

/** The grid made smaller: each new cell is the mean of the old ones in it, ignoring NaN and infinities; NaN where nothing is left. */
function averaged(grid: Grid, rows: number, columns: number): Grid {
  if (rows === grid.rows && columns === grid.columns) return grid;
  const values = new Float64Array(rows * columns);
  const rowEdges = edges(rows, grid.rows);
  const columnEdges = edges(columns, grid.columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      let count = 0;
      for (let r = rowEdges[row]; r < rowEdges[row + 1]; r++) {
        for (let c = columnEdges[column]; c < columnEdges[column + 1]; c++) {
          const value = grid.values[r * grid.columns + c];
          if (!Number.isFinite(value)) continue;
          sum += value;
          count++;
        }
      }
      values[row * columns + column] = count === 0 ? NaN : sum / count;
    }
  }
  return { values, rows, columns };
}

/** Where each of `parts` parts of `whole` units begins, and the last ends: rounded, so that parts hold whole units. */
function edges(parts: number, whole: number): Int32Array {
  return Int32Array.from({ length: parts + 1 }, (_, i) => Math.round((i * whole) / parts));
}

/** The colour of each cell, as the four bytes of a pixel in one number. */
function coloursOf(grid: Grid, mark: ImageMark): Uint32Array {
  const packed = packedTable(mark);
  const missing = packed.length - 1;
  const colours = new Uint32Array(grid.rows * grid.columns);
  // Not `Uint32Array.from`: a page draws millions of cells while it is zoomed.
  for (let i = 0; i < colours.length; i++) {
    const level = levelOf(grid.values[i], mark.domain[0], mark.domain[1]);
    colours[i] = packed[level < 0 ? missing : level];
  }
  return colours;
}

/** The colour map as whole pixels; the colour for missing values comes last. */
function packedTable(mark: ImageMark): Uint32Array {
  const table = colorTable(mark.colors);
  const levels = table.length / 3;
  const bytes = new Uint8ClampedArray(4 * (levels + 1));
  for (let level = 0; level < levels; level++) {
    bytes.set([table[3 * level], table[3 * level + 1], table[3 * level + 2], 255], 4 * level);
  }
  const { r, g, b, opacity } = rgb(mark.missingColor);
  bytes.set([r, g, b, 255 * opacity], 4 * levels);
  return new Uint32Array(bytes.buffer);
}

function repeated(grid: Grid, colours: Uint32Array, width: number, height: number): Pixels {
  if (grid.rows === height && grid.columns === width) return { width, height, data: new Uint8ClampedArray(colours.buffer) };
  const pixels = new Uint32Array(width * height);
  const rowEdges = edges(grid.rows, height);
  // The column of each pixel: filling cell by cell takes longer where cells are a few pixels wide.
  const columnOf = new Int32Array(width);
  const columnEdges = edges(grid.columns, width);
  for (let column = 0; column < grid.columns; column++) columnOf.fill(column, columnEdges[column], columnEdges[column + 1]);
  for (let row = 0; row < grid.rows; row++) {
    const top = rowEdges[row] * width;
    const first = row * grid.columns;
    for (let x = 0; x < width; x++) pixels[top + x] = colours[first + columnOf[x]];
    for (let y = rowEdges[row] + 1; y < rowEdges[row + 1]; y++) pixels.copyWithin(y * width, top, top + width);
  }
  return { width, height, data: new Uint8ClampedArray(pixels.buffer) };
}
