import type { Box } from '../figures/figure.js';

/**
 * The part of Canvas 2D that painting uses. A browser's context, Skia's and our own SVG writer all satisfy it.
 *
 * Text is always drawn on its alphabetic baseline, and colours are strings.
 */
export interface PaintContext {
  fillStyle: string | object;
  strokeStyle: string | object;
  lineWidth: number;
  lineJoin: string;
  lineCap: string;
  globalAlpha: number;
  font: string;
  textAlign: string;
  textBaseline: string;

  save(): void;
  restore(): void;
  translate(x: number, y: number): void;
  rotate(radians: number): void;

  beginPath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  closePath(): void;
  rect(x: number, y: number, width: number, height: number): void;
  arc(x: number, y: number, radius: number, from: number, to: number): void;
  clip(): void;
  fill(): void;
  stroke(): void;
  setLineDash(lengths: number[]): void;

  fillRect(x: number, y: number, width: number, height: number): void;
  fillText(text: string, x: number, y: number): void;

  createImageData(width: number, height: number): { readonly data: Uint8ClampedArray };
  putImageData(pixels: never, x: number, y: number): void;
}

/** Red, green, blue and alpha bytes, row by row from the top left. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** What painting needs to know of a target without device pixels (SVG, PDF). */
export interface VectorTarget {
  /**
   * Shows an image stretched over a box. `hard`: without smoothing, which would blur the edges of cells; an image of
   * cells smaller than a screen's pixels is better smoothed than thinned out.
   */
  placePixels(pixels: Pixels, box: Box, hard: boolean): void;
  /** Whether edges keep to whole units all the same, because a unit is mostly shown as one pixel, or two. */
  readonly wholeUnits: boolean;
}
