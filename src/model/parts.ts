import { SeeRnnError } from '../core/errors.js';
import { allCalls } from '../graph/graph.js';
import { mixing } from './mixing.js';
import type { Model } from './model.js';
import { sublayers } from './sublayers.js';

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
export function whyNotInParts({ calls, graph }: Model, training: boolean): string | null {
  for (const { layer: called, node } of allCalls(calls)) {
    const trains = typeof node.options['training'] === 'boolean' ? node.options['training'] : training;
    for (const layer of called.graph ? [called] : sublayers(called)) {
      if (layer.stateful && !layer.graph) return `layer '${layer.name}' is stateful, so that a part would go on from the states that the one before it left`;
      if (layer.recurrent?.timeMajor) return `layer '${layer.name}' is time-major, so that the first axis is not that of the samples`;
      if (trains && layer.className.includes('BatchNormalization')) return `layer '${layer.name}' (${layer.className}) uses the statistics of the whole batch in training`;
    }
  }
  const mixed = mixing(calls);
  if (mixed !== null) return mixed;
  const fixed = graph.inputs.find(({ shape }) => shape[0] !== null);
  return fixed ? `the model's input '${fixed.node.layer.name}' takes batches of ${fixed.shape[0]!} samples and no others` : null;
}

/** @throws SeeRnnError where parts would not give the whole's results */
export function requireParts(model: Model, training: boolean): void {
  const reason = whyNotInParts(model, training);
  if (reason !== null) throw new SeeRnnError(`the batch cannot run in parts (option batchSize): ${reason}`);
}
