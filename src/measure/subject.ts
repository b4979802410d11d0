import { SeeRnnError } from '../core/errors.js';
import { asModel } from '../model/as-model.js';
import type { ArrayInputs } from '../model/inputs.js';
import type { ModelLike } from '../model/live-model.js';
import { Run } from '../trace/run.js';
import type { TraceOptions } from '../trace/trace-options.js';

/** What is to be looked at, as a caller gives it: a model with data and targets, or a run that was made of these. */
export type Subject<Options> = [model: ModelLike, x: ArrayInputs, y: ArrayInputs, options?: Options] | [run: Run, options?: Options];

/** The same, told apart. */
export interface ReadSubject<Options> {
  readonly model: ModelLike;
  readonly x: ArrayInputs;
  readonly y: ArrayInputs;
  readonly options: Options;
}

/**
 * The model and data that are meant. Of a run: what it was made of; its loss, weights of losses and samples, and batch size hold
 * where the options don't say otherwise.
 *
 * @param owner the function that was called, for messages
 * @throws SeeRnnError for what is neither, a run that was made without targets, or whose tensors have been disposed of
 */
export function subjectOf<Options extends Pick<TraceOptions, 'loss' | 'lossWeights' | 'sampleWeight' | 'classWeight' | 'batchSize'>>(owner: string, given: Subject<Options>): ReadSubject<Options> {
  if (!(given[0] instanceof Run)) {
    const [model, x, y, options] = given as [ModelLike, ArrayInputs, ArrayInputs, Options?];
    asModel(owner, model);
    return { model, x, y, options: options ?? ({} as Options) };
  }
  const [run, options] = given as [Run, Options?];
  if (!run.madeOf) throw new SeeRnnError(`${owner}: this run was put together of others: give the model and its data`);
  const { model, x, y, batchSize, ...lossParts } = run.madeOf;
  if (y === null) throw new SeeRnnError(`${owner}: the run was made without targets: trace(model, x, y)`);
  for (const [name, arrays] of Object.entries({ x, y, sampleWeight: lossParts.sampleWeight })) {
    if (isDisposed(arrays)) throw new SeeRnnError(`${owner}: a tensor of the run's ${name} has been disposed of: call ${owner} before that, or with the model and data`);
  }
  const same = Object.fromEntries(Object.entries({ ...lossParts, batchSize }).filter(([, value]) => value !== undefined && value !== null));
  return { model, x, y, options: { ...same, ...options } as Options };
}

/** Whether this is a tensor that is no more, or a list or record with one. */
function isDisposed(arrays: unknown): boolean {
  if (typeof arrays !== 'object' || arrays === null || ArrayBuffer.isView(arrays)) return false;
  if ('isDisposed' in arrays) return arrays.isDisposed === true;
  // Nested numbers may be many, and hold no tensors.
  const held = Object.values(arrays);
  return typeof held[0] === 'object' && !Array.isArray(held[0]) && held.some(isDisposed);
}
