import type { ImageMark } from '../../figures/figure.js';
import type { PaintContext, Pixels } from '../context.js';
import type { Frame } from '../frame.js';
import { rasterOf } from '../raster.js';

// Pixels to a figure pixel in an image for SVG and PDF: twice a screen's, so that averaging and a viewer's smoothing stay out of sight.
const VECTOR_PIXELS = 2;

/** A heatmap over the panel's whole box. */
export function paintImage(mark: ImageMark, frame: Frame): void {
  const { stage, box } = frame;
  if (mark.rows === 0 || mark.columns === 0 || box.width <= 0 || box.height <= 0) return;
  if (stage.vector === undefined) {
    put(rasterOf(mark, box.width, box.height), stage.context, box.x, box.y);
  } else {
    const width = wholeRepeat(mark.columns, VECTOR_PIXELS * box.width);
    const height = wholeRepeat(mark.rows, VECTOR_PIXELS * box.height);
    stage.vector.placePixels(rasterOf(mark, width, height), box, mark.columns <= box.width && mark.rows <= box.height);
  }
}

/** At least `pixels` of them, a whole number to each cell; or, where cells are smaller than pixels, about so many. */
function wholeRepeat(cells: number, pixels: number): number {
  return cells > pixels ? Math.max(1, Math.round(pixels)) : cells * Math.ceil(pixels / cells);
}

function put(pixels: Pixels, context: PaintContext, x: number, y: number): void {
  const image = context.createImageData(pixels.width, pixels.height);
  image.data.set(pixels.data);
  context.putImageData(image as never, x, y);
}
