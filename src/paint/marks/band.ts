import type { BandMark } from '../../figures/figure.js';
import type { Frame } from '../frame.js';

/** A shaded stretch of the x axis, at least one device pixel wide: a missing value among thousands must not vanish. */
export function paintBand(mark: BandMark, frame: Frame): void {
  const { stage, box } = frame;
  const ends = [frame.x(mark.from), frame.x(mark.to)];
  const left = stage.snap(Math.min(...ends));
  const right = Math.max(stage.snap(Math.max(...ends)), left + 1);
  stage.context.fillStyle = mark.color;
  stage.context.fillRect(left, box.y, right - left, box.height);
}
