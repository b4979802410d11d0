import { penaltyTerm } from '../graph/losses/penalty.js';
import { add } from '../graph/operations/arithmetic.js';
import { Tensor } from '../graph/tensor.js';
import type { Weight } from '../graph/weight.js';
import { asModel } from './as-model.js';
import type { ModelLike } from './live-model.js';
import type { Model } from './model.js';
import { weightNumbers } from './pass.js';
import { allWeights } from './sublayers.js';
import { layerWeights, type LayerWeight } from './weights.js';

/** What a weight is penalised with: l1 x the sum of its magnitudes + l2 x the sum of its squares. */
export interface WeightPenalty {
  readonly l1: number;
  readonly l2: number;
  /** The class of a regulariser that is neither; `weightLoss` counts it, and its factors are not known. */
  readonly other: string | null;
}

/**
 * The factors of the penalties on weights, by `layer/weight`: what `kernel_regularizer`, `recurrent_regularizer`, `bias_regularizer` and
 * their like say, in recurrent cells, both directions and wrapped layers too. Weights without a penalty are left out, and, in a model of
 * Keras 3, those that are frozen: it leaves their penalties out of the loss.
 *
 * @throws SeeRnnError where it is no model made of layers
 * @example
 * weightPenalties(model); // { 'lstm/kernel': { l1: 0, l2: 0.0001, other: null } }
 */
export function weightPenalties(model: ModelLike): Record<string, WeightPenalty> {
  const read = asModel('weightPenalties', model);
  return Object.fromEntries(layerWeights(read).flatMap((one): [string, WeightPenalty][] => {
    const penalty = penaltyOf(read, one);
    return penalty ? [[one.name, penalty]] : [];
  }));
}

/** The penalty on one weight of a model; null where there is none. */
export function penaltyOf(model: Model, { weight }: Pick<LayerWeight, 'weight'>): WeightPenalty | null {
  const { penalty } = weight;
  if (!penalty || !counts(model, weight)) return null;
  const { l1, l2, orthogonal, other } = penalty;
  const known = { l1, l2, other: other ?? (orthogonal && 'OrthogonalRegularizer') };
  return l1 === 0 && l2 === 0 && known.other === null ? null : known;
}

/** Keras 3 leaves the penalties of frozen weights out. */
const counts = ({ dialect: { kerasMajor, tfjs } }: Model, { trainable, frozen }: Weight): boolean => tfjs || kerasMajor !== 3 || (trainable && !frozen);

/** What the penalties on a model's weights add to its loss, a scalar each. @param tensor a weight's numbers */
export const penaltyTerms = (model: Model, tensor: (weight: Weight) => Tensor): Tensor[] => allWeights(model.graph).flatMap((weight) => {
  const term = weight.penalty && counts(model, weight) ? penaltyTerm(weight.penalty, tensor(weight), model.dialect, tensor) : null;
  return term ? [term] : [];
});

/**
 * What the penalties on weights add to the loss as the weights are now: 0 where there are none. It is part of the loss of `trace`;
 * TF.js's own `fit` leaves out the penalties of recurrent cells.
 *
 * @throws SeeRnnError where it is no model made of layers
 * @example
 * const penalty = await weightLoss(model); // e.g. 0.0123
 */
export async function weightLoss(model: ModelLike): Promise<number> {
  const read = asModel('weightLoss', model);
  const numbers = await weightNumbers(read, 'float32');
  const terms = penaltyTerms(read, (weight) => new Tensor(numbers.get(weight)!, weight.shape));
  return terms.length === 0 ? 0 : terms.reduce(add).data[0];
}
