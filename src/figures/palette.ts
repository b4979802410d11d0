import { interpolatePlasma } from 'd3-scale-chromatic';
import { color as parseColor } from 'd3-color';

/** The colour of a single line, of bars and of stems. */
export const single = '#1f5fa8';

// Okabe and Ito's colours, which stay apart for every kind of colour vision, darkest contrasts first. Their yellow is
// left out: a thin yellow line can't be seen on white.
const few = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#4d4d4d'];

/**
 * One colour each for `count` lines that share a panel: up to seven that differ in hue; for more, steps through plasma,
 * where a neighbour's colour is close and both ends are far apart. Its yellow end is left out.
 */
export function palette(count: number): string[] {
  if (count === 1) return [single];
  if (count <= few.length) return few.slice(0, count);
  return Array.from({ length: count }, (_, i) => hex(interpolatePlasma((0.88 * i) / (count - 1))));
}

/** The caller's colours, repeated as often as needed, or ours. */
export function colorsFor(count: number, given: string | readonly string[]): string[] {
  if (given === 'auto') return palette(count);
  const list = typeof given === 'string' ? [given] : given;
  return Array.from({ length: count }, (_, i) => list[i % list.length]);
}

/** A CSS colour as `#rrggbb`, or undefined where it is none. */
export function hex(text: string): string;
export function hex(text: unknown): string | undefined;
export function hex(text: unknown): string | undefined {
  return typeof text === 'string' ? parseColor(text)?.formatHex() : undefined;
}
