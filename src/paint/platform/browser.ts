import { SeeRnnError } from '../../core/errors.js';
import { printable } from '../../core/printable.js';
import { INTER_WEIGHTS } from '../font.js';
import { paint } from '../paint.js';
import { withResolution } from '../png-chunks.js';
import { rasterSize } from '../raster-size.js';
import type { Platform } from './platform.js';

let loaded: Promise<void> | undefined;

/** The Latin letters of Inter, so that figures look alike everywhere; other letters come from the system's fonts. */
async function load(): Promise<void> {
  const { interLatin } = await import('../generated/inter.js');
  await Promise.all(INTER_WEIGHTS.map(async (weight) => {
    const bytes = Uint8Array.from(atob(interLatin[weight]), (c) => c.charCodeAt(0));
    const face = new FontFace('Inter', bytes, { weight: String(weight) });
    fonts().add(await face.load());
  }));
}

/** The fonts of the page, or of the worker. */
const fonts = (): FontFaceSet => ('document' in globalThis ? document.fonts : (globalThis as unknown as { fonts: FontFaceSet }).fonts);

export const platform: Platform = {
  loadFonts: () => loaded ??= load(),

  async png(figure) {
    await platform.loadFonts();
    const { width, height, scale } = rasterSize(figure);
    const canvas = new OffscreenCanvas(width, height);
    // Once drawn it is read back whole, so it is better off outside the graphics card's memory.
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (context === null) throw new SeeRnnError(`this browser makes no canvas of ${width} x ${height} pixels; use a lower dpi or a smaller figure`);
    paint(figure, context, scale);
    const blob = await canvas.convertToBlob({ type: 'image/png' }).catch((error: unknown) => {
      throw new SeeRnnError(`this browser makes no PNG of ${width} x ${height} pixels; use a lower dpi or a smaller figure`, { cause: error });
    });
    return withResolution(new Uint8Array(await blob.arrayBuffer()), figure.dpi);
  },

  pdf: () => Promise.reject(new SeeRnnError('PDF can only be made in Node; in a browser, use PNG or SVG')),

  save(path, bytes, type) {
    const address = URL.createObjectURL(new Blob((bytes instanceof Uint8Array ? [bytes] : [...bytes]) as Uint8Array<ArrayBuffer>[], { type }));
    const link = document.createElement('a');
    link.href = address;
    link.download = printable(path.replace(/^.*[/\\]/, ''));
    link.click();
    // The browser has begun to read it by the end of the click, but not all have finished.
    setTimeout(() => { URL.revokeObjectURL(address); }, 60_000);
    return Promise.resolve();
  },
};
