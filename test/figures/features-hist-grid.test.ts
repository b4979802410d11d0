import { describe, expect, it } from 'vitest';
import { featuresHistGridFigure } from '../../src/figures/features-hist-grid.js';
import type { BarMark, Figure, Panel } from '../../src/figures/figure.js';
import { Random } from '../random.js';
import { messageOf } from './message.js';
import { collisions, outside } from './words-of.js';

const barsOf = (panel: Panel): BarMark[] => panel.marks.filter((mark) => mark.kind === 'bars');
const texts = (figure: Figure): string[] => figure.texts.map(({ text }) => text);
const cells = [[[[0, 1, 1], [1, 2, 2]], [[0, 3]]], [[[5, 6]], [[0, 30], [1], [2]]]];

describe('featuresHistGrid', () => {
  it('has a panel for each cell, and bars for each of its histograms over the same bins', () => {
    const { panels } = featuresHistGridFigure(cells, { bins: 3 });
    expect(panels.map((panel) => barsOf(panel).map(({ height }) => Array.from(height)))).toEqual([
      [[3, 0, 0], [2 + 1, 0, 0]].map((_, h) => (h === 0 ? [3, 0, 0] : [1, 2, 0])), [[2, 0, 0]], [[0, 0, 2]], [[1, 0, 1], [1, 0, 0], [1, 0, 0]],
    ]);
    // Columns share their bins: the first goes from 0 to 6, the second to 30.
    expect(panels.map((panel) => Array.from(barsOf(panel)[0]!.edges))).toEqual([[0, 2, 4, 6], [0, 10, 20, 30], [0, 2, 4, 6], [0, 10, 20, 30]]);
  });

  it('names columns, rows and histograms', () => {
    expect(texts(featuresHistGridFigure(cells, { columnTitles: ['kernel', 'bias'], sideAnnotations: ['layer'], labels: ['first', 'second', 'third'] })))
      .toEqual(expect.arrayContaining(['kernel', 'bias', 'layer 0', 'layer 1', 'first', 'second', 'third']));
    expect(texts(featuresHistGridFigure(cells, { sideAnnotations: ['a', 'b'] }))).toEqual(expect.arrayContaining(['a', 'b', 'histogram', '0', '1', '2']));
    expect(texts(featuresHistGridFigure(cells, { labels: 'none' }))).not.toContain('histogram');
  });

  it('limits: values beyond are counted; a top for all; centred on zero', () => {
    const limited = featuresHistGridFigure(cells, { xLimits: [0, 2], yLimit: 4, bins: 2 });
    expect(limited.panels.every(({ y }) => y.domain[1] === 4)).toBe(true);
    expect(texts(limited).find((text) => text.includes('beyond'))).toMatch(/29% of values beyond the limits/);
    for (const { x: { domain } } of featuresHistGridFigure(cells, { centerOnZero: true }).panels) expect(domain[0]).toBe(-domain[1]);
  });

  it('clipped peaks are written beside the bins', () => {
    const zeros = [...new Array<number>(50).fill(0), 1, 2, 3, 3];
    const { panels: [panel] } = featuresHistGridFigure([[[zeros, [1, 1, 2]]]], { bins: 4, peaksToClip: 1 });
    expect(panel!.y.domain[1]).toBeLessThan(4);
    expect(panel!.texts.map(({ text }) => text)).toContain('50 at 0.38');
  });

  it('counts what is missing above its cell', () => {
    const { panels } = featuresHistGridFigure([[[[1, NaN, 2]], [[1, 2, Infinity, NaN]]]]);
    expect(panels.map(({ texts: words }) => words.map(({ text }) => text))).toEqual([['1 NaN'], ['1 NaN, 1 Inf']]);
  });

  it('refuses, in one line', () => {
    const message = (data: unknown, options = {}): string | undefined => messageOf(() => featuresHistGridFigure(data as never, options));
    expect(message([])).toBe('featuresHistGrid: data must be rows of columns of lists of arrays, found no rows');
    expect(message([[]])).toBe('featuresHistGrid: data must be rows of columns of lists of arrays, found no columns in row 0');
    expect(message([[[[1]], [[2]]], [[[3]]]])).toBe('featuresHistGrid: every row must have 2 columns as row 0 has, found 1 in row 1');
    expect(message([[[[1]], []]])).toBe('featuresHistGrid: row 0, column 1 must be a list of arrays, found an empty one');
    expect(message([[[[1], []]]])).toBe('featuresHistGrid: row 0, column 0, histogram 1 is empty');
    expect(message([[[['a']]]])).toBe('featuresHistGrid: row 0, column 0, histogram 0: expected numbers nested 1 deep, found string');
    expect(message({ data: new Float32Array(4), shape: [2, 2] })).toBe('featuresHistGrid: data must be (rows, columns, histograms, ...), found 2 dimensions');
    expect(message(cells, { columnTitles: ['a', 'b', 'c'] })).toBe("featuresHistGrid: option 'columnTitles' must name at most 2 columns, found 3 names");
    expect(message(cells, { sideAnnotations: ['a', 'b', 'c'] })).toBe("featuresHistGrid: option 'sideAnnotations' must name at most 2 rows, found 3 names");
    expect(message(cells, { labels: ['a', 'b', 'c', 'd'] })).toBe("featuresHistGrid: option 'labels' must name at most 3 histograms, found 4 names");
    expect(message(cells, { xLimits: [0, 1], centerOnZero: true })).toBe("featuresHistGrid: options 'xLimits' and 'centerOnZero' both set the x axis; give one of them");
    expect(message(cells, { peaksToClip: 100 })).toBe("featuresHistGrid: option 'peaksToClip' must be below the number of bins (100), found 100");
    expect(message(cells, { colnames: ['a'] })).toMatch(/^featuresHistGrid: unknown option 'colnames'/);
  });

  it('words keep clear of each other, whatever is asked for', () => {
    const random = new Random(5);
    const pick = <T>(from: readonly T[]): T => from[random.integer(0, from.length - 1)]!;
    for (let trial = 0; trial < 40; trial++) {
      const [rows, columns] = [pick([1, 2, 5]), pick([1, 3, 9])];
      const data = Array.from({ length: rows }, () => Array.from({ length: columns }, () => Array.from({ length: pick([1, 2, 3]) }, () => Array.from({ length: 40 }, () => (random.uniform() < 0.02 ? NaN : random.normal() * 10 ** (trial % 7 - 3))))));
      const options = {
        columnTitles: pick(['none', Array.from({ length: columns }, (_, i) => (i === 1 ? 'a name that is too long for its column by far' : `column ${i}`))]),
        sideAnnotations: pick(['none', ['row']]), shareX: pick(['all', 'row', 'column', 'none']), shareY: pick(['all', 'row', 'column', 'none']), tight: pick([true, false]),
        peaksToClip: pick([0, 1]), widthScale: pick([0.6, 1]), ticks: pick(['both', 'x', 'none']), title: pick(['auto', 'none']), labels: pick(['auto', 'none']),
      } as never;
      const figure = featuresHistGridFigure(data, options);
      expect(collisions(figure), JSON.stringify(options)).toEqual([]);
      expect(outside(figure), JSON.stringify(options)).toEqual([]);
    }
  });
});
