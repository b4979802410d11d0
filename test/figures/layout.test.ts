import { createRequire } from 'node:module';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';
import { describe, expect, it } from 'vitest';
import { gridShape, isLowest, panelBox, shareAmong } from '../../src/figures/grid.js';
import { commonExponent, count, exponentText, percent, shortNumber, tickText } from '../../src/figures/numbers.js';
import { countBeyond, histogram, missingText, paddedDomain, summarize, symmetricDomain, together } from '../../src/figures/statistics.js';
import { shorten, shortenName, textBox, textWidth, words, wrap } from '../../src/figures/text.js';
import { axisTicks } from '../../src/figures/ticks.js';

describe('the grid', () => {
  it('is about as wide as high, and wider where that leaves fewer places empty', () => {
    const shape = (count: number): [number, number] => [gridShape(count, 'auto').columns, gridShape(count, 'auto').rows];
    expect([1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 16, 17, 32, 256].map(shape)).toEqual([
      [1, 1], [2, 1], [3, 1], [2, 2], [3, 2], [3, 2], [4, 2], [4, 2], [4, 3], [5, 3], [4, 4], [6, 3], [8, 4], [16, 16],
    ]);
  });

  it('has the columns that so many rows need, and drops no panel', () => {
    expect(gridShape(7, 2)).toEqual({ count: 7, rows: 2, columns: 4 });
    expect(gridShape(16, 8)).toEqual({ count: 16, rows: 8, columns: 2 });
    // Six panels in two columns fill three rows, though four were asked for.
    expect(gridShape(6, 4)).toEqual({ count: 6, rows: 3, columns: 2 });
  });

  it('knows the lowest panel of each column, above empty places too', () => {
    const grid = gridShape(7, 2);
    expect(Array.from({ length: 7 }, (_, i) => isLowest(grid, i))).toEqual([false, false, false, true, true, true, true]);
  });

  it('shares among all, rows, columns or nobody', () => {
    const grid = gridShape(5, 2);
    const values = [1, 2, 3, 40, 50];
    const largest = (share: 'all' | 'row' | 'column' | 'none'): number[] => shareAmong(grid, share, values, (group) => Math.max(...group));
    expect(largest('all')).toEqual([50, 50, 50, 50, 50]);
    expect(largest('row')).toEqual([3, 3, 3, 50, 50]);
    expect(largest('column')).toEqual([40, 50, 3, 40, 50]);
    expect(largest('none')).toEqual(values);
  });

  it('places panels row by row', () => {
    expect(panelBox(gridShape(5, 2), 4, { left: 10, top: 20, panelWidth: 100, panelHeight: 50, gapX: 5, gapY: 7 })).toEqual({ x: 115, y: 77, width: 100, height: 50 });
  });
});

describe('ticks', () => {
  const room = { direction: 'x', length: 200, size: 10, overhang: 5, exponent: 0 } as const;
  const texts = (ticks: { text: string }[]): string[] => ticks.map(({ text }) => text);

  it('are round numbers', () => {
    expect(axisTicks({ domain: [-0.5, 99.5], kind: 'index' }, room)).toEqual([0, 20, 40, 60, 80].map((at) => ({ at, text: String(at) })));
    expect(texts(axisTicks({ domain: [-1.06, 0.9], kind: 'value' }, room))).toEqual(['\u22121.0', '\u22120.5', '0', '0.5']);
  });

  it('are whole numbers where positions or counts are', () => {
    expect(axisTicks({ domain: [-0.5, 2.5], kind: 'index' }, { ...room, length: 600 })).toEqual([0, 1, 2].map((at) => ({ at, text: String(at) })));
    expect(texts(axisTicks({ domain: [0, 1.06], kind: 'count' }, { ...room, direction: 'y' }))).toEqual(['0', '1']);
    expect(texts(axisTicks({ domain: [0, 42_000], kind: 'count' }, { ...room, direction: 'y', length: 60 }))).toEqual(['0', '20k', '40k']);
  });

  it('hold for an axis that runs downwards', () => {
    expect(texts(axisTicks({ domain: [5.5, -0.5], kind: 'index' }, { ...room, direction: 'y', length: 90 }))).toEqual(['0', '2', '4']);
  });

  it('get fewer where there is less room, and none stick out', () => {
    expect(texts(axisTicks({ domain: [-0.5, 99.5], kind: 'index' }, { ...room, length: 40 }))).toEqual(['0', '50']);
    expect(texts(axisTicks({ domain: [0, 100], kind: 'value' }, { ...room, overhang: 0 }))).toEqual(['20', '40', '60', '80']);
    expect(texts(axisTicks({ domain: [0, 100], kind: 'value' }, { ...room, length: 12 }))).toEqual(['0']);
  });

  it('are more where the usual number would leave only one', () => {
    // Two wanted would give the step 5, and only 0 within the axis.
    expect(texts(axisTicks({ domain: [-4.1, 3.6], kind: 'value' }, { ...room, direction: 'y', length: 46, size: 7.5 }))).toEqual(['\u22124', '\u22122', '0', '2']);
  });
});

describe('numbers', () => {
  it('are short, with a real minus and an exponent where they are small or large', () => {
    expect([0, 0.25, -0.001, 1e-4, -3.21e-7, 12345, 1.5e7, NaN, -Infinity].map((value) => shortNumber(value)))
      .toEqual(['0', '0.25', '\u22120.001', '1e\u22124', '\u22123.21e\u22127', '12,300', '1.5e7', 'NaN', '\u2212Inf']);
  });

  it('have one power of ten in common, noted once', () => {
    expect(commonExponent([[-1e-4, 1e-4]])).toBe(-4);
    expect(commonExponent([[0, 0.02], [-0.01, 0]])).toBe(0);
    expect(commonExponent([[0, 25_000]])).toBe(4);
    expect(commonExponent([[0, 1], [0, 1e-5]])).toBeUndefined();
    expect(commonExponent([[0, 0]])).toBe(0);
    expect(tickText(-5e-5, 5e-5, -4)).toBe('\u22120.5');
    expect(tickText(3e-4, 1e-4, -4)).toBe('3');
    expect(tickText(1e-20, 1e-4, -4)).toBe('0');
    expect(tickText(2e-5, 1e-5, undefined)).toBe('2e\u22125');
    expect(exponentText(-4)).toBe(' (\u00d71e\u22124)');
    expect(exponentText(0)).toBe('');
  });

  it('count and share', () => {
    expect([count(9600), count(1_234_567)]).toEqual(['9,600', '1.23M']);
    expect([percent(0.0074), percent(0.5), percent(0.123)]).toEqual(['0.74%', '50%', '12%']);
  });
});

describe('statistics', () => {
  it('leave out what is not finite, and count it', () => {
    const summary = summarize(Float64Array.of(3, NaN, -Infinity, -2, Infinity, NaN));
    expect(summary).toEqual({ min: -2, max: 3, finite: 2, nan: 2, inf: 2 });
    expect(missingText(summary)).toBe('2 NaN, 2 Inf');
    expect(missingText({ nan: 0, inf: 1 })).toBe('1 Inf');
    expect(together([summary, summarize(Float64Array.of(7))])).toEqual({ min: -2, max: 7, finite: 3, nan: 2, inf: 2 });
    expect(countBeyond(Float64Array.of(-2, -1, 0, 1, 2, NaN, Infinity), -1, 1)).toBe(2);
  });

  it('make ranges, also of nothing and of one value', () => {
    expect(paddedDomain({ min: 0, max: 10 }, 0.1)).toEqual([-1, 11]);
    expect(paddedDomain({ min: 4, max: 4 })).toEqual([2, 6]);
    expect(paddedDomain({ min: 0, max: 0 })).toEqual([-1, 1]);
    expect(paddedDomain(summarize(Float64Array.of(NaN)))).toEqual([0, 1]);
    expect(symmetricDomain({ min: -3, max: 2 })).toEqual([-3, 3]);
    expect(symmetricDomain({ min: 0, max: 0 })).toEqual([-1, 1]);
  });

  it('count every value into one bin, edges into the bin they begin, the last edge into the last', () => {
    const { edges, counts } = histogram(Float64Array.of(0, 0.125, 0.2, 0.25, 0.5, 1, NaN, Infinity, 1.01, -0.01), 0, 1, 8);
    expect([...counts]).toEqual([1, 2, 1, 0, 1, 0, 0, 1]);
    expect([edges[0], edges[4], edges[8]]).toEqual([0, 0.5, 1]);
    // The third edge of ten is 0.30000000000000004: what is below it belongs to the bin before.
    expect([...histogram(Float64Array.of(0.3), 0, 1, 10).counts].indexOf(1)).toBe(2);
    const many = Float64Array.from({ length: 1001 }, (_, i) => i / 1000);
    expect(histogram(many, 0, 1, 7).counts.reduce((a, b) => a + b)).toBe(1001);
  });
});

describe('text', () => {
  it('is as wide as Inter draws it, to 3%', () => {
    const file = (weight: number): string => createRequire(import.meta.url).resolve(`@fontsource/inter/files/inter-latin-${weight}-normal.woff2`);
    for (const weight of [400, 600] as const) {
      GlobalFonts.registerFromPath(file(weight), `Measured${weight}`);
      const context = createCanvas(1, 1).getContext('2d');
      context.font = `100px Measured${weight}`;
      for (const text of ['Gradients by timestep and unit', 'one panel per unit (256) \u00b7 16 samples', '\u22120.005', '1e\u22124 \u00d7 12,345', 'The quick brown fox jumps over a lazy dog?', '{[#%&@]}']) {
        expect(Math.abs(textWidth(text, 100, weight) / context.measureText(text).width - 1), text).toBeLessThan(0.03);
      }
    }
  });

  it('counts letters from elsewhere too', () => {
    expect(textWidth('\u043f\u0440\u0438', 10)).toBeCloseTo(18.6);
    expect(textWidth('\u52fe\u914d', 10)).toBe(20);
  });

  it('is shortened and broken into lines that fit', () => {
    expect(shorten('timestep', 100, 10)).toBe('timestep');
    expect(shorten('timestep', 30, 10)).toBe('time\u2026');
    expect(shorten('timestep', 1, 10)).toBe('');
    expect(shortenName('gradient', ' (\u00d71e\u22124)', 70, 10)).toBe('gra\u2026 (\u00d71e\u22124)');
    const lines = wrap('one two three four five\nsix', 60, 10);
    expect(lines).toEqual(['one two', 'three four', 'five', 'six']);
    expect(Math.max(...lines.map((line) => textWidth(line, 10)))).toBeLessThanOrEqual(60);
    expect(wrap('a\u202eb', 60, 10)).toEqual(['a\\u202eb']);
  });

  it('takes up space also when turned', () => {
    const upright = textBox(words('unit', 50, 50, { size: 10, align: 'center' }));
    const turned = textBox(words('unit', 50, 50, { size: 10, align: 'center', rotate: -90 }));
    expect(upright.x1 - upright.x0).toBeCloseTo(turned.y1 - turned.y0);
    expect([turned.x0, turned.x1].map((x) => Math.round(x))).toEqual([50, 60]);
  });
});
