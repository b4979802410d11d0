import type { BarMark } from '../../figures/figure.js';
import type { Frame } from '../frame.js';

/** Bars as one silhouette: neighbours share an edge, which would shine through between separate rectangles. */
export function paintBars(mark: BarMark, frame: Frame): void {
  const { stage, x, y } = frame;
  const { context } = stage;
  const count = Math.min(mark.height.length, mark.edges.length - 1);
  if (count <= 0) return;
  const base = stage.snap(y(0));
  context.beginPath();
  context.moveTo(stage.snap(x(mark.edges[0])), base);
  for (let i = 0; i < count; i++) {
    const height = mark.height[i];
    const top = Number.isFinite(height) ? y(height) : base;
    context.lineTo(stage.snap(x(mark.edges[i])), top);
    context.lineTo(stage.snap(x(mark.edges[i + 1])), top);
  }
  context.lineTo(stage.snap(x(mark.edges[count])), base);
  context.closePath();
  context.globalAlpha = mark.opacity;
  context.fillStyle = mark.color;
  context.fill();
  context.globalAlpha = 1;
}
