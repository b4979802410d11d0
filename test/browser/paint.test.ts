import { readFile } from 'node:fs/promises';
import pixelmatch from 'pixelmatch';
import { expect } from 'vitest';
import { Drawing } from '../../src/paint/drawing.js';
import { pixelsOf } from '../golden.js';
import { everything, figure, image, panel, text } from '../paint/figures.js';
import { itOnPage } from './page.js';
import type * as page from './pages/paint.js';

// Less than one visibly different pixel in 250.
const ALIKE = 0.004;

type Picture = Awaited<ReturnType<typeof pixelsOf>>;

const fromBase64 = (png: string): Promise<Picture> => pixelsOf(Buffer.from(png, 'base64'));

/** Which part of two pictures' pixels differ visibly. Browsers smooth the edges of letters a little differently. */
function differing(a: Picture, b: Picture): number {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  return pixelmatch(a.data, b.data, undefined, a.width, a.height, { threshold: 0.25, includeAA: true }) / (a.width * a.height);
}

itOnPage<typeof page>('a browser draws the same picture as Node, on a canvas and as PNG', 'paint.ts', async ({ call }) => {
  const here = await pixelsOf(await new Drawing(everything).png());
  const canvas = await call('drawOn', everything);
  expect(canvas).toMatchObject({ style: 'width: 540px; height: 370px;', fonts: ['Inter 400 loaded', 'Inter 600 loaded'] });
  expect(differing(await fromBase64(canvas.png), here)).toBeLessThan(ALIKE);

  const file = await call('png', everything);
  expect(differing(await fromBase64(file), here)).toBeLessThan(ALIKE);
  expect(Buffer.from(file, 'base64').includes('pHYs')).toBe(true);

  // The measure is fine enough to tell a picture without words.
  const wordless = await pixelsOf(await new Drawing({ ...everything, texts: [], axisStyle: { ...everything.axisStyle, textColor: '#ffffff' } }).png());
  expect(differing(wordless, here)).toBeGreaterThan(ALIKE);
});

itOnPage<typeof page>('a browser writes the same SVG as Node, and reads and shows it well', 'paint.ts', async ({ call }) => {
  expect(await call('svg', everything), 'the same to the letter').toBe(new Drawing(everything).svg());

  const odd = figure([], { description: '<&>"\' \u0001', texts: [text(']]> <!-- &amp; \u0000\ud800\uffff', 10, 20)] });
  expect((await call('showSvg', new Drawing(odd).svg())).fault, 'well-formed XML').toBeNull();

  const here = await pixelsOf(await new Drawing({ ...everything, texts: [] }).png());
  const shown = await call('showSvg', new Drawing({ ...everything, texts: [] }).svg());
  expect(shown.fault).toBeNull();
  // An image has no access to the page's fonts, so tick numbers come from another one.
  expect(differing(await fromBase64(shown.png), here)).toBeLessThan(0.01);

  const { png } = await call('showSvg', new Drawing(figure([panel([image([-1, 1, -1, 1], 1, 4)])])).svg());
  const { data } = await fromBase64(png);
  const row = Array.from({ length: 160 }, (_, x) => data.slice(4 * (60 * 220 + 40 + x), 4 * (60 * 220 + 40 + x) + 3).join());
  expect(row, 'hard edges between the cells of a heatmap').toEqual(row.map((_, x) => (Math.floor(x / 40) % 2 === 0 ? '0,0,255' : '255,0,0')));
});

itOnPage<typeof page>('saving in a browser is a download; PDF is refused by name', 'paint.ts', async ({ call, page }) => {
  const [download] = await Promise.all([page.waitForEvent('download'), call('save', everything, 'folder/grads.svg')]);
  expect(download.suggestedFilename()).toBe('grads.svg');
  expect(await readFile((await download.path()), 'utf8')).toBe(new Drawing(everything).svg());
  expect(await call('pdf', everything)).toBe('SeeRnnError: PDF can only be made in Node; in a browser, use PNG or SVG');
});
