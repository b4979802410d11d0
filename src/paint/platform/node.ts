import { createRequire } from 'node:module';
import type * as skiaTypes from '@napi-rs/canvas';
import type { SKRSContext2D } from '@napi-rs/canvas';
import { SeeRnnError } from '../../core/errors.js';
import { writeWhole } from '../../files/disk/node.js';
import { familyOf, INTER_PARTS, INTER_WEIGHTS } from '../font.js';
import { paint } from '../paint.js';
import { withResolution } from '../png-chunks.js';
import { rasterSize } from '../raster-size.js';
import type { Platform } from './platform.js';

type Skia = typeof skiaTypes;

/** PDF counts in points, 72 to the inch; a figure in pixels, 96 to the inch. */
const POINTS = 72 / 96;

/** Some letters' shapes depend on the language; the host's own would make figures differ between machines. */
const LANGUAGE = 'en';

let loaded: Promise<Skia> | undefined;

/** Skia with our font, loaded when something is first drawn: it is large, and most of a program may do without. */
function skia(): Promise<Skia> {
  return loaded ??= load();
}

async function load(): Promise<Skia> {
  const library = await import('@napi-rs/canvas').catch((error: unknown) => {
    throw new SeeRnnError(`PNG and PDF need the package '@napi-rs/canvas', which does not load here (${(error as Error).message.split('\n')[0]}); SVG does not need it`);
  });
  const { resolve } = createRequire(import.meta.url);
  for (const part of INTER_PARTS) {
    for (const weight of INTER_WEIGHTS) {
      const path = resolve(`@fontsource/inter/files/inter-${part}-${weight}-normal.woff2`);
      if (library.GlobalFonts.registerFromPath(path, familyOf(part)) === null) throw new SeeRnnError(`${path}: is not a font that can be read`);
    }
  }
  return library;
}

export const platform: Platform = {
  async loadFonts() {
    await skia();
  },

  async png(figure) {
    const { createCanvas } = await skia();
    const { width, height, scale } = rasterSize(figure);
    const canvas = createCanvas(width, height);
    const context = canvas.getContext('2d');
    context.lang = LANGUAGE;
    paint(figure, context, scale);
    return withResolution(await canvas.encode('png'), figure.dpi);
  },

  async pdf(figure) {
    const { createCanvas, PDFDocument } = await skia();
    const document = new PDFDocument({ title: figure.description, creator: 'See RNN' });
    // Skia cuts a page's size down to whole points, which would cut the figure's edge off.
    const [width, height] = [Math.ceil(figure.width * POINTS), Math.ceil(figure.height * POINTS)];
    // The declared type of a page's context lacks drawImage; the object has it.
    const context = document.beginPage(width, height) as SKRSContext2D;
    context.fillStyle = figure.background;
    context.fillRect(0, 0, width, height);
    context.lang = LANGUAGE;
    context.scale(POINTS, POINTS);
    paint(figure, context, 1, {
      wholeUnits: false, // a page is printed, or looked at in any size
      placePixels(pixels, box, hard) {
        const image = createCanvas(pixels.width, pixels.height);
        const imageContext = image.getContext('2d');
        const data = imageContext.createImageData(pixels.width, pixels.height);
        data.data.set(pixels.data);
        imageContext.putImageData(data, 0, 0);
        context.imageSmoothingEnabled = !hard;
        context.drawImage(image, box.x, box.y, box.width, box.height);
      },
    });
    document.endPage();
    return document.close();
  },

  save: writeWhole,
};
