import type { Text } from './figure.js';
import { printable } from '../core/printable.js';

// Advance widths of Inter in thousandths of the font size, for the characters from space (32) to tilde (126), by
// weight. Layout needs them before there is a canvas to measure with; kerning is left out (it is under 2% of a line).
const widths: Readonly<Record<400 | 600, readonly number[]>> = {
  400: [
    281, 288, 466, 633, 642, 982, 644, 300, 365, 365, 501, 662, 288, 460, 288, 360, 631, 407, 610, 618, 646, 593, 620, 566, 619,
    620, 288, 302, 662, 662, 662, 511, 966, 690, 654, 730, 722, 601, 590, 746, 743, 269, 571, 672, 565, 903, 753, 765, 639, 765,
    644, 642, 646, 744, 690, 985, 682, 679, 629, 365, 360, 365, 471, 456, 323, 562, 612, 571, 612, 583, 370, 613, 591, 242, 242,
    549, 242, 876, 591, 600, 612, 612, 376, 528, 327, 591, 562, 818, 546, 562, 552, 426, 333, 426, 662,
  ],
  600: [
    252, 321, 523, 644, 650, 1004, 663, 326, 373, 373, 540, 673, 319, 465, 319, 379, 660, 423, 623, 636, 666, 612, 640, 576, 640,
    640, 319, 329, 673, 673, 673, 543, 999, 728, 659, 737, 722, 605, 588, 749, 746, 277, 580, 703, 565, 922, 759, 769, 645, 773,
    652, 650, 660, 736, 728, 1020, 720, 713, 652, 373, 379, 373, 481, 469, 351, 574, 624, 583, 624, 591, 389, 625, 612, 262, 262,
    569, 262, 900, 612, 609, 624, 624, 397, 549, 353, 612, 587, 839, 569, 588, 566, 455, 359, 455, 673,
  ],
};

// The few others that our own words use; the rest counts as an average letter, or as a square from CJK on.
const others: Readonly<Record<string, number>> = { '\u2212': 665, '\u00d7': 665, '\u00b1': 665, '\u00b7': 300, '\u2013': 500, '\u2026': 900 };
const letter = 620;
const square = 1000;

/** How wide a line of text will be, in pixels: within about 3% for Latin text set in Inter. */
export function textWidth(text: string, size: number, weight: 400 | 600 = 400): number {
  let sum = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    sum += widths[weight][code - 32] ?? others[character] ?? (code >= 0x2e80 ? square : letter);
  }
  return (sum * size) / 1000;
}

/** The text itself where it fits into `width` pixels, else as much of it as does, ended by an ellipsis. */
export function shorten(text: string, width: number, size: number, weight: 400 | 600 = 400): string {
  if (textWidth(text, size, weight) <= width) return text;
  const characters = [...text];
  while (characters.length > 0 && textWidth(`${characters.join('')}\u2026`, size, weight) > width) characters.pop();
  return characters.length === 0 ? '' : `${characters.join('').trimEnd()}\u2026`;
}

/** A name with a suffix that must not be lost: where both don't fit, the name is shortened. */
export const shortenName = (name: string, suffix: string, width: number, size: number): string =>
  `${shorten(name, Math.max(0, width - textWidth(suffix, size)), size)}${suffix}`.trim();

/** Breaks a text into lines no wider than `width` pixels, at its own line breaks and at spaces. A longer word is shortened. */
export function wrap(text: string, width: number, size: number, weight: 400 | 600 = 400): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split(/\r\n|[\n\r]/)) {
    let line = '';
    for (const word of printable(paragraph).split(' ')) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (textWidth(longer, size, weight) <= width) {
        line = longer;
      } else {
        if (line !== '') lines.push(line);
        line = shorten(word, width, size, weight);
      }
    }
    lines.push(line);
  }
  return lines;
}

/** A line of text at a place; what isn't said is regular, dark, left-aligned and upright, with its top at `y`. */
export const words = (text: string, x: number, y: number, rest: Partial<Omit<Text, 'text' | 'x' | 'y'>> & { readonly size: number }): Text => ({
  text, x, y, weight: 400, color: '#222222', align: 'left', baseline: 'top', rotate: 0, ...rest,
});

/** The space a text takes up, upright or turned by a quarter: what must not overlap. */
export function textBox(text: Text): { x0: number; y0: number; x1: number; y1: number } {
  const width = textWidth(text.text, text.size, text.weight);
  const left = { left: 0, center: -width / 2, right: -width }[text.align];
  const top = { top: 0, middle: -text.size / 2, alphabetic: -text.size * 0.8, bottom: -text.size }[text.baseline];
  const corners: [number, number][] = [[left, top], [left + width, top + text.size]];
  const turn = (text.rotate * Math.PI) / 180;
  const turned = corners.map(([x, y]) => [x * Math.cos(turn) - y * Math.sin(turn), x * Math.sin(turn) + y * Math.cos(turn)] as const);
  const xs = turned.map(([x]) => text.x + x);
  const ys = turned.map(([, y]) => text.y + y);
  return { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) };
}
