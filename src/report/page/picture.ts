import type { Axis, Figure, Panel } from '../../figures/figure.js';
import { paintAxes } from '../../paint/axes.js';
import type { PaintContext } from '../../paint/context.js';
import { paintAround, paintMarks } from '../../paint/paint.js';
import { Stage } from '../../paint/stage.js';
import type { Drawn } from '../figures/drawn.js';
import { drawCrosshair, type Marked } from './crosshair.js';
import { inDark, markInDark } from './dark.js';
import { element } from './dom.js';

export interface Look {
  /** Device pixels to a pixel. */
  readonly scale: number;
  readonly dark: boolean;
  /** Whether only another stretch of the same is shown than before: what was drawn then stands in for what is not drawn yet, stretched. */
  readonly moved: boolean;
}

/** A figure on the page: its axes and words at once, its panels one by one. */
export class Picture {
  private readonly canvas = element('canvas', { 'aria-hidden': 'true' });
  private readonly overlay = element('canvas', { class: 'overlay', 'aria-hidden': 'true' });
  readonly canvases: readonly HTMLCanvasElement[] = [this.canvas, this.overlay];
  private drawn: Drawn | null = null;
  /** In the page's colours. */
  private figure: Figure | null = null;
  private look: Look = { scale: 1, dark: false, moved: false };
  /** What the canvas shows of each panel, drawn or stretched; and which time each was drawn. */
  private shown: (Panel | null)[] = [];
  private times: number[] = [];
  private left: number[] = [];
  private time = 0;
  /** Whether anything is on the overlay. */
  private marked = false;

  /** Where the picture stands on the screen. */
  bounds(): DOMRect { return this.canvas.getBoundingClientRect(); }

  /** Gives the pixels back. */
  clear(): void {
    for (const canvas of this.canvases) canvas.width = canvas.height = 0;
    [this.drawn, this.figure, this.shown, this.times, this.left] = [null, null, [], [], []];
  }

  /** Draws all but the panels' marks. */
  begin(drawn: Drawn, look: Look): void {
    const figure = look.dark ? inDark(drawn.figure) : drawn.figure;
    [this.drawn, this.figure, this.look] = [drawn, figure, look];
    const { panels, background } = figure;
    const { top } = this.bounds();
    const [width, height] = [Math.round(figure.width * look.scale), Math.round(figure.height * look.scale)];
    const resized = this.canvas.width !== width || this.canvas.height !== height;
    if (resized) {
      for (const canvas of this.canvases) {
        [canvas.width, canvas.height] = [width, height];
        [canvas.style.width, canvas.style.height] = [`${figure.width}px`, `${figure.height}px`];
      }
    }
    const stage = this.stage();
    const before = resized || !look.moved || this.shown.length !== panels.length ? null : this.shown;
    if (before) copyOf(this.canvas);
    stage.context.fillStyle = background;
    stage.context.fillRect(0, 0, width, height);
    this.shown = panels.map((panel, i) => (before?.[i] && stretched(before[i], panel, this.canvas.getContext('2d')!, stage) ? panel : null));
    paintAround(figure, stage);
    if (!before) this.times = panels.map(() => 0);
    // Those in sight first, and of these the ones that were drawn longest ago: a wheel asks anew before all of them are.
    const inSight = ({ box }: Panel): boolean => top + box.y < innerHeight && top + box.y + box.height > 0;
    this.left = [...panels.keys()].sort((a, b) => Number(inSight(panels[b]!)) - Number(inSight(panels[a]!)) || this.times[a]! - this.times[b]! || a - b);
  }

  /**
   * Draws the marks of one panel more. Returns whether there is another.
   *
   * @throws NotYet where its numbers are still being read
   */
  step(): boolean {
    const next = this.left[0];
    if (next === undefined || this.drawn === null) return false;
    const { panels, background, axisStyle } = this.figure!;
    const [panel, made] = [panels[next]!, this.drawn.marks(next)];
    const stage = this.stage();
    const { x, y, width, height } = stage.box(panel.box);
    stage.context.fillStyle = background;
    stage.context.fillRect(x, y, width, height);
    paintMarks(panel, this.look.dark ? made.map(markInDark) : made, stage);
    paintAxes([{ ...panel, x: bare(panel.x), y: bare(panel.y) }], stage, axisStyle); // their lines' inner half was drawn over
    this.shown[next] = panel;
    this.times[next] = ++this.time;
    this.left.shift();
    // A canvas draws when it is read or shown: read, so that what this step takes is known before the next is begun.
    this.canvas.getContext('2d')!.getImageData(0, 0, 1, 1);
    return this.left.length > 0;
  }

  /** Draws the crosshair anew. */
  mark(marked: Omit<Marked, 'color' | 'halo'>): void {
    if (this.drawn === null || this.overlay.width === 0) return;
    const { pointed, dragged, cursor } = marked;
    const isMarked = pointed?.group === this.drawn.probe?.group || dragged !== null || cursor !== null;
    if (!isMarked && !this.marked) return;
    this.marked = isMarked;
    drawCrosshair(this.overlay, this.drawn, this.look.scale, { ...marked, ...(this.look.dark ? { color: '#f0f0f0', halo: '#18181a' } : { color: '#202020', halo: '#ffffff' }) });
  }

  // Heatmaps are put as pixels, which a canvas in the graphics card's memory is slow at.
  private stage(): Stage { return new Stage(this.canvas.getContext('2d', { willReadFrequently: true })! as PaintContext, this.look.scale); }
}

/** An axis without anything that is not drawn the same by drawing it twice. */
const bare = (axis: Axis): Axis => ({ ...axis, ticks: [], label: null });

const copy = document.createElement('canvas');

function copyOf(canvas: HTMLCanvasElement): void {
  [copy.width, copy.height] = [canvas.width, canvas.height];
  copy.getContext('2d', { willReadFrequently: true })!.drawImage(canvas, 0, 0);
}

/** Shows what stands in a panel of the copy where it belongs now. Returns whether any of it still does. */
function stretched(old: Panel, now: Panel, context: CanvasRenderingContext2D, stage: Stage): boolean {
  if (!sameBox(old, now)) return false;
  const { x, y, width, height } = stage.box(now.box);
  const [from, to] = old.x.domain;
  const [first, last] = now.x.domain;
  // The stretch that both show, in shares of the panel's width before and now.
  const [low, high] = [Math.max(from, first), Math.min(to, last)];
  if (high <= low || width < 1 || height < 1) return false;
  const share = (value: number, [start, end]: readonly [number, number]): number => (value - start) / (end - start);
  const [left, right] = [share(low, [from, to]) * width, share(high, [from, to]) * width];
  const [intoLeft, intoRight] = [share(low, [first, last]) * width, share(high, [first, last]) * width];
  context.drawImage(copy, x + left, y, right - left, height, x + intoLeft, y, intoRight - intoLeft, height);
  return true;
}

const sameBox = (a: Panel, b: Panel): boolean => a.box.x === b.box.x && a.box.y === b.box.y && a.box.width === b.box.width && a.box.height === b.box.height
  && a.y.domain[0] === b.y.domain[0] && a.y.domain[1] === b.y.domain[1];
