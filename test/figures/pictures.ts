import { besideFigure } from '../../src/figures/beside.js';
import { featuresHistFigure } from '../../src/figures/features-hist.js';
import { features0DFigure } from '../../src/figures/features0d.js';
import { features1DFigure } from '../../src/figures/features1d.js';
import { features2DFigure } from '../../src/figures/features2d.js';
import { featuresHistGridFigure } from '../../src/figures/features-hist-grid.js';
import { rnnHeatmapFigure } from '../../src/figures/rnn-heatmap.js';
import { rnnHistogramFigure } from '../../src/figures/rnn-histogram.js';
import { saturationPlotFigure } from '../../src/figures/saturation-plot.js';
import type { Figure } from '../../src/figures/figure.js';
import { at, channel, firstSamples, gradients, lastStep, outputs, spoiled } from './data.js';
import { lostWeights, recurrentWeights, saturated, spoiledWeights } from './weights-data.js';
import { Random } from '../random.js';

const six = gradients({ samples: 16, timesteps: 100, units: 6 });
const wide = gradients({ samples: 16, timesteps: 100, units: 256 }, { seed: 3, scale: 1e-4 });
const waves = outputs({ samples: 3, timesteps: 60, units: 6 });
const few = gradients({ samples: 4, timesteps: 40, units: 4 }, { seed: 5 });
// Unit 0 of sample 0 is NaN for a while, the others for less; unit 1 diverges; unit 2 is NaN throughout.
const [N, I] = [NaN, Infinity];
const shape = [3, 40, 4];
const broken = spoiled(gradients({ samples: 3, timesteps: 40, units: 4 }, { seed: 5 }), {
  ...at(shape, 0, 0, 8, 16, N), ...at(shape, 1, 0, 12, 13, N), ...at(shape, 2, 0, 12, 12, N), ...at(shape, 0, 1, 30, 30, I), ...at(shape, 1, 1, 34, 35, -I),
  ...at(shape, 0, 2, 0, 39, N), ...at(shape, 1, 2, 0, 39, N), ...at(shape, 2, 2, 0, 39, N), ...at(shape, 2, 3, 5, 5, N), ...at(shape, 2, 3, 7, 7, N),
});
const small = { dpi: 96 } as const;
const grads = { ...small, title: 'grads' } as const;

const lstm = recurrentWeights({ kind: 'LSTM', units: 6, features: 12 });
const lstm256 = recurrentWeights({ kind: 'LSTM', units: 256, features: 20 });
const gru = recurrentWeights({ kind: 'GRU', units: 32, features: 16, biases: 2 });
const bidirectional = recurrentWeights({ kind: 'LSTM', units: 64, features: 16, directions: ['forward', 'backward'] });
const brokenGru = spoiledWeights(recurrentWeights({ kind: 'GRU', units: 8, features: 3, biases: 2, directions: ['forward', 'backward'] }));
const simple = recurrentWeights({ kind: 'SimpleRNN', units: 6, features: 1, biases: 0 });

const random = new Random(4);
const normals = (count: number, spread: number, mean = 0): Float64Array => Float64Array.from({ length: count }, () => mean + spread * random.normal());
const sparse = (count: number): Float64Array => Float64Array.from({ length: count }, () => (random.uniform() < 0.4 ? 0 : random.normal()));
const beforeAndAfter = [[[normals(500, 1), normals(500, 0.5, 1)], [normals(300, 0.1), normals(300, 0.1, 0.2)]], [[normals(500, 2), normals(500, 1)], [normals(300, 0.3)]]];
const peaked = [[[sparse(5000)], [sparse(3000)], [normals(1000, 1)]], [[sparse(5000)], [[NaN, 1, 2, -Infinity]], [normals(1000, 1)]]];
const many = Array.from({ length: 8 }, () => Array.from({ length: 10 }, () => [normals(300, 1), normals(300, 0.7, 0.5), normals(300, 0.3, -1)]));

/** Every picture that is kept: each figure function, each of its options, one to 256 panels, sound and broken data. */
export const pictures: Readonly<Record<string, () => Figure>> = {
  '0d': () => features0DFigure(lastStep(six), grads),
  '0d-along-sample': () => features0DFigure(lastStep(six), { ...grads, along: 'sample' }),
  '0d-one-sample': () => features0DFigure(lastStep(firstSamples(six, 1)), grads),
  '0d-256-units': () => features0DFigure(lastStep(firstSamples(wide, 1)), grads),
  '0d-256-units-16-samples': () => features0DFigure(lastStep(wide), grads),
  '0d-missing': () => features0DFigure(spoiled(lastStep(few), { 1: N, 3: I, 6: -I, 9: N, 13: N }), { ...grads, legend: false }),
  '0d-look': () => features0DFigure(lastStep(waves), {
    ...small, title: 'Three samples of a trained layer', valueName: 'activation', marker: 'diamond', colors: ['teal', '#c0392b', 'black'], yLimits: 'none',
    yZeroLine: false, borders: 'frame', ticks: 'y', widthScale: 0.6, heightScale: 1.4,
  }),

  '1d-one-panel': () => features1DFigure(channel(six, 0), grads),
  '1d-one-line': () => features1DFigure(firstSamples(six, 1), { ...grads, rows: 2 }),
  '1d': () => features1DFigure(six, { ...grads, rows: 2 }),
  '1d-16-panels': () => features1DFigure(outputs({ samples: 1, timesteps: 60, units: 16 }), { ...small, title: 'outputs' }),
  '1d-256-panels': () => features1DFigure(wide, grads),
  '1d-81-own-scales': () => features1DFigure(gradients({ samples: 1, timesteps: 40, units: 81 }), { ...grads, shareY: 'none' }),
  '1d-short-last-row': () => features1DFigure(outputs({ samples: 2, timesteps: 60, units: 7 }), { ...small, title: 'outputs' }),
  '1d-share-none': () => features1DFigure(waves, { ...small, title: 'outputs', shareX: 'none', shareY: 'none' }),
  '1d-share-row': () => features1DFigure(waves, { ...small, title: 'outputs', shareX: 'row', shareY: 'row' }),
  '1d-share-column': () => features1DFigure(waves, { ...small, title: 'outputs', shareX: 'column', shareY: 'column' }),
  '1d-8-rows': () => features1DFigure(outputs({ samples: 1, timesteps: 60, units: 8 }), { ...small, title: 'outputs', rows: 8 }),
  '1d-subplot-by-sample': () => features1DFigure(waves, { ...small, title: 'outputs', subplotBy: 'sample' }),
  '1d-annotations': () => features1DFigure(waves, { ...small, title: 'outputs', annotations: ['attention', 'a name that is too long for the panel it stands above', 'γ'] }),
  '1d-tight': () => features1DFigure(waves, { ...small, title: 'outputs', tight: true, annotations: 'none', borders: 'frame' }),
  '1d-no-decoration': () => features1DFigure(waves, { ...small, title: 'none', ticks: 'none', borders: 'none', annotations: 'none', legend: false, yZeroLine: false }),
  '1d-borders': () => features1DFigure(waves, { ...small, title: 'outputs', borders: 'frame', borderWidth: 2, borderColor: 'navy', ticks: 'x' }),
  '1d-few-timesteps': () => features1DFigure(waves, { ...small, title: 'outputs', maxTimesteps: 8 }),
  '1d-y-limits': () => features1DFigure(waves, { ...small, title: 'outputs', yLimits: [-0.5, 0.5], colors: 'crimson' }),
  '1d-y-limits-auto': () => features1DFigure(firstSamples(few, 1), { ...grads, yLimits: 'auto' }),
  '1d-generic': () => features1DFigure([[[1, 2], [3, 1], [2, 5]], [[0, 1], [1, 1], [4, 0]]], { ...small, title: 'generic' }),
  '1d-long-title': () => features1DFigure(broken, {
    ...small, title: 'A title of our own, which is much longer than the figure is wide and so is broken into lines\nand has a line break of its own', subtitle: false, widthScale: 0.5, heightScale: 0.8,
  }),
  '1d-missing': () => features1DFigure(broken, grads),
  '1d-dpi': () => features1DFigure(firstSamples(few, 1), { title: 'grads', dpi: 150, rows: 1 }),

  '2d': () => features2DFigure(six, { ...grads, rows: 4, norm: [-0.01, 0.01] }),
  '2d-one-sample': () => features2DFigure(firstSamples(wide, 1), { ...grads, norm: [-1e-4, 1e-4] }),
  '2d-reflect-half': () => features2DFigure(firstSamples(wide, 1), { ...grads, norm: [-1e-4, 1e-4], reflectHalf: true }),
  '2d-channel': () => features2DFigure(channel(wide, 0), { ...grads, norm: [-1e-4, 1e-4] }),
  '2d-subplot-by-unit': () => features2DFigure(few, { ...grads, subplotBy: 'unit' }),
  '2d-timesteps-on-y': () => features2DFigure(waves, { ...small, title: 'outputs', timestepsOn: 'y' }),
  '2d-256-units': () => features2DFigure(firstSamples(wide, 4), { ...grads, timestepsOn: 'y', norm: [-1e-4, 1e-4] }),
  '2d-norm-none': () => features2DFigure(few, { ...grads, norm: 'none' }),
  '2d-RdBu': () => features2DFigure(few, { ...grads, colorMap: 'RdBu', colorBar: true }),
  '2d-viridis': () => features2DFigure(waves, { ...small, title: 'outputs', colorMap: 'viridis', maxTimesteps: 20 }),
  '2d-greys': () => features2DFigure(few, { ...grads, colorMap: 'greys', norm: [0, 0.01], colorBar: false }),
  '2d-tight': () => features2DFigure(few, { ...grads, tight: true, annotations: 'none', borderColor: 'black', borderWidth: 1 }),
  '2d-missing': () => features2DFigure(broken, grads),
  '2d-missing-RdBu': () => features2DFigure(broken, { ...grads, colorMap: 'RdBu', rows: 3 }),
  '2d-missing-viridis': () => features2DFigure(broken, { ...grads, colorMap: 'viridis', shareX: 'none', shareY: 'none' }),
  '2d-missing-greys': () => features2DFigure(broken, { ...grads, colorMap: 'greys', valueName: 'dL/dh' }),
  '2d-256-panels': () => features2DFigure(gradients({ samples: 256, timesteps: 20, units: 6 }, { decay: 0.2 }), grads),

  'hist': () => featuresHistFigure(six, grads),
  'hist-by-unit': () => featuresHistFigure(six, { ...grads, subplotBy: 'unit', rows: 2, peaksToClip: 2 }),
  'hist-by-sample': () => featuresHistFigure(six, { ...grads, subplotBy: 'sample', bins: 40, shareX: 'none', shareY: 'none', ticks: 'x' }),
  'hist-by-timestep': () => featuresHistFigure(gradients({ samples: 16, timesteps: 12, units: 6 }, { decay: 0.3 }), { ...grads, subplotBy: 'timestep', bins: 40, tight: true, rows: 12 }),
  'hist-256-panels': () => featuresHistFigure(wide, { ...grads, subplotBy: 'unit', bins: 30, peaksToClip: 1 }),
  'hist-clipped': () => featuresHistFigure(six, { ...grads, bins: 60, peaksToClip: 3, centerOnZero: true }),
  'hist-limits': () => featuresHistFigure(waves, { ...small, title: 'outputs', bins: 25, xLimits: [-0.5, 0.5], colors: 'seagreen', borders: 'frame' }),
  'hist-colors': () => featuresHistFigure(waves, { ...small, title: 'outputs', subplotBy: 'sample', bins: 30, colors: ['#0072b2', '#d55e00', '#009e73'], shareY: 'row', annotations: ['first', 'second', 'third'] }),
  'hist-missing': () => featuresHistFigure(broken, { ...grads, subplotBy: 'unit', bins: 20 }),

  'rnn-heatmap': () => rnnHeatmapFigure(lstm, small),
  'rnn-heatmap-256-units': () => rnnHeatmapFigure(lstm256, small),
  'rnn-heatmap-gradients': () => rnnHeatmapFigure(gru, { ...small, of: 'gradients', absoluteValue: true }),
  'rnn-heatmap-bidirectional': () => rnnHeatmapFigure(bidirectional, { ...small, norm: [-0.1, 0.1] }),
  'rnn-heatmap-missing': () => rnnHeatmapFigure(brokenGru, { ...small, norm: 'none', colorMap: 'RdBu' }),
  'rnn-heatmap-lost': () => rnnHeatmapFigure(lostWeights(simple), small),
  'rnn-heatmap-simple': () => rnnHeatmapFigure(simple, { ...small, normalize: true, title: 'A SimpleRNN of ours, whose title is longer than it is wide', colorMap: 'viridis' }),
  'rnn-heatmap-look': () => rnnHeatmapFigure(gru, {
    ...small, bias: false, gateLineWidth: 3, borders: 'none', ticks: 'none', colorBar: false, widthScale: 0.7, heightScale: 0.6, title: 'none',
  }),

  'rnn-histogram': () => rnnHistogramFigure(lstm, small),
  'rnn-histogram-256-units': () => rnnHistogramFigure(lstm256, small),
  'rnn-histogram-own-scales': () => rnnHistogramFigure(gru, { ...small, of: 'gradients', equateAxes: 0 }),
  'rnn-histogram-bidirectional': () => rnnHistogramFigure(bidirectional, { ...small, equateAxes: 2 }),
  'rnn-histogram-missing': () => rnnHistogramFigure(brokenGru, { ...small, borders: 'frame' }),
  'rnn-histogram-lost': () => rnnHistogramFigure(lostWeights(simple), small),
  'rnn-histogram-look': () => rnnHistogramFigure(lstm, { ...small, bias: false, bins: 40, colors: 'seagreen', widthScale: 0.8, heightScale: 0.7, ticks: 'x', title: 'Weights, as they began' }),

  'hist-grid': () => featuresHistGridFigure(beforeAndAfter, { ...small, columnTitles: ['kernel', 'bias'], sideAnnotations: ['layer'], labels: ['before', 'after'], bins: 40, title: 'Weights of two layers' }),
  'hist-grid-clipped': () => featuresHistGridFigure(peaked, {
    ...small, peaksToClip: 1, columnTitles: ['one', 'two, with a longer name than there is room for above it', 'three'], sideAnnotations: ['lstm', 'a dense layer of quite a name that goes on'], shareY: 'none',
  }),
  'hist-grid-tight': () => featuresHistGridFigure(many, { ...small, bins: 30, tight: true, columnTitles: Array.from({ length: 10 }, (_, i) => `layer ${i}`), sideAnnotations: ['step'] }),
  'hist-grid-limits': () => featuresHistGridFigure(beforeAndAfter, { ...small, xLimits: [-1, 1], yLimit: 50, shareX: 'all', colors: ['navy', 'orange'], labels: 'none', borders: 'frame' }),

  'saturation': () => saturationPlotFigure(saturated([{ name: 'lstm', gates: ['input', 'forget', 'output'], units: 64 }]), small),
  'saturation-two-ways': () => saturationPlotFigure(saturated([{ name: 'lstm', parts: ['forward', 'backward'], gates: ['input', 'forget', 'output'], units: 256 }, { name: 'dense', gates: [], units: 1 }]), small),
  'saturation-mixed': () => saturationPlotFigure(saturated([{ name: 'lstm', gates: ['input', 'forget', 'output'], units: 6 }, { name: 'gru', gates: ['update', 'reset'], units: 12 }]), small),

  'beside': () => besideFigure([1, 2, 3].map((seed) => features2DFigure(gradients({ samples: 16, timesteps: 50, units: 16 }, { seed, scale: 2e-4, decay: 0.02 * seed }), {
    rows: 8, norm: [-1e-4, 1e-4], ticks: 'none', title: 'none', annotations: 'none', widthScale: 0.42, valueName: 'gradient', colorBar: seed === 3, ...small,
  })), { title: 'Gradients by timestep and unit, 16 samples', labels: ['LSTM', 'GRU', 'SimpleRNN'] }),
  'beside-mixed': () => besideFigure([
    features1DFigure(few, { ...grads, widthScale: 0.6 }), featuresHistFigure(few, { ...grads, widthScale: 0.5 }),
  ], { gap: 20 }),
};
