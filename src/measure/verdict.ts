import { mean } from 'd3-array';
import type { Numbers } from '../core/array.js';
import { adviceFor } from './advice.js';
import { SAYS_THE_SAME, USED } from './forward-horizon.js';
import { IDLE_STATE } from './state-horizon.js';
import { isMeasured, type AnalysisSettings, type Carried, type ForwardHorizon, type Measured, type RecurrenceAnalysis, type Verdict, type VerdictKind } from './analysis.js';

type Measures = Omit<RecurrenceAnalysis, 'verdict'>;
type Figure = Verdict['figures'][number];

/**
 * Where the lines are drawn. They are conventions: the figures stand beside every verdict.
 */
export const LINES = {
  /** What is left of a gradient at the far end: below, it has vanished. */
  vanished: 1e-3,
  /** Above, it has exploded. */
  exploded: 1e2,
  /** The share of time at which every gate, but the one that keeps the state, is saturated. */
  saturated: 0.9,
  surelySaturated: 0.98,
  /** The share of units that are dead. */
  dead: 0.9,
  /** A horizon is long from this share of the sequence on. */
  long: 0.5,
  /** By this factor beyond a line is well beyond it. */
  well: 10,
  /** Fewer steps back, or samples, than these tell nothing. */
  lags: 8,
  samples: 3,
} as const;

const three = (value: number): string => (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e4) ? value.toExponential(1) : String(Number(value.toPrecision(3))));
const percent = (share: number): string => `${three(100 * share)}%`;
const figure = (name: string, value: number, text: string): Figure => ({ name, value, text });

/**
 * What the measures of one recurrence say. The first that holds of:
 *
 * - dead: nearly no unit is ever active;
 * - exploding: what is left of the gradient at the far end is over 100 times what came in, and the fitted factor a step is above 1 with its
 *   whole interval; or it overflows;
 * - saturated: all gates but the one that keeps the state are nearly always saturated, and the gradient falls short;
 * - vanishing: less than a thousandth is left at the far end, the fitted factor a step, where there
 *   is one, is below 1 with its whole interval, and nothing that was learnt shows;
 * - short-term: the gradient's horizon and, where it was measured, that of the inputs are less than half the sequence, and the loss is higher with other inputs;
 * - long-term: both are at least half of it, and the loss is higher with other inputs.
 *
 * "can't tell" where there is too little to go by, where nothing was learnt yet that shows, or where the gradient says one thing and the memory another. Of an LSTM's hidden and
 * cell state the one that carries the gradient farther counts.
 */
export function verdictOf(measures: Measures, { share, bias }: AnalysisSettings): Verdict {
  const { kind, sentence, figures = [], sure = false, doubts = [], adviceOf = kind } = judged(measures, share);
  const dead = measures.dead > 0 && kind !== 'dead' ? [`${percent(measures.dead)} of its units are dead on this batch`] : [];
  return {
    kind, sentence, figures, sureness: kind === "can't tell" ? 'unsure' : sure ? 'sure' : 'likely',
    doubts: [...doubts, ...dead], advice: adviceFor(adviceOf, measures, bias),
  };
}

interface Judged {
  readonly kind: VerdictKind;
  readonly sentence: string;
  readonly figures?: readonly Figure[];
  readonly sure?: boolean;
  readonly doubts?: readonly string[];
  /** The verdict whose advice goes for it, where it isn't its own. */
  readonly adviceOf?: VerdictKind;
}

function judged(measures: Measures, share: number): Judged {
  const { kind, dead, carried, units, hidden, forward } = measures;
  const name = nameOf(measures);
  const cannot = (because: string, figures: readonly Figure[] = []): Judged => ({ kind: "can't tell", sentence: `Can't tell how far back ${name} learns, because ${because}.`, figures });

  if (dead >= LINES.dead) {
    const figures = [figure('dead units', dead, `${Math.round(dead * units)} of ${units} units are never active`)];
    return { kind: 'dead', sentence: `${name} is dead: ${figures[0]!.text}, at any sample or timestep, so that nothing is learnt through them.`, figures, sure: dead === 1 };
  }
  // What has overflowed is NaN a step farther back, where it is taken from itself.
  if ((isMeasured(hidden) && overflows(hidden.bySample.data)) || (isMeasured(carried) && carried.some(({ norm }) => overflows(norm)))) {
    const figures = [figure('largest norm', Infinity, 'the total gradient by its hidden state is not finite')];
    return { kind: 'exploding', sentence: `The gradient in ${name} explodes: it overflows.`, figures, sure: true };
  }
  const remembers = isMeasured(forward) && forward.usesInputs ? forward.horizon.steps >= LINES.long * (forward.timesteps - 1) : null;
  const saturation = saturationOf(measures);
  const saturated = (reach: string, more: readonly Figure[]): Judged => ({
    kind: 'saturated', sentence: `${name} is saturated: ${kind === 'SimpleRNN' ? 'its units are at an end of their range' : 'its gates are shut or open'} ${percent(saturation!)} of the time or more, and ${reach}.`,
    figures: [figure('saturated', saturation!, `${percent(saturation!)} of the time or more`), ...more], sure: saturation! >= LINES.surelySaturated && isMeasured(forward), doubts: notKnown(forward),
  });
  const isSaturated = saturation !== null && saturation >= LINES.saturated;
  if (!isMeasured(carried)) return isSaturated && remembers !== true ? saturated(carried.why, []) : cannot(carried.why);

  const main = carried.reduce((far, one) => (one.horizon.steps > far.horizon.steps ? one : far));
  const { horizon, decay } = main;
  const lags = main.norm.length - 1;
  const left = main.norm[lags]!;
  const figures = figuresOf(main, lags, left, share, forward);
  const samples = main.samples[Math.min(LINES.lags, lags)]!;
  if (lags < LINES.lags) return cannot(`the gradient has ${lags} step${lags === 1 ? '' : 's'} to go back, and fewer than ${LINES.lags} show no decay`);
  if (samples < LINES.samples) return cannot(`${samples === 1 ? 'one sample shows' : `${samples} samples show`} no spread: give at least ${LINES.samples}`, figures);

  const vanished = left <= LINES.vanished && (!isMeasured(decay) || decay.high < 1);
  const short = vanished || !(horizon.open || horizon.steps >= LINES.long * lags);
  if (short && remembers === true) {
    return cannot(`the gradient reaches back ${steps(horizon)}, but inputs ${isMeasured(forward) ? steps(forward.horizon) : ''} back still change ${changed(forward)}: the memory is long where the gradient is small, as of a state that was latched`, figures);
  }
  if (short && isSaturated) return saturated(`${percent(share)} of the gradient gets back ${horizon.steps} of ${lags} steps`, figures);
  if (!isMeasured(decay)) return cannot(decay.why, figures);

  const perStep = `on average by a factor of ${three(decay.factor)} a step (${three(decay.low)} to ${three(decay.high)})`;
  if (left >= LINES.exploded && decay.low > 1) {
    return { kind: 'exploding', sentence: `The gradient in ${name} explodes: it grows ${perStep}, to ${three(left)} times what came in, ${lags} steps back.`, figures, sure: left >= LINES.exploded * LINES.well };
  }
  // One that has learnt what its short memory holds is better told by that.
  if (vanished && remembers !== false) {
    return {
      kind: 'vanishing', sentence: `The gradient in ${name} vanishes: it decays ${perStep}, and ${leftText(main)} of it is left ${lags} steps back; ${percent(share)} gets back ${horizon.steps} steps.`,
      figures, sure: left <= LINES.vanished / LINES.well && isMeasured(forward), doubts: notKnown(forward),
    };
  }
  const idle = learntNothing(forward);
  if (idle !== null) return { ...cannot(`the gradient reaches back ${short ? `${horizon.steps} of ${lags} steps` : steps(horizon)}, but ${idle}`, figures), ...(short ? { adviceOf: 'short-term' } : {}) };
  if (short) {
    return {
      kind: 'short-term', sentence: `${name} learns short-term only: of ${lags} steps back, ${percent(share)} of the gradient gets back ${steps(horizon)}${isMeasured(forward) ? `, and inputs ${beyond(forward, share)} back hardly change ${changed(forward)}` : ''}.`,
      figures, sure: horizon.steps <= (LINES.long * lags) / 2 && isMeasured(forward), doubts: notKnown(forward),
    };
  }
  // That gradient gets back shows what could be learnt; only the memory shows what was.
  if (!isMeasured(forward)) return cannot(`the gradient reaches back ${steps(horizon)}, but ${notKnown(forward)[0]!}`, figures);
  if (remembers === false) return cannot(`the gradient reaches back ${steps(horizon)}, but ${changed(forward)} changes with inputs ${steps(forward.horizon)} back at most: it could learn from farther than it does, or there is nothing farther to learn`, figures);
  return {
    kind: 'long-term', sentence: `${name} learns long-term: of ${lags} steps back, ${percent(share)} of the gradient gets back ${steps(horizon)}, and inputs ${steps(forward.horizon)} back still change ${changed(forward)}.`,
    figures, sure: horizon.open && forward.horizon.open && forward.of === 'output',
    doubts: forward.of === 'state' ? ['its state holds what it read that far back; whether the answer needs it was not measured: another recurrence may hold it too'] : [],
  };
}

/** The layer, as a sentence begins with it. Quotes as messages have them: whoever shows it elsewhere than in text escapes it. */
const nameOf = ({ layer, part, kind }: Measures): string => `${kind} '${layer}${part === '' ? '' : `/${part}`}'`;

const steps = ({ steps: count, open }: { readonly steps: number; readonly open: boolean }): string => `${open ? 'all ' : ''}${count} step${count === 1 ? '' : 's'}`;

const overflows = (norms: Numbers): boolean => norms.includes(Infinity);

/** What inputs were seen to change. */
const changed = (forward: Measured<ForwardHorizon>): string => (isMeasured(forward) && forward.of === 'state' ? 'its state' : 'the output');

/** From where on inputs hardly change the output: where the nearest place that was tried is. What counts for a state is another share. */
function beyond({ of, horizon, change, occluded, timesteps }: ForwardHorizon, share: number): string {
  if (of === 'state') return `more than ${steps(horizon)}`;
  const below = change.findIndex((one, i) => i > 0 && one >= share) - 1;
  return `${timesteps - occluded[below]!} or more steps`;
}

/** What is left at the far end; on the kernels what is below 1e-30 is 0. */
const leftText = ({ norm, precision }: Carried): string => (norm.at(-1) === 0 ? (precision === 'float32' ? 'less than 1e-30' : 'nothing') : three(norm.at(-1)!));

/** What shows that nothing of the inputs was learnt; null where something may have been. */
function learntNothing(forward: Measured<ForwardHorizon>): string | null {
  if (isMeasured(forward)) return forward.usesInputs ? null : unused(forward);
  return forward === SAYS_THE_SAME || forward === IDLE_STATE ? `${forward.why}: nothing of them was learnt` : null;
}

/** Why a model's inputs are not taken to be used. */
function unused({ loss, lossRise, chance, samples }: ForwardHorizon): string {
  return lossRise > USED.rise
    ? `${lossText(loss)} where all inputs are another sample's, but of ${samples} samples' predictions dealt out at random ${percent(chance)} do as well: give more samples`
    : "the loss is hardly higher where all inputs are another sample's: nothing was learnt yet that shows";
}

/** How the loss is where all inputs are another sample's. How many times as high it is says nothing of one that is 0 or less. */
const lossText = (loss: ForwardHorizon['loss']): string => (loss[0]! > 0 ? `the loss is ${three(loss.at(-1)! / loss[0]!)} times as high` : `the loss is ${three(loss.at(-1)!)}, not ${three(loss[0]!)},`);

const notKnown = (forward: Measured<ForwardHorizon>): string[] => (isMeasured(forward)
  ? forward.usesInputs ? [] : [unused(forward)]
  : [`how far back inputs change the output was not measured: ${forward.why}`]);

function figuresOf(main: Carried, lags: number, left: number, share: number, forward: Measured<ForwardHorizon>): Figure[] {
  return [
    figure('backward horizon', main.horizon.steps, `the gradient by the ${main.of} state stays at ${percent(share)} of its peak or more for ${steps(main.horizon)} of ${lags}`),
    figure('left at the far end', left, `${leftText(main)} of it is left ${lags} steps back`),
    ...(isMeasured(main.decay) ? [figure('factor a step', main.decay.factor, `${three(main.decay.factor)} a step, ${Number.isNaN(main.decay.low) ? 'of one sample, so that its interval is not known' : `${three(main.decay.low)} to ${three(main.decay.high)}`}; an exponential explains ${percent(main.decay.r2)} of it`)] : []),
    ...(isMeasured(forward) ? [
      figure('forward horizon', forward.horizon.steps, `inputs ${steps(forward.horizon)} back change ${changed(forward)} by ${percent(share)} of what all do`),
      figure('loss rise', forward.lossRise, `${lossText(forward.loss)} where all inputs are another sample's`),
    ] : []),
  ];
}

/** The gates that say how much of the state stays: open for long is what they are for. */
const KEEPS: readonly string[] = ['forget', 'update'];

/** The share of time at which the least saturated gate is saturated, but for the one that keeps the state; null where that can't be told. */
function saturationOf({ gates }: Measures): number | null {
  if (!isMeasured(gates)) return null;
  const others = gates.filter(({ gate }) => !KEEPS.includes(gate));
  if (others.length === 0 || others.some(({ range }) => range === null)) return null;
  return Math.min(...others.map(({ low, high }) => mean(low)! + mean(high)!));
}

/** How much good news it is. */
const RANK: readonly VerdictKind[] = ['long-term', 'short-term', "can't tell", 'vanishing', 'saturated'];

/**
 * What the measures of all recurrences say of the model. One that explodes, or is dead, is the model's trouble wherever it is. Else a
 * gradient can go back through any of the layers: the one that carries it farthest decides, and what the others are is a doubt.
 *
 * @param unread recurrent layers that could not be looked into, and why
 */
export function modelVerdict(recurrences: readonly RecurrenceAnalysis[], unread: readonly string[]): Verdict {
  if (recurrences.length === 0) {
    return { kind: "can't tell", sentence: `Can't tell how far back the model learns, because ${unread.length > 0 ? `its recurrent layers could not be looked into: ${unread.join('; ')}` : 'it has no recurrent layer'}.`, figures: [], sureness: 'unsure', doubts: [], advice: [] };
  }
  const all = recurrences.map((one) => one.verdict);
  const trouble = all.find(({ kind }) => kind === 'exploding') ?? all.find(({ kind }) => kind === 'dead');
  const best = trouble ?? RANK.flatMap((kind) => all.filter((one) => one.kind === kind))[0]!;
  const others = recurrences.filter(({ verdict }) => verdict !== best && verdict.kind !== best.kind);
  return {
    ...best,
    doubts: [...best.doubts, ...others.map((one) => `of ${nameOf(one)}: ${one.verdict.kind}`), ...unread],
    sureness: best.kind === "can't tell" ? 'unsure' : unread.length > 0 ? 'likely' : best.sureness,
  };
}
