import { tickStep, ticks as roundNumbers } from 'd3-array';
import { format } from 'd3-format';
import type { Tick } from './figure.js';
import { shortNumber, tickText } from './numbers.js';
import type { Range } from './options.js';
import { textWidth } from './text.js';

/** What an axis measures: whole positions (a timestep, a unit), any number, how many, or a number's power of ten. */
export type ScaleKind = 'index' | 'value' | 'count' | 'log';

/** An axis before it has a place. */
export interface Scale { readonly domain: Range; readonly kind: ScaleKind }

interface Room {
  readonly direction: 'x' | 'y';
  /** Length of the axis and size of its numbers, in pixels. */
  readonly length: number;
  readonly size: number;
  /** How far a number may stick out beyond either end of the axis, in pixels. */
  readonly overhang: number;
  /** The power of ten that the numbers are in units of; undefined: every number brings its own. */
  readonly exponent: number | undefined;
}

/**
 * Round numbers along an axis, as many as can be read at ease: about one in 34 pixels across, one in 28 upwards (less
 * where numbers are small), never overlapping each other and never sticking out further than there is room. Where that
 * leaves fewer than two, which don't make a scale, more are tried as long as they don't overlap.
 */
export function axisTicks(scale: Scale, room: Room): Tick[] {
  const [low, high] = [Math.min(...scale.domain), Math.max(...scale.domain)];
  const pace = room.size * (room.direction === 'x' ? 3.6 : 3);
  const most = Math.max(2, Math.min(room.direction === 'x' ? 9 : 6, Math.floor(room.length / pace)));
  let single: Tick[] = [];
  const fewer = Array.from({ length: most }, (_, i) => most - i);
  for (const wanted of [...fewer, most + 1, most + 2, most + 3]) {
    const ticks = numbered(scale, low, high, wanted, room.exponent).filter((tick) => fits(tick, low, high, room));
    if (ticks.length >= 2 && apart(ticks, low, high, room)) return ticks;
    if (single.length === 0) single = ticks.slice(0, 1);
  }
  return single;
}

function numbered(scale: Scale, low: number, high: number, wanted: number, exponent: number | undefined): Tick[] {
  if (scale.kind === 'value') {
    const step = tickStep(low, high, wanted);
    return roundNumbers(low, high, wanted).map((at) => ({ at, text: tickText(at, step, exponent) }));
  }
  if (scale.kind === 'log') return powers(low, high, wanted);
  const step = Math.max(1, tickStep(low, high, wanted));
  const first = Math.ceil(low / step);
  const places = Array.from({ length: Math.max(0, Math.floor(high / step) - first + 1) }, (_, i) => (first + i) * step);
  // Counts of tens of thousands are shortened: 20k. Positions never are.
  const write = scale.kind === 'count' && high >= 1e4 ? format('~s') : scale.kind === 'count' ? format(',') : String;
  return places.map((at) => ({ at, text: write(at) }));
}

/** Whole powers of ten; 1, 2 and 5 times them where the axis spans less than two. */
function powers(low: number, high: number, wanted: number): Tick[] {
  const step = Math.max(1, Math.round(tickStep(low, high, wanted)));
  const first = Math.ceil(low / step);
  const whole = Array.from({ length: Math.max(0, Math.floor(high / step) - first + 1) }, (_, i) => (first + i) * step);
  const between = high - low >= 2 ? [] : Array.from({ length: Math.ceil(high) - Math.floor(low) + 1 }, (_, i) => Math.floor(low) + i)
    .flatMap((power) => (high - low < 1 || wanted > 3 ? [2, 5] : []).map((times) => power + Math.log10(times))).filter((at) => at >= low && at <= high);
  return [...whole, ...between].sort((a, b) => a - b).map((at) => ({ at, text: Math.abs(at) >= 4 && Number.isInteger(at) ? `1e${String(at).replace('-', '\u2212')}` : shortNumber(10 ** at, 1) }));
}

const extent = (tick: Tick, { direction, size }: Room): number => (direction === 'x' ? textWidth(tick.text, size) : size);
const place = (at: number, low: number, high: number, { length }: Room): number => ((at - low) / (high - low)) * length;

function fits(tick: Tick, low: number, high: number, room: Room): boolean {
  const middle = place(tick.at, low, high, room);
  const half = extent(tick, room) / 2;
  return middle - half >= -room.overhang && middle + half <= room.length + room.overhang;
}

function apart(ticks: readonly Tick[], low: number, high: number, room: Room): boolean {
  const air = room.direction === 'x' ? room.size * 0.8 : 1;
  return ticks.every((tick, i) => i === 0
    || place(tick.at, low, high, room) - place(ticks[i - 1].at, low, high, room) >= (extent(tick, room) + extent(ticks[i - 1], room)) / 2 + air);
}
