import { describe, expect, it } from 'vitest';
import type { Mark, MarkerShape, Panel } from '../../src/figures/figure.js';
import { Drawing } from '../../src/paint/drawing.js';
import { expectGolden, pixelsOf } from '../golden.js';
import { ALL, axis, colorBar, everything, figure, image, line, panel, text } from './figures.js';

const drawn = (marks: readonly Mark[], more: Partial<Panel> = {}): Drawing => new Drawing(figure([panel(marks, more)]));

/** The colour of one pixel, as `[r, g, b]`. */
async function probe(drawing: Drawing): Promise<(x: number, y: number) => number[]> {
  const { width, data } = await pixelsOf(await drawing.png());
  return (x, y) => [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)];
}

const WHITE = [255, 255, 255];

it('everything in one figure', () => expectGolden(new Drawing(everything), 'everything'));

it('everything at 200 dots per inch: lines and words grow along', () =>
  expectGolden(new Drawing({ ...everything, dpi: 200 }), 'everything-200dpi'));

describe('lines', () => {
  it('are interrupted by NaN and infinities; a point between two gaps is a dot', async () => {
    const drawing = drawn([line([2, 3, 2, NaN, 1, 3, Infinity, 3, NaN, 1, 2], { width: 2 })]);
    await expectGolden(drawing, 'line-gaps');
    const at = await probe(drawing);
    for (const y of [30, 40, 50, 60, 70, 80]) expect(at(40 + 3 * 16, y), 'nothing at the NaN').toEqual(WHITE);
    expect(at(40 + 7 * 16, 40), 'the lone point').toEqual([0, 114, 178]);
  });

  it('of NaN only leave the panel empty', async () => {
    const at = await probe(drawn([line([NaN, NaN, NaN])]));
    for (let x = 40; x < 200; x++) for (let y = 20; y < 100; y++) expect(at(x, y)).toEqual(WHITE);
  });

  it('have markers, see-through strokes, and end at the panel', () => expectGolden(drawn([
    line([1, 3, 2, NaN, 3, 4, 2, 1, 3, 2, 2], { markerRadius: 4 }),
    line([-2, 6, -2, 6, -2, 6, -2, 6, -2, 6, -2], { color: '#d55e00', opacity: 0.4, width: 4 }),
  ], { borders: ALL }), 'line-markers'));

  it('run with a reversed axis, too', () => expectGolden(drawn([line([0, 1, 2, 3, 4])], { y: axis([4, 0], [0, 4]) }), 'line-downwards'));

  it('of very many points look like all of their points', async () => {
    const wave = Float64Array.from({ length: 200_000 }, (_, i) => 2 + Math.sin(i / 4000) + (i % 7 === 0 ? 0.2 : 0));
    wave[100_003] = 3.9; // one step out of 200 000
    const x = Float64Array.from(wave, (_, i) => (10 * i) / 199_999);
    await expectGolden(drawn([line(wave, { x, width: 1 })]), 'line-long');
  });
});

describe('heatmaps', () => {
  const ramp = Float64Array.from({ length: 21 }, (_, i) => (i - 10) / 10);

  it.each(['bwr', 'RdBu', 'viridis', 'greys'] as const)('in %s, with its colour bar', (colors) => expectGolden(new Drawing(figure([
    panel([image(ramp, 3, 7, { colors })], { borders: ALL }),
  ], { colorBars: [colorBar({ colors, box: { x: 206, y: 20, width: 6, height: 80 }, ticks: [] })] })), `image-${colors}`));

  it('have cells with hard edges on whole pixels: row 0 on top, missing values in their colour', async () => {
    const at = await probe(drawn([image([-1, NaN, 1, -Infinity, 1, 1, 0, 0, 0.5], 3, 3)]));
    const blue = [0, 0, 255];
    const red = [255, 0, 0];
    const grey = [128, 128, 128];
    // 160 x 80 pixels from (40, 20): columns begin at 40, 93, 147; rows at 20, 47, 73.
    expect([at(40, 20), at(92, 46)]).toEqual([blue, blue]);
    expect([at(93, 20), at(146, 46)]).toEqual([grey, grey]);
    expect([at(147, 20), at(199, 46)]).toEqual([red, red]);
    expect([at(40, 47), at(92, 72)]).toEqual([grey, grey]);
    expect([at(93, 47), at(93, 72)]).toEqual([red, red]);
    expect([at(39, 20), at(200, 20), at(40, 19), at(40, 100)]).toEqual([WHITE, WHITE, WHITE, WHITE]);
  });

  it('with cells smaller than a pixel show the mean of values, not of colours', async () => {
    // 1600 columns on 160 pixels: -1 and 3 in turn. The mean of values is 1, red; the mean of (clamped) colours would be purple.
    const values = Float64Array.from({ length: 1600 }, (_, i) => (i % 2 === 0 ? -1 : 3));
    const at = await probe(drawn([image(values, 1, 1600)]));
    for (let x = 40; x < 200; x++) expect(at(x, 60)).toEqual([255, 0, 0]);
  });

  it('of more cells than pixels, with missing stretches', () => {
    const values = Float64Array.from({ length: 1000 * 400 }, (_, i) => {
      const [row, column] = [Math.floor(i / 1000), i % 1000];
      return (column > 600 && column < 700) || i % 3 === 0 ? NaN : Math.sin(column / 50) * Math.cos(row / 40);
    });
    return expectGolden(drawn([image(values, 400, 1000, { colors: 'RdBu' })], { borders: ALL }), 'image-averaged');
  });

  it('in boxes off the pixel grid fill them to whole pixels, at any scale', () => expectGolden(new Drawing(figure([
    panel([image(ramp, 3, 7)], { box: { x: 40.3, y: 20.7, width: 150.4, height: 79.2 }, borders: ALL }),
  ], { dpi: 133 })), 'image-133dpi'));
});

describe('bars', () => {
  it('are one shape without seams, from zero up and down', () => expectGolden(drawn([
    { kind: 'bars', edges: [0, 1.3, 2.6, 3.9, 5.2, 6.5, 10], height: [1, 3, 2, NaN, -1, 2], color: '#0072b2', opacity: 0.5 },
  ], { y: axis([-1, 4], [0]), borders: ALL }), 'bars'));

  it('none: nothing', async () => {
    const at = await probe(drawn([{ kind: 'bars', edges: [], height: [], color: '#0072b2', opacity: 1 }]));
    expect(at(100, 99)).toEqual(WHITE);
  });
});

describe('points', () => {
  const shapes: MarkerShape[] = ['circle', 'cross', 'square', 'diamond', 'triangle', 'triangle-down'];

  it('have six shapes; those without coordinates are left out', () => expectGolden(drawn(shapes.map((shape, i): Mark => ({
    kind: 'points', shape, x: [i + 1, i + 1.2, i + 2, NaN], y: [3, 2.8, 1, 2], color: '#d55e00', radius: 7, opacity: i < 3 ? 1 : 0.5,
  })), { x: axis([0, 8]) }), 'points'));

  it('that are see-through darken where they overlap', async () => {
    const at = await probe(drawn([{ kind: 'points', x: [5, 5], y: [2, 2], color: '#000000', radius: 5, opacity: 0.5, shape: 'circle' }]));
    expect(at(120, 60)[0]).toBeLessThan(70);
  });
});

describe('rules and bands', () => {
  it('lie on whole pixels', async () => {
    const drawing = drawn([
      { kind: 'band', from: 2, to: 4, color: '#dddddd' },
      { kind: 'band', from: 6, to: 6.001, color: '#dddddd' },
      { kind: 'rule', axis: 'y', at: 1.99, color: '#000000', width: 1, dash: [] },
      { kind: 'rule', axis: 'x', at: 5, color: '#cc0000', width: 2, dash: [6, 3] },
      { kind: 'rule', axis: 'x', at: NaN, color: '#cc0000', width: 2, dash: [] },
    ], { borders: ALL });
    await expectGolden(drawing, 'rules-bands');
    const at = await probe(drawing);
    expect([at(150, 59), at(150, 60), at(150, 61)]).toEqual([WHITE, [0, 0, 0], WHITE]);
    expect(at(136, 30), 'a band narrower than a pixel').toEqual([221, 221, 221]);
  });
});

describe('words', () => {
  it('stand where their alignment and baseline say, turned or not', () => expectGolden(new Drawing(figure([panel([])], {
    width: 460, height: 270,
    texts: (['top', 'middle', 'alphabetic', 'bottom'] as const).flatMap((baseline, row) => (['left', 'center', 'right'] as const).flatMap((align, column) => [
      text(`Hg ${baseline}`, 90 + 140 * column, 30 + 40 * row, { align, baseline, size: 14 }),
      text('+', 90 + 140 * column, 30 + 40 * row, { align: 'center', baseline: 'middle', color: '#dd0000', size: 8 }),
    ])).concat([-90, -45, 0, 45, 90].map((rotate, i) => text('Turned', 50 + 80 * i, 220, { rotate, weight: 600 }))),
  })), 'texts'));

  it('hold letters of Latin, Greek, Cyrillic and Vietnamese, and escapes for what is no letter', () => expectGolden(new Drawing(figure([], {
    height: 90, texts: [text('−1.2e−4 ×±° ÅŴőű', 8, 20), text('αβγΔΣΩ Ждя Việt', 8, 40), text('two\nlines \u202e\0', 8, 60), text('lone \ud800 half', 8, 80)],
  })), 'texts-letters'));

  it('show a box where no font has a letter: never nothing', async () => {
    const { data } = await pixelsOf(await new Drawing(figure([], { texts: [text('\u{10fff0}', 50, 50, { size: 20 })] })).png());
    expect(data.filter((value) => value < 128).length).toBeGreaterThan(20);
  });
});
