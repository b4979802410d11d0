import type { Numbers } from '../core/array.js';

/** How far an array's finite values reach; 0 lies within always. */
export interface Extent {
  readonly least: number;
  readonly largest: number;
  /** What 99 in 100 of them lie within, about zero. */
  readonly most: number;
}

/** How many values are looked at to find what 99 in 100 lie within. */
const LOOKED_AT = 50_000;

export function extentOf(data: Numbers): Extent {
  let [least, largest] = [0, 0];
  for (let i = 0, { length } = data; i < length; i++) {
    const value = data[i]!;
    if (value - value !== 0) continue;
    if (value < least) least = value;
    if (value > largest) largest = value;
  }
  return { least, largest, most: mostOf(data) };
}

/** What 99 in 100 of an array's finite values lie within, about zero. */
export function mostOf(data: Numbers): number {
  // Every n-th value, n odd, so that it doesn't keep step with the units.
  const step = Math.max(1, Math.floor(data.length / LOOKED_AT)) | 1;
  const some = new Float64Array(Math.ceil(data.length / step));
  let found = 0;
  for (let i = 0; i < data.length; i += step) if (Number.isFinite(data[i])) some[found++] = Math.abs(data[i]!);
  return some.subarray(0, found).sort()[Math.floor(0.99 * (found - 1))] ?? 0;
}
