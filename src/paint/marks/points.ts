import type { MarkerShape, PointMark } from '../../figures/figure.js';
import type { PaintContext } from '../context.js';
import type { Frame } from '../frame.js';

type Outline = (context: PaintContext, x: number, y: number, radius: number) => void;

/** A marker with straight sides, given by its corners on the unit circle; y runs downwards. */
const polygon = (corners: readonly (readonly [number, number])[]): Outline => (context, x, y, radius) => {
  corners.forEach(([dx, dy], i) => {
    if (i === 0) context.moveTo(x + dx * radius, y + dy * radius);
    else context.lineTo(x + dx * radius, y + dy * radius);
  });
  context.closePath();
};

// cos and sin of 45 and 30 degrees
const C = Math.SQRT1_2;
const W = Math.sqrt(3) / 2;
const H = 0.5;

/** The path of each marker. */
const outlines: Readonly<Record<MarkerShape, Outline>> = {
  circle: (context, x, y, radius) => {
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.closePath();
  },
  square: polygon([[-C, -C], [C, -C], [C, C], [-C, C]]),
  diamond: polygon([[0, -1], [1, 0], [0, 1], [-1, 0]]),
  triangle: polygon([[0, -1], [W, H], [-W, H]]),
  'triangle-down': polygon([[0, 1], [-W, -H], [W, -H]]),
  cross: (context, x, y, radius) => {
    context.moveTo(x - C * radius, y - C * radius);
    context.lineTo(x + C * radius, y + C * radius);
    context.moveTo(x - C * radius, y + C * radius);
    context.lineTo(x + C * radius, y - C * radius);
  },
};

/** Loose points; those without finite coordinates are left out. */
export function paintPoints(mark: PointMark, frame: Frame): void {
  const { stage } = frame;
  const { context } = stage;
  const radius = stage.size(mark.radius);
  const outline = outlines[mark.shape];
  const draw = mark.shape === 'cross' ? () => { context.stroke(); } : () => { context.fill(); };
  context.globalAlpha = mark.opacity;
  context.fillStyle = mark.color;
  context.strokeStyle = mark.color;
  context.lineWidth = 0.4 * radius;
  context.lineCap = 'butt';

  // Translucent points must darken where they overlap, which one path for all would not.
  const oneByOne = mark.opacity < 1;
  context.beginPath();
  for (let i = 0; i < Math.min(mark.x.length, mark.y.length); i++) {
    if (!Number.isFinite(mark.x[i]) || !Number.isFinite(mark.y[i])) continue;
    if (oneByOne) context.beginPath();
    outline(context, frame.x(mark.x[i]), frame.y(mark.y[i]), radius);
    if (oneByOne) draw();
  }
  if (!oneByOne) draw();
  context.globalAlpha = 1;
}
