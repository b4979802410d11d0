import { oneLine, SeeRnnError } from '../core/errors.js';
import { readOptions } from '../core/options.js';
import { Tape } from '../graph/tape.js';
import { asModel } from '../model/as-model.js';
import { findCalls } from '../model/find.js';
import { cutArrays, inputSlots, inputTensors, outputSlots, readArrays, readInputs, samplesIn, type ArrayInputs } from '../model/inputs.js';
import type { ModelLike } from '../model/live-model.js';
import type { Model } from '../model/model.js';
import { partsOf, requireParts, type Part } from '../model/parts.js';
import { runPass, weightNumbers, type PassOptions } from '../model/pass.js';
import { totalLoss, type TotalLoss } from '../model/total-loss.js';
import type { PartRecordings } from './joined-runs.js';
import { PredictionTaps } from './predictions.js';
import { Recorder } from './recorder.js';
import { Run, type MadeOf } from './run.js';
import { traceOptions, type TraceOptions } from './trace-options.js';

export type { TraceOptions } from './trace-options.js';

/**
 * One forward pass through a model and, where targets are given, one backward pass, with every layer's outputs and the gradient
 * of the loss by them recorded; where they are asked for, also by what it reads and by its weights.
 *
 * The loss is the sum over the model's outputs of (loss weight) x mean of (mask x sample weight x class weight x loss), as the model's
 * framework has it, plus the penalties of regularised weights and activities.
 *
 * The model, its weights, statistics and states are as they were. A layer that is used several times has one record a use: `name:0`,
 * `name:1`; one in a nested model, or in a TimeDistributed layer around one, is `model/name`.
 *
 * @param x the model's input, (samples, ...): a tensor, nested arrays or a named array; a list, or a record by name, for several
 * @param y the targets, likewise; class indices where the loss is sparse
 * @throws SeeRnnError for arrays of another shape than the model's, an unknown layer or loss, or a model without a loss
 * @throws UsageError for an unknown option
 * @example
 * const run = await trace(model, x, y);
 * const gradient = run.layer('lstm').gradient('outputs'); // { data, shape: [16, 100, 6], axes: ['samples', 'timesteps', 'units'] }
 * @example
 * // Ten thousand samples, 256 at a time, for the gradients by one layer's weights.
 * const run = await trace(model, x, y, { layers: 'lstm', quantities: ['weights'], batchSize: 256 });
 * const { recurrent_kernel } = run.layer('lstm').gradient('weights');
 */
export async function trace(model: ModelLike, x: ArrayInputs, y?: ArrayInputs | null, options: TraceOptions = {}): Promise<Run> {
  const set = await readied(model, x, y ?? null, options);
  const recorder = set.recorder();
  const predictions = new PredictionTaps(set.model);
  await measured(set);
  let loss = 0;
  for (const part of set.parts) {
    loss += await passed(set, { recorder, predictions, part, of: part });
    await told(set, part);
  }
  return new Run(set.loss ? loss : null, predictions.values, set.model, recorder.recordings(), set.madeOf, predictions.masks);
}

/** Some of the samples, traced. */
export interface TracedPart {
  /**
   * What was recorded of these samples. Gradients are those of the loss over all samples; the loss itself, and gradients by weights, are
   * what this part adds to those of all.
   */
  readonly run: Run;
  /** The same, to be put together with that of other parts. */
  readonly recordings: PartRecordings;
  /** Which samples; null where all came at once. */
  readonly part: Part | null;
}

/**
 * As {@link trace}, but hands over each part of the samples before the next one runs, so that no more than one is held at a time.
 *
 * A callback rather than a generator: what a loop over that was given last lives on while the next comes.
 *
 * @param options as for `trace`; without `batchSize` there is one part
 * @param visit takes what it needs of a part
 * @throws SeeRnnError and UsageError as `trace` does
 * @example
 * await traceParts(model, x, y, { batchSize: 256, quantities: ['hidden'] }, ({ run }) => look(run.layer('lstm')));
 */
export async function traceParts(model: ModelLike, x: ArrayInputs, y: ArrayInputs | null, options: TraceOptions, visit: (part: TracedPart) => void): Promise<void> {
  const set = await readied(model, x, y, options);
  await measured(set);
  for (const part of set.parts) {
    await visited(set, part, visit);
    await told(set, part);
  }
}

async function visited(set: Readied, part: Part | null, visit: (part: TracedPart) => void): Promise<void> {
  const recorder = set.recorder();
  const predictions = new PredictionTaps(set.model);
  const loss = await passed(set, { recorder, predictions, part: null, of: part });
  const recordings = { model: set.model, loss: set.loss ? loss : null, predictions: predictions.values, masks: predictions.masks, recordings: recorder.recordings() };
  visit({ run: new Run(recordings.loss, recordings.predictions, set.model, recordings.recordings, null, recordings.masks), recordings, part });
}

/** All that a trace needs to know before its first pass. */
interface Readied {
  readonly model: Model;
  /** Null without targets. */
  readonly loss: TotalLoss | null;
  readonly progress: TraceOptions['progress'] | null;
  /** What the caller gave. */
  readonly madeOf: MadeOf;
  /** The parts in which it is to run: one, null, that is all of it, or several. */
  readonly parts: readonly (Part | null)[];
  /** How the model is to run. */
  readonly options: Pick<PassOptions, 'precision' | 'training' | 'keepStates'>;
  /** Inputs of some of the samples, or of all. */
  inputs(part: Part | null): ReturnType<typeof inputTensors>;
  /** Arrays that belong to the caller. */
  readonly theirs: readonly unknown[];
  /** Records what was asked for. */
  recorder(): Recorder;
}

async function readied(given: ModelLike, x: ArrayInputs, y: ArrayInputs | null, options: TraceOptions): Promise<Readied> {
  const { layers, quantities, values, batchSize, progress, training, precision, ...lossParts } = readOptions('trace', traceOptions, options as Readonly<Record<string, unknown>>);
  const model = asModel('trace', given);
  const calls = [...new Set(findCalls(model, layers))];
  const [inputs, outputs] = [inputSlots(model), outputSlots(model)];
  const arrays = await readInputs(x, inputs);
  const targets = y === null ? null : await readArrays(y, outputs, 'y');
  const { sampleWeight } = lossParts;
  const loss = targets && totalLoss(model, targets, {
    ...lossParts, sampleWeight: sampleWeight === undefined ? undefined : await readArrays(sampleWeight as ArrayInputs, outputs, 'sampleWeight'),
  }, precision);
  const samples = samplesIn(arrays);
  const inParts = batchSize !== null && samples > batchSize;
  if (inParts) requireParts(model, training);
  return {
    model, loss, progress,
    madeOf: { model: given, x, y, batchSize, ...lossParts },
    parts: inParts ? partsOf(samples, batchSize) : [null],
    options: { precision, training, keepStates: false },
    inputs: (part) => {
      const slots = { ...inputs, part };
      return inputTensors(cutArrays(arrays, slots, 'x'), slots, precision);
    },
    theirs: arrays.map(({ data }) => data),
    recorder: () => new Recorder({ calls, quantities, values, differentiated: loss !== null, precision }),
  };
}

/** Tells the loss what it has to know of all parts before it can be taken of any. */
async function measured({ model, loss, parts, options, inputs }: Readied): Promise<void> {
  if (!loss?.measuresParts) return;
  for (const part of parts) if (part) loss.measure(runPass(model, inputs(part), { ...options, numbers: await weightNumbers(model, options.precision) }), part);
}

/** What goes through a pass: recorded as `part` of what is recorded, null for all of it; the samples `of` the data. */
interface Through {
  readonly recorder: Recorder;
  readonly predictions: PredictionTaps;
  readonly part: Part | null;
  readonly of: Part | null;
}

/** Makes one pass, forwards and, where there are targets and something is recorded, backwards. Returns the loss, or what a part adds to it; 0 without targets. */
async function passed({ model, loss, options, inputs, theirs: given }: Readied, { recorder, predictions, part, of }: Through): Promise<number> {
  const numbers = await weightNumbers(model, options.precision);
  const tape = loss && recorder.wantsGradients ? new Tape() : null;
  try {
    const theirs = new Set([...given, ...numbers.values()]);
    const pass = runPass(model, inputs(of), { ...options, numbers, tape, follows: (weight) => recorder.follows(weight), onlooker: recorder.onlooker({ part, tape, theirs }) });
    predictions.add(pass.outputs, part, theirs);
    if (!loss) return 0;
    const value = loss.of(pass, of);
    if (tape) {
      goneBack(() => { tape.backward(value); }, recorder);
      recorder.collect(tape, pass.weight);
    }
    return value.data[0]!;
  } finally {
    tape?.dispose();
  }
}

/** Goes back; what goes wrong in what a caller's own layers and losses say of their gradients is told with its place. */
function goneBack(back: () => void, recorder: Recorder): void {
  try {
    back();
  } catch (error) {
    if (error instanceof SeeRnnError) throw error;
    throw new SeeRnnError(`the backward pass${recorder.reached}: ${oneLine(error)}`, { cause: error });
  }
}

async function told({ progress }: Readied, part: Part | null): Promise<void> {
  if (!part) return;
  progress?.(part.to, part.of);
  // Else nothing gets its turn in between: a page stands still, and Ctrl-C waits for the end.
  await new Promise((next) => { setTimeout(next); });
}
