import { SeeRnnError } from '../core/errors.js';
import { option, readOptions } from '../core/options.js';
import { allCalls, type Call } from '../graph/graph.js';
import { asModel } from '../model/as-model.js';
import { findCalls } from '../model/find.js';
import type { ArrayInputs } from '../model/inputs.js';
import type { ModelLike } from '../model/live-model.js';
import type { Model } from '../model/model.js';
import { weightNumbers } from '../model/pass.js';
import { recurrentParts, whyNotRecurrent } from '../model/recurrent-parts.js';
import { JoinedRuns } from '../trace/joined-runs.js';
import type { Run } from '../trace/run.js';
import { traceParts, type TraceOptions } from '../trace/trace.js';
import { isMeasured, type Analysis, type ForwardHorizon, type Measured, type NotMeasured, type Verdict } from './analysis.js';
import { forwardHorizon, type ForwardHorizonOptions } from './forward-horizon.js';
import { HealthSums, type LayerHealth } from './health.js';
import { RecurrenceSums } from './recurrence-sums.js';
import { stateHorizon } from './state-horizon.js';
import { subjectOf, type Subject } from './subject.js';
import { modelVerdict } from './verdict.js';

export interface AnalyseOptions extends Pick<TraceOptions, 'layers' | 'loss' | 'lossWeights' | 'sampleWeight' | 'classWeight' | 'batchSize' | 'progress'> {
  /** A horizon ends where the curve falls below this share of its peak; default 0.1. */
  readonly share?: number;
  /** The relative error of the gradient by the weights that a truncation may have; default 0.05. */
  readonly bias?: number;
  /** Of intervals; default 0.95. */
  readonly confidence?: number;
  /** Whether Jacobians and Lyapunov exponents are worked out too, which takes the most time; default true. */
  readonly dynamics?: boolean;
}

const between = (help: string, initial: number) => option.number(help, initial, (v) => v > 0 && v < 1, 'a number between 0 and 1');
const analyseOptions = {
  share: between('a horizon ends where the curve falls below this share of its peak', 0.1),
  bias: between("the relative error of the weights' gradient that a truncation may have", 0.05),
  confidence: between('of intervals', 0.95),
  dynamics: option.flag('whether Jacobians and Lyapunov exponents are worked out', true),
  held: option.integer('of how many samples, the first, the run is to hold arrays', null, 1),
};

/**
 * Everything that this project measures of a model's recurrences on a batch, and what follows from it: how far back it learns.
 *
 * What each measure is, and where it is from, stands at its type in {@link Analysis} and at its function. What could not be measured
 * says why. The model stays as it is.
 *
 * With `batchSize` more samples than that run in parts, one after another, with the same answer but for rounding, in the memory that a part
 * takes; what is measured on the first samples alone keeps these. Refused where parts would not give the whole's results, as by `trace`.
 *
 * In place of model and data, a `run` that `trace` made with targets: its model as it is now, its data, its loss and its batch size are
 * traced anew, since a run seldom holds all that is needed. Tensors among its data must not have been disposed of.
 *
 * @param given the model, its input and targets as for `trace` (some 16 samples or more are worth having), or a run; then options: those of
 *   `trace`, and where the lines are drawn; `layers` names the recurrent layers to look at, all unless told otherwise
 * @throws SeeRnnError as `trace` does, and where a named layer is not recurrent; UsageError for an unknown option
 * @example
 * const { verdict, recurrences } = await analyse(model, x, y);
 * console.log(verdict.sentence); // LSTM 'lstm' learns short-term only: of 49 steps back, 10% of the gradient gets back 6 steps.
 * recurrences[0].carried; // the curves that it rests on
 */
export async function analyse(...given: Subject<AnalyseOptions>): Promise<Analysis> {
  const { model, x, y, options } = subjectOf('analyse', given);
  return (await analysed(model, x, y, options, () => null)).analysis;
}

export interface AnalyseRunOptions extends AnalyseOptions {
  /** With `batchSize`: of how many samples, the first, the run is to hold arrays; default all. */
  readonly held?: number;
}

/** What {@link analyseRun} gives. */
export interface AnalysedRun {
  readonly analysis: Analysis;
  /**
   * `inputs`, `outputs`, `hidden`, `cell`, `gates` and `weights` of the recurrent layers. Where samples came in parts: the arrays of the
   * parts in which the first `held` samples are; gradients by weights, and the loss, of all.
   */
  readonly run: Run;
  /** How these layers are doing, of all samples; as `health` gives it, with its usual limits. */
  readonly health: readonly LayerHealth[];
}

/** As {@link analyse}, with the run that it rests on, to be drawn, and the health of the layers: all from one trace. */
export async function analyseRun(model: ModelLike, x: ArrayInputs, y: ArrayInputs, options: AnalyseRunOptions = {}): Promise<AnalysedRun> {
  const { analysis, runs, healths } = await analysed(model, x, y, options, (held) => new JoinedRuns(held ?? Infinity));
  return { analysis, run: runs.run(), health: await Promise.all(healths.map((one) => one.health())) };
}

interface Analysed<Runs> {
  readonly analysis: Analysis;
  readonly runs: Runs;
  readonly healths: readonly HealthSums[];
}

/** @param keep makes what the parts' runs are put together in; null where they are not to be kept */
async function analysed<Runs extends JoinedRuns | null>(given: ModelLike, x: ArrayInputs, y: ArrayInputs, options: AnalyseRunOptions, keep: (held: number | null) => Runs): Promise<Analysed<Runs>> {
  const { layers, loss: lossOption, lossWeights, sampleWeight, classWeight, batchSize, progress, ...own } = options;
  const { dynamics, held, ...settings } = readOptions('analyse', analyseOptions, own as Readonly<Record<string, unknown>>);
  const model = asModel('analyse', given);
  const source = { numbers: await weightNumbers(model, 'float32'), states: model.statesFor(false) };
  const parts = Object.fromEntries(Object.entries({ loss: lossOption, lossWeights, sampleWeight, classWeight, batchSize }).filter(([, part]) => part !== undefined)) as Pick<TraceOptions, 'loss' | 'lossWeights' | 'sampleWeight' | 'classWeight' | 'batchSize'>;
  const calls = chosen(model, layers);
  const known = calls.filter(({ layer }) => recurrentParts(layer).length > 0);
  const runs = keep(held);
  // Only whoever keeps the run asks for it.
  const healths = runs ? known.map((call) => new HealthSums(model, call)) : [];
  const all: RecurrenceSums[] = [];
  let [samples, total] = [0, 0];
  await traceParts(model, x, y, {
    ...parts, ...(progress ? { progress } : {}), layers: known.map(({ label }) => label), quantities: ['outputs', 'inputs', 'hidden', 'cell', 'gates', 'weights'],
  }, ({ run, recordings, part }) => {
    samples = part?.of ?? run.predictions[0]!.shape[0]!;
    if (all.length === 0) all.push(...known.flatMap((call) => partsOf(call, run).map((name) => new RecurrenceSums(call, name, samples, settings, source))));
    for (const one of all) one.add(run.layer(one.call.label));
    for (const one of healths) one.add(run, true);
    runs?.add(recordings, samples);
    total += run.loss!;
  });
  const unread = calls.filter((call) => !all.some((one) => one.call === call)).map(({ label, layer }) => {
    return `'${label}' ${whyNotRecurrent(layer) ?? `is a ${layer.className} whose recurrence did not run on see-rnn's cells`}`;
  });
  const forward = await forwardOf(model, x, y, all, { ...parts, share: settings.share });
  const recurrences = all.map((one, i) => one.measures(forward.each[i]!, dynamics));
  return {
    runs, healths,
    analysis: { samples, loss: total, settings, recurrences, forward: forward.model, verdict: modelVerdict(recurrences, unread) },
  };
}

/**
 * How far back a model learns, in one sentence, with the figures that it rests on, how sure it is, and what to try.
 *
 * Of a `run`, what it was made of is looked at, as {@link analyse} says.
 *
 * @param given as for {@link analyse}
 * @throws SeeRnnError as {@link analyse} does
 * @example
 * const { kind, sentence, advice } = await verdict(model, x, y);
 * @example
 * console.log((await verdict(run)).sentence);
 */
export async function verdict(...given: Subject<AnalyseOptions>): Promise<Verdict> {
  const { model, x, y, options } = subjectOf('verdict', given);
  return (await analyse(model, x, y, { ...options, dynamics: options.dynamics ?? false })).verdict;
}

/** The recurrent layers that are asked for, those that have no cell here among them. */
function chosen(model: Model, layers: AnalyseOptions['layers']): Call[] {
  const isOne = ({ layer }: Call): boolean => recurrentParts(layer).length > 0 || whyNotRecurrent(layer) !== null;
  if (layers === undefined || layers === '*') return allCalls(model.calls).filter(isOne);
  const calls = findCalls(model, layers);
  const other = calls.find((call) => !isOne(call));
  if (other) throw new SeeRnnError(`analyse: layer '${other.label}' is a ${other.layer.className}, which is not recurrent: expected an LSTM, GRU or SimpleRNN, or a Bidirectional of one`);
  return calls;
}

/** The parts of a layer that ran on our cells. */
const partsOf = ({ label, layer }: Call, run: Run): string[] => run.layer(label).parts.filter((part) => recurrentParts(layer).some((one) => one.part === part));

/** Most multiplications and additions of one pass of the recurrences with which all places and pairings are worth trying. */
const WORTH = 1e9;

interface Forward {
  /** Of the model's output. */
  readonly model: Measured<ForwardHorizon>;
  /** For each recurrence: the same, or that of its own state. */
  readonly each: readonly Measured<ForwardHorizon>[];
}

/**
 * How far back inputs change what a model says. "Back" is towards where its recurrences begin to read: the first steps, or the last ones
 * where the only one reads from the end. Of a model that reads from both ends no step is far from the output: there each
 * recurrence is looked at by itself.
 */
async function forwardOf(model: Model, x: ArrayInputs, y: ArrayInputs, sums: readonly RecurrenceSums[], options: ForwardHorizonOptions): Promise<Forward> {
  const same = (found: Measured<ForwardHorizon>): Forward => ({ model: found, each: sums.map(() => found) });
  const [first] = sums;
  if (!first) return same({ why: 'there is no recurrence' });
  const cost = sums.reduce((sum, { passCost }) => sum + passCost, 0);
  const effort = cost > WORTH ? { pairings: 1, places: 8 } : {};
  const measured = async (more: ForwardHorizonOptions): Promise<Measured<ForwardHorizon>> => forwardHorizon(model, x, y, first.timesteps, { ...options, ...effort, ...more });
  if (sums.every(({ backwards }) => !backwards)) return same(await measured({}));
  // A layer that reads from the end returns its sequence in that order, so that of several one can't say where each reads from.
  if (sums.length === 1) return same(await measured({ occlude: 'last' }));
  const whole = await measured({ places: 0 });
  return {
    model: { why: 'not all of its recurrences read from the first step on, so that no step is far from the output for all of them: each is measured by itself' },
    each: sums.map(({ replay }) => (isMeasured(replay) && isMeasured(whole) ? stateHorizon(replay, whole, options) : isMeasured(whole) ? replay as NotMeasured : whole)),
  };
}
