import type { RuleMark } from '../../figures/figure.js';
import type { Frame } from '../frame.js';

/** A straight line right across the panel. */
export function paintRule(mark: RuleMark, frame: Frame): void {
  const { stage, box } = frame;
  const { context } = stage;
  if (!Number.isFinite(mark.at)) return;
  const width = stage.lineWidth(mark.width);
  context.beginPath();
  if (mark.axis === 'x') {
    const x = stage.lineCentre(frame.x(mark.at), width);
    context.moveTo(x, box.y);
    context.lineTo(x, box.y + box.height);
  } else {
    const y = stage.lineCentre(frame.y(mark.at), width);
    context.moveTo(box.x, y);
    context.lineTo(box.x + box.width, y);
  }
  context.strokeStyle = mark.color;
  context.lineWidth = width;
  context.lineCap = 'butt';
  context.setLineDash(mark.dash.map((length) => stage.size(length)));
  context.stroke();
  context.setLineDash([]);
}
