import { describe, expect, it } from 'vitest';
import { namedArray } from '../../src/core/array.js';
import type { BarMark, Figure, ImageMark, Panel } from '../../src/figures/figure.js';
import { rnnHeatmapFigure, rnnHeatmapOptions } from '../../src/figures/rnn-heatmap.js';
import { rnnHistogramFigure, rnnHistogramOptions } from '../../src/figures/rnn-histogram.js';
import type { GateWeights } from '../../src/model/gate-weights.js';
import { Random } from '../random.js';
import { messageOf } from './message.js';
import { lostWeights, recurrentWeights, spoiledWeights } from './weights-data.js';
import { collisions, outside } from './words-of.js';

const lstm = recurrentWeights({ kind: 'LSTM', units: 6, features: 12 });
const gru = recurrentWeights({ kind: 'GRU', units: 8, features: 3, biases: 2, directions: ['forward', 'backward'] });

const imageOf = (panel: Panel): ImageMark => panel.marks.find((mark) => mark.kind === 'image')!;
const barsOf = (panel: Panel): BarMark => panel.marks.find((mark) => mark.kind === 'bars')!;
const textsOf = (figure: Figure): string[] => [...figure.texts, ...figure.panels.flatMap(({ texts }) => texts)].map(({ text }) => text);
const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);

describe('rnnHeatmap', () => {
  it('draws kernel, recurrent kernel and bias as they are, over one axis', () => {
    const { panels } = rnnHeatmapFigure(lstm);
    const [{ kernel, recurrentKernel, bias }] = lstm.directions;
    expect(panels.map((panel) => imageOf(panel).values)).toEqual([kernel.data, recurrentKernel.data, bias!.data]);
    expect(panels.map((panel) => [imageOf(panel).rows, imageOf(panel).columns])).toEqual([[12, 24], [6, 24], [1, 24]]);
    expect(new Set(panels.map(({ x, box }) => [...x.domain, box.x, box.width].join())).size).toBe(1);
    const rules = panels.map(({ marks }) => marks.flatMap((mark) => (mark.kind === 'rule' ? [mark.at] : [])));
    expect(rules).toEqual([[5.5, 11.5, 17.5], [5.5, 11.5, 17.5], [5.5, 11.5, 17.5]]);
    expect(panels[2]!.x.ticks.map(({ at, text }) => [at, text])).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22].map((at) => [at, String(at % 6)]));
  });

  it("norm 'auto' is symmetric, and not the bias's", () => {
    const [{ kernel, recurrentKernel }] = lstm.directions;
    const most = Math.max(...[...kernel.data, ...recurrentKernel.data].map(Math.abs));
    for (const panel of rnnHeatmapFigure(lstm).panels) expect(imageOf(panel).domain).toEqual([-most, most]);
    expect(most).toBeLessThan(0.9); // the forget gate's bias is 1
    expect(rnnHeatmapFigure(lstm).colorBars.map(({ domain }) => domain)).toEqual([[-most, most]]);
  });

  it('norm as given, and none, with a colour bar for each kernel', () => {
    expect(rnnHeatmapFigure(lstm, { norm: [-1, 2] }).panels.map((panel) => imageOf(panel).domain)).toEqual([[-1, 2], [-1, 2], [-1, 2]]);
    const own = rnnHeatmapFigure(lstm, { norm: 'none' });
    const ranges = own.panels.map((panel) => [Math.min(...Array.from(imageOf(panel).values)), Math.max(...Array.from(imageOf(panel).values))]);
    expect(own.panels.map((panel) => imageOf(panel).domain)).toEqual(ranges);
    expect(own.colorBars.map(({ domain }) => domain)).toEqual(ranges.slice(0, 2));
  });

  it('absolute values, normalized values, and both', () => {
    const [{ kernel }] = lstm.directions;
    const values = Array.from(kernel.data);
    const absolute = rnnHeatmapFigure(lstm, { absoluteValue: true });
    expect(Array.from(imageOf(absolute.panels[0]!).values)).toEqual(values.map(Math.abs));
    expect(imageOf(absolute.panels[0]!).domain[0]).toBe(0);
    expect(imageOf(absolute.panels[0]!).colors).toBe('greys');
    const scaled = rnnHeatmapFigure(lstm, { normalize: true });
    const [low, high] = [Math.min(...values), Math.max(...values)];
    expect(Array.from(imageOf(scaled.panels[0]!).values)).toEqual(values.map((value) => (value - low) / (high - low)));
    expect(imageOf(scaled.panels[2]!).domain).toEqual([0, 1]);
    const both = Array.from(imageOf(rnnHeatmapFigure(lstm, { normalize: true, absoluteValue: true, colorMap: 'viridis' }).panels[1]!).values);
    expect([Math.min(...both), Math.max(...both)]).toEqual([0, 1]);
    const same: GateWeights = { ...lstm, directions: [{ ...lstm.directions[0]!, bias: namedArray(new Float32Array(24).fill(3), [24]) }] };
    expect(Array.from(imageOf(rnnHeatmapFigure(same, { normalize: true }).panels[2]!).values)).toEqual(new Array(24).fill(0));
  });

  it('draws directions one below the other, with both biases of a GRU', () => {
    const { panels } = rnnHeatmapFigure(gru);
    expect(panels.map((panel) => imageOf(panel).rows)).toEqual([3, 8, 2, 3, 8, 2]);
    expect(panels[2]!.y.ticks.map(({ text }) => text)).toEqual(['input', 'recurrent']);
    expect(rnnHeatmapFigure(gru, { bias: false }).panels).toHaveLength(4);
    expect(textsOf(rnnHeatmapFigure(gru)).filter((text) => text === 'forward' || text === 'backward')).toEqual(['forward', 'backward']);
  });

  it('says what is missing of each matrix, gate and direction', () => {
    const figure = rnnHeatmapFigure(spoiledWeights(gru));
    expect(figure.panels.map(({ texts }) => texts[1]?.text)).toEqual([
      'update 1 NaN \u00b7 reset 1 NaN', 'reset 16 NaN', 'new 1 Inf', 'update 1 NaN \u00b7 reset 1 NaN', 'reset 16 NaN', 'new 1 Inf',
    ]);
    expect(figure.description).toContain('36 NaN, 2 Inf. forward kernel, update gate: 1 NaN; forward kernel, reset gate: 1 NaN; forward recurrent kernel, reset gate: 16 NaN; forward bias, new gate: 1 Inf; backward');
    const simple = spoiledWeights(recurrentWeights({ kind: 'SimpleRNN', units: 4, features: 2 }));
    expect(rnnHeatmapFigure(simple).description).toMatch(/ kernel: 1 NaN; recurrent kernel: 4 NaN; bias: 1 Inf\.$/);
  });

  it('names what it shows', () => {
    expect(textsOf(rnnHeatmapFigure(lstm))).toEqual(expect.arrayContaining(['Weights of lstm (LSTM, 6 units)', 'input', 'forget', 'cell', 'output', 'unit of each gate']));
    expect(textsOf(rnnHeatmapFigure(gru, { of: 'gradients' }))[0]).toBe('Gradients by the weights of gru (GRU, 8 units each way)');
    expect(rnnHeatmapFigure(gru, { of: 'gradients', absoluteValue: true }).colorBars[0]!.label!.text).toBe('absolute gradient');
    expect(textsOf(rnnHeatmapFigure(lstm, { title: 'none' }))[0]).toBe('input');
  });
});

describe('rnnHistogram', () => {
  it('has a panel for each gate of each matrix; the bars of each are all its values', () => {
    const { panels } = rnnHistogramFigure(lstm);
    expect(panels).toHaveLength(12);
    for (const panel of panels) expect(sum(barsOf(panel).height)).toBeCloseTo(100, 9);
    expect(rnnHistogramFigure(gru).panels).toHaveLength(2 * (6 + 6));
    expect(rnnHistogramFigure(gru, { bias: false }).panels).toHaveLength(12);
    expect(rnnHistogramFigure(recurrentWeights({ kind: 'LSTM', units: 3, features: 2, biases: 0 })).panels).toHaveLength(8);
  });

  it('counts the values of the gate and the matrix that it names', () => {
    const { panels } = rnnHistogramFigure(lstm, { equateAxes: 0, bins: 10 });
    const [{ kernel, recurrentKernel }] = lstm.directions;
    [[kernel, 0], [recurrentKernel, 1]].forEach(([array, column]) => {
      const { data, shape } = array as typeof kernel;
      for (let gate = 0; gate < 4; gate++) {
        const values = Array.from(data).filter((_, i) => Math.floor((i % 24) / 6) === gate);
        const { edges, height } = barsOf(panels[2 * gate + (column as number)]!);
        expect([edges[0], edges[10]]).toEqual([Math.min(...values), Math.max(...values)]);
        const [lower, upper] = [edges[3]!, edges[4]!];
        expect(height[3]! * shape[0]! * 6 / 100).toBeCloseTo(values.filter((value) => value >= lower && value < upper).length, 9);
      }
    });
  });

  it('equateAxes: no common scale, one for each direction, one for all', () => {
    const scales = (equateAxes: 0 | 1 | 2): number[] => {
      const { panels } = rnnHistogramFigure(gru, { equateAxes });
      // Kernels come first in each direction, then the biases: 6 and 6.
      const count = (from: number, to: number): number => new Set(panels.slice(from, to).map(({ x, y }) => [...x.domain, ...y.domain].join())).size;
      return [count(0, 6), count(6, 12), count(12, 18), count(0, 24)];
    };
    expect(scales(0)).toEqual([6, 6, 6, 24]);
    expect(scales(1)).toEqual([1, 1, 1, 4]);
    expect(scales(2)).toEqual([1, 1, 1, 2]);
  });

  it('marks the panels that something is missing in, and those with nothing left', () => {
    const figure = rnnHistogramFigure(spoiledWeights(gru));
    const marked = figure.panels.map(({ marks }) => marks.some(({ kind }) => kind === 'band'));
    // update, reset, new; kernel and recurrent kernel each; then input bias and recurrent bias by gate.
    expect(marked.slice(0, 12)).toEqual([true, false, true, true, false, false, false, false, true, false, false, false]);
    expect(figure.panels[3]!.texts.map(({ text }) => text)).toEqual(['reset', '16 NaN']);
    expect(sum(barsOf(figure.panels[3]!).height)).toBeCloseTo(100, 9);
    const lost = rnnHistogramFigure(lostWeights(lstm));
    expect(textsOf(lost).filter((text) => text === 'no finite value')).toHaveLength(12);
    expect(lost.panels.every((panel) => sum(barsOf(panel).height) === 0)).toBe(true);
  });

  it('takes as many bins as it is told, and else by how many values there are', () => {
    expect(barsOf(rnnHistogramFigure(lstm, { bins: 33 }).panels[0]!).height).toHaveLength(33);
    const few = barsOf(rnnHistogramFigure(lstm, { equateAxes: 0 }).panels[0]!).height.length;
    const many = barsOf(rnnHistogramFigure(recurrentWeights({ kind: 'LSTM', units: 64, features: 64 }), { equateAxes: 0 }).panels[0]!).height.length;
    expect([few, many]).toEqual([9, 32]);
  });
});

describe('bad input', () => {
  it.each([['rnnHeatmap', rnnHeatmapFigure], ['rnnHistogram', rnnHistogramFigure]] as const)('%s: one line that says what was found', (owner, figure) => {
    const direction = lstm.directions[0]!;
    const given = (changes: Partial<typeof direction>): GateWeights => ({ ...lstm, directions: [{ ...direction, ...changes }] });
    expect(messageOf(() => figure([1, 2] as never))).toBe(`${owner}: weights must be those of a recurrent layer by gate, as gateWeights gives them, found object without directions`);
    expect(messageOf(() => figure({ ...lstm, directions: [] }))).toMatch(/without directions$/);
    expect(messageOf(() => figure(given({ kernel: namedArray(new Float32Array(12 * 23), [12, 23]) }))))
      .toBe(`${owner}: layer 'lstm': the kernel must have 4 gates (input, forget, cell, output) side by side in its last axis, found shape (12, 23)`);
    expect(messageOf(() => figure(given({ bias: namedArray(new Float32Array(20), [20]) })))).toBe(`${owner}: layer 'lstm': the bias has 20 columns, expected 24 as the kernel has`);
    expect(messageOf(() => figure(lstm, { nrom: 1 } as never))).toMatch(new RegExp(`^${owner}: unknown option 'nrom'`));
    expect(messageOf(() => figure(lstm, { of: 'grads' } as never))).toBe(`${owner}: option 'of' must be 'weights' or 'gradients', found "grads"`);
  });

  it('options of one figure', () => {
    expect(messageOf(() => rnnHistogramFigure(lstm, { equateAxes: 3 } as never))).toBe("rnnHistogram: option 'equateAxes' must be 0, 1 or 2, found 3");
    expect(messageOf(() => rnnHeatmapFigure(lstm, { norm: [1, -1] }))).toBe("rnnHeatmap: option 'norm' must be min,max with min below max, or 'auto' or 'none', found [1,-1]");
  });
});

const choices: Readonly<Record<string, readonly unknown[]>> = {
  title: ['auto', 'none', 'A title of my own, which has more words than a narrow figure has room for'], of: ['weights', 'gradients'], ticks: ['both', 'x', 'y', 'none'],
  borders: ['frame', 'axes', 'none'], widthScale: [0.4, 0.7, 1, 2], heightScale: [0.4, 1, 2], norm: ['auto', 'none', [-1e-4, 1e-4]], bias: [true, false], colorBar: [true, false],
  absoluteValue: [true, false], normalize: [true, false], equateAxes: [0, 1, 2], bins: ['auto', 5, 150], subtitle: [true, false],
};

describe('words of figures with options drawn at random', () => {
  it.each([['rnnHeatmap', rnnHeatmapOptions, rnnHeatmapFigure], ['rnnHistogram', rnnHistogramOptions, rnnHistogramFigure]] as const)('%s: do not overlap, and stay inside', (owner, specs, figure) => {
    const random = new Random(11);
    const pick = <T>(from: readonly T[]): T => from[random.integer(0, from.length - 1)]!;
    for (let trial = 0; trial < 60; trial++) {
      const kind = pick(['LSTM', 'GRU', 'SimpleRNN'] as const);
      const shape = { kind, units: pick([1, 2, 6, 13, 64, 100]), features: pick([1, 3, 25]), biases: pick([0, 1, kind === 'GRU' ? 2 : 1] as const), directions: pick([[''], ['forward', 'backward']]), seed: trial };
      const sound = recurrentWeights(shape);
      const weights = trial % 3 === 0 ? spoiledWeights(sound) : trial % 10 === 1 ? lostWeights(sound) : sound;
      const options = Object.fromEntries(Object.keys(specs).filter((name) => name in choices && random.uniform() < 0.4).map((name) => [name, pick(choices[name]!)]));
      const drawn = figure(weights, options);
      const what = `${owner} of ${JSON.stringify(shape)} with ${JSON.stringify(options)}`;
      expect(collisions(drawn), what).toEqual([]);
      expect(outside(drawn), what).toEqual([]);
    }
  });
});
