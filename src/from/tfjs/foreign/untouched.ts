import type * as tfjs from '@tensorflow/tfjs-core';
import { inside, tfSublayers, type LayerInternals, type TfLayer } from '../internals.js';
import { tf } from './tf.js';

/**
 * Lets a layer compute and puts back what that can change: moving averages of normalisation layers, and the states and dropout masks of
 * recurrent ones. All at once: no other code of the caller's comes between.
 */
export function untouched<T>(layer: TfLayer, pass: () => T): T {
  const undo: (() => void)[] = [];
  try {
    const layers = tfSublayers(layer).map(inside);
    for (const variable of new Set(layers.flatMap((it) => it.nonTrainableWeights ?? []).map((weight) => weight.val))) undo.push(rememberVariable(variable));
    for (const it of layers) {
      if (it.stateful && it.states_) undo.push(rememberStates(it, it.states_));
      for (const name of ['dropoutMask', 'recurrentDropoutMask'] as const) if (name in it) undo.push(setDropoutMaskAside(it, name));
    }
    return pass();
  } finally {
    for (const one of undo) one();
  }
}

function rememberVariable(variable: tfjs.Variable): () => void {
  const before = tf().keep(variable.clone());
  return () => {
    // A written variable points at other memory; one that was only read needs nothing.
    if (variable.dataId !== before.dataId) variable.assign(before);
    before.dispose();
  };
}

function rememberStates(it: LayerInternals, states: readonly tfjs.Tensor[]): () => void {
  const before = states.map((state) => tf().keep(state.clone()));
  const kept = it.keptStates?.length ?? 0;
  return () => {
    if (it.states_ === states && states.every((state) => !state.isDisposed)) {
      tf().dispose(before);
      return;
    }
    tf().dispose(it.states_ ?? []);
    for (const later of it.keptStates?.splice(kept) ?? []) tf().dispose(later);
    it.states_ = before;
  };
}

/** TF.js's cells make a dropout mask where they have none, and keep it: some for good, with the rate it was made with. */
function setDropoutMaskAside(it: LayerInternals, name: 'dropoutMask' | 'recurrentDropoutMask'): () => void {
  const before = it[name] ?? null;
  it[name] = null;
  return () => {
    tf().dispose(it[name] ?? []);
    it[name] = before;
  };
}
