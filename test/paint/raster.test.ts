import { describe, expect, it } from 'vitest';
import type { ImageMark } from '../../src/figures/figure.js';
import { rasterOf } from '../../src/paint/raster.js';
import { image } from './figures.js';

// In greys, 0 is white and 1 black; the red byte tells the value.
const greys = (values: ArrayLike<number>, rows: number, columns: number, more: Partial<ImageMark> = {}): ImageMark =>
  image(values, rows, columns, { domain: [0, 1], colors: 'greys', missingColor: '#ff00ff', ...more });

/** Each pixel of a row as one letter: W(hite), K (black), M(issing), or ? for anything between. */
function letters(mark: ImageMark, width: number, height: number): string[] {
  const { data } = rasterOf(mark, width, height);
  const letter = (i: number): string => {
    const [r, g, b] = data.subarray(4 * i, 4 * i + 3);
    return `${r},${g},${b}` === '255,0,255' ? 'M' : r === 255 ? 'W' : r === 0 ? 'K' : '?';
  };
  return Array.from({ length: height }, (_, row) => Array.from({ length: width }, (_, column) => letter(row * width + column)).join(''));
}

describe('cells of whole pixels', () => {
  it('share the width as evenly as whole pixels allow', () => {
    expect(letters(greys([0, 1, 0], 1, 3), 8, 1)).toEqual(['WWWKKWWW']);
    expect(letters(greys([0, 1, 1, 0], 2, 2), 5, 3)).toEqual(['WWWKK', 'WWWKK', 'KKKWW']);
  });

  it('clamp what lies beyond the domain, and show what is not finite as missing', () => {
    expect(letters(greys([-5, 5, NaN, Infinity, -Infinity], 1, 5), 5, 1)).toEqual(['WKMMM']);
  });

  it('with a domain of one value, show what is below and above', () => {
    expect(letters(greys([1, 2, 3], 1, 3, { domain: [2, 2] }), 3, 1)).toEqual(['W?K']);
  });
});

describe('cells smaller than a pixel', () => {
  it('are averaged in both directions, each counted once', () => {
    expect(letters(greys([0, 1, 0, 1, 1, 0, 1, 0], 2, 4), 2, 1)).toEqual(['??']);
    expect(letters(greys([0, 0, 3, -1, 0, 0, 3, -1], 2, 4), 2, 1)).toEqual(['WK']);
    expect(letters(greys([0, 0, 1, 1], 1, 4), 2, 2)).toEqual(['WK', 'WK']);
  });

  it('are averaged over the finite ones; none is missing', () => {
    expect(letters(greys([NaN, 1, NaN, NaN, Infinity, 0], 1, 6), 3, 1)).toEqual(['KMW']);
  });

  it('in one direction only are repeated in the other', () => {
    expect(letters(greys([0, 0, 1, 1, 1, 1, 0, 0], 2, 4), 2, 4)).toEqual(['WK', 'WK', 'KW', 'KW']);
  });

  it('a few more than pixels are each shown', () => {
    // 5 cells on 3 pixels: 2 + 1 + 2
    expect(letters(greys([1, 1, 0, 1, 1], 1, 5), 3, 1)).toEqual(['KWK']);
  });
});
