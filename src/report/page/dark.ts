import { lab } from 'd3-color';
import type { Axis, Figure, Mark, Text } from '../../figures/figure.js';

/** What a figure stands on where the page is dark: as `--sheet` in the page's style. */
const BACKGROUND = '#1b1b1e';

/** Words and axes: dark becomes light and light dark, in the same hue. */
function turned(color: string): string {
  const { l, a, b, opacity } = lab(color);
  return lab(100 - 0.86 * l, a, b, opacity).formatHex8();
}

/** Lines and dots: as they are, but light enough to be seen on dark. */
function lit(color: string): string {
  const { l, a, b, opacity } = lab(color);
  return lab(Math.max(l, 62), a, b, opacity).formatHex8();
}

/** A mark for a dark page. Heatmaps keep their colours, since these are what they say. */
export function markInDark(one: Mark): Mark {
  switch (one.kind) {
    case 'image': return one;
    case 'rule': case 'band': return { ...one, color: turned(one.color) };
    case 'line': case 'points': case 'bars': return { ...one, color: lit(one.color) };
  }
}

/** A figure for a dark page. Colour bars keep their colours too. */
export function inDark(figure: Figure): Figure {
  const text = (one: Text): Text => ({ ...one, color: turned(one.color) });
  const axis = (one: Axis): Axis => ({ ...one, label: one.label && text(one.label) });
  return {
    ...figure,
    background: BACKGROUND,
    panels: figure.panels.map((panel) => ({ ...panel, x: axis(panel.x), y: axis(panel.y), marks: panel.marks.map(markInDark), texts: panel.texts.map(text) })),
    colorBars: figure.colorBars.map((bar) => ({ ...bar, label: bar.label && text(bar.label) })),
    swatches: figure.swatches.map((swatch) => ({ ...swatch, color: lit(swatch.color) })),
    texts: figure.texts.map(text),
    axisStyle: { ...figure.axisStyle, color: turned(figure.axisStyle.color), textColor: turned(figure.axisStyle.textColor) },
  };
}
