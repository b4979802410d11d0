import type { BandMark, PointMark } from './figure.js';
import type { Range } from './options.js';
import { style } from './style.js';

/**
 * Where lines have no value: a pale band over the timesteps at which some of them are NaN, a darker one where all are.
 * Bands reach half a step to either side.
 */
export function missingBands(lines: readonly ArrayLike<number>[], length: number): BandMark[] {
  const bands: BandMark[] = [];
  const colorAt = (t: number): string | null => {
    let missing = 0;
    for (const line of lines) if (Number.isNaN(line[t])) missing++;
    return missing === 0 ? null : missing === lines.length ? style.missing.allBand : style.missing.someBand;
  };
  let start = 0;
  let color = colorAt(0);
  for (let t = 1; t <= length; t++) {
    const next = t < length ? colorAt(t) : null;
    if (next === color && t < length) continue;
    if (color !== null) bands.push({ kind: 'band', from: start - 0.5, to: t - 0.5, color });
    start = t;
    color = next;
  }
  return bands;
}

/** Triangles just inside the axis's ends, that point the way an infinite value lies. */
export function infinities(x: ArrayLike<number>, y: ArrayLike<number>, [low, high]: Range, look: { color: string; radius: number }): PointMark[] {
  const at = (infinity: number): number[] => Array.from(x).filter((_, i) => y[i] === infinity);
  const inset = (high - low) * 0.04;
  const marks: PointMark[] = [];
  for (const [infinity, edge, shape] of [[Infinity, high - inset, 'triangle'], [-Infinity, low + inset, 'triangle-down']] as const) {
    const places = at(infinity);
    if (places.length > 0) marks.push({ kind: 'points', x: places, y: places.map(() => edge), opacity: 1, shape, ...look });
  }
  return marks;
}

/** Finite values with no finite neighbour, which a line can't show: they are drawn as dots. */
export function isolated(values: ArrayLike<number>): number[] {
  const places: number[] = [];
  for (let t = 0; t < values.length; t++) {
    if (Number.isFinite(values[t]) && !Number.isFinite(values[t - 1]) && !Number.isFinite(values[t + 1])) places.push(t);
  }
  return places;
}
