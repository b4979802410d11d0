// Pooling: one number for each window and channel. Windows are told as in `windows.ts`: a tap is all channels side by side.

/** The largest of each window: `to` is (windows, channels). What is no number, or less than every number, gives way to the least there is. */
export function maxOfWindows(source: usize, places: usize, windows: usize, shifts: usize, taps: usize, channels: usize, to: usize): void {
  const least = f32x4.splat(-f32.MAX_VALUE);
  const bytes = channels << 2;
  const whole = (channels & ~3) << 2;
  for (let window: usize = 0; window < windows; window++, to += bytes) {
    const place = source + load<u32>(places + (window << 2));
    let at: usize = 0;
    for (; at < whole; at += 16) {
      let most = least;
      // The first operand stays where the second is no number.
      for (let tap: usize = 0; tap < taps; tap++) most = f32x4.pmax(most, v128.load(place + at + load<u32>(shifts + (tap << 2))));
      v128.store(to + at, most);
    }
    for (; at < bytes; at += 4) {
      let most = least;
      for (let tap: usize = 0; tap < taps; tap++) most = f32x4.pmax(most, v128.load32_zero(place + at + load<u32>(shifts + (tap << 2))));
      v128.store32_lane(to + at, most, 0);
    }
  }
}

/**
 * Adds the adjoint of each window's largest number to where it lies.
 *
 * @param most the largest of each window, (windows, channels)
 * @param adjoint likewise; with `first` it is used up
 * @param target with the same places and shifts as `source`
 * @param first whether only the first of several that are equal has it, or each of them
 */
export function addToMaxOfWindows(
  source: usize, places: usize, windows: usize, shifts: usize, taps: usize, channels: usize, most: usize, adjoint: usize, target: usize, first: bool,
): void {
  const bytes = channels << 2;
  const whole = (channels & ~3) << 2;
  for (let window: usize = 0; window < windows; window++, most += bytes, adjoint += bytes) {
    const place = load<u32>(places + (window << 2));
    let at: usize = 0;
    for (; at < whole; at += 16) {
      const value = v128.load(most + at);
      let left = v128.load(adjoint + at);
      for (let tap: usize = 0; tap < taps; tap++) {
        const here = place + at + load<u32>(shifts + (tap << 2));
        const equal = f32x4.eq(v128.load(source + here), value);
        v128.store(target + here, f32x4.add(v128.load(target + here), v128.and(equal, left)));
        if (first) left = v128.andnot(left, equal);
      }
    }
    for (; at < bytes; at += 4) {
      const value = load<f32>(most + at);
      for (let tap: usize = 0; tap < taps; tap++) {
        const here = place + at + load<u32>(shifts + (tap << 2));
        if (load<f32>(source + here) !== value) continue;
        store<f32>(target + here, load<f32>(target + here) + load<f32>(adjoint + at));
        if (first) break;
      }
    }
  }
}

/** The sum of each window, times its share: `to` is (windows, channels), `shares` has one number for each window. */
export function meanOfWindows(source: usize, places: usize, windows: usize, shifts: usize, taps: usize, channels: usize, shares: usize, to: usize): void {
  const bytes = channels << 2;
  const whole = (channels & ~3) << 2;
  for (let window: usize = 0; window < windows; window++, shares += 4, to += bytes) {
    const place = source + load<u32>(places + (window << 2));
    const share = v128.load32_splat(shares);
    let at: usize = 0;
    for (; at < whole; at += 16) {
      let sum = f32x4.splat(0);
      for (let tap: usize = 0; tap < taps; tap++) sum = f32x4.add(sum, v128.load(place + at + load<u32>(shifts + (tap << 2))));
      v128.store(to + at, f32x4.mul(sum, share));
    }
    for (; at < bytes; at += 4) {
      let sum: f32 = 0;
      for (let tap: usize = 0; tap < taps; tap++) sum += load<f32>(place + at + load<u32>(shifts + (tap << 2)));
      store<f32>(to + at, sum * load<f32>(shares));
    }
  }
}

/** Adds each window's adjoint, (windows, channels), times its share to all that it lies on. */
export function addToMeanOfWindows(adjoint: usize, places: usize, windows: usize, shifts: usize, taps: usize, channels: usize, shares: usize, target: usize): void {
  const bytes = channels << 2;
  const whole = (channels & ~3) << 2;
  for (let window: usize = 0; window < windows; window++, shares += 4, adjoint += bytes) {
    const place = target + load<u32>(places + (window << 2));
    const share = v128.load32_splat(shares);
    for (let tap: usize = 0; tap < taps; tap++) {
      const to = place + load<u32>(shifts + (tap << 2));
      let at: usize = 0;
      for (; at < whole; at += 16) v128.store(to + at, f32x4.add(v128.load(to + at), f32x4.mul(v128.load(adjoint + at), share)));
      for (; at < bytes; at += 4) store<f32>(to + at, load<f32>(to + at) + load<f32>(adjoint + at) * load<f32>(shares));
    }
  }
}
