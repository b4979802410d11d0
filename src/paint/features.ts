import type { ArrayInput } from '../core/array.js';
import { besideFigure, type BesideOptions } from '../figures/beside.js';
import { featuresHistFigure, type FeaturesHistOptions } from '../figures/features-hist.js';
import { features0DFigure, type Features0DOptions } from '../figures/features0d.js';
import { features1DFigure, type Features1DOptions } from '../figures/features1d.js';
import { features2DFigure, type Features2DOptions } from '../figures/features2d.js';
import { Drawing } from './drawing.js';

// The public figures: src/figures/ describes them, a Drawing draws them. What each shows, and how the options go with
// See RNN's names, stands at the functions they call.

/**
 * One value for each unit, as the gradient of a layer that returns only its last timestep: a dot per sample above each
 * unit.
 *
 * @param data (samples, units), or (units) for one sample
 * @param options see {@link features0DFigure}
 * @throws SeeRnnError for data of another rank, or empty; UsageError for options that can't be
 * @example
 * await features0D([[0.1, -0.2, 0.3]], { title: 'grads' }).save('last.png');
 */
export const features0D = (data: ArrayInput, options?: Features0DOptions): Drawing => new Drawing(features0DFigure(data, options));

/**
 * Values over time: a panel for every unit, in which every sample is a line.
 *
 * @param data (samples, timesteps, units), or (timesteps, units) for one sample
 * @param options see {@link features1DFigure}
 * @throws SeeRnnError for data of another rank, or empty; UsageError for options that can't be
 * @example
 * await features1D([[0.1, -0.2], [0.3, 0.1]], { rows: 2 }).save('grads.svg');
 */
export const features1D = (data: ArrayInput, options?: Features1DOptions): Drawing => new Drawing(features1DFigure(data, options));

/**
 * Heatmaps over time: a panel for every sample, timesteps by units; for a single unit, timesteps by samples.
 *
 * @param data (samples, timesteps, units), or (timesteps, units) for one sample
 * @param options see {@link features2DFigure}
 * @throws SeeRnnError for data of another rank, or empty; UsageError for options that can't be, or not together
 * @example
 * await features2D([[0.1, -0.2], [0.3, 0.1]], { norm: 'auto', colorMap: 'RdBu' }).save('grads.pdf');
 */
export const features2D = (data: ArrayInput, options?: Features2DOptions): Drawing => new Drawing(features2DFigure(data, options));

/**
 * How often each value occurs: a histogram of all values, or one for each sample, timestep or unit.
 *
 * @param data of any shape
 * @param options see {@link featuresHistFigure}
 * @throws SeeRnnError for data without dimensions, or empty; UsageError for options that can't be, or not together
 * @example
 * await featuresHist([0.1, 0.2, 0.2, 0.9], { bins: 4 }).save('values.png');
 */
export const featuresHist = (data: ArrayInput, options?: FeaturesHistOptions): Drawing => new Drawing(featuresHistFigure(data, options));

/**
 * Several drawings in a row, as one.
 *
 * @param options see {@link besideFigure}
 * @throws SeeRnnError where there is no drawing; UsageError where there are more labels than drawings
 * @example
 * await beside([features2D(lstm), features2D(gru)], { labels: ['LSTM', 'GRU'] }).save('both.png');
 */
export const beside = (drawings: readonly Drawing[], options?: BesideOptions): Drawing =>
  new Drawing(besideFigure(drawings.map(({ figure }) => figure), options));
