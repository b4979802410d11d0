import type { Figure, Text, Tick } from '../../src/figures/figure.js';
import { textBox, words } from '../../src/figures/text.js';

// Letters don't fill their line, so half a pixel of contact can't be seen.
const contact = 0.5;

/** Every word of a figure, the numbers at its ticks among them, where painting puts them. */
export function allWords(figure: Figure): Text[] {
  const { tickLength, textGap, textSize } = figure.axisStyle;
  const away = tickLength + textGap;
  const at = (value: number, [from, to]: readonly [number, number]): number => (value - from) / (to - from);
  const numbers = figure.panels.flatMap(({ box, x, y }) => [
    ...x.ticks.map((tick: Tick) => words(tick.text, box.x + at(tick.at, x.domain) * box.width, box.y + box.height + away, { size: textSize, align: 'center' })),
    ...y.ticks.map((tick: Tick) => words(tick.text, box.x - away, box.y + (1 - at(tick.at, y.domain)) * box.height, { size: textSize, align: 'right', baseline: 'middle' })),
  ]);
  const bars = figure.colorBars.flatMap(({ box, domain, ticks }) =>
    ticks.map((tick) => words(tick.text, box.x + box.width + away, box.y + (1 - at(tick.at, domain)) * box.height, { size: textSize, baseline: 'middle' })));
  const labels = [...figure.panels.flatMap(({ x, y }) => [x.label, y.label]), ...figure.colorBars.map(({ label }) => label)].filter((label) => label !== null);
  return [...figure.texts, ...labels, ...figure.panels.flatMap(({ texts }) => texts), ...numbers, ...bars];
}

/** Pairs of words that reach into each other. */
export function collisions(figure: Figure): string[] {
  const placed = allWords(figure).map((text) => ({ text: text.text, box: textBox(text) })).sort((a, b) => a.box.x0 - b.box.x0);
  const found: string[] = [];
  placed.forEach((a, i) => {
    for (let j = i + 1; j < placed.length && placed[j].box.x0 < a.box.x1 - contact; j++) {
      const b = placed[j];
      if (a.box.y0 < b.box.y1 - contact && b.box.y0 < a.box.y1 - contact) found.push([a.text, b.text].sort().join(' | '));
    }
  });
  return found;
}

/** Words that stick out of the figure. */
export function outside(figure: Figure): string[] {
  return allWords(figure).filter((text) => {
    const { x0, y0, x1, y1 } = textBox(text);
    return x0 < 0 || y0 < 0 || x1 > figure.width || y1 > figure.height;
  }).map(({ text }) => text);
}
