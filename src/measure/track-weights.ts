import type { NamedArray } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { suggestion } from '../core/nearest.js';
import { option, readOptions } from '../core/options.js';
import { asModel } from '../model/as-model.js';
import { chooseWeights, type WeightId, type WeightIds } from '../model/get-weights.js';
import type { ModelLike } from '../model/live-model.js';
import { penaltyOf, weightLoss } from '../model/penalties.js';
import { readWeights } from '../model/weights.js';
import { normOptions, weightsNorm, type WeightNorms, type WeightsNormOptions } from './norms.js';

export interface TrackWeightsOptions extends Omit<WeightsNormOptions, 'onto'> {
  /** When they are taken: before the first batch and after each `'epoch'`, the default, or after each `'batch'`. */
  readonly every?: 'epoch' | 'batch';
}

const trackOptions = { ...normOptions, every: option.choice('when norms and penalties are taken', ['epoch', 'batch'], 'epoch') };

/**
 * Norms and penalties of weights over training: a callback for `fit` of a TF.js model; see {@link trackWeights}.
 *
 * It has what TF.js asks of a callback, also in a list behind one of TF.js's own, and needs no TF.js itself.
 */
export class WeightTracker {
  /** How many batches there had been each time: 0 first. */
  readonly batches: number[] = [];
  /** By `layer/weight`, of those with a penalty by l1 or l2: what it adds to the loss, each time. */
  readonly penalties: Record<string, number[]> = {};
  /** What all penalties of the model together add to the loss, each time. */
  readonly weightLoss: number[] = [];
  /** As `weightsNorm` gives them, a value for each time; empty before the first. */
  norms: WeightNorms = {};
  private batch = 0;
  /** The last of the calls, that they come one after another. */
  private recorded: Promise<void> = Promise.resolve();

  /**
   * @param tracked which weights of which model
   * @param every when `fit` makes it record
   */
  constructor(
    private readonly tracked: { readonly model: ModelLike; readonly id: WeightId | WeightIds },
    private readonly norm: Omit<WeightsNormOptions, 'onto'>, readonly every: 'epoch' | 'batch',
  ) {
    // In a list that starts with plain functions, TF.js takes a callback's methods for such, off the object.
    this.onTrainBegin = this.onTrainBegin.bind(this);
    this.onBatchEnd = this.onBatchEnd.bind(this);
    this.onEpochEnd = this.onEpochEnd.bind(this);
  }

  /** Takes norms and penalties now: for a training loop of one's own, before the first batch and after every so many. */
  record(batches = 1): Promise<void> {
    this.batch += this.batches.length === 0 ? 0 : batches;
    this.recorded = this.recorded.then(() => this.take());
    return this.recorded;
  }

  async onTrainBegin(): Promise<void> {
    // A second `fit` goes on where the first ended.
    if (this.batches.length === 0) await this.record(0);
  }

  async onBatchEnd(): Promise<void> {
    if (this.every === 'batch') await this.record(1);
    else this.batch++;
  }

  async onEpochEnd(): Promise<void> {
    if (this.every === 'epoch') await this.record(0);
  }

  // What else TF.js calls on a callback.
  setParams(): void { /* there is nothing to set */ }
  setModel(): void { /* it has one */ }
  onTrainEnd(): Promise<void> { return Promise.resolve(); }
  onEpochBegin(): Promise<void> { return Promise.resolve(); }
  onBatchBegin(): Promise<void> { return Promise.resolve(); }

  /**
   * One statistic of all tracked weights, or their penalties: (steps, weights), a step for each time; the weights' names are
   * {@link WeightTracker.names}. What figures draw.
   *
   * @param of a statistic, or `penalty`
   * @throws UsageError for a statistic that was not taken
   */
  values(of: string): NamedArray {
    const names = this.names(of);
    const series = of === 'penalty' ? names.map((name) => this.penalties[name]!) : this.series().map(([, statistics]) => statistics[of]!);
    const steps = this.batches.length;
    const data = new Float64Array(steps * names.length);
    series.forEach((values, weight) => { values.forEach((value, step) => { data[step * names.length + weight] = value; }); });
    return { data, shape: [steps, names.length], axes: ['steps', 'weights'] };
  }

  /** The tracked weights, `layer/weight`; with `penalty` those that have one. */
  names(of: string): string[] {
    const series = this.series();
    const statistics = Object.keys(series[0]?.[1] ?? {});
    if (of !== 'penalty' && !statistics.includes(of)) throw new UsageError(`trackWeights: '${of}' was not recorded${suggestion(of, [...statistics, 'penalty'])}`);
    return of === 'penalty' ? Object.keys(this.penalties) : series.map(([name]) => name);
  }

  private series(): [name: string, statistics: Readonly<Record<string, readonly number[]>>][] {
    return Object.entries(this.norms).flatMap(([layer, weights]) =>
      Object.entries(weights).map(([weight, statistics]): [string, Readonly<Record<string, readonly number[]>>] => [`${layer}/${weight}`, statistics]));
  }

  private async take(): Promise<void> {
    const { id } = this.tracked;
    // Of a live model, as it is now.
    const model = asModel('trackWeights', this.tracked.model);
    const batch = this.batch;
    this.norms = await weightsNorm(model, id, { ...this.norm, onto: this.batches.length === 0 ? null : this.norms });
    for (const { name: layer, weights } of chooseWeights('trackWeights', model, id, [])) {
      const penalised = weights.flatMap((weight) => {
        const penalty = penaltyOf(model, weight);
        return penalty && penalty.other === null ? [{ weight, penalty }] : [];
      });
      const arrays = await readWeights(model, penalised.map(({ weight }) => weight));
      penalised.forEach(({ weight, penalty: { l1, l2 } }, i) => {
        let [magnitudes, squares] = [0, 0];
        for (const value of arrays[i]!.data) {
          magnitudes += Math.abs(value);
          squares += value * value;
        }
        (this.penalties[`${layer}/${weight.name}`] ??= []).push(l1 * magnitudes + l2 * squares);
      });
    }
    this.weightLoss.push(await weightLoss(model));
    this.batches.push(batch);
  }
}

/**
 * A callback that records the norms of weights, and the penalties on them, over training; `trackedWeights` draws them.
 *
 * @param id which weights, as for `getWeights`
 * @param options those of `weightsNorm`, but for `onto`, and `every`
 * @throws SeeRnnError where there is no such layer or weight; UsageError for an unknown option
 * @example
 * const tracker = trackWeights(model, '*', { omitNames: 'bias', every: 'batch' });
 * await model.fit(x, y, { epochs: 4, callbacks: tracker });
 * tracker.norms.lstm.kernel.max; // a number for each batch, and the one before them
 * await trackedWeights(tracker, { of: 'max' }).save('norms.png');
 */
export function trackWeights(model: ModelLike, id: WeightId | WeightIds, options: TrackWeightsOptions = {}): WeightTracker {
  const read = asModel('trackWeights', model);
  const { omitNames, every } = readOptions('trackWeights', trackOptions, options as Readonly<Record<string, unknown>>);
  // Now, and not in the midst of training, is when a wrong name is to be told.
  chooseWeights('trackWeights', read, id, omitNames);
  return new WeightTracker({ model, id }, Object.fromEntries(Object.entries(options).filter(([name]) => name !== 'every')), every);
}
