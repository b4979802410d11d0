import { interpolateGreys, interpolateRdBu, interpolateViridis } from 'd3-scale-chromatic';
import { rgb } from 'd3-color';
import type { ColorMapName } from '../figures/figure.js';

/** How many colours a map has. */
export const LEVELS = 256;

/** A colour map as a table: red, green and blue bytes of {@link LEVELS} colours, lowest value first. */
export type ColorTable = Uint8Array;

/** Blue over white to red, each half linear: matplotlib's table of that name, to the byte. */
function blueWhiteRed(): ColorTable {
  const table = new Uint8Array(LEVELS * 3);
  for (let level = 0; level < LEVELS; level++) {
    table[3 * level] = Math.min(255, 2 * level);
    table[3 * level + 1] = Math.min(2 * level, 2 * (255 - level));
    table[3 * level + 2] = Math.min(255, 2 * (255 - level));
  }
  return table;
}

function sampled(colorAt: (t: number) => string): ColorTable {
  const table = new Uint8Array(LEVELS * 3);
  for (let level = 0; level < LEVELS; level++) {
    const { r, g, b } = rgb(colorAt(level / (LEVELS - 1)));
    table.set([r, g, b], 3 * level);
  }
  return table;
}

const makers: Readonly<Record<ColorMapName, () => ColorTable>> = {
  bwr: blueWhiteRed,
  // ColorBrewer runs from red to blue. Turned round, so that red is positive, as in bwr.
  RdBu: () => sampled((t) => interpolateRdBu(1 - t)),
  viridis: () => sampled(interpolateViridis),
  greys: () => sampled(interpolateGreys),
};

const made = new Map<ColorMapName, ColorTable>();

export function colorTable(name: ColorMapName): ColorTable {
  let table = made.get(name);
  if (table === undefined) made.set(name, table = makers[name]());
  return table;
}

/**
 * The entry of a table for a value between `low` and `high`, from 0 to 255; values beyond are clamped, and what is no
 * finite number gives -1. Where `low` and `high` are one value, it is in the middle.
 */
export function levelOf(value: number, low: number, high: number): number {
  if (!Number.isFinite(value)) return -1;
  if (low === high) return value < low ? 0 : value > high ? LEVELS - 1 : LEVELS / 2;
  const level = Math.floor(((value - low) / (high - low)) * LEVELS);
  return Math.max(0, Math.min(LEVELS - 1, level));
}
