import type { LayersModel } from '@tensorflow/tfjs-layers';
import { SeeRnnError } from '../core/errors.js';
import { asModel, inside, originOf } from '../model/internals.js';
import { isRecurrent, readRecurrent } from '../model/recurrent.js';
import { sublayers } from '../model/sublayers.js';

/** A stretch of the samples, which runs as a batch of its own: from, to (not included), and how many there are in all. */
export interface Part {
  readonly from: number;
  readonly to: number;
  readonly of: number;
}

/** Samples in parts of at most `size`. */
export const partsOf = (samples: number, size: number): Part[] =>
  Array.from({ length: Math.ceil(samples / size) }, (_, i) => ({ from: i * size, to: Math.min((i + 1) * size, samples), of: samples }));

/**
 * Why parts of a batch, one after another, would not give a model's results for the whole; null where they do. The reason reads
 * on after a colon.
 */
export function whyNotInParts(model: LayersModel, training: boolean): string | null {
  for (const layer of sublayers(model)) {
    if (asModel(layer)) continue;
    const kind = layer.getClassName();
    const read = readRecurrent(layer);
    if (inside(layer).stateful || (isRecurrent(read) && read.stateful)) return `layer '${layer.name}' is stateful, so that a part would go on from the states that the one before it left`;
    if (isRecurrent(read) && read.timeMajor) return `layer '${layer.name}' is time-major, so that the first axis is not that of the samples`;
    if (training && kind.includes('BatchNormalization')) return `layer '${layer.name}' (${kind}) uses the statistics of the whole batch in training`;
  }
  const fixed = model.inputs.find(({ shape }) => shape[0] !== null);
  return fixed ? `the model's input '${originOf(fixed).sourceLayer.name}' takes batches of ${fixed.shape[0]} samples and no others` : null;
}

/** @throws SeeRnnError where parts would not give the whole's results */
export function requireParts(model: LayersModel, training: boolean): void {
  const reason = whyNotInParts(model, training);
  if (reason !== null) throw new SeeRnnError(`the batch cannot run in parts (option batchSize): ${reason}`);
}
