import { describe, expect, it } from 'vitest';
import { namedArray } from '../../src/core/array.js';
import { features2DFigure, type Features2DOptions } from '../../src/figures/features2d.js';
import type { Figure, ImageMark, Mark } from '../../src/figures/figure.js';
import { spoiled } from './data.js';
import { messageOf } from './message.js';

// 2 samples, 3 timesteps, 4 units: sample 1, timestep 2, unit 3 is 123.
const told = namedArray(Float64Array.from({ length: 24 }, (_, i) => 100 * Math.floor(i / 12) + 10 * (Math.floor(i / 4) % 3) + (i % 4)), [2, 3, 4]);

const images = (figure: Figure): ImageMark[] => figure.panels.flatMap(({ marks }) => marks.filter((mark): mark is ImageMark => mark.kind === 'image'));
/** An image's values, row by row from the top. */
const rows = ({ values, columns, rows: count }: ImageMark): number[][] => Array.from({ length: count }, (_, r) => Array.from(values).slice(r * columns, (r + 1) * columns));
const said = (figure: Figure): string[] => figure.texts.map(({ text }) => text);
const labels = (figure: Figure): string[] => figure.panels.map(({ texts }) => texts.map(({ text }) => text).join());
const kinds = (marks: readonly Mark[]): string[] => marks.map(({ kind }) => kind);

describe('features2D', () => {
  it('shows sample i in panel i: units down, timesteps across', () => {
    const figure = features2DFigure(told);
    expect(figure.panels).toHaveLength(2);
    expect(rows(images(figure)[1])).toEqual([[100, 110, 120], [101, 111, 121], [102, 112, 122], [103, 113, 123]]);
    expect(labels(figure)).toEqual(['sample 0', 'sample 1']);
    expect(figure.panels[0].x.domain).toEqual([-0.5, 2.5]);
    expect(figure.panels[0].y.domain).toEqual([3.5, -0.5]);
  });

  it('has timesteps down with timestepsOn y', () => {
    const figure = features2DFigure(told, { timestepsOn: 'y', title: 'outputs' });
    expect(rows(images(figure)[0])).toEqual([[0, 1, 2, 3], [10, 11, 12, 13], [20, 21, 22, 23]]);
    expect(said(figure)).toEqual(expect.arrayContaining(['unit', 'timestep']));
    expect(figure.panels[0].y.domain).toEqual([2.5, -0.5]);
  });

  it('shows unit i in panel i by unit, and one image of samples by timesteps for a single unit', () => {
    const figure = features2DFigure(told, { subplotBy: 'unit' });
    expect(figure.panels).toHaveLength(4);
    expect(rows(images(figure)[3])).toEqual([[3, 13, 23], [103, 113, 123]]);
    const channel = namedArray(Float64Array.of(1, 2, 3, 4, 5, 6), [2, 3, 1]);
    expect(images(features2DFigure(channel)).map(rows)).toEqual([[[1, 2, 3], [4, 5, 6]]]);
    expect(images(features2DFigure(channel, { subplotBy: 'sample' })).map(rows)).toEqual([[[1, 2, 3]], [[4, 5, 6]]]);
    const named = features2DFigure([[1, 2, 3], [4, 5, 6]], { axes: ['samples', 'timesteps'], title: 'grads' });
    expect(images(named).map(rows)).toEqual([[[1, 2, 3], [4, 5, 6]]]);
    expect(said(named)).toEqual(['Gradients by timestep and sample', '1 unit \u00b7 3 timesteps \u00d7 2 samples']);
    expect(named.panels[0].y.label?.text).toBe('sample');
  });

  it('reverses time in the second half of the units, after cutting, with a line between the halves', () => {
    const figure = features2DFigure(told, { reflectHalf: true, title: 'grads' });
    expect(rows(images(figure)[0])).toEqual([[0, 10, 20], [1, 11, 21], [22, 12, 2], [23, 13, 3]]);
    expect(figure.panels[0].marks[1]).toMatchObject({ kind: 'rule', axis: 'y', at: 1.5 });
    expect(said(figure)).toContain('one panel per sample (2) \u00b7 3 timesteps \u00d7 4 units \u00b7 units 2 to 3 reversed in time');
    expect(rows(images(features2DFigure(told, { reflectHalf: true, maxTimesteps: 2 }))[0])).toEqual([[0, 10], [1, 11], [12, 2], [13, 3]]);
    expect(rows(images(features2DFigure(told, { reflectHalf: true, timestepsOn: 'y' }))[0])).toEqual([[0, 1, 22, 23], [10, 11, 12, 13], [20, 21, 2, 3]]);
    expect(rows(images(features2DFigure(told, { reflectHalf: true, subplotBy: 'unit' }))[3])).toEqual([[23, 13, 3], [123, 113, 103]]);
    expect(kinds(features2DFigure(told).panels[0].marks)).toEqual(['image']);
  });

  it('colours by the norm: symmetric, a pair, or each panel\'s own', () => {
    const domains = (options: Features2DOptions): unknown => images(features2DFigure(told, options)).map(({ domain }) => domain);
    expect(domains({})).toEqual([[-123, 123], [-123, 123]]);
    expect(domains({ norm: [-1, 2] })).toEqual([[-1, 2], [-1, 2]]);
    expect(domains({ norm: 'none' })).toEqual([[0, 23], [100, 123]]);
    expect(images(features2DFigure([[NaN, -3, Infinity]])).map(({ domain }) => domain)).toEqual([[-3, 3]]);
    expect(images(features2DFigure([[0, 0]])).map(({ domain }) => domain)).toEqual([[-1, 1]]);
    expect(images(features2DFigure([[5, 5]], { norm: 'none' })).map(({ domain }) => domain)).toEqual([[2.5, 7.5]]);
    expect(images(features2DFigure([[NaN]], { norm: 'none' })).map(({ domain }) => domain)).toEqual([[0, 1]]);
  });

  it('says how much lies beyond the norm', () => {
    expect(said(features2DFigure(told, { norm: [0, 111], title: 'grads' }))).toContain('one panel per sample (2) \u00b7 3 timesteps \u00d7 4 units \u00b7 25% of values beyond the colours');
  });

  it('has a colour bar where one scale holds for all, else says what colours mean', () => {
    const [bar] = features2DFigure(told, { norm: [-1e-4, 1e-4], title: 'grads' }).colorBars;
    expect(bar.domain).toEqual([-1e-4, 1e-4]);
    expect(bar.ticks.map(({ text }) => text)).toEqual(['\u22121.0', '\u22120.5', '0', '0.5', '1.0']);
    expect(bar.label?.text).toBe('gradient (\u00d71e\u22124)');
    const off = features2DFigure(told, { colorBar: false, norm: [-0.5, 200] });
    expect(off.colorBars).toEqual([]);
    expect(said(off)).toContain('one panel per sample (2) \u00b7 3 timesteps \u00d7 4 units \u00b7 blue \u22120.5, red 200');
    const own = features2DFigure(told, { norm: 'none' });
    expect(own.colorBars).toEqual([]);
    expect(said(own)).toContain('one panel per sample (2) \u00b7 3 timesteps \u00d7 4 units \u00b7 each panel coloured over its own range');
    expect(features2DFigure([[1, 2]], { norm: 'none' }).colorBars[0].domain).toEqual([1, 2]);
  });

  it('gives a colour bar room of its own: the panels stay as they are', () => {
    const [without, with_] = [features2DFigure(told, { colorBar: false, title: 'none' }), features2DFigure(told, { title: 'none' })];
    expect(with_.panels.map(({ box }) => box)).toEqual(without.panels.map(({ box }) => box));
    expect(with_.width).toBeGreaterThan(without.width);
  });

  it.each(['bwr', 'RdBu', 'viridis', 'greys'] as const)('has the colours %s, and another for what is missing', (colorMap) => {
    const figure = features2DFigure(spoiled(told, { 0: NaN, 13: Infinity, 14: NaN }), { colorMap, title: 'grads' });
    expect(images(figure)[0].colors).toBe(colorMap);
    const name = { bwr: 'grey', RdBu: 'yellow', viridis: 'light grey', greys: 'orange' }[colorMap];
    expect(said(figure)).toContain(`2 NaN, 1 Inf (${name})`);
    expect(labels(figure)).toEqual(['sample 0,1 NaN', 'sample 1,1 NaN, 1 Inf']);
    expect(images(figure)[0].values[0]).toBeNaN();
  });

  it('keeps the first timesteps', () => {
    expect(rows(images(features2DFigure(told, { maxTimesteps: 1 }))[1])).toEqual([[100], [101], [102], [103]]);
  });

  it('says in words what is seen', () => {
    expect(features2DFigure(told, { title: 'outputs', reflectHalf: true }).description)
      .toBe('2 heatmaps, one for each sample, of output, timestep 0 to 2 across and unit 0 to 3 down. Time is reversed in the second half of the units. Values go from 0 to 123.');
  });

  it('makes every row of cells as high as the next, at twice the screen\'s resolution', () => {
    for (const units of [6, 256, 512]) {
      const { box } = features2DFigure(namedArray(new Float32Array(100 * units), [100, units])).panels[0];
      expect((2 * box.height) % units, `${units} units`).toBe(0);
      expect((2 * box.width) % 100).toBe(0);
    }
  });

  it.each([
    [[1, 2], {}, 'features2D: data must be (samples, timesteps, units) or (timesteps, units), found shape (2,)'],
    [[[[]]], {}, 'features2D: data is empty, found shape (1, 1, 0)'],
    [[[1, 2, 3]], { reflectHalf: true }, "features2D: option 'reflectHalf' needs an even number of units, found 3"],
    [[[[1]], [[2]]], { norm: 'none', colorBar: true, subplotBy: 'sample' }, "features2D: option 'colorBar' needs one scale for all 2 panels, found norm 'none', which gives each its own"],
    [[[1]], { norm: [1, 1] }, "features2D: option 'norm' must be min,max with min below max, or 'auto' or 'none', found [1,1]"],
    [[[1]], { norm: [-1, Infinity] }, "features2D: option 'norm' must be min,max with min below max, or 'auto' or 'none', found [-1,null]"],
    [[[1]], { colorMap: 'jet' }, "features2D: option 'colorMap' must be 'bwr', 'RdBu', 'viridis' or 'greys', found \"jet\""],
    [[[1]], { colourMap: 'bwr' }, "features2D: unknown option 'colourMap'; did you mean 'colorMap'?"],
    [[[1]], { rows: 2 }, "features2D: option 'rows' must be at most the number of panels (1), found 2"],
  ])('refuses %j with %j', (data, options, message) => {
    expect(messageOf(() => features2DFigure(data as number[][], options as Features2DOptions))).toBe(message);
  });
});
