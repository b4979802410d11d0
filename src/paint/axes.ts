import type { AxisStyle, Box, Panel, Tick } from '../figures/figure.js';
import { scale } from './frame.js';
import type { Stage } from './stage.js';
import { paintText } from './texts.js';

/**
 * The borders, ticks, tick numbers and axis names of all panels. Each kind is drawn for every panel before the next, so
 * that equal styles follow each other, which keeps SVG small.
 */
export function paintAxes(panels: readonly Panel[], stage: Stage, style: AxisStyle): void {
  paintLines(stage, style, () => {
    for (const panel of panels) {
      const box = stage.box(panel.box);
      borders(box, panel.borders, stage, style);
      ticks(panel.x.ticks, panel.x.domain, 'bottom', box, stage, style);
      ticks(panel.y.ticks, panel.y.domain, 'left', box, stage, style);
    }
  });
  for (const { x, box } of panels) tickTexts(x.ticks, x.domain, 'bottom', box, stage, style);
  for (const { y, box } of panels) tickTexts(y.ticks, y.domain, 'left', box, stage, style);
  for (const { x } of panels) if (x.label !== null) paintText(x.label, stage);
  for (const { y } of panels) if (y.label !== null) paintText(y.label, stage);
}

/** Strokes a path of straight lines in the style of axes. */
export function paintLines(stage: Stage, style: AxisStyle, path: () => void): void {
  const { context } = stage;
  context.beginPath();
  path();
  context.strokeStyle = style.color;
  context.lineWidth = stage.lineWidth(style.width);
  context.lineCap = 'square'; // lines that meet at a corner fill it
  context.stroke();
}

/** The edges of a box, each line's middle on the edge. */
export function borders(box: Box, drawn: Panel['borders'], stage: Stage, style: AxisStyle): void {
  const { context } = stage;
  const width = stage.lineWidth(style.width);
  const left = stage.lineCentre(box.x, width);
  const right = stage.lineCentre(box.x + box.width, width);
  const top = stage.lineCentre(box.y, width);
  const bottom = stage.lineCentre(box.y + box.height, width);
  const line = (x0: number, y0: number, x1: number, y1: number): void => {
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
  };
  if (drawn.top) line(left, top, right, top);
  if (drawn.right) line(right, top, right, bottom);
  if (drawn.bottom) line(left, bottom, right, bottom);
  if (drawn.left) line(left, top, left, bottom);
}

/** The side of a box that ticks stand on, pointing outwards. */
export type Side = 'bottom' | 'left' | 'right';

/** Tick marks. `box` is in the context's units. */
export function ticks(all: readonly Tick[], domain: readonly [number, number], side: Side, box: Box, stage: Stage, style: AxisStyle): void {
  const { context } = stage;
  const length = stage.size(style.tickLength);
  if (length === 0) return;
  const width = stage.lineWidth(style.width);
  const at = along(domain, side, box);
  for (const tick of all) {
    const place = stage.lineCentre(at(tick.at), width);
    if (side === 'bottom') {
      context.moveTo(place, box.y + box.height);
      context.lineTo(place, box.y + box.height + length);
    } else {
      const edge = side === 'left' ? box.x : box.x + box.width;
      context.moveTo(edge, place);
      context.lineTo(edge + (side === 'left' ? -length : length), place);
    }
  }
}

/** The numbers at the ticks. `box` is in figure pixels. */
export function tickTexts(all: readonly Tick[], domain: readonly [number, number], side: Side, box: Box, stage: Stage, style: AxisStyle): void {
  const at = along(domain, side, box);
  const away = style.tickLength + style.textGap;
  const common = { size: style.textSize, weight: 400, color: style.textColor, rotate: 0 } as const;
  for (const { at: value, text } of all) {
    const place = at(value);
    if (side === 'bottom') {
      paintText({ ...common, text, x: place, y: box.y + box.height + away, align: 'center', baseline: 'top' }, stage);
    } else if (side === 'left') {
      paintText({ ...common, text, x: box.x - away, y: place, align: 'right', baseline: 'middle' }, stage);
    } else {
      paintText({ ...common, text, x: box.x + box.width + away, y: place, align: 'left', baseline: 'middle' }, stage);
    }
  }
}

const along = (domain: readonly [number, number], side: Side, box: Box): ((value: number) => number) =>
  side === 'bottom' ? scale(domain, box.x, box.x + box.width) : scale(domain, box.y + box.height, box.y);
