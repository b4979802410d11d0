import type { AxisStyle, ColorBar, ImageMark } from '../figures/figure.js';
import { borders, paintLines, ticks, tickTexts } from './axes.js';
import type { Side } from './axes.js';
import { LEVELS } from './colormaps.js';
import type { Frame } from './frame.js';
import { paintImage } from './marks/image.js';
import type { Stage } from './stage.js';
import { paintText } from './texts.js';

/** A colour scale: the map's colours as an image of one row or column, with borders, ticks and its name. */
export function paintColorBar(bar: ColorBar, stage: Stage, style: AxisStyle): void {
  const box = stage.box(bar.box);
  const upright = bar.box.height > bar.box.width;
  const steps = Float64Array.from({ length: LEVELS }, (_, i) => (upright ? LEVELS - 1 - i : i) + 0.5);
  const image: ImageMark = {
    kind: 'image', values: steps, rows: upright ? LEVELS : 1, columns: upright ? 1 : LEVELS,
    domain: [0, LEVELS], colors: bar.colors, missingColor: 'transparent',
  };
  const still: Frame['x'] = (value) => value; // an image fills its box, whatever the axes
  paintImage(image, { stage, box, x: still, y: still });

  const side: Side = upright ? 'right' : 'bottom';
  paintLines(stage, style, () => {
    borders(box, { top: true, right: true, bottom: true, left: true }, stage, style);
    ticks(bar.ticks, bar.domain, side, box, stage, style);
  });
  tickTexts(bar.ticks, bar.domain, side, bar.box, stage, style);
  if (bar.label !== null) paintText(bar.label, stage);
}
