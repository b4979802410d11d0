import type { Figure, Mark, Panel } from '../figures/figure.js';
import { paintAxes } from './axes.js';
import { paintColorBar } from './colorbar.js';
import type { PaintContext, VectorTarget } from './context.js';
import { frameOf } from './frame.js';
import { paintMark } from './marks/mark.js';
import { Stage } from './stage.js';
import { paintText } from './texts.js';

/**
 * Draws a figure, its top left corner at the context's origin.
 *
 * @param context any Canvas 2D context; without a transformation, since heatmaps are put as pixels
 * @param scale context units (on a canvas: device pixels) to a figure pixel
 * @param vector for targets without device pixels
 */
export function paint(figure: Figure, context: PaintContext, scale: number, vector?: VectorTarget): void {
  const stage = new Stage(context, scale, vector);
  context.fillStyle = figure.background;
  context.fillRect(0, 0, stage.edge(figure.width), stage.edge(figure.height));
  for (const panel of figure.panels) paintMarks(panel, panel.marks, stage);
  // After the marks of all panels, so that nothing covers a number.
  paintAround(figure, stage);
}

/** Draws marks in a panel, and nothing beside it. */
export function paintMarks(panel: Panel, marks: readonly Mark[], stage: Stage): void {
  const { context } = stage;
  const frame = frameOf(panel, stage);
  context.save();
  context.beginPath();
  context.rect(frame.box.x, frame.box.y, frame.box.width, frame.box.height);
  context.clip();
  for (const mark of marks) paintMark(mark, frame);
  context.restore();
}

/** Draws all of a figure but its background and marks: axes, keys and words. */
export function paintAround(figure: Figure, stage: Stage): void {
  const { context } = stage;
  paintAxes(figure.panels, stage, figure.axisStyle);
  for (const swatch of figure.swatches) {
    const { x, y, width, height } = stage.box(swatch.box);
    context.fillStyle = swatch.color;
    context.fillRect(x, y, width, height);
  }
  for (const bar of figure.colorBars) paintColorBar(bar, stage, figure.axisStyle);
  for (const panel of figure.panels) for (const text of panel.texts) paintText(text, stage);
  for (const text of figure.texts) paintText(text, stage);
}
