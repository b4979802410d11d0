import type { Drawn } from '../figures/drawn.js';
import { acrossOf, downOf } from './places.js';
import type { Pointed } from './state.js';

/** Where the reader is in a figure: a panel, one of its rows, and a position along x. */
export interface Cursor { readonly panel: number; readonly row: number; readonly x: number }

export interface Marked {
  readonly pointed: Pointed | null;
  readonly cursor: Cursor | null;
  /** A stretch that is being drawn, in pixels of a panel. */
  readonly dragged: { readonly panel: number; readonly from: number; readonly to: number } | null;
  readonly color: string;
  /** Under the lines, so that they are seen on heatmaps of any colour. */
  readonly halo: string;
}

/** Draws the crosshair over a figure: a line at the position that is pointed at, in every panel, and a ring where the value is read. */
export function drawCrosshair(canvas: HTMLCanvasElement, { figure, probe }: Drawn, scale: number, { pointed, cursor, dragged, color, halo }: Marked): void {
  const context = canvas.getContext('2d')!;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, figure.width, figure.height);
  if (probe === null) return;
  context.fillStyle = color;
  const stroke = (width: number, opacity: number): void => {
    context.globalAlpha = opacity;
    for (const [style, wide] of [[halo, width + 2], [color, width]] as const) {
      context.strokeStyle = style;
      context.lineWidth = wide;
      context.stroke();
    }
    context.globalAlpha = 1;
  };
  if (dragged) {
    const { box } = figure.panels[dragged.panel]!;
    context.globalAlpha = 0.18;
    context.fillRect(Math.min(dragged.from, dragged.to), box.y, Math.abs(dragged.to - dragged.from), box.height);
    context.globalAlpha = 1;
  }
  if (pointed?.group === probe.group) {
    context.beginPath();
    for (const panel of figure.panels) {
      const across = Math.round(acrossOf(panel, probe.place(pointed.x)) * scale) / scale + 0.5 / scale;
      if (across < panel.box.x || across > panel.box.x + panel.box.width + 1) continue;
      context.moveTo(across, panel.box.y);
      context.lineTo(across, panel.box.y + panel.box.height);
    }
    stroke(1, 0.75);
  }
  const panel = cursor && figure.panels[cursor.panel];
  const { y } = cursor && panel ? probe.at(cursor.panel, cursor.row, cursor.x) : { y: null };
  if (cursor === null || !panel || y === null) return;
  const [across, down] = [acrossOf(panel, probe.place(cursor.x)), downOf(panel, y)];
  if (across < panel.box.x || across > panel.box.x + panel.box.width || down < panel.box.y - 1 || down > panel.box.y + panel.box.height + 1) return;
  context.beginPath();
  context.arc(across, down, 4, 0, 2 * Math.PI);
  stroke(1.5, 1);
}
