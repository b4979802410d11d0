import type { ArrayInput } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { featuresHistGridFigure, type FeaturesHistGridOptions, type HistogramGrid } from '../figures/features-hist-grid.js';
import type { Figure } from '../figures/figure.js';
import { rnnHeatmapFigure, type RnnHeatmapOptions } from '../figures/rnn-heatmap.js';
import { rnnHistogramFigure, type RnnHistogramOptions } from '../figures/rnn-histogram.js';
import { saturationPlotFigure, type SaturatedGates, type SaturationPlotOptions } from '../figures/saturation-plot.js';
import type { LayerId } from '../model/find.js';
import { gateWeights, type GateWeights } from '../model/gate-weights.js';
import type { ArrayInputs } from '../model/inputs.js';
import type { ModelLike } from '../model/live-model.js';
import { trace, type TraceOptions } from '../trace/trace.js';
import { Drawing } from './drawing.js';

// The public figures of weights and of a layer's health. What each shows, and how the options go with See RNN's names, stands
// at the functions they call.

/** Where gradients come from: data, as `trace` takes them. With `of: 'gradients'`, x and y are needed. */
export interface GradientSource extends Pick<TraceOptions, 'loss' | 'lossWeights' | 'sampleWeight' | 'classWeight' | 'training' | 'batchSize'> {
  readonly x?: ArrayInputs;
  readonly y?: ArrayInputs;
}

/** The keys of {@link GradientSource}; the other options are the figure's. */
const sourceKeys: readonly string[] = ['x', 'y', 'loss', 'lossWeights', 'sampleWeight', 'classWeight', 'training', 'batchSize'] satisfies (keyof GradientSource)[];

/**
 * The weights of a recurrent layer, or the gradients by them, as heatmaps: kernel, recurrent kernel and bias, gates divided by lines.
 *
 * Given a model and a layer's id it reads the weights, or with `of: 'gradients'`, `x` and `y` works out the gradients. What is there
 * already, from `gateWeights`, it draws at once.
 *
 * @param options see {@link rnnHeatmapFigure}; for gradients also those of `trace`
 * @throws SeeRnnError for a layer that is not recurrent, and as `trace` does; UsageError for options that can't be
 * @example
 * await (await rnnHeatmap(model, 'lstm', { norm: [-0.8, 0.8] })).save('weights.png');
 * await rnnHeatmap(await gateWeights(model, 'lstm')).save('weights.png');
 * await (await rnnHeatmap(model, 'gru', { of: 'gradients', x, y, absoluteValue: true })).save('gradients.png');
 */
export function rnnHeatmap(weights: GateWeights, options?: RnnHeatmapOptions): Drawing;
export function rnnHeatmap(model: ModelLike, id: LayerId, options?: RnnHeatmapOptions & GradientSource): Promise<Drawing>;
export function rnnHeatmap(from: GateWeights | ModelLike, idOrOptions?: LayerId | RnnHeatmapOptions, options: RnnHeatmapOptions & GradientSource = {}): Drawing | Promise<Drawing> {
  return drawn('rnnHeatmap', rnnHeatmapFigure, from, idOrOptions, options);
}

/**
 * How the weights of a recurrent layer, or the gradients by them, are distributed: a panel for each gate of the kernel, the
 * recurrent kernel and the bias.
 *
 * Takes what {@link rnnHeatmap} takes.
 *
 * @param options see {@link rnnHistogramFigure}; for gradients also those of `trace`
 * @throws SeeRnnError for a layer that is not recurrent, and as `trace` does; UsageError for options that can't be
 * @example
 * await (await rnnHistogram(model, 'lstm', { equateAxes: 2, bias: false })).save('weights.png');
 */
export function rnnHistogram(weights: GateWeights, options?: RnnHistogramOptions): Drawing;
export function rnnHistogram(model: ModelLike, id: LayerId, options?: RnnHistogramOptions & GradientSource): Promise<Drawing>;
export function rnnHistogram(from: GateWeights | ModelLike, idOrOptions?: LayerId | RnnHistogramOptions, options: RnnHistogramOptions & GradientSource = {}): Drawing | Promise<Drawing> {
  return drawn('rnnHistogram', rnnHistogramFigure, from, idOrOptions, options);
}

/**
 * Several histograms in every cell of a grid.
 *
 * @param data rows of columns of lists of arrays; or an array of three or more dimensions (rows, columns, histograms, ...)
 * @param options see {@link featuresHistGridFigure}
 * @throws SeeRnnError for rows of different length, an empty cell or an empty array; UsageError for options that can't be, or not together
 * @example
 * await featuresHistGrid([[[before.kernel, after.kernel], [before.bias, after.bias]]], { columnTitles: ['kernel', 'bias'], labels: ['before', 'after'] }).save('grid.png');
 */
export const featuresHistGrid = (data: HistogramGrid | ArrayInput, options?: FeaturesHistGridOptions): Drawing => new Drawing(featuresHistGridFigure(data, options));

/**
 * How much of the time gates are saturated, a dot for each unit.
 *
 * @param layers as `health` gives them
 * @param options see {@link saturationPlotFigure}
 * @throws SeeRnnError where no layer has gates; UsageError for options that can't be
 * @example
 * await saturationPlot(await health(model, x)).save('gates.png');
 */
export const saturationPlot = (layers: SaturatedGates, options?: SaturationPlotOptions): Drawing => new Drawing(saturationPlotFigure(layers, options));

function drawn<O extends { readonly of?: 'weights' | 'gradients' | undefined }>(
  owner: string, figure: (weights: GateWeights, options: O) => Figure, from: GateWeights | ModelLike, idOrOptions: LayerId | O | undefined, given: O & GradientSource,
): Drawing | Promise<Drawing> {
  if (typeof idOrOptions !== 'number' && typeof idOrOptions !== 'string') {
    if (!isModel(from)) return new Drawing(figure(from, idOrOptions ?? {} as O));
    throw new UsageError(`${owner}: with a model the second argument must be a layer's index or name, found ${idOrOptions === undefined ? 'none' : typeof idOrOptions}`);
  }
  return fetched(owner, from as ModelLike, idOrOptions, given).then((weights) => new Drawing(figure(weights, figureOptions(given) as O)));
}

const isModel = (from: GateWeights | ModelLike | null): from is ModelLike => typeof from === 'object' && from !== null && 'layers' in from;

const figureOptions = (given: object): object => Object.fromEntries(Object.entries(given).filter(([key]) => !sourceKeys.includes(key)));

async function fetched(owner: string, model: ModelLike, id: LayerId, { of = 'weights', x, y, ...rest }: GradientSource & { readonly of?: 'weights' | 'gradients' | undefined }): Promise<GateWeights> {
  const traced = Object.fromEntries(Object.entries(rest).filter(([key]) => sourceKeys.includes(key))) as Pick<TraceOptions, 'loss'>;
  if (of !== 'gradients') {
    const [odd] = Object.keys({ ...(x === undefined ? {} : { x }), ...(y === undefined ? {} : { y }), ...traced });
    if (odd !== undefined) throw new UsageError(`${owner}: option '${odd}' is for gradients; give of: 'gradients' too`);
    return gateWeights(model, id);
  }
  if (x === undefined || y === undefined) throw new UsageError(`${owner}: with of: 'gradients', options 'x' and 'y' must be given, found ${x === undefined ? (y === undefined ? 'neither' : 'y alone') : 'x alone'}`);
  const run = await trace(model, x, y, { ...traced, layers: [id], quantities: ['weights'], values: false });
  return gateWeights(model, id, run.layer(id).gradient('weights'));
}
