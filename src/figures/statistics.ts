import type { Numbers } from '../core/array.js';

/** What there is to say of many numbers before they are drawn. `min > max` where none is finite. */
export interface Summary {
  readonly min: number;
  readonly max: number;
  readonly finite: number;
  readonly nan: number;
  readonly inf: number;
}

const nothing: Summary = { min: Infinity, max: -Infinity, finite: 0, nan: 0, inf: 0 };

export function summarize(values: Numbers): Summary {
  let { min, max, nan, inf } = nothing;
  // By index: `for of` is many times as slow, and there may be millions.
  for (let i = 0, { length } = values; i < length; i++) {
    const value = values[i];
    if (value - value === 0) {
      if (value < min) min = value;
      if (value > max) max = value;
    } else if (Number.isNaN(value)) {
      nan++;
    } else {
      inf++;
    }
  }
  return { min, max, finite: values.length - nan - inf, nan, inf };
}

export const together = (parts: readonly Summary[]): Summary => parts.reduce((a, b) => ({
  min: Math.min(a.min, b.min), max: Math.max(a.max, b.max), finite: a.finite + b.finite, nan: a.nan + b.nan, inf: a.inf + b.inf,
}), nothing);

/** How many of the values lie outside [low, high]; NaN and infinities don't count. */
export function countBeyond(values: Numbers, low: number, high: number): number {
  let beyond = 0;
  for (let i = 0, { length } = values; i < length; i++) {
    const value = values[i];
    if (value - value === 0 && (value < low || value > high)) beyond++;
  }
  return beyond;
}

/** `3 NaN, 1 Inf`, or nothing where every value is finite. Inf counts both signs. */
export const missingText = ({ nan, inf }: Pick<Summary, 'nan' | 'inf'>): string =>
  [nan > 0 ? `${nan.toLocaleString('en')} NaN` : '', inf > 0 ? `${inf.toLocaleString('en')} Inf` : ''].filter((part) => part !== '').join(', ');

/** The range of an axis that holds these values with some air, `share` of their range, at either end. */
export function paddedDomain({ min, max }: Pick<Summary, 'min' | 'max'>, share = 0.06): [number, number] {
  if (min > max) return [0, 1];
  const range = max - min;
  const air = range > 0 ? range * share : Math.abs(max) / 2 || 1;
  return [min - air, max + air];
}

/** The range as far below zero as above that holds these values, with some air. */
export function symmetricDomain({ min, max }: Pick<Summary, 'min' | 'max'>, share = 0): [number, number] {
  const size = min > max ? 1 : Math.max(Math.abs(min), Math.abs(max)) || 1;
  return [-size * (1 + share), size * (1 + share)];
}

/** How many values fall into each of `bins` bins of equal width between `low` and `high` (which belongs to the last). */
export function histogram(values: Numbers, low: number, high: number, bins: number): { edges: Float64Array; counts: Float64Array } {
  const width = (high - low) / bins;
  const edges = Float64Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + i * width));
  const counts = new Float64Array(bins);
  for (const value of values) {
    if (!(value >= low && value <= high)) continue;
    let bin = Math.min(Math.floor((value - low) / width), bins - 1);
    // Dividing may round across an edge; the edges themselves decide.
    if (value < edges[bin]) bin--;
    else if (bin < bins - 1 && value >= edges[bin + 1]) bin++;
    counts[bin]++;
  }
  return { edges, counts };
}
