// Packing: a matrix re-ordered into panels, so that the product's inner loop reads both its operands straight on.
//
// A panel holds `width` (a multiple of 4) lines of an operand, interleaved: for each step p of the sum, the p-th entry
// of each line. Panels follow each other, `depth` steps long; lines beyond the last are zeros.

import { SIDE } from './panels';
import { transposeTo } from './transpose';

/**
 * Packs lines that are the columns of a row-major matrix: panel[p][c] = source[p][c].
 *
 * @param source `steps` rows, `ld` floats apart, of `lines` floats
 * @param target where step 0 of the first panel goes
 * @param depth steps that a whole panel has room for, `steps` of which are written here
 */
export function packStraight(source: usize, ld: usize, steps: usize, lines: usize, target: usize, width: usize, depth: usize): void {
  for (let step: usize = 0; step < steps; step += SIDE) {
    packSteps(source + (step * ld << 2), ld, min(steps - step, SIDE), lines, target + (step * width << 2), width, depth);
  }
  clearRest(target, steps, lines, width, depth);
}

// @ts-ignore: decorator
@inline
function packSteps(source: usize, ld: usize, steps: usize, lines: usize, target: usize, width: usize, depth: usize): void {
  const stride = width << 2;
  const row = ld << 2;
  for (let line: usize = 0; line < lines; line += 4) {
    let from = source + (line << 2);
    let to = target + ((line / width) * width * depth + line % width << 2);
    const end = from + steps * row;
    const left = lines - line;
    if (left >= 4) {
      for (; from < end; from += row, to += stride) v128.store(to, v128.load(from));
    } else {
      for (; from < end; from += row, to += stride) {
        let four = v128.load32_zero(from);
        if (left > 1) four = v128.load_lane<f32>(from, four, 1, 4);
        if (left > 2) four = v128.load_lane<f32>(from, four, 2, 8);
        v128.store(to, four);
      }
    }
  }
}

/**
 * Packs lines that are the rows of a row-major matrix: panel[p][c] = source[c][p].
 *
 * @param source `lines` rows, `ld` floats apart, of `steps` floats
 */
export function packTransposed(source: usize, ld: usize, steps: usize, lines: usize, target: usize, width: usize, depth: usize): void {
  const stride = width << 2;
  const row = ld << 2;
  for (let line: usize = 0; line < lines; line += 4) {
    let from = source + line * row;
    let to = target + ((line / width) * width * depth + line % width << 2);
    const left = lines - line;
    // Rows beyond the last read the first instead, and are dropped.
    const r1: usize = left > 1 ? row : 0;
    const r2: usize = left > 2 ? 2 * row : 0;
    const r3: usize = left > 3 ? 3 * row : 0;
    const keep = i32x4(-1, left > 1 ? -1 : 0, left > 2 ? -1 : 0, left > 3 ? -1 : 0);
    const whole = from + ((steps & ~3) << 2);
    const end = from + (steps << 2);
    for (; from < whole; from += 16, to += stride << 2) {
      transposeTo(v128.load(from), v128.load(from + r1), v128.load(from + r2), v128.load(from + r3), to, stride, keep);
    }
    for (; from < end; from += 4, to += stride) {
      let four = v128.load32_zero(from);
      four = v128.load_lane<f32>(from + r1, four, 1);
      four = v128.load_lane<f32>(from + r2, four, 2);
      four = v128.load_lane<f32>(from + r3, four, 3);
      v128.store(to, v128.and(keep, four));
    }
  }
  clearRest(target, steps, lines, width, depth);
}

/** Zeros the groups of four lines of the last panel that no line reached. */
function clearRest(target: usize, steps: usize, lines: usize, width: usize, depth: usize): void {
  const reached = (lines + 3) & ~3;
  for (let line = reached; line % width !== 0; line += 4) {
    let to = target + ((line / width) * width * depth + line % width << 2);
    const end = to + (steps * width << 2);
    for (; to < end; to += width << 2) v128.store(to, f32x4.splat(0));
  }
}
