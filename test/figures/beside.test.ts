import { describe, expect, it } from 'vitest';
import { besideFigure } from '../../src/figures/beside.js';
import { features1DFigure } from '../../src/figures/features1d.js';
import { features2DFigure } from '../../src/figures/features2d.js';
import { messageOf } from './message.js';

const left = features2DFigure([[1, 2], [3, 4]], { widthScale: 0.5, title: 'none', dpi: 100 });
const right = features1DFigure([[[1], [2]], [[3], [4]]], { widthScale: 0.4, title: 'outputs' });

describe('besideFigure', () => {
  it('puts figures in a row, whole', () => {
    const both = besideFigure([left, right], { gap: 10 });
    expect(both.width).toBe(left.width + 10 + right.width);
    expect(both.height).toBe(Math.max(left.height, right.height));
    expect(both.panels.map(({ box }) => box.x)).toEqual([left.panels[0].box.x, right.panels[0].box.x + left.width + 10]);
    expect(both.panels[1].x.label?.x).toBe(right.panels[0].x.label!.x + left.width + 10);
    expect(both.colorBars).toEqual(left.colorBars);
    expect(both.swatches.map(({ box }) => box.x)).toEqual(right.swatches.map(({ box }) => box.x + left.width + 10));
    expect([both.dpi, both.panels[0].marks]).toEqual([100, left.panels[0].marks]);
  });

  it('has a title and names, and makes room for them', () => {
    const both = besideFigure([left, right], { title: 'Two of a kind', labels: ['A', 'B'] });
    expect(both.texts.slice(0, 3).map(({ text }) => text)).toEqual(['Two of a kind', 'A', 'B']);
    const down = both.panels[0].box.y - left.panels[0].box.y;
    expect(down).toBeGreaterThan(both.texts[2].y + both.texts[2].size);
    expect(both.height).toBe(Math.max(left.height, right.height) + down);
    expect(both.description).toBe(`Two of a kind. A: ${left.description} B: ${right.description}`);
    expect(besideFigure([left]).description).toBe(`Figure 1: ${left.description}`);
  });

  it('has the axes of the figure with the smallest numbers', () => {
    const dense = features1DFigure([Array.from({ length: 100 }, (_, unit) => unit)]);
    expect(dense.axisStyle.textSize).toBeLessThan(left.axisStyle.textSize);
    expect(besideFigure([left, dense, right]).axisStyle).toEqual(dense.axisStyle);
  });

  it('refuses what cannot be', () => {
    expect(messageOf(() => besideFigure([]))).toBe('besideFigure: needs at least one figure, found none');
    expect(messageOf(() => besideFigure([left], { labels: ['A', 'B'] }))).toBe("besideFigure: option 'labels' must name at most 1 figures, found 2 names");
    expect(messageOf(() => besideFigure([left], { gap: -1 }))).toBe("besideFigure: option 'gap' must be a number between 0 and 500, found -1");
  });
});
