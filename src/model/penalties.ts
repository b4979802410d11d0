import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { ConfigReader } from '../layers/config.js';
import { KerasLayer } from '../layers/keras-layer.js';
import { weightOptions } from '../layers/weight-options.js';
import { inside, regularizerOf, requireModel } from './internals.js';
import { sublayers } from './sublayers.js';
import { layerWeights, type LayerWeight } from './weights.js';

/** What a weight is penalised with: l1 x the sum of its magnitudes + l2 x the sum of its squares. */
export interface WeightPenalty {
  readonly l1: number;
  readonly l2: number;
  /** The class of a regulariser that is neither; `weightLoss` counts it, and its factors are not known. */
  readonly other: string | null;
}

/**
 * The factors of the penalties on weights, by `layer/weight`: what `kernelRegularizer`, `recurrentRegularizer`, `biasRegularizer` and
 * their like say, in recurrent cells, both directions and wrapped layers too. Weights without a penalty are left out.
 *
 * @throws SeeRnnError where it is no model made of layers
 * @example
 * weightPenalties(model); // { 'lstm/kernel': { l1: 0, l2: 0.0001, other: null } }
 */
export function weightPenalties(model: LayersModel): Record<string, WeightPenalty> {
  requireModel('weightPenalties', model);
  return Object.fromEntries(layerWeights(model).flatMap((weight): [string, WeightPenalty][] => {
    const penalty = penaltyOf(weight);
    return penalty ? [[weight.name, penalty]] : [];
  }));
}

/** The penalty on one weight; null where there is none. */
export function penaltyOf({ variable, owner }: LayerWeight): WeightPenalty | null {
  const last = variable.originalName.slice(variable.originalName.lastIndexOf('/') + 1);
  const option = `${roles[last] ?? last}Regularizer`;
  const regularizer = owner instanceof KerasLayer ? weightOptions(new ConfigReader(owner.getClassName(), owner.config), roles[last] ?? last).regularizer : regularizerOf(owner, option);
  if (regularizer === undefined) return null;
  const { l1, l2 } = (regularizer as tf.serialization.Serializable).getConfig() as { readonly l1?: unknown; readonly l2?: unknown };
  if (typeof l1 !== 'number' && typeof l2 !== 'number') return { l1: 0, l2: 0, other: (regularizer as tf.serialization.Serializable).getClassName() };
  const penalty = { l1: Number(l1 ?? 0), l2: Number(l2 ?? 0), other: null };
  return penalty.l1 === 0 && penalty.l2 === 0 ? null : penalty;
}

/** How a weight's options start where that is not its name. */
const roles: Readonly<Record<string, string>> = { recurrent_kernel: 'recurrent', depthwise_kernel: 'depthwise', pointwise_kernel: 'pointwise' };

/** The penalties of a model's regularised weights, those of recurrent cells too. A wrapper shows its layer's as its own: each is here once. */
export const penaltiesOf = (model: LayersModel): (() => tf.Tensor)[] => [...new Set(sublayers(model).flatMap((layer) => inside(layer).losses ?? []))];

/**
 * What the penalties on weights add to the loss as the weights are now: 0 where there are none. It is part of the loss of `trace`;
 * TF.js's own `fit` leaves out the penalties of recurrent cells.
 *
 * @throws SeeRnnError where it is no model made of layers
 * @example
 * const penalty = await weightLoss(model); // e.g. 0.0123
 */
export async function weightLoss(model: LayersModel): Promise<number> {
  requireModel('weightLoss', model);
  const penalties = penaltiesOf(model);
  if (penalties.length === 0) return 0;
  const sum = tf.tidy(() => tf.addN(penalties.map((penalty) => tf.reshape(penalty(), []))));
  try {
    return (await sum.data())[0]!;
  } finally {
    sum.dispose();
  }
}
