import type { Stretch } from '../figures/cells.js';

/** The fewest positions that are shown. */
export const LEAST = 4;

/** A stretch within 0 to length - 1, of at least {@link LEAST} positions; null where it is all of them. */
export function within([from, to]: Stretch, length: number): Stretch | null {
  const count = Math.max(Math.min(LEAST, length), Math.min(length, Math.round(to) - Math.round(from) + 1));
  if (count >= length) return null;
  const first = Math.max(0, Math.min(length - count, Math.round(from)));
  return [first, first + count - 1];
}

/** Zooms about a position, which stays where it is: a factor below 1 shows less. */
export function zoomed([from, to]: Stretch, about: number, factor: number, length: number): Stretch | null {
  const count = to - from + 1;
  // At least one more or less, so that a small step of the wheel is not lost.
  const wanted = factor < 1 ? Math.min(count - 1, Math.round(count * factor)) : Math.max(count + 1, Math.round(count * factor));
  const wide = Math.max(Math.min(LEAST, length), Math.min(length, wanted));
  const share = (about - from) / Math.max(1, to - from);
  const first = about - share * (wide - 1);
  return within([first, first + wide - 1], length);
}

/** Moves it by so many positions, as far as there are any. */
export function moved([from, to]: Stretch, by: number, length: number): Stretch | null {
  const step = Math.max(-from, Math.min(length - 1 - to, Math.round(by)));
  return within([from + step, to + step], length);
}
