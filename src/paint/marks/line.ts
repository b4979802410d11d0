import type { LineMark } from '../../figures/figure.js';
import type { Frame } from '../frame.js';
import { thinned } from '../thinned.js';
import type { Polyline } from '../thinned.js';

// How wide a column of pixels is taken to be where there are no device pixels, in figure pixels.
const VECTOR_COLUMN = 0.5;

/** A line; what is not finite interrupts it. A point alone between two gaps is drawn as a dot, not lost. */
export function paintLine(mark: LineMark, frame: Frame): void {
  const { context } = frame.stage;
  const width = frame.stage.size(mark.width);
  const column = frame.stage.vector === undefined ? 1 : VECTOR_COLUMN;
  const runs = finiteRuns(mark, frame);

  context.globalAlpha = mark.opacity;
  context.strokeStyle = mark.color;
  context.lineWidth = width;
  context.lineJoin = 'round';
  context.lineCap = 'butt';
  context.beginPath();
  for (const run of runs) {
    const { xs, ys } = thinned(run, column);
    context.moveTo(xs[0], ys[0]);
    for (let i = 1; i < xs.length; i++) context.lineTo(xs[i], ys[i]);
  }
  context.stroke();

  const dotted = mark.markerRadius > 0 ? runs : runs.filter(({ xs }) => xs.length === 1);
  if (dotted.length > 0) paintDots(dotted, Math.max(frame.stage.size(mark.markerRadius), width), mark.color, frame);
  context.globalAlpha = 1;
}

/** The stretches of a line without a gap, in the context's units. */
function finiteRuns(mark: LineMark, frame: Frame): Polyline[] {
  const runs: Polyline[] = [];
  const count = Math.min(mark.x.length, mark.y.length);
  const shown = (i: number): boolean => Number.isFinite(mark.x[i]) && Number.isFinite(mark.y[i]);
  for (let start = 0; start < count; start++) {
    if (!shown(start)) continue;
    let end = start + 1;
    while (end < count && shown(end)) end++;
    const xs = new Float64Array(end - start);
    const ys = new Float64Array(end - start);
    for (let i = start; i < end; i++) {
      xs[i - start] = frame.x(mark.x[i]);
      ys[i - start] = frame.y(mark.y[i]);
    }
    runs.push({ xs, ys });
    start = end;
  }
  return runs;
}

function paintDots(runs: readonly Polyline[], radius: number, color: string, { stage: { context } }: Frame): void {
  context.fillStyle = color;
  context.beginPath();
  for (const { xs, ys } of runs) {
    for (let i = 0; i < xs.length; i++) {
      context.moveTo(xs[i] + radius, ys[i]);
      context.arc(xs[i], ys[i], radius, 0, 2 * Math.PI);
    }
  }
  context.fill();
}
