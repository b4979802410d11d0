import { platform } from '#platform';
import { SeeRnnError } from '../core/errors.js';
import { printable } from '../core/printable.js';
import type { Figure } from '../figures/figure.js';
import type { PaintContext } from './context.js';
import { paint } from './paint.js';
import { toPng } from './png.js';
import { toSvg } from './svg.js';

/** What {@link Drawing.drawOn} draws on: a canvas element, an OffscreenCanvas, or a canvas of `@napi-rs/canvas`. */
export interface CanvasLike {
  width: number;
  height: number;
  getContext(kind: '2d', settings?: { readonly alpha?: boolean; readonly willReadFrequently?: boolean }): PaintContext | null;
}

type Format = 'png' | 'svg' | 'pdf';

const types: Readonly<Record<Format, string>> = { png: 'image/png', svg: 'image/svg+xml', pdf: 'application/pdf' };

/**
 * A figure, ready to be drawn: to a file, to bytes, or on a canvas.
 *
 * @example
 * const drawing = features1D([[[0.1], [0.4], [-0.2]]]); // (samples, timesteps, channels)
 * await drawing.save('grads.png');
 */
export class Drawing {
  constructor(
    /** The plain description: panels, axes, marks and words, with their places. */
    readonly figure: Figure,
  ) {}

  /** The bytes of a PNG image, at the figure's dots per inch. */
  async png(): Promise<Uint8Array> {
    return toPng(this.figure);
  }

  /** The text of an SVG image: lines and words as such, heatmaps as embedded images with hard edges. */
  svg(): string {
    return toSvg(this.figure);
  }

  /**
   * The bytes of a PDF document of one page, of the figure's size, with its fonts.
   *
   * @throws SeeRnnError in a browser, where there is no PDF writer
   */
  async pdf(): Promise<Uint8Array> {
    return platform.pdf(this.figure);
  }

  /**
   * Writes a PNG, SVG or PDF file, by the ending of its name; in a browser, offers it as a download.
   * The file appears when it is whole: nothing half-written is left.
   *
   * @throws SeeRnnError where the name ends otherwise, or the file cannot be written
   */
  async save(path: string): Promise<void> {
    const format = /\.(png|svg|pdf)$/i.exec(path)?.[1].toLowerCase() as Format | undefined;
    if (format === undefined) throw new SeeRnnError(`cannot save '${printable(path)}': the name must end in .png, .svg or .pdf`);
    await platform.save(path, await this.#bytes(format), types[format]);
  }

  /**
   * Draws on a canvas, which takes the figure's size. On a page, device pixels are used one by one
   * (`devicePixelRatio`), and the element keeps the figure's size in CSS pixels.
   *
   * @throws SeeRnnError where the canvas has no 2D context
   */
  async drawOn(canvas: CanvasLike): Promise<void> {
    await platform.loadFonts();
    const scale = (globalThis as { devicePixelRatio?: number }).devicePixelRatio ?? 1;
    canvas.width = Math.round(this.figure.width * scale);
    canvas.height = Math.round(this.figure.height * scale);
    if ('style' in canvas) {
      Object.assign(canvas.style as object, { width: `${this.figure.width}px`, height: `${this.figure.height}px` });
    }
    // Heatmaps are put as pixels, which a canvas in the graphics card's memory is slow at.
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (context === null) throw new SeeRnnError('the canvas has no 2D context: it is in use with another one');
    paint(this.figure, context, scale);
  }

  async #bytes(format: Format): Promise<Uint8Array> {
    switch (format) {
      case 'png': return this.png();
      case 'svg': return new TextEncoder().encode(this.svg());
      case 'pdf': return this.pdf();
    }
  }
}
