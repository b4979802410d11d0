import type { LayersModel } from '@tensorflow/tfjs-layers';

/** Where a model came from, beside what TF.js keeps of it. */
export interface ModelOrigin {
  /** The file's name, printable. */
  readonly file: string;
  readonly format: 'keras-zip' | 'keras-hdf5' | 'weights-hdf5' | 'tfjs-layers';
  /** As the file says it, e.g. `2.0.5` or `3.9.2`; null where it doesn't. */
  readonly kerasVersion: string | null;
  readonly backend: string | null;
  /** The loss as the file names it (several as JSON); null where the model was not compiled or the section could not be read. */
  readonly loss: string | null;
  /** The optimiser's class and learning rate as the file has them. */
  readonly optimizer: { readonly name: string; readonly learningRate: number | null } | null;
  /** What could not be taken over, a line each. */
  readonly warnings: readonly string[];
}

const origins = new WeakMap<LayersModel, ModelOrigin>();

/** What is known of the file that a model was loaded from; null for a model that `loadModel` did not make. */
export const modelOrigin = (model: LayersModel): ModelOrigin | null => origins.get(model) ?? null;

export const setOrigin = (model: LayersModel, origin: ModelOrigin): void => { origins.set(model, origin); };
