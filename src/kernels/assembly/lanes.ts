// From rows of samples, (samples, ..., width), to lanes, [width][8], and back; and from lanes to a right operand over samples.

import { ROW } from './tile';
import { transposeTo } from './transpose';

/**
 * Four samples' rows to four lanes.
 *
 * @param count how many of the samples there are; the others repeat the last
 * @param keep all bits set in the lanes that are not to be 0
 */
function fourToLanes(from: usize, stride: usize, count: usize, width: usize, to: usize, keep: v128): void {
  const r1 = min<usize>(1, count - 1) * stride;
  const r2 = min<usize>(2, count - 1) * stride;
  const r3 = min<usize>(3, count - 1) * stride;
  const whole = from + ((width & ~3) << 2);
  const end = from + (width << 2);
  for (; from < whole; from += 16, to += 4 * ROW) {
    transposeTo(v128.load(from), v128.load(from + r1), v128.load(from + r2), v128.load(from + r3), to, ROW, keep);
  }
  for (; from < end; from += 4, to += ROW) {
    let four = v128.load32_zero(from);
    four = v128.load_lane<f32>(from + r1, four, 1);
    four = v128.load_lane<f32>(from + r2, four, 2);
    four = v128.load_lane<f32>(from + r3, four, 3);
    v128.store(to, v128.and(keep, four));
  }
}

/**
 * A block's rows to lanes.
 *
 * @param from the first sample's row, the others `stride` bytes on each
 * @param count how many samples there are, at least 1; those beyond are zeros, or repeat the last
 */
export function toLanes(from: usize, stride: usize, count: usize, width: usize, to: usize, zeros: bool): void {
  const four = min<usize>(count, 4);
  const all = i32x4.splat(-1);
  const first = zeros ? i32x4.lt_u(i32x4(0, 1, 2, 3), i32x4.splat(<i32>count)) : all;
  fourToLanes(from, stride, four, width, to, first);
  const second = zeros ? i32x4.lt_u(i32x4(4, 5, 6, 7), i32x4.splat(<i32>count)) : all;
  // Where no sample is left, the last one comes again.
  const rest = count > 4 ? count - 4 : 1;
  fourToLanes(from + (count > 4 ? 4 : count - 1) * stride, stride, rest, width, to + 16, second);
}

function fourToRows(from: usize, width: usize, to: usize, stride: usize, count: usize): void {
  const whole = to + ((width & ~3) << 2);
  const end = to + (width << 2);
  for (; to < whole; to += 16, from += 4 * ROW) {
    const a = v128.load(from);
    const b = v128.load(from, 32);
    const c = v128.load(from, 64);
    const d = v128.load(from, 96);
    const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    v128.store(to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
    if (count > 1) v128.store(to + stride, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
    if (count > 2) {
      const ab2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const cd2 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      v128.store(to + 2 * stride, v128.shuffle<f32>(ab2, cd2, 0, 1, 4, 5));
      if (count > 3) v128.store(to + 3 * stride, v128.shuffle<f32>(ab2, cd2, 2, 3, 6, 7));
    }
  }
  for (; to < end; to += 4, from += ROW) {
    for (let lane: usize = 0; lane < count; lane++) store<f32>(to + lane * stride, load<f32>(from + (lane << 2)));
  }
}

/** A block's lanes to `count` rows, `stride` bytes apart. */
export function toRows(from: usize, width: usize, to: usize, stride: usize, count: usize): void {
  fourToRows(from, width, to, stride, min<usize>(count, 4));
  if (count > 4) fourToRows(from + 16, width, to + 4 * stride, stride, min<usize>(count - 4, 4));
}

/** A block's lanes to a right operand whose sum runs over samples: for each sample, 8 rows. */
export function toEights(from: usize, rows: usize, to: usize, panel: usize): void {
  const all = i32x4.splat(-1);
  for (let row: usize = 0; row < rows; row += 8, from += 8 * ROW, to += panel) {
    transposeTo(v128.load(from), v128.load(from, 32), v128.load(from, 64), v128.load(from, 96), to, ROW, all);
    transposeTo(v128.load(from, 128), v128.load(from, 160), v128.load(from, 192), v128.load(from, 224), to + 16, ROW, all);
    transposeTo(v128.load(from, 16), v128.load(from, 48), v128.load(from, 80), v128.load(from, 112), to + 4 * ROW, ROW, all);
    transposeTo(v128.load(from, 144), v128.load(from, 176), v128.load(from, 208), v128.load(from, 240), to + 4 * ROW + 16, ROW, all);
  }
}
