import { SeeRnnError } from '../core/errors.js';
import type { Figure } from '../figures/figure.js';

// 2^28 pixels are 1 GiB of memory, and the largest canvas that current browsers make.
const MOST_PIXELS = 2 ** 28;

/**
 * A figure's size as a raster image: its pixels, and how many of them go to a figure pixel.
 *
 * @throws SeeRnnError where it would be larger than a canvas can be
 */
export function rasterSize(figure: Figure): { width: number; height: number; scale: number } {
  const scale = figure.dpi / 96;
  const width = Math.max(1, Math.round(figure.width * scale));
  const height = Math.max(1, Math.round(figure.height * scale));
  if (!(width * height <= MOST_PIXELS)) {
    throw new SeeRnnError(`a PNG of ${width} x ${height} pixels is too large (the most is ${MOST_PIXELS} in all); use a lower dpi or a smaller figure, or save as .svg`);
  }
  return { width, height, scale };
}
