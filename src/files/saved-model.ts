import type { JsonObject } from './json.js';
import type { WeightNumbers } from './weight-numbers.js';

/**
 * One array of weights as a file holds it. Nothing is read until `read` is called, and nothing is kept afterwards: the file's
 * own bytes are the only copy.
 */
export interface SavedWeight {
  /** Where the file holds it, for messages: `/model_weights/lstm/lstm/kernel:0`, `layers/lstm/cell/vars/0`. */
  readonly path: string;
  /** What the file calls it: `lstm/kernel:0`, `0`. */
  readonly name: string;
  readonly shape: readonly number[];
  /**
   * Its numbers in row-major order, as float32 (float16, bfloat16, whole and quantised numbers are converted), or as float64 where they are
   * stored so. A new array each time.
   *
   * @throws SeeRnnError where they cannot be read, or the model was closed
   */
  read(): WeightNumbers;
}

/** A Keras 3 object's weights, and those of the objects that it holds: the objects' attributes are the keys. */
export interface WeightTree {
  /** The object's own name where the file tells it (Keras 3.5 and newer write it beside the variables), else null. */
  readonly name: string | null;
  /** Its own variables, by their number. */
  readonly vars: readonly SavedWeight[];
  readonly children: ReadonlyMap<string, WeightTree>;
}

/** Weights, in whichever of three orders files keep them. */
export type SavedWeights =
  /** Keras 1 and 2 HDF5: layers and their weights in the file's order; a nested model's weights stand under its own name. */
  | { readonly kind: 'by-layer'; readonly layers: readonly SavedLayer[] }
  /** The store of a `.keras` file or a `.weights.h5` of Keras 3, and of tf.keras 2.12 to 2.15. The optimiser's are left out. */
  | { readonly kind: 'tree'; readonly root: WeightTree }
  /** TF.js: full names, such as `lstm/kernel`, in the manifest's order. Its converter writes last names alone for Keras 3, so that some come more than once. */
  | { readonly kind: 'by-name'; readonly weights: readonly SavedWeight[] };

/** The weights that one layer's group of an HDF5 file lists. */
export interface SavedLayer {
  readonly name: string;
  readonly weights: readonly SavedWeight[];
}

/** Kinds of model files, by content. */
export type ModelFormat = 'keras-zip' | 'keras-hdf5' | 'weights-hdf5' | 'tfjs-layers';

/** What a model file says, as plain data: nothing of it is interpreted, built or run. Made by `readModelFile`. */
export interface SavedModel {
  readonly format: ModelFormat;
  /** The file's name, fit for messages. */
  readonly file: string;
  /** The Keras that wrote it, as it says: `2.2.4-tf`, `3.8.0`. */
  readonly kerasVersion: string | null;
  /** `tensorflow`, `jax`, ... as it says. */
  readonly backend: string | null;
  /** `{ class_name, config }` as found, or null where the file holds weights only. */
  readonly config: JsonObject | null;
  /** The loss, metrics and optimiser it was compiled with, as found; null where it was not, or they cannot be read. */
  readonly training: JsonObject | null;
  readonly weights: SavedWeights;
  /** What is odd but readable about the file, one line each: a training section that is no JSON, say. Empty as a rule. */
  readonly warnings: readonly string[];
  /** Gives back the memory the file's reader holds. Weights cannot be read afterwards. Calling it twice does no harm. */
  close(): void;
}

/**
 * Where a model comes from: a path (Node only), the bytes of a file, a `File` or `Blob`, or several files as a person drops them on a
 * page (a TF.js `model.json` and its weights).
 */
export type ModelSource = string | ArrayBuffer | Uint8Array | Blob | readonly File[];
