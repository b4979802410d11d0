import { expect, it } from 'vitest';
import { encodePng } from '../../src/paint/png-encoder.js';
import { pixelsOf } from '../golden.js';

const pixels = (width: number, height: number, at: (i: number) => readonly number[]) => ({
  width, height, data: Uint8ClampedArray.from(Array.from({ length: width * height }, (_, i) => at(i)).flat()),
});

/** The kind of colour in the header: 3 indexed, 6 RGBA. */
const kindOf = (png: Uint8Array): number => png[25];

it('writes up to 256 colours as an index, more as RGBA; both read back as they were', async () => {
  const few = pixels(16, 17, (i) => [i % 256, 255 - (i % 256), 7, 255]);
  const many = pixels(16, 17, (i) => [i % 256, i >> 8, 7, 255]);
  for (const [image, kind] of [[few, 3], [many, 6]] as const) {
    const png = encodePng(image);
    expect(kindOf(png)).toBe(kind);
    expect(await pixelsOf(png)).toEqual(image);
  }
});

it('keeps transparency', async () => {
  const image = pixels(2, 1, (i) => (i === 0 ? [255, 0, 0, 255] : [0, 0, 0, 0]));
  const png = encodePng(image);
  expect(kindOf(png)).toBe(3);
  expect(await pixelsOf(png)).toEqual(image);
});

it('writes one pixel', async () => {
  const image = pixels(1, 1, () => [1, 2, 3, 255]);
  expect(await pixelsOf(encodePng(image))).toEqual(image);
});
