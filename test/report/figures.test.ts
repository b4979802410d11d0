import { describe, expect, it } from 'vitest';
import type { LineMark } from '../../src/figures/figure.js';
import { axisTicks } from '../../src/figures/ticks.js';
import { complete } from '../../src/report/figures/drawn.js';
import { heatmaps, type Heatmaps } from '../../src/report/figures/heatmaps.js';
import { lines, type Line, type Lines } from '../../src/report/figures/lines.js';
import { inDark } from '../../src/report/page/dark.js';
import { acrossOf, downOf, inData, placeAt } from '../../src/report/page/places.js';
import { unitsOf } from '../../src/report/page/sheets/common.js';
import { sequence } from './content.js';

const space = { width: 600, scale: 2, titled: false, large: false };
const wide = sequence('hidden', 'gradient', { samples: 1, timesteps: 3000, units: 4 }, (at) => Math.floor(at / 4) + (at % 4) / 10);
const input = (given: Partial<Heatmaps> = {}): Heatmaps => ({
  panels: [{ label: 'sample 0', shortLabel: '0', cells: unitsOf(wide, [0]) }], title: 'A title', subtitle: '', description: 'What it is.', rowName: 'unit', columnName: 'timestep', valueName: 'gradient',
  domain: [-1, 1], colors: 'bwr', stretch: [0, 2999], ...given,
});
const line = (values: ArrayLike<number>, label = 'a'): Line => ({ label, values, color: '#0072b2', width: 1, opacity: 1 });
const curve = (given: Partial<Lines> = {}): Lines => ({
  panels: [{ label: '', shortLabel: '', lines: [line([1, 10, 0, 1000])] }], title: 'A title', subtitle: '', description: 'What it is.', xName: 'timestep', yName: 'norm', length: 4, stretch: [0, 3], log: true, legend: [], ...given,
});
const texts = ({ figure }: ReturnType<typeof lines>): string[] => [...figure.texts, ...figure.panels.flatMap((panel) => panel.texts)].map(({ text }) => text);

describe('ticks of a logarithmic axis', () => {
  const ticks = (low: number, high: number): string[] => axisTicks({ domain: [low, high], kind: 'log' }, { direction: 'y', length: 200, size: 9.5, overhang: 6, exponent: 0 }).map(({ text }) => text);
  it('are powers of ten, and 2 and 5 times them where there are few', () => {
    expect(ticks(-3, 2)).toEqual(['0.001', '0.01', '0.1', '1', '10', '100']);
    expect(ticks(-30, 2).every((text) => /^(1e\u2212\d+|1)$/.test(text))).toBe(true);
    expect(ticks(4.2, 6.8)).toEqual(['1e5', '1e6']);
    expect(ticks(-0.1, 1.05)).toEqual(['1', '2', '5', '10']);
  });
});

describe('heatmaps', () => {
  it('have no more cells than pixels, and are no wider than there is room', () => {
    const figure = complete(heatmaps(input(), space));
    const [{ box, marks: [mark] }] = figure.panels as [typeof figure.panels[0]];
    expect(figure.width).toBeLessThanOrEqual(600);
    expect(mark).toMatchObject({ kind: 'image', rows: 4, columns: 2 * box.width });
  });

  it('show a stretch of the columns, with their own numbers, and read what lies there', () => {
    const drawn = heatmaps(input({ stretch: [100, 103] }), space);
    const [figure, { probe }] = [complete(drawn), drawn];
    const panel = figure.panels[0]!;
    expect(panel.x.domain).toEqual([99.5, 103.5]);
    expect(panel.x.ticks.map(({ text }) => text)).toEqual(['100', '101', '102', '103']);
    expect(panel.marks[0]).toMatchObject({ rows: 4, columns: 4 });
    const place = placeAt(figure, acrossOf(panel, 102), downOf(panel, 3))!;
    expect([place.panel, Math.round(place.x), Math.round(place.y)]).toEqual([0, 102, 3]);
    expect(probe!.at(0, probe!.nearest(0, 102, place.y), probe!.position(place.x)).text).toBe('sample 0, timestep 102, unit 3: 102.3');
    expect(placeAt(figure, 1, 1)).toBeNull();
    expect(inData(panel, acrossOf(panel, 101), 0).x).toBeCloseTo(101);
  });
});

describe('lines', () => {
  it('on a logarithmic axis have gaps where there is no logarithm, and are read as they are', () => {
    const drawn = lines(curve(), space);
    const mark = drawn.marks(0).find((one): one is LineMark => one.kind === 'line')!;
    expect([...Array.from(mark.y)]).toEqual([0, 1, NaN, 3]);
    expect(drawn.probe!.at(0, 0, 2)).toEqual({ text: 'a, timestep 2: 0', y: null });
    expect(drawn.probe!.at(0, 0, 3)).toEqual({ text: 'a, timestep 3: 1,000', y: 3 });
  });

  it('may stand at places of their own', () => {
    const { probe, figure } = lines(curve({ xs: Int32Array.of(1, 2, 4, 50) }), space);
    expect([probe!.position(30), probe!.position(20), probe!.place(3)]).toEqual([3, 2, 50]);
    expect(probe!.at(0, 0, 3).text).toBe('a, timestep 50: 1,000');
    expect(figure.panels[0]!.x.domain[1]).toBeGreaterThan(50);
  });

  it('find the nearest, and say what stands for what, also where there is little room', () => {
    const panels = [{ label: '', shortLabel: '', lines: [line([1, 1, 1, 1], 'low'), line([5, NaN, 5, 5], 'high')] }];
    const legend = [{ label: 'a name that is long', color: '#0072b2' }, { label: 'another that is longer still', color: '#d55e00' }];
    const drawn = lines(curve({ panels, log: false, legend }), space);
    expect([drawn.probe!.nearest(0, 0, 4), drawn.probe!.nearest(0, 1, 4)]).toEqual([1, 0]);
    expect(texts(drawn)).toEqual(expect.arrayContaining(legend.map(({ label }) => label)));
    const narrow = lines(curve({ panels, log: false, legend }), { ...space, width: 260 });
    expect(texts(narrow).filter((text) => text.endsWith('\u2026'))).toHaveLength(2);
    expect(narrow.figure.width).toBeLessThanOrEqual(260);
  });

  it('have their title in a picture that is saved', () => {
    expect(texts(lines(curve(), space))).not.toContain('A title');
    expect(texts(lines(curve(), { ...space, titled: true }))).toContain('A title');
  });
});

describe('a figure in the dark', () => {
  it('has light words on dark, and heatmaps as they are', () => {
    const figure = complete(heatmaps(input(), { ...space, titled: true }));
    const dark = inDark(figure);
    const light = (color: string): number => parseInt(color.slice(1, 3), 16);
    expect(light(dark.background)).toBeLessThan(40);
    expect(dark.texts.every(({ color }) => light(color) > 120)).toBe(true);
    expect(dark.panels[0]!.marks).toEqual(figure.panels[0]!.marks);
    const [before, after] = [complete(lines(curve(), space)), inDark(complete(lines(curve(), space)))].map(({ panels }) => (panels[0]!.marks.find(({ kind }) => kind === 'line') as LineMark).color);
    expect(light(after!) + parseInt(after!.slice(3, 5), 16)).toBeGreaterThan(light(before!) + parseInt(before!.slice(3, 5), 16));
  });
});
