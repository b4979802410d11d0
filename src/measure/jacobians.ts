import { gateColumns } from '../cells/layout.js';
import type { Floats } from '../cells/floats.js';
import type { SequencePass } from '../cells/sequence.js';
import type { Jacobians, Measured } from './analysis.js';
import { norm, product, singularValues, transposed } from './linear-algebra.js';
import { firstSamples, laidOpen, noJacobians, stepCost, stepsOf, type Replay } from './replay.js';
import { geometricMean } from './statistics.js';

/** Most multiplications and additions that either kind is worth: about a second. */
const WORTH = 6e8;
/** At how many places singular values are worked out, at most. */
const PLACES = 12;
const SAMPLES = 4;

/**
 * Jacobians of one step along real inputs, in float64 from the cells' equations: the singular values of dh_t / dh_(t-1) at places spread
 * evenly over the first samples and their timesteps, and how products of them grow with their length.
 *
 * The singular values are the factors by which one step stretches a gradient, direction by direction (Pascanu, Mikolov and Bengio 2013,
 * 1211.5063; Vogt, Puelma Touzel, Shlizerman and Lajoie 2020, 2006.14123). All 1 where the recurrence is linear and
 * orthogonal. Of an LSTM they are of h alone, the cell state held; what goes by the cell is in the products, which are of (h, c): by
 * lag k, of the k steps that end at each sample's last. Over samples they are geometric means: 0 from where one sample's product is 0.
 * Wide layers have fewer places, samples and lags looked at, as far as a second goes.
 *
 * @returns why not, where the activation mixes units, every step is masked, or there are too many units
 */
export function jacobians(replay: Replay): Measured<Jacobians> {
  const why = noJacobians(replay);
  if (why !== null) return { why };
  const { recurrence: { units, cell }, input: { timesteps } } = replay;
  const width = cell.hasCellState ? 2 * units : units;
  // A sweep of rotations takes units^3 x 3, and some eight do.
  const places = Math.min(PLACES, Math.floor(WORTH / (24 * units ** 3)));
  if (places < 1) return { why: `${units} units are too many: the singular values of one step would take minutes` };
  const chosen = firstSamples(replay, Math.max(1, Math.min(SAMPLES, Math.floor(WORTH / (timesteps * stepCost(replay))))));
  const open = stepsOpen(chosen);

  const everywhere = open.steps.flatMap((steps, sample) => steps.map((timestep) => ({ sample, timestep })));
  if (everywhere.length === 0) return { why: 'every step is masked' };
  const at = Array.from({ length: Math.min(places, everywhere.length) }, (_, i, count = Math.min(places, everywhere.length)) =>
    everywhere[Math.round(count === 1 ? everywhere.length - 1 : (i * (everywhere.length - 1)) / (count - 1))]!);
  const values = new Float64Array(at.length * units);
  at.forEach(({ sample, timestep }, i) => { values.set(singularValues(block(open.jacobian(sample, timestep), width, units), units, units), i * units); });

  const longest = Math.max(...open.steps.map(({ length }) => length));
  const multiplied = open.steps.map((steps, sample) => ({ steps, sample })).filter(({ steps }) => steps.length > 0).slice(0, Math.max(1, Math.floor(WORTH / (longest * width ** 3))));
  const lags = Math.min(longest, Math.floor(WORTH / (multiplied.length * width ** 3)));
  const products = multiplied.map(({ steps, sample }) => growth(steps.toReversed().slice(0, lags).map((t) => () => open.jacobian(sample, t)), width));
  const over = (read: 'largest' | 'rms'): Float64Array => Float64Array.from({ length: lags }, (_, lag) =>
    geometricMean(products.flatMap((one) => (lag < one[read].length ? [one[read][lag]!] : []))));
  return { at, hidden: { data: values, shape: [at.length, units], axes: ['places', 'units'] }, largest: over('largest'), rms: over('rms'), samples: products.length };
}

/** The Jacobians of a recurrence's steps, in the order of processing; see `Cell.jacobian`. */
export interface StepsOpen {
  /** By sample: the timesteps that are not masked, in the order of processing. */
  readonly steps: readonly (readonly number[])[];
  /** d(state after) / d(state before), row-major. */
  jacobian(sample: number, timestep: number): Float64Array;
}

/** Runs a recurrence forwards in float64, and lays open the Jacobians of its steps. */
export function stepsOpen(replay: Replay): StepsOpen {
  const pass = laidOpen(replay);
  const { recurrence: { cell, units, backwards } } = replay;
  const weights = Object.fromEntries(cell.gates.map((gate, g): [string, Floats] => [gate, gateColumns(pass.weights.recurrentKernel, units, units, cell.gates.length, g)]));
  return {
    steps: Array.from({ length: pass.samples }, (_, sample) => stepsOf(replay, sample)),
    jacobian: (sample, timestep) => cell.jacobian(pass, offset(pass, sample, backwards ? pass.steps - 1 - timestep : timestep), weights),
  };
}

const offset = ({ size, units }: SequencePass, sample: number, step: number): number => step * size + sample * units;

/** The upper left of a matrix: of h by h. */
function block(matrix: Float64Array, width: number, units: number): Float64Array {
  const out = new Float64Array(units * units);
  for (let row = 0; row < units; row++) out.set(matrix.subarray(row * width, row * width + units), row * units);
  return out;
}

/** The singular values of the products of the last k Jacobians, by k: the largest, and the root mean square. The last step's comes first. */
function growth(steps: readonly (() => Float64Array)[], width: number): { readonly largest: number[]; readonly rms: number[] } {
  const largest: number[] = [];
  const rms: number[] = [];
  let soFar: Float64Array | null = null;
  let log = 0;
  let direction: Float64Array | null = null;
  for (const read of steps) {
    soFar = soFar === null ? read() : product(soFar, read(), width, width, width);
    const size = norm(soFar);
    // The product is kept at length 1, and its length apart, so that neither end of float64 is met.
    if (size > 0) for (let n = 0; n < soFar.length; n++) soFar[n]! /= size;
    log += Math.log(size);
    rms.push(Math.exp(log) / Math.sqrt(width));
    const found: { readonly value: number; readonly left: Float64Array } | null = size > 0 && Number.isFinite(size) ? largestSingularValue(soFar, width, direction) : null;
    largest.push(found ? Math.exp(log) * found.value : size);
    // Of zero, or of what is not finite, nothing else comes any more.
    if (!found) break;
    // What stretches k steps most is nearly what stretches k + 1 most.
    direction = found.left;
  }
  for (const curve of [largest, rms]) while (curve.length < steps.length) curve.push(curve.at(-1)!);
  return { largest, rms };
}

/**
 * By power iteration on A A^T, from a direction that is near: the value to 1e-6, a little less where the next one is close to it.
 *
 * @param from null: the longest column
 */
function largestSingularValue(a: Float64Array, width: number, from: Float64Array | null): { readonly value: number; readonly left: Float64Array } {
  const back = transposed(a, width, width);
  let left = from ?? longestRow(back, width);
  let value = 0;
  for (let turn = 0; turn < 200; turn++) {
    const right = product(back, left, width, width, 1);
    const stretched = norm(right);
    if (stretched === 0 && from !== null) return largestSingularValue(a, width, null);
    const next = product(a, right.map((one) => one / stretched), width, width, 1);
    const size = norm(next);
    left = next.map((one) => one / size);
    if (Math.abs(size - value) <= 1e-8 * size) return { value: size, left };
    value = size;
  }
  return { value, left };
}

function longestRow(a: Float64Array, width: number): Float64Array {
  let longest = 0;
  for (let row = 1; row < width; row++) if (norm(a, row * width, (row + 1) * width) > norm(a, longest * width, (longest + 1) * width)) longest = row;
  return a.slice(longest * width, (longest + 1) * width);
}
