// Convolution of every channel by itself. Windows are told as in `windows.ts`: a tap is all channels side by side; weights are (taps, channels).

import { madd } from './activation';

/** The sum over taps of what a window lies on, times the tap's weights: `to` is (windows, channels). */
export function weighWindows(source: usize, places: usize, windows: usize, shifts: usize, taps: usize, channels: usize, weights: usize, to: usize): void {
  const bytes = channels << 2;
  const whole = (channels & ~3) << 2;
  for (let window: usize = 0; window < windows; window++, to += bytes) {
    const place = source + load<u32>(places + (window << 2));
    let at: usize = 0;
    for (; at < whole; at += 16) {
      let sum = f32x4.splat(0);
      let weight = weights + at;
      for (let tap: usize = 0; tap < taps; tap++, weight += bytes) sum = madd(v128.load(place + at + load<u32>(shifts + (tap << 2))), v128.load(weight), sum);
      v128.store(to + at, sum);
    }
    for (; at < bytes; at += 4) {
      let sum: f32 = 0;
      let weight = weights + at;
      for (let tap: usize = 0; tap < taps; tap++, weight += bytes) sum += load<f32>(place + at + load<u32>(shifts + (tap << 2))) * load<f32>(weight);
      store<f32>(to + at, sum);
    }
  }
}

/** Adds each window's adjoint, (windows, channels), times each tap's weights, to what the tap lies on. */
export function addToWeighedWindows(adjoint: usize, places: usize, windows: usize, shifts: usize, taps: usize, channels: usize, weights: usize, target: usize): void {
  const bytes = channels << 2;
  const whole = (channels & ~3) << 2;
  for (let window: usize = 0; window < windows; window++, adjoint += bytes) {
    const place = target + load<u32>(places + (window << 2));
    for (let tap: usize = 0, weight = weights; tap < taps; tap++, weight += bytes) {
      const to = place + load<u32>(shifts + (tap << 2));
      let at: usize = 0;
      for (; at < whole; at += 16) v128.store(to + at, madd(v128.load(adjoint + at), v128.load(weight + at), v128.load(to + at)));
      for (; at < bytes; at += 4) store<f32>(to + at, load<f32>(to + at) + load<f32>(adjoint + at) * load<f32>(weight + at));
    }
  }
}

/** Adds to each tap's sums, (taps, channels), what it lies on times the adjoint, of all windows. */
export function addToWeights(source: usize, places: usize, windows: usize, shifts: usize, taps: usize, channels: usize, adjoint: usize, sums: usize): void {
  const bytes = channels << 2;
  const whole = (channels & ~3) << 2;
  for (let tap: usize = 0; tap < taps; tap++, sums += bytes) {
    const shifted = source + load<u32>(shifts + (tap << 2));
    for (let at: usize = 0; at < bytes;) {
      let from = adjoint + at;
      if (at < whole) {
        let sum = f32x4.splat(0);
        for (let window: usize = 0; window < windows; window++, from += bytes) sum = madd(v128.load(shifted + at + load<u32>(places + (window << 2))), v128.load(from), sum);
        v128.store(sums + at, f32x4.add(v128.load(sums + at), sum));
        at += 16;
      } else {
        let sum: f32 = 0;
        for (let window: usize = 0; window < windows; window++, from += bytes) sum += load<f32>(shifted + at + load<u32>(places + (window << 2))) * load<f32>(from);
        store<f32>(sums + at, load<f32>(sums + at) + sum);
        at += 4;
      }
    }
  }
}
