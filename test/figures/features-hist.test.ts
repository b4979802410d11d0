import { describe, expect, it } from 'vitest';
import { namedArray } from '../../src/core/array.js';
import { featuresHistFigure, type FeaturesHistOptions } from '../../src/figures/features-hist.js';
import type { BarMark, Figure, PointMark } from '../../src/figures/figure.js';
import { textBox } from '../../src/figures/text.js';
import { messageOf } from './message.js';

const bars = (figure: Figure): BarMark[] => figure.panels.flatMap(({ marks }) => marks.filter((mark): mark is BarMark => mark.kind === 'bars'));
const heights = (figure: Figure): number[][] => bars(figure).map(({ height }) => Array.from(height));
const points = (figure: Figure): PointMark[] => figure.panels.flatMap(({ marks }) => marks.filter((mark): mark is PointMark => mark.kind === 'points'));
const said = (figure: Figure): string[] => figure.texts.map(({ text }) => text);
const labels = (figure: Figure): string[] => figure.panels.map(({ texts }) => texts.map(({ text }) => text).join('; '));

// 2 samples, 2 timesteps, 3 units.
const told = namedArray(Float64Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12), [2, 2, 3]);

describe('featuresHist', () => {
  it('counts all values into bins of equal width', () => {
    const figure = featuresHistFigure(told, { bins: 4, title: 'outputs' });
    expect(Array.from(bars(figure)[0].edges)).toEqual([0, 3, 6, 9, 12]);
    expect(heights(figure)).toEqual([[3, 3, 3, 3]]);
    expect(said(figure)).toEqual(['Histogram of outputs', '12 finite values in 4 bins']);
    expect([figure.panels[0].x.label?.text, figure.panels[0].y.label?.text]).toEqual(['output', 'count']);
    expect(figure.description).toBe('Histogram of output in 4 bins. Values go from 0 to 12.');
  });

  it('shortens large counts at the axis, each by itself, and names no power of ten as well', () => {
    const [panel] = featuresHistFigure(namedArray(new Float32Array(50_000).fill(1), [50_000]), { bins: 5 }).panels;
    expect(panel.y.ticks.map(({ text }) => text)).toContain('20k');
    expect(panel.y.label?.text).toBe('count');
  });

  it.each([
    ['sample', [[3, 3, 0, 0], [0, 0, 3, 3]], ['sample 0', 'sample 1']],
    ['timestep', [[3, 0, 3, 0], [0, 3, 0, 3]], ['timestep 0', 'timestep 1']],
    ['unit', [[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]], ['unit 0', 'unit 1', 'unit 2']],
  ] as const)('has a panel for each %s, over the same bins', (subplotBy, counts, names) => {
    const figure = featuresHistFigure(told, { subplotBy, bins: 4 });
    expect(heights(figure)).toEqual(counts);
    expect(labels(figure)).toEqual(names);
    expect(figure.panels.every(({ y }) => y.domain[1] === figure.panels[0].y.domain[1])).toBe(true);
  });

  it('goes by the names of the axes', () => {
    const named = { ...told, axes: ['timesteps', 'samples', 'gates'] };
    expect(heights(featuresHistFigure(named, { subplotBy: 'sample', bins: 4 }))).toEqual([[3, 0, 3, 0], [0, 3, 0, 3]]);
    expect(labels(featuresHistFigure(named, { subplotBy: 'unit', bins: 4 }))).toEqual(['gate 0', 'gate 1', 'gate 2']);
    expect(heights(featuresHistFigure([[0, 1], [2, 3]], { subplotBy: 'sample', bins: 1 }))).toEqual([[2], [2]]);
  });

  it('has axes of their own where not shared', () => {
    const figure = featuresHistFigure(told, { subplotBy: 'sample', bins: 1, shareX: 'none', shareY: 'none' });
    expect(bars(figure).map(({ edges }) => Array.from(edges))).toEqual([[0, 5], [6, 12]]);
  });

  it('has the x axis asked for, and says what it leaves out', () => {
    const limited = featuresHistFigure(told, { xLimits: [2, 6], bins: 2 });
    expect(heights(limited)).toEqual([[2, 3]]);
    expect(said(limited)).toContain('12 finite values in 2 bins \u00b7 58% of values beyond the limits');
    const [low, high] = bars(featuresHistFigure(told, { centerOnZero: true, bins: 2 }))[0].edges as Float64Array;
    expect([low, high]).toEqual([-12, 0]);
    expect(heights(featuresHistFigure([2, 2], { bins: 2 }))).toEqual([[0, 2]]);
  });

  it('clips the highest bins, and writes their counts', () => {
    const peaked = Float64Array.from({ length: 1030 }, (_, i) => (i < 1000 ? 0.5 : 1 + (i % 9)));
    const plain = featuresHistFigure(peaked, { bins: 10, xLimits: [0, 10] });
    expect(plain.panels[0].y.domain[1]).toBeCloseTo(1060);
    expect(points(plain)).toEqual([]);
    const clipped = featuresHistFigure(peaked, { bins: 10, xLimits: [0, 10], peaksToClip: 1 });
    expect(clipped.panels[0].y.domain[1]).toBeCloseTo(4 * 1.06);
    expect(heights(clipped)).toEqual(heights(plain));
    expect(points(clipped).map(({ shape, x }) => [shape, x])).toEqual([['triangle', [0.5]]]);
    expect(labels(clipped)).toEqual(['1,000 at 0.5']);
    // Clipping as many bins as are filled leaves the lowest.
    expect(labels(featuresHistFigure([0, 0, 1], { bins: 5, peaksToClip: 4 }))).toEqual(['2 at 0.1']);
  });

  it.each([1, 0.3])('keeps the counts of clipped bins clear of the other bars, %s times as wide as usual', (widthScale) => {
    // Both corners have bars nearly as high as the highest that isn't clipped.
    const values = [9, 8, 9, 100, 9, 8, 9].flatMap((n, bin) => Array.from({ length: n }, () => bin + 0.5));
    const figure = featuresHistFigure(values, { bins: 7, xLimits: [0, 7], peaksToClip: 1, widthScale });
    const [{ box, y: { domain: [, top] }, texts: [text] }] = figure.panels;
    expect(text!.text).toBe('100 at 3.5');
    expect(top).toBeLessThan(100);
    expect(textBox(text!).y1).toBeLessThan(box.y + box.height * (1 - 9 / top));
  });

  it('counts NaN and infinities, in the title and above their panel', () => {
    const figure = featuresHistFigure([[1, NaN], [2, 3], [Infinity, -Infinity]], { subplotBy: 'sample', bins: 2 });
    expect(said(figure)).toEqual(expect.arrayContaining(['one panel per sample (3) \u00b7 3 finite values in 2 bins', '1 NaN, 2 Inf']));
    expect(labels(figure)).toEqual(['sample 0; 1 NaN', 'sample 1', 'sample 2; 2 Inf']);
    expect(heights(figure)).toEqual([[1, 0], [0, 2], [0, 0]]);
    expect(heights(featuresHistFigure([NaN], { bins: 2 }))).toEqual([[0, 0]]);
  });

  it('has the colours asked for', () => {
    expect(bars(featuresHistFigure(told, { subplotBy: 'unit', colors: ['red', 'lime'] })).map(({ color }) => color)).toEqual(['#ff0000', '#00ff00', '#ff0000']);
  });

  it.each([
    [5, {}, 'featuresHist: data must have at least one dimension, found shape ()'],
    [[], {}, 'featuresHist: data is empty, found shape (0,)'],
    [[1], { xLimits: [0, 1], centerOnZero: true }, "featuresHist: options 'xLimits' and 'centerOnZero' both set the x axis; give one of them"],
    [[1], { bins: 4, peaksToClip: 4 }, "featuresHist: option 'peaksToClip' must be below the number of bins (4), found 4"],
    [[1], { bins: 0 }, "featuresHist: option 'bins' must be a whole number from 1 to 10000, found 0"],
    [[1], { subplotBy: 'unit' }, "featuresHist: option 'subplotBy' must be 'none' for data of one dimension, found 'unit'"],
    [[[1]], { subplotBy: 'timestep' }, "featuresHist: option 'subplotBy' is 'timestep', but data has no axis of timesteps: found shape (1, 1) without names"],
    [[[1]], { subplotBy: 'sample', axes: ['timesteps', 'units'] }, "featuresHist: option 'subplotBy' is 'sample', but data has no axis of samples: found axes (timesteps, units)"],
    [[[1]], { rows: 2 }, "featuresHist: option 'rows' must be at most the number of panels (1), found 2"],
  ])('refuses %j with %j', (data, options, message) => {
    expect(messageOf(() => featuresHistFigure(data as number[], options as FeaturesHistOptions))).toBe(message);
  });
});
