// Small transpositions in registers.

/**
 * Four rows of four values become four columns, `step` bytes apart.
 *
 * @param keep all bits set in the rows that are not to be 0
 */
// @ts-ignore: decorator
@inline
export function transposeTo(a: v128, b: v128, c: v128, d: v128, to: usize, step: usize, keep: v128): void {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const ab2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd2 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.and(keep, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5)));
  v128.store(to + step, v128.and(keep, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7)));
  v128.store(to + 2 * step, v128.and(keep, v128.shuffle<f32>(ab2, cd2, 0, 1, 4, 5)));
  v128.store(to + 3 * step, v128.and(keep, v128.shuffle<f32>(ab2, cd2, 2, 3, 6, 7)));
}

/** Two rows of four values become four columns of two. */
// @ts-ignore: decorator
@inline
export function transposePairTo(a: v128, b: v128, to: usize, step: usize, keep: v128): void {
  const low = v128.and(keep, v128.shuffle<f32>(a, b, 0, 4, 1, 5));
  const high = v128.and(keep, v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  v128.store_lane<u64>(to, low, 0);
  v128.store_lane<u64>(to + step, low, 1);
  v128.store_lane<u64>(to + 2 * step, high, 0);
  v128.store_lane<u64>(to + 3 * step, high, 1);
}
