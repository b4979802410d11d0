import { inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { Drawing } from '../../src/paint/drawing.js';
import { everything, figure, image, panel, text } from './figures.js';

interface Part { readonly head: string; readonly body: string }

/** The objects of a PDF file: what they say, and their streams inflated. */
function partsOf(pdf: Uint8Array): Part[] {
  const file = Buffer.from(pdf).toString('latin1');
  return [...file.matchAll(/\n\d+ 0 obj\n([^]*?)\nendobj/g)].map(([, object]) => {
    const stream = /^([^]*?)stream\r?\n([^]*)\nendstream$/.exec(object);
    if (stream === null) return { head: object, body: '' };
    const [, head, data] = stream;
    const length = Number(/\/Length (\d+)/.exec(head)?.[1]);
    const bytes = Buffer.from(data.slice(0, length), 'latin1');
    return { head, body: (head.includes('/FlateDecode') ? inflateSync(bytes) : bytes).toString('latin1') };
  });
}

const matching = (parts: Part[], pattern: RegExp): Part[] => parts.filter(({ head }) => pattern.test(head));

it('is one page of the figure\'s size in points, titled by its description', async () => {
  const parts = partsOf(await new Drawing(everything).pdf());
  expect(matching(parts, /\/Type \/Page\n/)).toHaveLength(1);
  // 540 x 370 pixels at 96 to the inch are 405 x 277.5 points; a page has whole ones
  expect(matching(parts, /\/MediaBox \[0 0 405 278\]/)).toHaveLength(1);
  expect(matching(parts, /\/Title \(Four panels\. One of each <mark>, & a colour bar\.\)/)).toHaveLength(1);
});

it('holds words as text, with the fonts they need', async () => {
  const parts = partsOf(await new Drawing(everything).pdf());
  for (const name of ['Inter-Regular', 'Inter-SemiBold']) {
    expect(matching(parts, new RegExp(`/Type /FontDescriptor[^]*/FontName /[A-Z]{6}\\+${name}\n[^]*/FontFile2 `)), name).not.toHaveLength(0);
  }
  const content = parts.find(({ body }) => /\bBT\b/.test(body))!.body;
  // Title, key, panel label, 3 axis names, 23 tick numbers, and 3 of the colour bar; kerning may part a word in two.
  expect(content.match(/\bT[jJ]\b/g)!.length).toBeGreaterThanOrEqual(1 + 1 + 1 + 3 + 23 + 3);
});

it('maps its letters back to Unicode, so that they can be searched and copied', async () => {
  const parts = partsOf(await new Drawing(figure([], { texts: [text('Grd', 10, 20)] })).pdf());
  const map = parts.map(({ body }) => body).find((body) => body.includes('beginbfchar') || body.includes('beginbfrange'))!;
  for (const letter of 'Grd') expect(map, letter).toMatch(new RegExp(`<00${letter.charCodeAt(0).toString(16)}>`, 'i'));
});

it('holds lines as lines and a heatmap as an unsmoothed image of whole pixels a cell', async () => {
  const parts = partsOf(await new Drawing(figure([panel([image([1, 0, -1], 1, 3)])])).pdf());
  const [only, ...more] = matching(parts, /\/Subtype \/Image/);
  expect(more).toEqual([]);
  expect(only.head).toMatch(/\/Width 321\n\/Height 160\n/);
  expect(only.head).not.toContain('/Interpolate true');
});

it('is the same each time', async () => {
  const drawing = new Drawing(everything);
  expect(Buffer.from(await drawing.pdf()).equals(Buffer.from(await drawing.pdf()))).toBe(true);
});
