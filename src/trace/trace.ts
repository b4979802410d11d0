import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ArrayInput } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { option, readOptions, type OptionSpec } from '../core/options.js';
import { graphOf, type Graph } from '../model/calls.js';
import { findCalls, type LayerId } from '../model/find.js';
import { originOf, requireModel } from '../model/internals.js';
import { outputAxes } from './axes.js';
import { withBorrowedKernels } from './borrowed.js';
import { inputTensors, readyToCut, samplesOf, slotsOf, type ArrayInputs } from './inputs.js';
import { totalLoss, type Loss, type LossParts, type PerOutput } from './loss.js';
import type { PartRecordings } from './joined-runs.js';
import { partsOf, requireParts, type Part } from './parts.js';
import { QUANTITIES, type Quantity } from './quantities.js';
import { Recorder } from './recorder.js';
import { Run, type MadeOf } from './run.js';
import { Tap } from './tap.js';
import { differentiate, type Differentiated } from './tape.js';
import { untouched } from './untouched.js';
import { oneLine, walk, type WalkContext } from './walk.js';

export interface TraceOptions {
  /**
   * Which layers to record; default `'*'`, all but the inputs. Fewer layers need less memory and time. An input that is
   * named is recorded too: its gradient is that by the data.
   */
  readonly layers?: LayerId | readonly LayerId[];
  /**
   * What to record of them; default `['outputs']`. All of it comes out of the same backward pass, which then has more to do and to
   * keep: `hidden`, `cell` and `gates`, of recurrent layers alone, are as large as the layer's outputs, each gate by itself. A layer
   * that runs with checkpoints, beyond the memory budget (`setMemoryBudget`), runs once more for each of them, and refuses where
   * one of these arrays is itself larger than the budget.
   */
  readonly quantities?: readonly Quantity[];
  /** Whether the forward values are recorded beside the gradients by them; default true. Without them a large run needs half the room. */
  readonly values?: boolean;
  /**
   * The most samples that run at once; default all. More run in parts, one after another: the same loss and gradients, but for
   * rounding, in less memory. Until the promise resolves the model must then stay as it is. Refused where parts would not give the
   * whole's results: for stateful layers, in training for batch normalisation, and for a loss that gives one value for the batch.
   */
  readonly batchSize?: number;
  /** Is told, where samples run in parts, how many are done, of how many. */
  readonly progress?: (done: number, samples: number) => void;
  /** Whether dropout drops and batch normalisation uses the batch's statistics; default false. The model stays as it was. */
  readonly training?: boolean;
  /** The loss, in place of the compiled one: a TF.js name or a function; one for each output where there are several. */
  readonly loss?: PerOutput<Loss>;
  /** A factor on each output's loss; default 1. */
  readonly lossWeights?: PerOutput<number>;
  /** A factor on each sample's loss: (samples), or (samples, timesteps) for an output with timesteps; default 1. */
  readonly sampleWeight?: PerOutput<ArrayInput>;
}

/** An option that is read further where the model's outputs are known. */
const perOutput = <T>(help: string, form: string): OptionSpec<PerOutput<T> | undefined> =>
  ({ help, form, default: undefined, read: (value) => value as PerOutput<T> });

const traceOptions = {
  layers: {
    help: 'which layers to record', form: "an index, a name, a list of these, or '*'", default: '*' as LayerId | readonly LayerId[],
    read: (value) => {
      const one = (id: unknown): boolean => typeof id === 'string' || typeof id === 'number';
      return one(value) || (Array.isArray(value) && value.every(one)) ? (value as LayerId | readonly LayerId[]) : undefined;
    },
  } satisfies OptionSpec<LayerId | readonly LayerId[]>,
  quantities: {
    help: 'what to record of each layer', form: `a list of ${QUANTITIES.map((name) => `'${name}'`).join(', ')}`, default: ['outputs'] as readonly Quantity[],
    read: (value) => (Array.isArray(value) && value.every((one) => QUANTITIES.includes(one as Quantity)) ? (value as Quantity[]) : undefined),
  } satisfies OptionSpec<readonly Quantity[]>,
  values: option.flag('whether forward values are recorded beside the gradients by them', true),
  batchSize: option.integer('the most samples that run at once', null, 1),
  progress: {
    help: 'is told how many samples are done, of how many', form: 'a function', default: null,
    read: (value) => (typeof value === 'function' ? (value as TraceOptions['progress'] & {}) : undefined),
  } satisfies OptionSpec<NonNullable<TraceOptions['progress']> | null>,
  training: option.flag('whether dropout drops and batch normalisation uses the batch', false),
  loss: perOutput<Loss>('the loss, in place of the compiled one', 'a name or a function, or one for each output'),
  lossWeights: perOutput<number>("a factor on each output's loss", 'a number for each output'),
  sampleWeight: perOutput<ArrayInput>("a factor on each sample's loss", 'an array for each output'),
};

/**
 * One forward pass through a model and, where targets are given, one backward pass, with every layer's outputs and the gradient
 * of the loss by them recorded; where they are asked for, also by what it reads and by its weights.
 *
 * The loss is the sum over the model's outputs of (loss weight) x mean of (sample weight x loss), plus the penalties of
 * regularised weights. LSTM, GRU and SimpleRNN layers run on this project's own cells, all else on TF.js.
 *
 * Nothing is left in TF.js's memory; the model, its weights, statistics and states are as they were. A layer that is
 * used several times has one record a use: `name:0`, `name:1`; one in a nested model is `model/name`.
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
export async function trace(model: LayersModel, x: ArrayInputs, y?: ArrayInputs | null, options: TraceOptions = {}): Promise<Run> {
  const set = readied(model, x, y ?? null, options);
  const recorder = set.recorder();
  const predictions = predictionsOf(model);
  let loss = 0;
  try {
    for (const part of set.parts) {
      loss += await passed(set, { recorder, predictions, part, of: part });
      await told(set, part);
    }
    return new Run(y == null ? null : loss, predictions.map(({ record }) => record.value!), set.graph, recorder.recordings(), set.madeOf);
  } finally {
    recorder.dispose();
    for (const prediction of predictions) prediction.dispose();
  }
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
export async function traceParts(model: LayersModel, x: ArrayInputs, y: ArrayInputs | null, options: TraceOptions, visit: (part: TracedPart) => void): Promise<void> {
  const set = readied(model, x, y, options);
  for (const part of set.parts) {
    await visited(set, part, visit);
    await told(set, part);
  }
}

async function visited(set: Readied, part: Part | null, visit: (part: TracedPart) => void): Promise<void> {
  const recorder = set.recorder();
  const predictions = predictionsOf(set.model);
  try {
    const loss = await passed(set, { recorder, predictions, part: null, of: part });
    const recordings = { graph: set.graph, loss: set.y === null ? null : loss, predictions: predictions.map(({ record }) => record.value!), recordings: recorder.recordings() };
    visit({ run: new Run(recordings.loss, recordings.predictions, set.graph, recordings.recordings), recordings, part });
  } finally {
    recorder.dispose();
    for (const prediction of predictions) prediction.dispose();
  }
}

/** What goes through a pass: recorded as `part` of what is recorded, null for all of it; the samples `of` the data. */
interface Through {
  readonly recorder: Recorder;
  readonly predictions: readonly Tap[];
  readonly part: Part | null;
  readonly of: Part | null;
}

/** Makes one pass and reads what it left. Returns the loss, or what a part adds to it; 0 without targets. */
async function passed(set: Readied, through: Through): Promise<number> {
  const { recorder, predictions, part } = through;
  const pass = onePass(set, through);
  try {
    const loss = pass ? (await pass.value.data())[0]! : 0;
    await recorder.collect(part, pass?.gradients ?? []);
    for (const prediction of predictions) await prediction.collect(part);
    return loss;
  } finally {
    if (pass) tf.dispose([pass.value, ...pass.gradients.filter((gradient) => gradient !== null)]);
  }
}

async function told({ progress }: Readied, part: Part | null): Promise<void> {
  if (!part) return;
  progress?.(part.to, part.of);
  // Else nothing gets its turn in between: a page stands still, and Ctrl-C waits for the end.
  await new Promise((next) => { setTimeout(next); });
}

const predictionsOf = (model: LayersModel): Tap[] => model.outputs.map((tensor) => {
  const { sourceLayer } = originOf(tensor);
  return new Tap(`the model's output '${sourceLayer.name}'`, (rank) => outputAxes(sourceLayer, rank));
});

/** All that a trace needs to know before its first pass. */
interface Readied {
  readonly model: LayersModel;
  readonly graph: Graph;
  readonly x: ArrayInputs;
  readonly y: ArrayInputs | null;
  readonly lossParts: LossParts;
  readonly training: boolean;
  readonly progress: TraceOptions['progress'] | null;
  /** What the caller gave. */
  readonly madeOf: MadeOf;
  /** The parts in which it is to run: one, null, that is all of it, or several. */
  readonly parts: readonly (Part | null)[];
  /** Records what was asked for. */
  recorder(): Recorder;
}

function readied(model: LayersModel, x: ArrayInputs, y: ArrayInputs | null, options: TraceOptions): Readied {
  const { layers, quantities, values, batchSize, progress, training, ...lossParts } = readOptions('trace', traceOptions, options as Readonly<Record<string, unknown>>);
  requireModel('trace', model);
  const graph = graphOf(model);
  const calls = [...new Set(findCalls(graph, layers))];
  const madeOf = { model, x, y, batchSize, ...lossParts };
  const set = { model, graph, training, progress, madeOf, recorder: () => new Recorder({ calls, quantities, values, differentiated: y !== null }) };
  const whole = { ...set, x, y, lossParts, parts: [null] };
  if (batchSize === null) return whole;
  const [inputs, outputs] = [slotsOf('input', model.inputs), slotsOf('output', model.outputs)];
  const ready = readyToCut(x, inputs, 'x');
  const samples = samplesOf(ready);
  if (samples <= batchSize) return { ...whole, x: ready };
  requireParts(model, training);
  const { sampleWeight } = lossParts;
  return {
    ...set, x: ready, parts: partsOf(samples, batchSize),
    y: y === null ? null : readyToCut(y, outputs, 'y'),
    lossParts: { ...lossParts, sampleWeight: sampleWeight === undefined ? undefined : readyToCut(sampleWeight, outputs, 'sampleWeight') },
  };
}

/**
 * One pass forwards and, where there are targets and something is recorded, backwards, over all samples or a part of them.
 *
 * @returns the loss and its gradients by the recorder's variables, to be disposed of; null without targets
 */
function onePass({ model, graph, training, x, y, lossParts }: Readied, { recorder, predictions, part, of }: Through): Differentiated | null {
  let pass: Differentiated | null = null;
  untouched(model, () => { withBorrowedKernels(() => { tf.tidy(() => {
    const inputs = inputTensors(x, { ...slotsOf('input', model.inputs), part: of }).map((value) => ({ value, mask: null }));
    const forward = (anchor: tf.Scalar | null): tf.Tensor[] => {
      const context: WalkContext = {
        training, keepStates: false,
        watch: (call) => recorder.watch(call, part, anchor),
        enter: (call, tensors) => recorder.tap('inputs', call, tensors, part, anchor),
      };
      const outputs = walk(graph, inputs, context, (call, tensors) => recorder.tap('outputs', call, tensors, part, anchor)).map(({ value }) => value);
      for (const [i, output] of outputs.entries()) predictions[i]!.pass(output, { part, anchor: null, values: true });
      return outputs;
    };
    if (y === null) {
      forward(null);
      return;
    }
    const loss = totalLoss(model, { ...slotsOf('output', model.outputs), part: of }, y, lossParts);
    const { value, gradients } = recorder.wantsGradients ? differentiate(
      // Adding the anchor, a zero, gives TF.js a path to differentiate along even where no tap leads to the loss.
      (anchor) => tf.add(loss(forward(anchor)), anchor), recorder.variables,
      (error) => new SeeRnnError(`the backward pass${recorder.reached}: ${oneLine(error)}`, { cause: error }),
    ) : { value: loss(forward(null)), gradients: [] };
    pass = { value: tf.keep(tf.clone(value)), gradients: gradients.map((gradient) => gradient && tf.keep(tf.clone(gradient))) };
  }); }); });
  return pass;
}
