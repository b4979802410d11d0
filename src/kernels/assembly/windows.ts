// What a convolution's windows see, as rows of a matrix: for each window, what each of the kernel's taps lies on.
//
// A window begins at its place in the array, and a tap lies a shift from there, the same in every window: both in bytes.
// A tap is a run of floats side by side: the channels, and those of the taps next to it where nothing lies between.

import { transposeTo } from './transpose';

/**
 * Packs windows to be the left operand of a product, in panels of four, whose sum runs over taps and channels.
 *
 * @param places where each window begins, behind `source`
 * @param windows how many: the operand's rows
 * @param shifts where each tap lies, behind a window's beginning
 * @param run floats of a tap
 */
export function packWindows(source: usize, places: usize, windows: usize, shifts: usize, taps: usize, run: usize, target: usize): void {
  const panel = taps * run << 4;
  for (let first: usize = 0; first < windows; first += 4, places += 16, target += panel) {
    const left = windows - first;
    const place = load<u32>(places);
    // Windows beyond the last read the first instead, and are dropped.
    const w1: usize = left > 1 ? load<u32>(places, 4) - place : 0;
    const w2: usize = left > 2 ? load<u32>(places, 8) - place : 0;
    const w3: usize = left > 3 ? load<u32>(places, 12) - place : 0;
    const keep = i32x4(-1, left > 1 ? -1 : 0, left > 2 ? -1 : 0, left > 3 ? -1 : 0);
    let to = target;
    for (let tap: usize = 0; tap < taps; tap++) {
      let from = source + place + load<u32>(shifts + (tap << 2));
      const whole = from + ((run & ~3) << 2);
      const end = from + (run << 2);
      for (; from < whole; from += 16, to += 64) {
        transposeTo(v128.load(from), v128.load(from + w1), v128.load(from + w2), v128.load(from + w3), to, 16, keep);
      }
      for (; from < end; from += 4, to += 16) {
        let four = v128.load32_zero(from);
        four = v128.load_lane<f32>(from + w1, four, 1);
        four = v128.load_lane<f32>(from + w2, four, 2);
        four = v128.load_lane<f32>(from + w3, four, 3);
        v128.store(to, v128.and(keep, four));
      }
    }
  }
}

/** Copies windows to the rows of a matrix, (windows, taps x run). */
export function readWindows(source: usize, places: usize, windows: usize, shifts: usize, taps: usize, run: usize, to: usize): void {
  const bytes = run << 2;
  const whole = (run & ~3) << 2;
  for (let window: usize = 0; window < windows; window++) {
    const place = source + load<u32>(places + (window << 2));
    for (let tap: usize = 0; tap < taps; tap++, to += bytes) {
      const from = place + load<u32>(shifts + (tap << 2));
      let at: usize = 0;
      for (; at < whole; at += 16) v128.store(to + at, v128.load(from + at));
      for (; at < bytes; at += 4) store<f32>(to + at, load<f32>(from + at));
    }
  }
}

/** Adds the rows of a matrix, (windows, taps x run), to what the windows lie on: the way back of `readWindows`. */
export function addToWindows(from: usize, places: usize, windows: usize, shifts: usize, taps: usize, run: usize, target: usize): void {
  const bytes = run << 2;
  const whole = (run & ~3) << 2;
  for (let window: usize = 0; window < windows; window++) {
    const place = target + load<u32>(places + (window << 2));
    for (let tap: usize = 0; tap < taps; tap++, from += bytes) {
      const to = place + load<u32>(shifts + (tap << 2));
      let at: usize = 0;
      for (; at < whole; at += 16) v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(from + at)));
      for (; at < bytes; at += 4) store<f32>(to + at, load<f32>(to + at) + load<f32>(from + at));
    }
  }
}
