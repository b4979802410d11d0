import type { Axis, AxisStyle, ColorBar, Figure, ImageMark, LineMark, Mark, Panel, Text } from '../../src/figures/figure.js';

// Small figures, built by hand, to paint.

export const style: AxisStyle = { color: '#444444', width: 1, tickLength: 4, textSize: 10, textColor: '#222222', textGap: 3 };

export const text = (words: string, x: number, y: number, more: Partial<Text> = {}): Text => ({
  text: words, x, y, size: 12, weight: 400, color: '#222222', align: 'left', baseline: 'alphabetic', rotate: 0, ...more,
});

export const axis = (domain: readonly [number, number], ticks: readonly number[] = [], label: Text | null = null): Axis => ({
  domain, ticks: ticks.map((at) => ({ at, text: String(at) })), label,
});

export const ALL = { top: true, right: true, bottom: true, left: true };
export const NONE = { top: false, right: false, bottom: false, left: false };

export const panel = (marks: readonly Mark[], more: Partial<Panel> = {}): Panel => ({
  box: { x: 40, y: 20, width: 160, height: 80 }, x: axis([0, 10]), y: axis([0, 4]), marks, texts: [], borders: NONE, ...more,
});

export const figure = (panels: readonly Panel[], more: Partial<Figure> = {}): Figure => ({
  width: 220, height: 130, dpi: 96, background: '#ffffff', description: 'A figure for a test.', panels, colorBars: [], swatches: [],
  texts: [], axisStyle: style, ...more,
});

export const line = (y: ArrayLike<number>, more: Partial<LineMark> = {}): LineMark => ({
  kind: 'line', x: Float64Array.from({ length: y.length }, (_, i) => i), y, color: '#0072b2', width: 1.5, opacity: 1, markerRadius: 0, ...more,
});

export const image = (values: ArrayLike<number>, rows: number, columns: number, more: Partial<ImageMark> = {}): ImageMark => ({
  kind: 'image', values, rows, columns, domain: [-1, 1], colors: 'bwr', missingColor: '#808080', ...more,
});

export const colorBar = (more: Partial<ColorBar> = {}): ColorBar => ({
  box: { x: 40, y: 20, width: 10, height: 80 }, domain: [-1, 1], colors: 'bwr', ticks: axis([-1, 1], [-1, 0, 1]).ticks, label: null, ...more,
});

/** Every kind of thing a figure can hold, in one. */
export const everything: Figure = figure([
  panel([
    { kind: 'band', from: 4, to: 6, color: '#eeeeee' },
    { kind: 'rule', axis: 'y', at: 0, color: '#999999', width: 1, dash: [4, 3] },
    line([-0.5, 0.3, 0.9, 0.2, NaN, Infinity, -0.8, -0.1, 0.6, 0.4, 0.1]),
    line([0.5, 0.1, -0.2, -0.9, NaN, NaN, 0.7, 0.5, 0.2, -0.3, -0.6], { color: '#d55e00', opacity: 0.6, markerRadius: 2 }),
  ], {
    box: { x: 60, y: 50, width: 180, height: 100 }, borders: ALL, x: axis([0, 10], [0, 5, 10], text('Timesteps', 150, 190, { align: 'center' })),
    y: axis([-1, 1], [-1, 0, 1], text('Gradient', 28, 100, { align: 'center', rotate: -90 })), texts: [text('lines', 62, 46, { weight: 600, baseline: 'bottom' })],
  }),
  panel([image(Float64Array.from({ length: 60 }, (_, i) => (i === 22 ? NaN : Math.sin(i))), 5, 12)], {
    box: { x: 280, y: 50, width: 180, height: 100 }, borders: ALL, x: axis([-0.5, 11.5], [0, 5, 11]), y: axis([4.5, -0.5], [0, 4]),
  }),
  panel([
    { kind: 'bars', edges: [-3, -2, -1, 0, 1, 2, 3], height: [1, 4, 9, 10, 0, 3], color: '#0072b2', opacity: 0.8 },
    { kind: 'rule', axis: 'x', at: 0, color: '#000000', width: 1, dash: [] },
  ], {
    box: { x: 60, y: 230, width: 180, height: 100 }, borders: { ...ALL, top: false, right: false }, x: axis([-3, 3], [-3, 0, 3]), y: axis([0, 11], [0, 5, 10]),
  }),
  panel([{ kind: 'points', x: [1, 2, 2.2, 3], y: [1, 2, 2.2, 3], color: '#d55e00', radius: 5, opacity: 0.5, shape: 'circle' }], {
    box: { x: 280, y: 230, width: 180, height: 100 }, borders: ALL, x: axis([0, 4], [0, 2, 4]), y: axis([0, 4], [0, 2, 4]),
  }),
], {
  width: 540, height: 370, description: 'Four panels. One of each <mark>, & a colour bar.',
  colorBars: [colorBar({ box: { x: 472, y: 50, width: 10, height: 100 }, label: text('Gradient', 524, 100, { align: 'center', baseline: 'middle', rotate: 90 }) })],
  swatches: [{ box: { x: 400, y: 10, width: 10, height: 10 }, color: '#0072b2' }],
  texts: [text('Layer <a & "b">', 270, 10, { size: 16, weight: 600, align: 'center', baseline: 'top' }), text('units', 416, 15, { baseline: 'middle' })],
});
