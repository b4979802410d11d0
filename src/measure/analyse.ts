import type { LayersModel } from '@tensorflow/tfjs-layers';
import { reversedInTime } from '../cells/layout.js';
import { SeeRnnError } from '../core/errors.js';
import { option, readOptions } from '../core/options.js';
import type { NamedArray } from '../core/array.js';
import { allCalls, graphOf, type Call } from '../model/calls.js';
import { findCalls } from '../model/find.js';
import { requireModel } from '../model/internals.js';
import { recurrentParts } from '../model/recurrent-parts.js';
import { isRecurrent, readRecurrent } from '../model/recurrent.js';
import type { ArrayInputs } from '../trace/inputs.js';
import type { LayerRun } from '../trace/layer-run.js';
import type { Run } from '../trace/run.js';
import { trace, type TraceOptions } from '../trace/trace.js';
import { isMeasured, type Analysis, type AnalysisSettings, type Flow, type ForwardHorizon, type Measured, type RecurrenceAnalysis, type Verdict } from './analysis.js';
import { carried } from './carried.js';
import { deadUnits } from './dead-units.js';
import { entriesOf, flow } from './flow.js';
import { forwardHorizon } from './forward-horizon.js';
import { gateMeasure } from './gates.js';
import { injectedInto } from './injected.js';
import { jacobians } from './jacobians.js';
import { lyapunov } from './lyapunov.js';
import { replayOf, stepCost, type Replay } from './replay.js';
import { stepLearning } from './step-learning.js';
import { modelVerdict, verdictOf } from './verdict.js';

export interface AnalyseOptions extends Pick<TraceOptions, 'layers' | 'loss' | 'lossWeights' | 'sampleWeight'> {
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
};

/**
 * Everything that this project measures of a model's recurrences on a batch, and what follows from it: how far back it learns.
 *
 * What each measure is, and where it is from, stands at its type in {@link Analysis} and at its function. What could not be measured
 * says why. The model stays as it is.
 *
 * @param x the model's input, as for `trace`; some 16 samples or more are worth having
 * @param options those of `trace`, and where the lines are drawn; `layers` names the recurrent layers to look at, all unless told otherwise
 * @throws SeeRnnError as `trace` does, and where a named layer is not recurrent; UsageError for an unknown option
 * @example
 * const { verdict, recurrences } = await analyse(model, x, y);
 * console.log(verdict.sentence); // LSTM 'lstm' learns short-term only: of 49 steps back, 10% of the gradient gets back 6 steps.
 * recurrences[0].carried; // the curves that it rests on
 */
export async function analyse(model: LayersModel, x: ArrayInputs, y: ArrayInputs, options: AnalyseOptions = {}): Promise<Analysis> {
  return (await analyseRun(model, x, y, options)).analysis;
}

/**
 * As {@link analyse}, with the run that it rests on: `inputs`, `outputs`, `hidden`, `cell`, `gates`, `weights` and `weight-steps` of the
 * recurrent layers, to be drawn.
 */
export async function analyseRun(model: LayersModel, x: ArrayInputs, y: ArrayInputs, options: AnalyseOptions = {}): Promise<{ readonly analysis: Analysis; readonly run: Run | null }> {
  const { layers, loss, lossWeights, sampleWeight, ...own } = options;
  const { dynamics, ...settings } = readOptions('analyse', analyseOptions, own as Readonly<Record<string, unknown>>);
  requireModel('analyse', model);
  const lossParts = Object.fromEntries(Object.entries({ loss, lossWeights, sampleWeight }).filter(([, part]) => part !== undefined)) as Pick<TraceOptions, 'loss' | 'lossWeights' | 'sampleWeight'>;
  const calls = chosen(model, layers);
  const known = calls.filter(({ layer }) => recurrentParts(layer).length > 0);
  const run = await trace(model, x, y, {
    ...lossParts, layers: known.map(({ label }) => label), quantities: ['outputs', 'inputs', 'hidden', 'cell', 'gates', 'weights', 'weight-steps'],
  });
  const parts = known.flatMap((call) => run.layer(call.label).parts.filter((part) => recurrentParts(call.layer).some((one) => one.part === part))
    .map((part): PartOfLayer => ({ call, layer: run.layer(call.label), part })));
  const unread = calls.filter((call) => !parts.some((one) => one.call === call)).map(({ label, layer }) => {
    const read = readRecurrent(layer);
    return `'${label}' ${read && !isRecurrent(read) ? read.reason : `is a ${layer.getClassName()} whose recurrence did not run on see-rnn's cells`}`;
  });
  const replays = parts.map(({ call, layer, part }) => replayOf(call, layer, part));
  const forward = await forwardOf(model, x, y, parts, replays, { ...lossParts, share: settings.share });
  const recurrences = parts.map(({ call, layer, part }, i) => recurrenceOf({ call, layer, part, replay: replays[i]!, forward, settings, dynamics }));
  return {
    run,
    analysis: { samples: run.predictions[0]!.shape[0]!, loss: run.loss!, settings, recurrences, forward, verdict: modelVerdict(recurrences, unread) },
  };
}

/**
 * How far back a model learns, in one sentence, with the figures that it rests on, how sure it is, and what to try.
 *
 * @param options as for {@link analyse}
 * @throws SeeRnnError as {@link analyse} does
 * @example
 * const { kind, sentence, advice } = await verdict(model, x, y);
 */
export async function verdict(model: LayersModel, x: ArrayInputs, y: ArrayInputs, options: AnalyseOptions = {}): Promise<Verdict> {
  return (await analyse(model, x, y, { ...options, dynamics: options.dynamics ?? false })).verdict;
}

/** The recurrent layers that are asked for, those that have no cell here among them. */
function chosen(model: LayersModel, layers: AnalyseOptions['layers']): Call[] {
  const graph = graphOf(model);
  const isOne = ({ layer }: Call): boolean => recurrentParts(layer).length > 0 || readRecurrent(layer) !== null;
  if (layers === undefined || layers === '*') return allCalls(graph).filter(isOne);
  const calls = findCalls(graph, layers);
  const other = calls.find((call) => !isOne(call));
  if (other) throw new SeeRnnError(`analyse: layer '${other.label}' is a ${other.layer.getClassName()}, which is not recurrent: expected an LSTM, GRU or SimpleRNN, or a Bidirectional of one`);
  return calls;
}

interface PartOfLayer { readonly call: Call; readonly layer: LayerRun; readonly part: string }

/** Most multiplications and additions of one pass of the recurrences with which all places and pairings are worth trying. */
const WORTH = 1e9;

async function forwardOf(model: LayersModel, x: ArrayInputs, y: ArrayInputs, parts: readonly PartOfLayer[], replays: readonly Measured<Replay>[], options: Parameters<typeof forwardHorizon>[4]): Promise<Measured<ForwardHorizon>> {
  const [first] = parts;
  if (!first) return { why: 'there is no recurrence' };
  const backwards = replays.findIndex((replay) => isMeasured(replay) && replay.recurrence.backwards);
  if (backwards >= 0) return { why: `'${parts[backwards]!.call.label}' reads from the end, so that the first inputs are near to the output` };
  const timesteps = first.layer.value('hidden', first.part).shape.at(-2)!;
  const cost = replays.reduce((sum, replay) => sum + (isMeasured(replay) ? replay.input.samples * replay.input.timesteps * stepCost(replay) : 0), 0);
  return forwardHorizon(model, x, y, timesteps, { ...options, ...(cost > WORTH ? { pairings: 1, places: 8 } : {}) });
}

interface Wanted extends PartOfLayer {
  readonly replay: Measured<Replay>;
  readonly forward: Measured<ForwardHorizon>;
  readonly settings: AnalysisSettings;
  readonly dynamics: boolean;
}

/** One recurrence. */
function recurrenceOf(wanted: Wanted): RecurrenceAnalysis {
  const { call, layer, part, replay, forward, settings, dynamics } = wanted;
  const { read, cell: { recurrence } } = recurrentParts(call.layer).find((one) => one.part === part)!;
  const hidden = layer.value('hidden', part);
  const [timesteps, mask] = [hidden.shape.at(-2)!, layer.mask(part)];
  const backwards = read.cells[0]!.recurrence.backwards;
  const outputs = read.returnSequences ? byOutputs(layer, part, backwards) : null;
  const entries = outputs ? entriesOf(outputs) : 1;
  const flowOf = (gradient: NamedArray): Measured<Flow> => (gradient.shape.length === 3 ? flow(gradient, mask, entries) : { why: 'it is called once for each timestep of another sequence' });
  const from = <T extends object>(measure: (known: Replay) => Measured<T>): Measured<T> => (isMeasured(replay) ? measure(replay) : replay);
  const skipped = { why: 'it was not asked for' };
  const [gates, gateGradients] = [layer.value('gates'), layer.gradient('gates')];
  const measures = {
    layer: layer.name, part, kind: recurrence.cell.kind, units: recurrence.units, timesteps, backwards,
    dead: deadShare(hidden, recurrence.cell.gates.map((gate) => gateGradients[part === '' ? gate : `${part}/${gate}`]!)),
    outputs: outputs ? flowOf(outputs) : { why: 'the layer returns its last step alone' },
    hidden: flowOf(layer.gradient('hidden', part)),
    cell: recurrence.cell.hasCellState ? flowOf(layer.gradient('cell', part)) : null,
    carried: from((known) => carried(known, settings)),
    gates: hidden.shape.length !== 3 ? { why: 'it is called once for each timestep of another sequence' } : recurrence.cell.gates.map((gate) =>
      gateMeasure(gate, gates[part === '' ? gate : `${part}/${gate}`]!, (recurrence.cell.recurrentlyActivated.includes(gate) ? recurrence.recurrentActivation : recurrence.activation).name, mask)),
    jacobians: dynamics ? from(jacobians) : skipped,
    lyapunov: dynamics ? from(lyapunov) : skipped,
    learning: from((known) => {
      const injected = injectedInto(call, layer, part, known);
      return isMeasured(injected) ? stepLearning(known, injected, settings.bias) : injected;
    }),
  };
  return { ...measures, verdict: verdictOf(measures, forward, settings) };
}

/** The share of units that are never active and learn nothing: a linear unit whose inputs are 0 isn't active either, but learns. */
function deadShare(hidden: NamedArray, gateGradients: readonly NamedArray[]): number {
  const { dead, units } = deadUnits(hidden);
  return dead.filter((unit) => gateGradients.every(({ data }) => data.every((value, n) => n % units !== unit || value === 0))).length / units;
}

/** The gradient by the layer's outputs, in input order: a layer that reads from the end returns its sequence in the order in which it reads. */
function byOutputs(layer: LayerRun, part: string, backwards: boolean): NamedArray {
  const gradient = layer.gradient('outputs');
  if (!backwards || part.includes('backward') || gradient.shape.length !== 3) return gradient;
  return { ...gradient, data: reversedInTime(Float32Array.from(gradient.data), gradient.shape[0]!, gradient.shape[1]!) };
}
