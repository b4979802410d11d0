import { describe, expect, it } from 'vitest';
import { namedArray } from '../../src/core/array.js';
import { features0DFigure, type Features0DOptions } from '../../src/figures/features0d.js';
import type { Figure, Mark } from '../../src/figures/figure.js';
import { outputs, lastStep } from './data.js';
import { messageOf } from './message.js';

const marks = <K extends Mark['kind']>(figure: Figure, kind: K): Extract<Mark, { kind: K }>[] =>
  figure.panels[0].marks.filter((mark): mark is Extract<Mark, { kind: K }> => mark.kind === kind);
const said = (figure: Figure): string[] => [...figure.texts, figure.panels[0].x.label!, figure.panels[0].y.label!].map(({ text }) => text);

const two = [[1, -2, 3], [4, 5, -6]];

describe('features0D', () => {
  it('draws a dot for each sample above each unit, in the samples\' order', () => {
    const figure = features0DFigure(two, { title: 'grads' });
    expect(figure.panels).toHaveLength(1);
    const [first, second] = marks(figure, 'points');
    expect([Array.from(first.y), Array.from(second.y)]).toEqual(two);
    Array.from(first.x).forEach((x, unit) => {
      expect(x).toBeGreaterThan(unit - 0.5);
      expect(x).toBeLessThan(second.x[unit]);
      expect(second.x[unit]).toBeLessThan(unit + 0.5);
    });
    expect(said(figure)).toEqual(['Gradients by unit', '3 units \u00b7 one dot per sample (2)', 'sample', '0', '1', 'unit', 'gradient']);
    expect(figure.description).toBe('Dot plot of gradient: 2 dots, one for each sample, for each unit 0 to 2, on an axis from \u22126.48 to 6.48. Values go from \u22126 to 5.');
  });

  it('draws a dot for each unit above each sample, along samples', () => {
    const figure = features0DFigure(two, { along: 'sample' });
    expect(marks(figure, 'points').map(({ y }) => Array.from(y))).toEqual([[1, 4], [-2, 5], [3, -6]]);
    expect(said(figure)).toContain('one dot per unit (3)'.replace(/^/, '2 samples \u00b7 '));
  });

  it('goes by the names of the axes', () => {
    const turned = namedArray(Float64Array.of(1, 4, -2, 5, 3, -6), [3, 2], ['channels', 'samples']);
    const figure = features0DFigure(turned, { title: 'generic' });
    expect(marks(figure, 'points').map(({ y }) => Array.from(y))).toEqual(two);
    expect(said(figure)).toContain('3 channels \u00b7 one dot per sample (2)');
    expect(said(features0DFigure(two, { title: 'generic' }))).toContain('3 entries of axis 1 \u00b7 one dot per entry of axis 0 (2)');
    expect(said(features0DFigure(namedArray(Float64Array.of(1, 2), [2], ['timesteps'])))).toContain('timestep');
  });

  it('stands a single sample\'s dots on stems from zero', () => {
    const figure = features0DFigure([1, NaN, -3]);
    const [stems] = marks(figure, 'line');
    expect(Array.from(stems.x)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
    expect(Array.from(stems.y)).toEqual([0, 1, NaN, NaN, NaN, NaN, 0, -3, NaN]);
    expect(marks(features0DFigure([4, 5], { yLimits: [3, 6] }), 'line')[0].y[0]).toBe(3);
    expect(marks(features0DFigure(two), 'line')).toEqual([]);
  });

  it('has the y axis symmetric about zero, unless told otherwise', () => {
    expect(features0DFigure([1, 2]).panels[0].y.domain).toEqual([-2.16, 2.16]);
    expect(features0DFigure([1, 2], { yLimits: 'none' }).panels[0].y.domain).toEqual([0.92, 2.08]);
    expect(features0DFigure([1, 2], { yLimits: [0, 9] }).panels[0].y.domain).toEqual([0, 9]);
  });

  it('has the zero line, marker and colours asked for', () => {
    expect(marks(features0DFigure(two), 'rule').map(({ at }) => at)).toEqual([0]);
    expect(marks(features0DFigure(two, { yZeroLine: false }), 'rule')).toEqual([]);
    expect(marks(features0DFigure(two, { marker: 'diamond', colors: ['red', 'blue'] }), 'points').map(({ shape, color }) => [shape, color]))
      .toEqual([['diamond', '#ff0000'], ['diamond', '#0000ff']]);
  });

  it('draws NaN as a cross at the foot, infinities at the edges, and counts both', () => {
    const figure = features0DFigure([[1, NaN, Infinity], [2, -Infinity, 3]]);
    const [low, high] = figure.panels[0].y.domain;
    const edge = marks(figure, 'points').filter(({ shape }) => shape !== 'circle');
    expect(edge.map(({ shape, x }) => [shape, Math.round(x[0])])).toEqual([['cross', 1], ['triangle', 2], ['triangle-down', 1]]);
    for (const { y } of edge) {
      expect(y[0]).toBeGreaterThan(low);
      expect(y[0]).toBeLessThan(high);
    }
    expect(said(figure)).toContain('1 NaN, 2 Inf');
  });

  it('keeps dots of many samples and units small and above their unit', () => {
    const points = marks(features0DFigure(lastStep(outputs({ samples: 16, timesteps: 2, units: 256 }))), 'points');
    expect(points).toHaveLength(16);
    expect(points[0].radius).toBeLessThan(2);
    expect(Array.from(points[0].x)).toEqual(Array.from({ length: 256 }, (_, i) => i));
  });

  it.each([
    [[[[1]]], {}, 'features0D: data must be (samples, units) or (units), found shape (1, 1, 1)'],
    [[], {}, 'features0D: data is empty, found shape (0,)'],
    [[1], { marker: 'o' }, "features0D: option 'marker' must be 'circle', 'square', 'diamond', 'triangle' or 'cross', found \"o\""],
    [[1], { rows: 2 }, "features0D: unknown option 'rows'; there are: title, subtitle, valueName, axes, ticks, borders, borderWidth, borderColor, widthScale, heightScale, dpi, yZeroLine, yLimits, colors, legend, along, marker"],
  ])('refuses %j with %j', (data, options, message) => {
    expect(messageOf(() => features0DFigure(data as number[], options as Features0DOptions))).toBe(message);
  });
});
