import type { Swatch, Text } from './figure.js';
import { style } from './style.js';
import { textWidth, words, wrap } from './text.js';

/** What stands above the panels. Empty texts are left out. */
export interface Header {
  readonly title: string;
  readonly subtitle: string;
  /** What is missing from the data: `3 NaN, 1 Inf`. */
  readonly alert: string;
  readonly legend: Legend | null;
}

/** A key to colours: entry i of `name` has `colors[i]`; it is called `entries[i]`, or by its number where there are no such names. */
export interface Legend { readonly name: string; readonly colors: readonly string[]; readonly entries?: readonly string[] }

interface Placed { readonly texts: readonly Text[]; readonly swatches: readonly Swatch[]; readonly height: number }

/** Sets the header's words from (left, top) on, in lines of at most `width` pixels. */
export function placeHeader(header: Header, left: number, top: number, width: number): Placed {
  const texts: Text[] = [];
  let y = top;
  const title = header.title === '' ? [] : wrap(header.title, width, style.title.size, 600);
  for (const line of title) {
    texts.push(words(line, left, y, { size: style.title.size, weight: 600, color: style.ink.title }));
    y += style.title.line;
  }
  const { size, line: lineHeight } = style.subtitle;
  let right = left;
  const lines = header.subtitle === '' ? [] : wrap(header.subtitle, width, size);
  for (const line of lines) {
    texts.push(words(line, left, y, { size, color: style.ink.number }));
    right = left + textWidth(line, size);
    y += lineHeight;
  }
  // The alert and the legend follow on the last line where they fit, else on one of their own.
  const gap = 12;
  const alert = wrap(header.alert, width, size, 600)[0];
  if (alert !== '') {
    const alertWidth = textWidth(alert, size, 600);
    const follows = right > left && right + gap + alertWidth <= left + width;
    const x = follows ? right + gap : left;
    texts.push(words(alert, x, follows ? y - lineHeight : y, { size, weight: 600, color: style.missing.text }));
    if (!follows) y += lineHeight;
    right = x + alertWidth;
  }
  if (header.legend === null) return { texts, swatches: [], height: y - top };
  const key = layOutLegend(header.legend, width);
  const follows = right > left && right + 2 * gap + key.width <= left + width;
  const legend = placeLegend(key, follows ? left + width - key.width : left, follows ? y - lineHeight : y);
  return { texts: [...texts, ...legend.texts], swatches: legend.swatches, height: (follows ? y : y + lineHeight) - top };
}

interface Key { readonly parts: readonly (string | { readonly color: string; readonly width: number })[]; readonly width: number }

const partWidth = (part: Key['parts'][number]): number => (typeof part === 'string' ? textWidth(part, style.subtitle.size) : part.width);

/** Up to seven colours are listed one by one where there is room; else they become a strip between the first index and the last. */
function layOutLegend({ name, colors, entries }: Legend, room: number): Key {
  const space = (width: number): Key['parts'][number] => ({ color: '', width });
  const widthOf = (parts: Key['parts']): number => parts.reduce((sum, part) => sum + partWidth(part), 0);
  const called = entries ?? colors.map((_, i) => String(i));
  const list = [name, space(name === '' ? 0 : 8), ...called.flatMap((entry, i) => [{ color: colors[i], width: 14 }, space(4), entry, space(i < called.length - 1 ? 10 : 0)])];
  if ((entries !== undefined || colors.length <= 7) && widthOf(list) <= room) return { parts: list, width: widthOf(list) };
  const ends = [[name, space(8), '0', space(5)], [space(5), String(colors.length - 1)]] as const;
  const strip = Math.max(20, Math.min(112, 8 * colors.length, room - widthOf(ends.flat())));
  const parts = [...ends[0], ...colors.map((color) => ({ color, width: strip / colors.length })), ...ends[1]];
  return { parts, width: widthOf(parts) };
}

function placeLegend(key: Key, left: number, top: number): { texts: Text[]; swatches: Swatch[] } {
  const texts: Text[] = [];
  const swatches: Swatch[] = [];
  const { size } = style.subtitle;
  let x = left;
  for (const part of key.parts) {
    if (typeof part === 'string') texts.push(words(part, x, top, { size, color: style.ink.number }));
    else if (part.color !== '') swatches.push({ box: { x, y: top + size / 2 - 2, width: part.width, height: 4 }, color: part.color });
    x += partWidth(part);
  }
  return { texts, swatches };
}
