import type { Model } from '../model/model.js';
import type { Run } from '../trace/run.js';
import type { TraceOptions } from '../trace/trace-options.js';
import type { Output } from './command.js';
import { usualBatch, type Arrays } from './data.js';
import { PartsProgress } from './parts-progress.js';

/** How a command runs many samples: in parts of so many where the command line said so, with a bar on a terminal. */
interface Parts { readonly batchSize: number | undefined; readonly output: Output }

/**
 * Traces a model as a command does: many samples in parts, with a bar on a terminal.
 *
 * @param parts where the command line said nothing of a size, a model that can't run in parts runs as a whole
 */
export async function runInParts(model: Model, x: Arrays, y: Arrays | null, options: TraceOptions, parts: Parts): Promise<Run> {
  const { trace } = await import('../trace/trace.js');
  return inParts(model, parts, (some) => trace(model, x, y, { ...options, ...some }));
}

/** The same for whatever takes the options of a trace. */
export async function inParts<T>(model: Model, { batchSize, output }: Parts, work: (options: Pick<TraceOptions, 'batchSize' | 'progress'>) => Promise<T>): Promise<T> {
  const { whyNotInParts } = await import('../model/parts.js');
  const size = batchSize ?? (whyNotInParts(model, false) === null ? usualBatch : undefined);
  const bar = new PartsProgress(output, 'samples');
  try {
    return await work({ ...(size === undefined ? {} : { batchSize: size }), progress: (done, samples) => { bar.report(done, samples); } });
  } finally {
    bar.end();
  }
}
