// The product of packed operands: c += a . b, tile by tile of 4 rows and 8 columns.

import { madd } from './activation';

/**
 * A tile at the matrix's edge is summed here first: 4 rows of 8 floats. Behind the module's data rather than among it: a
 * thread that starts sets all data anew, while others may be at work.
 */
const EDGE: usize = (__heap_base + 15) & ~15;
/** The first address that nothing of this module lies at. */
export const END: usize = EDGE + 128;

/** Steps summed in one go: a panel of b this deep (16 KiB) stays in the first-level cache while all rows pass over it. */
const DEPTH: usize = 512;
/** Rows that pass over all of b in one go: so much of a (256 KiB) stays in the second-level cache. */
const ROWS: usize = 128;

/**
 * c (rows x n, row-major) += a (rows x depth, in panels of 4) . b (depth x n, in panels of 8).
 *
 * Each sum runs in order within a stretch of DEPTH steps, and adds up stretch by stretch, whatever `rows` and `n` are: an
 * entry of c doesn't depend on what is computed beside it.
 *
 * @param aPanel floats from one panel of a to the next
 * @param bPanel floats from one panel of b to the next
 * @param ldc floats from one row of c to the next
 */
export function addProduct(a: usize, aPanel: usize, b: usize, bPanel: usize, c: usize, ldc: usize, rows: usize, n: usize, depth: usize): void {
  for (let p: usize = 0; p < depth; p += DEPTH) addStretch(a, aPanel, b, bPanel, c, ldc, rows, n, p, min(depth - p, DEPTH), 0);
}

/**
 * The same, but c is set: to the product and a row that is added to each of its rows.
 *
 * @param first the row: n floats, and zeros up to the next multiple of 8
 */
export function setProduct(a: usize, aPanel: usize, b: usize, bPanel: usize, c: usize, ldc: usize, rows: usize, n: usize, depth: usize, first: usize): void {
  for (let p: usize = 0; p < depth; p += DEPTH) addStretch(a, aPanel, b, bPanel, c, ldc, rows, n, p, min(depth - p, DEPTH), p === 0 ? first : 0);
}

/** @param first what c is set to before; 0 where it is added to */
function addStretch(a: usize, aPanel: usize, b: usize, bPanel: usize, c: usize, ldc: usize, rows: usize, n: usize, p: usize, steps: usize, first: usize): void {
  for (let i: usize = 0; i < rows; i += ROWS) {
    addBlock(a + (i * (aPanel >> 2) + p * 4 << 2), aPanel << 2, b + (p << 5), bPanel << 2, c + (i * ldc << 2), ldc << 2, min(rows - i, ROWS), n, steps, first);
  }
}

// @ts-ignore: decorator
@inline
function addBlock(a: usize, aPanel: usize, b: usize, bPanel: usize, c: usize, ldc: usize, rows: usize, n: usize, steps: usize, first: usize): void {
  for (let j: usize = 0; j < n; j += 8, b += bPanel) {
    const row = first === 0 ? 0 : first + (j << 2);
    let from = a;
    for (let i: usize = 0; i < rows; i += 4, from += aPanel) {
      const at = c + i * ldc + (j << 2);
      if (i + 4 <= rows && j + 8 <= n) {
        addTile(from, b, steps, at, ldc, row);
      } else {
        memory.fill(EDGE, 0, 128);
        addTile(from, b, steps, EDGE, 32, row);
        addEdge(at, ldc, min(rows - i, 4), min(n - j, 8), row !== 0);
      }
    }
  }
}

/**
 * The inner loop: every step multiplies 4 entries of a with 8 of b. Eight sums, two parts of b and one of a are all
 * that sixteen vector registers need to hold; unrolling over steps makes V8 spill some of them.
 */
function addTile(a: usize, b: usize, depth: usize, c: usize, ldc: usize, first: usize): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  const end = a + (depth << 4);
  // Tested at its end, the loop is a jump shorter: the depth is at least 1.
  do {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s = v128.load32_splat(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load32_splat(a, 4);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load32_splat(a, 8);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    s = v128.load32_splat(a, 12);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    a += 16;
    b += 32;
  } while (a < end);
  if (first === 0) {
    addTo(c, c00, c01);
    addTo(c + ldc, c10, c11);
    addTo(c + 2 * ldc, c20, c21);
    addTo(c + 3 * ldc, c30, c31);
    return;
  }
  const left = v128.load(first);
  const right = v128.load(first, 16);
  setTo(c, f32x4.add(left, c00), f32x4.add(right, c01));
  setTo(c + ldc, f32x4.add(left, c10), f32x4.add(right, c11));
  setTo(c + 2 * ldc, f32x4.add(left, c20), f32x4.add(right, c21));
  setTo(c + 3 * ldc, f32x4.add(left, c30), f32x4.add(right, c31));
}

// @ts-ignore: decorator
@inline
function addTo(c: usize, left: v128, right: v128): void {
  v128.store(c, f32x4.add(v128.load(c), left));
  v128.store(c, f32x4.add(v128.load(c, 16), right), 16);
}

// @ts-ignore: decorator
@inline
function setTo(c: usize, left: v128, right: v128): void {
  v128.store(c, left);
  v128.store(c, right, 16);
}

/** Adds the part of EDGE that lies inside the matrix, or sets it. */
function addEdge(c: usize, ldc: usize, rows: usize, columns: usize, sets: bool): void {
  for (let i: usize = 0; i < rows; i++) {
    for (let j: usize = 0; j < columns; j++) {
      const at = c + i * ldc + (j << 2);
      const value = load<f32>(EDGE + (i << 5) + (j << 2));
      store<f32>(at, sets ? value : load<f32>(at) + value);
    }
  }
}
