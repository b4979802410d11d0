import { readOptions, option } from '../core/options.js';
import { SeeRnnError, UsageError } from '../core/errors.js';
import type { Axis, Box, ColorBar, Figure, Panel, Text } from './figure.js';
import { form, type Given } from './options.js';
import { style } from './style.js';
import { words, wrap } from './text.js';

const owner = 'besideFigure';

/** The options of {@link besideFigure}. */
export const besideOptions = {
  title: form.text('title above all figures', "'none' or a text of your own", 'none'),
  labels: form.texts('names above the figures, from left to right', ['none'], 'none'),
  gap: option.number('space between the figures, in pixels', 8, (v) => v >= 0 && v <= 500, 'a number between 0 and 500'),
};

export type BesideOptions = Given<typeof besideOptions>;

/**
 * Several figures in a row, as one: their panels start at the same height where their titles have as many lines. The
 * resolution is the first figure's; the look of the axes is that of the figure with the smallest numbers, so that they fit everywhere.
 *
 * @throws SeeRnnError where there is no figure; UsageError where there are more labels than figures
 * @example
 * besideFigure([features2DFigure([[1, 2]]), features2DFigure([[3, 4]])], { labels: ['LSTM', 'GRU'], title: 'Two networks' })
 */
export function besideFigure(figures: readonly Figure[], given: BesideOptions = {}): Figure {
  const { title, labels, gap } = readOptions(owner, besideOptions, given);
  if (figures.length === 0) throw new SeeRnnError(`${owner}: needs at least one figure, found none`);
  if (labels !== 'none' && labels.length > figures.length) {
    throw new UsageError(`${owner}: option 'labels' must name at most ${figures.length} figures, found ${labels.length} names`);
  }
  const width = figures.reduce((sum, figure) => sum + figure.width, 0) + gap * (figures.length - 1);
  const texts: Text[] = [];
  let y = style.padding.top;
  if (title !== 'none') {
    const left = gridLeft(figures[0]);
    for (const line of wrap(title, width - left - style.padding.right, style.title.size, 600)) {
      texts.push(words(line, left, y, { size: style.title.size, weight: 600, color: style.ink.title }));
      y += style.title.line;
    }
    y += 4;
  }
  const labelSize = style.title.size - 1;
  const labelTop = y;
  if (labels !== 'none') y += labelSize + 2;
  const top = texts.length === 0 && labels === 'none' ? 0 : y;

  let x = 0;
  const moved = figures.map((figure, i) => {
    const left = x;
    const label = labels === 'none' ? undefined : labels[i];
    if (label !== undefined) {
      const start = left + gridLeft(figure);
      for (const line of wrap(label, left + figure.width - start, labelSize, 600).slice(0, 1)) {
        texts.push(words(line, start, labelTop, { size: labelSize, weight: 600, color: style.ink.title }));
      }
    }
    x += figure.width + gap;
    return move(figure, left, top);
  });
  return {
    ...figures[0],
    width, height: top + Math.max(...figures.map((figure) => figure.height)),
    description: [title === 'none' ? '' : `${title}.`, ...figures.map((figure, i) => `${(labels !== 'none' && labels[i]) || `Figure ${i + 1}`}: ${figure.description}`)].join(' ').trim(),
    panels: moved.flatMap((figure) => figure.panels),
    colorBars: moved.flatMap((figure) => figure.colorBars),
    swatches: moved.flatMap((figure) => figure.swatches),
    texts: [...texts, ...moved.flatMap((figure) => figure.texts)],
    axisStyle: figures.map((figure) => figure.axisStyle).reduce((a, b) => (b.textSize < a.textSize ? b : a)),
  };
}

const gridLeft = (figure: Figure): number => Math.min(...figure.panels.map((panel) => panel.box.x));

/** The same figure, further right and down. */
function move(figure: Figure, dx: number, dy: number): Pick<Figure, 'panels' | 'colorBars' | 'swatches' | 'texts'> {
  const box = (from: Box): Box => ({ ...from, x: from.x + dx, y: from.y + dy });
  const text = (from: Text): Text => ({ ...from, x: from.x + dx, y: from.y + dy });
  const axis = (from: Axis): Axis => ({ ...from, label: from.label && text(from.label) });
  return {
    panels: figure.panels.map((panel): Panel => ({ ...panel, box: box(panel.box), x: axis(panel.x), y: axis(panel.y), texts: panel.texts.map(text) })),
    colorBars: figure.colorBars.map((bar): ColorBar => ({ ...bar, box: box(bar.box), label: bar.label && text(bar.label) })),
    swatches: figure.swatches.map((swatch) => ({ ...swatch, box: box(swatch.box) })),
    texts: figure.texts.map(text),
  };
}
