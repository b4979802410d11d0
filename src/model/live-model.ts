import type { Model } from './model.js';

/**
 * A live model of TF.js (a `tf.LayersModel`), as far as its type is needed here: this package is built, and used, without TF.js.
 */
export interface LiveModel {
  readonly name: string;
  readonly layers: readonly object[];
  readonly inputs: readonly object[];
  readonly outputs: readonly object[];
  getClassName(): string;
}

/** A layer of one, likewise. */
export interface LiveLayer {
  readonly name: string;
  readonly inboundNodes: readonly object[];
  getClassName(): string;
}

/** What may be given where a model is asked for: one that `loadModel` made, or a live `tf.LayersModel`. */
export type ModelLike = Model | LiveModel;
