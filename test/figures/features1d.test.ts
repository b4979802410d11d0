import { describe, expect, it } from 'vitest';
import { namedArray } from '../../src/core/array.js';
import { features1DFigure, type Features1DOptions } from '../../src/figures/features1d.js';
import type { Figure, LineMark, Mark, Panel } from '../../src/figures/figure.js';
import { outputs, spoiled } from './data.js';
import { messageOf } from './message.js';

// 2 samples, 3 timesteps, 4 units: the value says where it is from, sample 1, timestep 2, unit 3 being 123.
const value = (s: number, t: number, u: number): number => 100 * s + 10 * t + u;
const told = namedArray(Float64Array.from({ length: 24 }, (_, i) => value(Math.floor(i / 12), Math.floor(i / 4) % 3, i % 4)), [2, 3, 4]);

const marks = <K extends Mark['kind']>(panel: Panel, kind: K): Extract<Mark, { kind: K }>[] => panel.marks.filter((mark): mark is Extract<Mark, { kind: K }> => mark.kind === kind);
const lines = (panel: Panel): number[][] => marks(panel, 'line').map((line: LineMark) => Array.from(line.y));
const said = (figure: Figure): string[] => figure.texts.map(({ text }) => text);
const labels = (figure: Figure): string[] => figure.panels.map(({ texts }) => texts.map(({ text }) => text).join());
const drawn = (options?: Features1DOptions): Figure => features1DFigure(told, options);

describe('features1D', () => {
  it('writes positions out, also of 20,000 timesteps', () => {
    const [panel] = features1DFigure(namedArray(new Float32Array(20_000).fill(1), [1, 20_000, 1])).panels;
    expect(panel.x.ticks.map(({ text }) => text)).toContain('10000');
    expect(panel.x.label?.text).toBe('timestep');
  });

  it('shows unit i in panel i, a line for each sample', () => {
    const figure = drawn();
    expect(figure.panels).toHaveLength(4);
    figure.panels.forEach((panel, u) => { expect(lines(panel)).toEqual([0, 1].map((s) => [0, 1, 2].map((t) => value(s, t, u)))); });
    expect(labels(figure)).toEqual(['unit 0', 'unit 1', 'unit 2', 'unit 3']);
    expect(Array.from(marks(figure.panels[0], 'line')[0].x)).toEqual([0, 1, 2]);
  });

  it('shows sample i in panel i by sample, a line for each unit', () => {
    const figure = drawn({ subplotBy: 'sample' });
    expect(figure.panels).toHaveLength(2);
    expect(lines(figure.panels[1])).toEqual([0, 1, 2, 3].map((u) => [0, 1, 2].map((t) => value(1, t, u))));
    expect(labels(figure)).toEqual(['sample 0', 'sample 1']);
  });

  it('takes (timesteps, units) as one sample', () => {
    const figure = features1DFigure([[1, 2], [3, 4], [5, 6]]);
    expect(figure.panels.map(lines)).toEqual([[[1, 3, 5]], [[2, 4, 6]]]);
    expect(features1DFigure([[1, 2], [3, 4], [5, 6]], { subplotBy: 'sample' }).panels.map(lines)).toEqual([[[1, 3, 5], [2, 4, 6]]]);
  });

  it('goes by the names of the axes, in any order', () => {
    const turned = namedArray(Float64Array.of(1, 2, 3, 4, 5, 6), [3, 2, 1], ['timesteps', 'samples', 'features']);
    const figure = features1DFigure(turned);
    expect(figure.panels.map(lines)).toEqual([[[1, 3, 5], [2, 4, 6]]]);
    const channels = features1DFigure(namedArray(Float64Array.of(1, 2, 3, 4, 5, 6), [2, 3], ['samples', 'timesteps']));
    expect(channels.panels.map(lines)).toEqual([[[1, 2, 3], [4, 5, 6]]]);
    expect(features1DFigure([[1, 2, 3], [4, 5, 6]], { axes: ['samples', 'timesteps'] }).panels.map(lines)).toEqual([[[1, 2, 3], [4, 5, 6]]]);
    expect(labels(features1DFigure(told, { axes: ['samples', 'timesteps', 'channels'] }))[3]).toBe('channel 3');
  });

  it('draws the panels of a last row that is not full', () => {
    const figure = features1DFigure(outputs({ samples: 2, timesteps: 10, units: 7 }), { rows: 2 });
    expect(figure.panels).toHaveLength(7);
    expect(new Set(figure.panels.map(({ box }) => box.y)).size).toBe(2);
    expect(new Set(figure.panels.map(({ box }) => box.x)).size).toBe(4);
    // The fourth has nothing below it, and so has numbers, as the last row has.
    expect(figure.panels.map(({ x }) => x.ticks.length > 0)).toEqual([false, false, false, true, true, true, true]);
    expect(figure.panels.map(({ y }) => y.ticks.length > 0)).toEqual([true, false, false, false, true, false, false]);
  });

  it.each([
    ['all', [[0, 123], [0, 123], [0, 123], [0, 123]]],
    ['row', [[0, 121], [0, 121], [2, 123], [2, 123]]],
    ['column', [[0, 122], [1, 123], [0, 122], [1, 123]]],
    ['none', [[0, 120], [1, 121], [2, 122], [3, 123]]],
  ] as const)('shares the y axis: %s', (shareY, ranges) => {
    const domains = drawn({ shareY, rows: 2 }).panels.map(({ y }) => y.domain);
    domains.forEach(([low, high], i) => {
      const [min, max] = ranges[i];
      const air = 0.06 * (max - min);
      expect(low).toBeCloseTo(min - air, 10);
      expect(high).toBeCloseTo(max + air, 10);
    });
  });

  it('prints numbers at the outer panels of shared axes, and at all others', () => {
    const counts = (options: Features1DOptions): [boolean[], boolean[]] => {
      const { panels } = drawn({ rows: 2, ...options });
      return [panels.map(({ x }) => x.ticks.length > 0), panels.map(({ y }) => y.ticks.length > 0)];
    };
    expect(counts({})).toEqual([[false, false, true, true], [true, false, true, false]]);
    expect(counts({ shareX: 'column', shareY: 'row' })).toEqual([[false, false, true, true], [true, false, true, false]]);
    expect(counts({ shareX: 'row', shareY: 'column' })).toEqual([[true, true, true, true], [true, true, true, true]]);
    expect(counts({ shareX: 'none', shareY: 'none' })).toEqual([[true, true, true, true], [true, true, true, true]]);
    expect(counts({ ticks: 'x' })).toEqual([[false, false, true, true], [false, false, false, false]]);
    expect(counts({ ticks: 'y' })).toEqual([[false, false, false, false], [true, false, true, false]]);
    expect(counts({ ticks: 'none' })).toEqual([[false, false, false, false], [false, false, false, false]]);
  });

  it('says once that 256 panels have scales of their own', () => {
    const figure = features1DFigure(outputs({ samples: 1, timesteps: 5, units: 256 }), { shareY: 'none', title: 'outputs' });
    expect(figure.panels).toHaveLength(256);
    expect(figure.panels.every(({ y }) => y.ticks.length === 0)).toBe(true);
    expect(said(figure)).toContain('output (each panel to its own scale)');
  });

  it('writes a common power of ten once, beside the name', () => {
    const figure = features1DFigure(namedArray(told.data.map((v) => v * 1e-6), told.shape), { title: 'grads' });
    expect(said(figure)).toContain('gradient (\u00d71e\u22124)');
    expect(figure.panels[0].y.ticks.map(({ text }) => text)).toEqual(['0', '0.2', '0.4', '0.6', '0.8', '1.0', '1.2']);
  });

  it('keeps the first timesteps', () => {
    const figure = drawn({ maxTimesteps: 2 });
    expect(lines(figure.panels[3])).toEqual([[3, 13], [103, 113]]);
    expect(figure.panels[0].x.domain).toEqual([-0.5, 1.5]);
    expect(lines(drawn({ maxTimesteps: 50 }).panels[0])[0]).toHaveLength(3);
  });

  it.each([
    ['grads', ['Gradients by timestep', 'one panel per unit (4) \u00b7 one line per sample (2) \u00b7 3 timesteps'], ['timestep', 'gradient']],
    ['outputs', ['Outputs by timestep', 'one panel per unit (4) \u00b7 one line per sample (2) \u00b7 3 timesteps'], ['timestep', 'output']],
    ['auto', ['Values by timestep', 'one panel per unit (4) \u00b7 one line per sample (2) \u00b7 3 timesteps'], ['timestep', 'value']],
    // What is not known is not claimed.
    ['generic', ['Values by axis 1', 'one panel per entry of axis 2 (4) \u00b7 one line per entry of axis 0 (2) \u00b7 3 entries of axis 1'], ['axis 1', 'value']],
    ['My own', ['My own', 'one panel per unit (4) \u00b7 one line per sample (2) \u00b7 3 timesteps'], ['timestep', 'value']],
    ['none', [], ['timestep', 'value']],
  ])('has the title %s', (title, head, names) => {
    const texts = said(drawn({ title, legend: false, yLimits: [-1, 1] }));
    expect(texts).toEqual([...head, ...names]);
  });

  it('leaves out the subtitle, but not what is missing', () => {
    expect(said(features1DFigure(spoiled(told, { 0: NaN }), { title: 'Mine', subtitle: false, legend: false, ticks: 'none' }))).toEqual(['Mine', '1 NaN', 'timestep', 'value']);
  });

  it('names what the data names', () => {
    const named = namedArray(told.data, told.shape, ['engines', 'timesteps', 'features']);
    expect(said(features1DFigure(named, { title: 'generic', legend: false, yLimits: [-1, 1], valueName: 'dL/dx' })))
      .toEqual(['dL/dx by timestep', 'one panel per feature (4) \u00b7 one line per engine (2) \u00b7 3 timesteps', 'timestep', 'dL/dx']);
  });

  it('draws NaN as gaps with bands, infinities as triangles at the edge, and counts both', () => {
    const broken = spoiled(told, { 1: NaN, 5: NaN, 13: NaN, 18: Infinity, 22: -Infinity });
    const figure = features1DFigure(broken, { title: 'grads' });
    // Unit 1: sample 0 misses timesteps 0 and 1, sample 1 only timestep 0.
    expect(marks(figure.panels[1], 'band').map(({ from, to, color }) => [from, to, color])).toEqual([[-0.5, 0.5, '#f3d3ab'], [0.5, 1.5, '#fbeedd']]);
    expect(lines(figure.panels[1])[0]).toEqual([NaN, NaN, 21]);
    expect(marks(figure.panels[0], 'band')).toEqual([]);
    const [, high] = figure.panels[2].y.domain;
    const triangles = marks(figure.panels[2], 'points');
    expect(triangles.map(({ shape, x }) => [shape, [...Array.from(x)]])).toEqual([['triangle', [1]], ['triangle-down', [2]]]);
    expect(triangles[0].y[0]).toBeLessThan(high);
    expect(triangles[0].y[0]).toBeGreaterThan(112);
    expect(said(figure)).toContain('3 NaN, 2 Inf');
    expect(figure.description).toBe('4 line charts, one for each unit, of gradient against timestep 0 to 2, with 2 lines, one for each sample. Values go from 0 to 123; 3 NaN, 2 Inf.');
    expect(said(features1DFigure(broken, { title: 'Mine' }))).toContain('3 NaN, 2 Inf');
  });

  it('draws a value between missing ones as a dot', () => {
    const y = Float64Array.from({ length: 20 }, (_, t) => (t === 7 || t === 9 ? NaN : t));
    const [panel] = features1DFigure(namedArray(y, [20, 1])).panels;
    expect(marks(panel, 'points').map(({ x, y: at, shape }) => [[...Array.from(x)], [...Array.from(at)], shape])).toEqual([[[8], [8], 'circle']]);
  });

  it('draws data without any finite value', () => {
    const figure = features1DFigure([[[NaN], [NaN]]]);
    expect(figure.panels[0].y.domain).toEqual([0, 1]);
    expect(figure.description).toContain('No value is finite; 2 NaN.');
  });

  it('marks timesteps with dots where they are few', () => {
    expect(marks(drawn().panels[0], 'line')[0].markerRadius).toBeGreaterThan(0);
    expect(marks(features1DFigure(outputs({ samples: 1, timesteps: 60, units: 2 })).panels[0], 'line')[0].markerRadius).toBe(0);
  });

  it('has the zero line where zero is, unless it is not wanted', () => {
    const rules = (options?: Features1DOptions): number => marks(features1DFigure([[1], [-1]], options).panels[0], 'rule').length;
    expect([rules(), rules({ yZeroLine: false }), rules({ yLimits: [0.5, 1] })]).toEqual([1, 0, 0]);
  });

  it('has the y limits asked for', () => {
    expect(drawn({ yLimits: [-5, 5] }).panels.map(({ y }) => y.domain)).toEqual(Array(4).fill([-5, 5]));
    const [low, high] = drawn({ yLimits: 'auto' }).panels[0].y.domain;
    expect(-low).toBe(high);
    expect(high).toBeGreaterThan(123);
  });

  it('has colours, repeated as needed, and a key to them where they differ', () => {
    const colors = (options: Features1DOptions): string[] => marks(drawn({ subplotBy: 'sample', ...options }).panels[0], 'line').map(({ color }) => color);
    expect(colors({ colors: ['red', '#00ff00'] })).toEqual(['#ff0000', '#00ff00', '#ff0000', '#00ff00']);
    expect(colors({ colors: 'rgb(1, 2, 3)' })).toEqual(Array(4).fill('#010203'));
    expect(new Set(colors({})).size).toBe(4);
    expect(drawn().swatches.map(({ color }) => color)).toEqual(marks(drawn().panels[0], 'line').map(({ color }) => color));
    expect(drawn({ legend: false }).swatches).toEqual([]);
    expect(drawn({ colors: 'red' }).swatches).toEqual([]);
    expect(features1DFigure(outputs({ samples: 16, timesteps: 5, units: 1 })).swatches).toHaveLength(16);
  });

  it('has the names asked for', () => {
    expect(labels(drawn({ annotations: ['a', 'b'] }))).toEqual(['a', 'b', '', '']);
    expect(labels(drawn({ annotations: 'none' }))).toEqual(['', '', '', '']);
    expect(labels(features1DFigure(outputs({ samples: 1, timesteps: 5, units: 144 }), { widthScale: 0.4 }))[143]).toBe('143');
  });

  it('is as large as asked for', () => {
    const [one, two] = [drawn(), drawn({ widthScale: 2, heightScale: 1.5, dpi: 300 })];
    expect(two.width / one.width).toBeCloseTo(2, 1);
    expect(drawn({ heightScale: 1.5 }).panels[0].box.height / one.panels[0].box.height).toBeCloseTo(1.5, 1);
    expect([one.dpi, two.dpi]).toEqual([192, 300]);
  });

  it('has borders, and no gaps where tight', () => {
    const { borders } = drawn({ borders: 'frame', borderWidth: 3, borderColor: 'navy' }).panels[0];
    expect(borders).toEqual({ top: true, right: true, bottom: true, left: true });
    expect(drawn({ borderWidth: 3, borderColor: 'navy' }).axisStyle).toMatchObject({ width: 3, color: '#000080' });
    expect(drawn().panels[0].borders).toEqual({ top: false, right: false, bottom: true, left: true });
    expect(drawn({ borders: 'none' }).panels[0].borders).toEqual({ top: false, right: false, bottom: false, left: false });
    const [a, b, c] = drawn({ tight: true, annotations: 'none', rows: 2 }).panels.map(({ box }) => box);
    expect(a.x + a.width).toBe(b.x);
    expect(a.y + a.height).toBe(c.y);
  });

  it.each([
    [[[[[1]]]], {}, 'features1D: data must be (samples, timesteps, units) or (timesteps, units), found shape (1, 1, 1, 1)'],
    [[1, 2], {}, 'features1D: data must be (samples, timesteps, units) or (timesteps, units), found shape (2,)'],
    [[[]], {}, 'features1D: data is empty, found shape (1, 0)'],
    [[[1, 2]], { axes: ['samples', 'units'] }, 'features1D: data must be (samples, timesteps, units) or (timesteps, units), found axes (samples, units)'],
    [[[1, 2]], { axes: ['units'] }, "features1D: option 'axes' must name 2 dimensions for data of shape (1, 2), found 1 (units)"],
    [[[1, 2]], { rows: 3 }, "features1D: option 'rows' must be at most the number of panels (2), found 3"],
    [[[1, 2]], { rows: 0 }, "features1D: option 'rows' must be a whole number of at least 1, or 'auto', found 0"],
    [[[1, 2]], { annotations: ['a', 'b', 'c'] }, "features1D: option 'annotations' must name at most 2 panels, found 3 names"],
    [[[1, 2]], { colors: 'bleu' }, "features1D: option 'colors' must be a CSS colour, a list of them, or 'auto', found \"bleu\""],
    [[[1, 2]], { yLimits: [2, 1] }, "features1D: option 'yLimits' must be min,max with min below max, or 'auto' or 'none', found [2,1]"],
    [[[1, 2]], { shareY: 'rows' }, "features1D: option 'shareY' must be 'all', 'row', 'column' or 'none', found \"rows\""],
    [[[1, 2]], { title: '' }, "features1D: option 'title' must be 'auto', 'grads', 'outputs', 'generic', 'none' or a text of your own, found \"\""],
    [[[1, 2]], { dpi: 5000 }, "features1D: option 'dpi' must be a number between 24 and 1200, found 5000"],
    [[[1, 2]], { tigth: true }, "features1D: unknown option 'tigth'; did you mean 'tight'?"],
    [[[1, 2], [3]], {}, 'data of features1D: lists at depth 1 must all have 2 entries, found one of 1'],
  ])('refuses %j with %j', (data, options, message) => {
    expect(messageOf(() => features1DFigure(data as number[][], options as Features1DOptions))).toBe(message);
  });
});
