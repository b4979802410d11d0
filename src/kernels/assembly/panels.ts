// The left operand of a product, in panels: ROWS rows, interleaved, so that for each step of the sum there are ROWS floats.
//
// A sum is done in stretches of DEPTH steps, and panels lie in the order in which they are read: those of all rows for the
// first stretch, then those for the next. What is read straight on is fetched ahead: with panels as deep as the sum, products
// 2048 deep took a tenth longer.

import { DEPTH, ROW, ROWS } from './tile';
import { transposePairTo, transposeTo } from './transpose';

/** The rows of a panel: what is packed for one build is no use to the other. */
export function panelRows(): usize { return ROWS; }

/** Bytes from the beginning of an operand to step k of its first panel. */
// @ts-ignore: decorator
@inline
function firstPanel(rows: usize, k: usize): usize {
  const stretch = k - k % DEPTH;
  return ((rows + ROWS - 1) / ROWS * stretch + (k - stretch)) * ROWS << 2;
}

/** Bytes from one panel to the next, in the stretch that step k is in. */
// @ts-ignore: decorator
@inline
function panelBytes(depth: usize, k: usize): usize { return min(depth - (k - k % DEPTH), DEPTH) * ROWS << 2; }

/**
 * Rows of a matrix that packing reads side by side. Where they lie a power of two apart they share a set of the first-level
 * cache, which has room for eight. Divides DEPTH.
 */
export const SIDE: usize = 8;

/**
 * Packs an operand whose rows are the columns of a row-major matrix.
 *
 * @param source `depth` rows, `ld` floats apart
 * @param turn row r is column (r + turn) mod rows
 */
export function packColumns(source: usize, ld: usize, rows: usize, depth: usize, turn: usize, target: usize): void {
  for (let first: usize = 0; first < depth; first += SIDE) {
    const last = min(first + SIDE, depth);
    const panel = panelBytes(depth, first);
    let start = target + firstPanel(rows, first);
    for (let row: usize = 0; row < rows; row += ROWS, start += panel) {
      let to = start;
      for (let k = first; k < last; k++, to += ROWS << 2) {
        const from = source + (k * ld << 2);
        const column = row + turn >= rows ? row + turn - rows : row + turn;
        if (row + ROWS <= rows && column + ROWS <= rows) {
          v128.store(to, v128.load(from + (column << 2)));
          if (ROWS === 6) store<u64>(to + 16, load<u64>(from + (column + 4 << 2)));
        } else {
          // A panel with less than all its rows, or with the first column behind the last.
          for (let r: usize = 0; r < ROWS; r++) {
            const at = row + r + turn >= rows ? row + r + turn - rows : row + r + turn;
            store<f32>(to + (r << 2), row + r < rows ? load<f32>(from + (at << 2)) : 0);
          }
        }
      }
    }
  }
}

/**
 * Packs an operand whose rows are the rows of a row-major matrix.
 *
 * @param source `rows` rows, `ld` floats apart
 * @param turn step k of the sum is column (k + turn) mod depth
 */
export function packRows(source: usize, ld: usize, rows: usize, depth: usize, turn: usize, target: usize): void {
  for (let k: usize = 0; k < depth;) {
    const column = k + turn >= depth ? k + turn - depth : k + turn;
    // As many steps as are side by side in both.
    const steps = min(min(DEPTH - k % DEPTH, depth - k), depth - column);
    const panel = panelBytes(depth, k);
    let to = target + firstPanel(rows, k);
    for (let row: usize = 0; row < rows; row += ROWS, to += panel) {
      rowsToPanel(source + (row * ld + column << 2), ld << 2, min(rows - row, ROWS), steps, to);
    }
    k += steps;
  }
}

/** All bits set in the lanes of a panel's rows from `first` on that there are. */
// @ts-ignore: decorator
@inline
function present(first: i32, rows: usize): v128 {
  return i32x4.lt_s(i32x4.add(i32x4(0, 1, 2, 3), i32x4.splat(first)), i32x4.splat(<i32>rows));
}

/** @param rows how many of a panel's rows there are; the others are 0 */
function rowsToPanel(from: usize, stride: usize, rows: usize, steps: usize, to: usize): void {
  // Rows beyond the last read the first instead, and are dropped.
  const r1: usize = rows > 1 ? stride : 0;
  const r2: usize = rows > 2 ? 2 * stride : 0;
  const r3: usize = rows > 3 ? 3 * stride : 0;
  const r4: usize = rows > 4 ? 4 * stride : 0;
  const r5: usize = rows > 5 ? 5 * stride : 0;
  const keep = present(0, rows);
  const keepPair = v128.shuffle<f32>(present(4, rows), present(4, rows), 0, 1, 0, 1);
  const whole = from + ((steps & ~3) << 2);
  const end = from + (steps << 2);
  for (; from < whole; from += 16, to += ROWS << 4) {
    transposeTo(v128.load(from), v128.load(from + r1), v128.load(from + r2), v128.load(from + r3), to, ROWS << 2, keep);
    if (ROWS === 6) transposePairTo(v128.load(from + r4), v128.load(from + r5), to + 16, ROWS << 2, keepPair);
  }
  for (; from < end; from += 4, to += ROWS << 2) {
    for (let r: usize = 0; r < ROWS; r++) store<f32>(to + (r << 2), r < rows ? load<f32>(from + r * stride) : 0);
  }
}

/**
 * Packs an operand whose sum runs over samples, from lanes: eight steps of it.
 *
 * @param from [rows][8]
 * @param depth samples in all
 * @param first the first of the eight, a multiple of 8
 */
export function lanesToPanels(from: usize, rows: usize, depth: usize, first: usize, target: usize): void {
  const all = i32x4.splat(-1);
  const panel = panelBytes(depth, first);
  let to = target + firstPanel(rows, first);
  for (let row: usize = 0; row < rows; row += ROWS, from += ROWS * ROW, to += panel) {
    for (let half: usize = 0; half < 2; half++) {
      const at = from + 16 * half;
      const four = to + 16 * ROWS * half;
      transposeTo(v128.load(at), v128.load(at, 32), v128.load(at, 64), v128.load(at, 96), four, ROWS << 2, all);
      if (ROWS === 6) transposePairTo(v128.load(at, 128), v128.load(at, 160), four + 16, ROWS << 2, all);
    }
  }
}
