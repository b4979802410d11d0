// The inner loop of every product: a tile of ROWS rows and 8 columns.
//
// The left operand (weights) lies in panels, as `panels.ts` packs them. The right one and the result hold 8 columns a row:
// mostly 8 samples, so that a state [unit][8] is an operand as it lies.

import { madd } from './activation';

/** Rows of a tile: as many as the sixteen vector registers hold, with their operands. */
export const ROWS: usize = ASC_FEATURE_RELAXED_SIMD ? 6 : 4;
/** Bytes of one row of 8 columns. */
export const ROW: usize = 32;
/** Steps of a sum that are done at a go: so much of the right operand (16 KiB) stays in the first-level cache. */
export const DEPTH: usize = 512;

// @ts-ignore: decorator
@inline
function addTo(c: usize, left: v128, right: v128): void {
  v128.store(c, f32x4.add(v128.load(c), left));
  v128.store(c, f32x4.add(v128.load(c, 16), right), 16);
}

/**
 * c (rows x 8) += a (ROWS x depth, interleaved) . b (depth x 8), the first `rows` rows of it; the depth is at least 1.
 * Unrolling over it makes V8 spill registers.
 */
function tile(a: usize, b: usize, depth: usize, c: usize, rows: usize): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0), c41 = f32x4.splat(0);
  let c50 = f32x4.splat(0), c51 = f32x4.splat(0);
  const end = b + depth * ROW;
  // Tested at its end, the loop is a jump shorter.
  do {
    const left = v128.load(b);
    const right = v128.load(b, 16);
    let w = v128.load_splat<f32>(a);
    c00 = madd(w, left, c00); c01 = madd(w, right, c01);
    w = v128.load_splat<f32>(a, 4);
    c10 = madd(w, left, c10); c11 = madd(w, right, c11);
    w = v128.load_splat<f32>(a, 8);
    c20 = madd(w, left, c20); c21 = madd(w, right, c21);
    w = v128.load_splat<f32>(a, 12);
    c30 = madd(w, left, c30); c31 = madd(w, right, c31);
    if (ROWS === 6) {
      w = v128.load_splat<f32>(a, 16);
      c40 = madd(w, left, c40); c41 = madd(w, right, c41);
      w = v128.load_splat<f32>(a, 20);
      c50 = madd(w, left, c50); c51 = madd(w, right, c51);
    }
    a += ROWS << 2;
    b += ROW;
  } while (b < end);
  addTo(c, c00, c01);
  if (rows > 1) addTo(c + ROW, c10, c11);
  if (rows > 2) addTo(c + 2 * ROW, c20, c21);
  if (rows > 3) addTo(c + 3 * ROW, c30, c31);
  if (ROWS === 6) {
    if (rows > 4) addTo(c + 4 * ROW, c40, c41);
    if (rows > 5) addTo(c + 5 * ROW, c50, c51);
  }
}

/**
 * For each of `count` right operands, `bStep` bytes apart: c (rows x 8) += a (rows x depth) . b (depth x 8).
 *
 * Each sum runs in order within a stretch of DEPTH steps, and adds up stretch by stretch.
 *
 * @param a in panels
 * @param cStep bytes from one result to the next
 */
export function addProducts(a: usize, rows: usize, depth: usize, b: usize, bStep: usize, c: usize, cStep: usize, count: usize): void {
  for (let k: usize = 0; k < depth; k += DEPTH) {
    const steps = min(depth - k, DEPTH);
    for (let row: usize = 0; row < rows; row += ROWS, a += ROWS * steps << 2) {
      const left = rows - row;
      let bAt = b + k * ROW;
      let cAt = c + row * ROW;
      for (let i: usize = 0; i < count; i++, bAt += bStep, cAt += cStep) tile(a, bAt, steps, cAt, left);
    }
  }
}
