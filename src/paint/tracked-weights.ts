import { SeeRnnError } from '../core/errors.js';
import { features1DFigure, type Features1DOptions } from '../figures/features1d.js';
import type { WeightTracker } from '../measure/track-weights.js';
import { Drawing } from './drawing.js';

/**
 * What a tracker recorded over training: a panel for each weight, with a line over the times it was taken.
 *
 * @param options `of`: a statistic that was recorded, default `max`, or `penalty`: what each penalised weight adds to the loss; the
 *   others are those of `features1D`
 * @throws SeeRnnError where nothing was recorded yet, or no weight has a penalty; UsageError for a statistic that was not recorded, and
 *   for options that can't be
 * @example
 * await trackedWeights(tracker, { of: 'mean', rows: 2 }).save('norms.svg');
 */
export function trackedWeights(tracker: WeightTracker, { of = 'max', ...options }: Features1DOptions & { readonly of?: string } = {}): Drawing {
  if (tracker.batches.length === 0) throw new SeeRnnError('trackedWeights: nothing was recorded yet: give the tracker to model.fit, or call its record()');
  const names = tracker.names(of);
  if (names.length === 0) throw new SeeRnnError(`trackedWeights: no tracked weight has ${of === 'penalty' ? 'a penalty by l1 or l2' : 'a norm'}`);
  return new Drawing(features1DFigure(tracker.values(of), {
    title: `${of === 'penalty' ? 'Penalties on weights' : `Norms of weights: ${of}`}, a step each ${tracker.every}`,
    // Its words are of samples, which there are none of here. Three columns leave room for the weights' names.
    subtitle: false, rows: Math.ceil(names.length / 3),
    valueName: of === 'penalty' ? 'penalty' : 'norm', annotations: names, shareY: 'none', yZeroLine: false, ...options,
  }));
}
