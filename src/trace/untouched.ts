import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { inside } from '../model/internals.js';
import { sublayers } from '../model/sublayers.js';

/**
 * Remembers what a pass through a model can change: moving averages of normalisation layers, and the states of stateful
 * ones that run outside our cells.
 *
 * @returns puts everything back as it was; to be called once
 */
export function remember(model: LayersModel): () => void {
  const layers = sublayers(model).map(inside);
  const undo: (() => void)[] = [];
  for (const variable of new Set(layers.flatMap((it) => it.nonTrainableWeights ?? []).map((weight) => weight.val))) {
    const before = tf.keep(variable.clone());
    undo.push(() => {
      // A written variable points at other memory; one that was only read needs nothing.
      if (variable.dataId !== before.dataId) variable.assign(before);
      before.dispose();
    });
  }
  for (const it of layers) {
    if (it.stateful && it.states_) {
      const states = it.states_;
      const before = states.map((state) => tf.keep(state.clone()));
      const kept = it.keptStates?.length ?? 0;
      undo.push(() => {
        if (it.states_ === states && states.every((state) => !state.isDisposed)) {
          tf.dispose(before);
          return;
        }
        tf.dispose(it.states_ ?? []);
        for (const later of it.keptStates?.splice(kept) ?? []) tf.dispose(later);
        it.states_ = before;
      });
    }
  }
  return () => { for (const one of undo) one(); };
}
