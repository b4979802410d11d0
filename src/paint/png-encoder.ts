import { zlibSync } from 'fflate';
import type { Pixels } from './context.js';
import { chunk, joined, SIGNATURE } from './png-chunks.js';

/**
 * Pixels as a PNG file: 8-bit indexed where there are at most 256 colours (a heatmap's case, and a quarter of the size),
 * else 8-bit RGBA. The same pixels give the same bytes, in Node and in a browser.
 */
export function encodePng(pixels: Pixels): Uint8Array {
  const { width, height } = pixels;
  const colours = new Uint32Array(pixels.data.buffer, pixels.data.byteOffset, width * height);
  const indexed = index(colours);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, indexed === null ? RGBA : INDEXED], 8); // bits a sample, kind of colour; deflate, usual filters, not interlaced

  const body = indexed === null
    ? [chunk('IDAT', compressed(new Uint8Array(colours.buffer, colours.byteOffset, 4 * width * height), height))]
    : [...paletteChunks(indexed.palette), chunk('IDAT', compressed(indexed.indices, height))];
  return joined([SIGNATURE, chunk('IHDR', header), ...body, chunk('IEND', new Uint8Array())]);
}

const RGBA = 6;
const INDEXED = 3;

interface Indexed { readonly palette: readonly number[]; readonly indices: Uint8Array }

function index(colours: Uint32Array): Indexed | null {
  const known = new Map<number, number>();
  const indices = new Uint8Array(colours.length);
  let last = -1; // neighbours are mostly alike
  let lastIndex = 0;
  for (let i = 0; i < colours.length; i++) {
    const colour = colours[i];
    if (colour !== last) {
      let found = known.get(colour);
      if (found === undefined) {
        if (known.size === 256) return null;
        known.set(colour, found = known.size);
      }
      last = colour;
      lastIndex = found;
    }
    indices[i] = lastIndex;
  }
  return { palette: [...known.keys()], indices };
}

function paletteChunks(palette: readonly number[]): Uint8Array[] {
  const rgba = new Uint8Array(Uint32Array.from(palette).buffer);
  const rgb = Uint8Array.from({ length: 3 * palette.length }, (_, i) => rgba[4 * Math.floor(i / 3) + (i % 3)]);
  const alpha = Uint8Array.from(palette, (_, i) => rgba[4 * i + 3]);
  return alpha.every((a) => a === 255) ? [chunk('PLTE', rgb)] : [chunk('PLTE', rgb), chunk('tRNS', alpha)];
}

/** Rows, each after a byte that says "not filtered", deflated. */
function compressed(samples: Uint8Array, height: number): Uint8Array {
  const stride = samples.length / height;
  const raw = new Uint8Array(samples.length + height);
  for (let row = 0; row < height; row++) raw.set(samples.subarray(row * stride, (row + 1) * stride), row * (stride + 1) + 1);
  return zlibSync(raw, { level: 6 });
}
