import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Run } from '../trace/run.js';
import type { TraceOptions } from '../trace/trace.js';
import type { Output } from './command.js';
import { usualBatch, type Arrays } from './data.js';
import { PartsProgress } from './parts-progress.js';

/**
 * Traces a model as a command does: many samples in parts, with a bar on a terminal.
 *
 * @param batchSize what the command line said; where it said nothing, a model that can't run in parts runs as a whole
 */
export async function runInParts(
  model: LayersModel, x: Arrays, y: Arrays | null, options: TraceOptions, { batchSize, output }: { readonly batchSize: number | undefined; readonly output: Output },
): Promise<Run> {
  const [{ trace }, { whyNotInParts }] = await Promise.all([import('../trace/trace.js'), import('../trace/parts.js')]);
  const size = batchSize ?? (whyNotInParts(model, false) === null ? usualBatch : undefined);
  const bar = new PartsProgress(output, 'samples');
  try {
    return await trace(model, x, y, { ...options, ...(size === undefined ? {} : { batchSize: size }), progress: (done, samples) => { bar.report(done, samples); } });
  } finally {
    bar.end();
  }
}
