import type { Box } from '../figures/figure.js';
import type { PaintContext, VectorTarget } from './context.js';

/**
 * What is painted on: a context, how many of its units make a figure pixel, and whether edges have to keep to whole
 * units for hard lines. All coordinates given to the context go through here.
 */
export class Stage {
  constructor(
    readonly context: PaintContext,
    readonly scale: number,
    /** Given where units are no device pixels. */
    readonly vector?: VectorTarget,
  ) {}

  /** A figure length in the context's units. */
  size(length: number): number {
    return length * this.scale;
  }

  /** A figure coordinate in the context's units, snapped. */
  edge(coordinate: number): number {
    return this.snap(coordinate * this.scale);
  }

  /** A coordinate in the context's units, moved to the nearest whole one where edges keep to them. */
  snap(coordinate: number): number {
    return this.vector?.wholeUnits === false ? coordinate : Math.round(coordinate);
  }

  /** The width of a straight line: whole device pixels, at least one. */
  lineWidth(width: number): number {
    return this.vector === undefined ? Math.max(1, Math.round(width * this.scale)) : width * this.scale;
  }

  /** Where the centre of a straight line goes, so that the line lies at a coordinate and begins at a snapped one. */
  lineCentre(coordinate: number, lineWidth: number): number {
    return this.snap(coordinate - lineWidth / 2) + lineWidth / 2;
  }

  box(box: Box): Box {
    const x = this.edge(box.x);
    const y = this.edge(box.y);
    return { x, y, width: this.edge(box.x + box.width) - x, height: this.edge(box.y + box.height) - y };
  }
}
