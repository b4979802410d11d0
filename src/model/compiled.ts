import type { LayersModel } from '@tensorflow/tfjs-layers';

/** What a model was compiled with beyond what TF.js's `compile` takes. */
export interface Compiled {
  /** One factor for each output, in their order. */
  readonly lossWeights: readonly number[] | null;
}

const compiled = new WeakMap<LayersModel, Compiled>();

export const compiledWith = (model: LayersModel): Compiled | null => compiled.get(model) ?? null;

export const setCompiled = (model: LayersModel, what: Compiled): void => { compiled.set(model, what); };
