import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import pixelmatch from 'pixelmatch';
import { expect } from 'vitest';
import type { Drawing } from '../src/paint/drawing.js';

// No pixel may differ by more than this part of the way from black to white (pixelmatch's measure): about ten levels of 255.
// Skia rounds edges differently by a level or two between processors; anything a person could see is far more.
const TOLERANCE = 0.04;

const root = fileURLToPath(new URL('.', import.meta.url));
const updating = process.env['UPDATE_GOLDEN'] === '1';

/**
 * Compares a picture with the one kept as `golden/NAME.png` beside the test; SVG text with `golden/NAME.svg`, exactly.
 *
 * On a mismatch, what was drawn and where it differs go to `test/out/`. `UPDATE_GOLDEN=1` keeps what is drawn now as
 * the golden picture: look at it before you commit it.
 *
 * @param picture a drawing (compared as PNG), a PNG file's bytes, or SVG text
 */
export async function expectGolden(picture: Drawing | Uint8Array | string, name: string): Promise<void> {
  const folder = join(dirname(expect.getState().testPath ?? root), 'golden');
  const ending = typeof picture === 'string' ? 'svg' : 'png';
  const golden = join(folder, `${name}.${ending}`);
  const drawn = typeof picture === 'string' || picture instanceof Uint8Array ? picture : await picture.png();
  if (updating) {
    if (process.env['CI'] === 'true') throw new Error('UPDATE_GOLDEN is set in CI, which would pass whatever is drawn');
    mkdirSync(folder, { recursive: true });
    if (!existsSync(golden) || !(await alike(golden, drawn)).same) writeFileSync(golden, drawn);
    return;
  }
  if (!existsSync(golden)) throw new Error(`there is no ${relative(root, golden)} yet; UPDATE_GOLDEN=1 makes it`);
  const { same, reason, difference } = await alike(golden, drawn);
  if (same) return;
  const out = join(root, 'out', relative(root, dirname(folder)));
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, `${name}.${ending}`), drawn);
  if (difference !== undefined) writeFileSync(join(out, `${name}.difference.png`), difference);
  throw new Error(`${relative(root, golden)}: ${reason}; see ${relative(dirname(root), out)}`);
}

interface Verdict { readonly same: boolean; readonly reason?: string; readonly difference?: Uint8Array }

async function alike(golden: string, drawn: Uint8Array | string): Promise<Verdict> {
  if (typeof drawn === 'string') {
    return readFileSync(golden, 'utf8') === drawn ? { same: true } : { same: false, reason: 'the SVG text differs' };
  }
  const [expected, found] = [await pixelsOf(readFileSync(golden)), await pixelsOf(drawn)];
  const { width, height } = expected;
  if (found.width !== width || found.height !== height) {
    return { same: false, reason: `is ${width} x ${height} pixels, drawn were ${found.width} x ${found.height}` };
  }
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  const difference = context.createImageData(width, height);
  const count = pixelmatch(expected.data, found.data, difference.data, width, height, { threshold: TOLERANCE, includeAA: true });
  if (count === 0) return { same: true };
  context.putImageData(difference, 0, 0);
  return { same: false, reason: `${count} of ${width * height} pixels differ`, difference: await canvas.encode('png') };
}

/** A PNG's pixels, four bytes each. */
export async function pixelsOf(png: Uint8Array): Promise<{ width: number; height: number; data: Uint8ClampedArray }> {
  const image = await loadImage(Buffer.from(png));
  const { width, height } = image;
  const context = createCanvas(width, height).getContext('2d');
  context.drawImage(image, 0, 0);
  return { width, height, data: context.getImageData(0, 0, width, height).data };
}
