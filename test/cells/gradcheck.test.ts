import { describe, expect, test } from 'vitest';
import { activations } from '../../src/cells/activations.js';
import { cells } from '../../src/cells/cells.js';
import type { Cell } from '../../src/cells/cell.js';
import {
  backwardThroughTime, forwardThroughTime, inputGradient, weightGradients,
  type OutputAdjoints, type Recurrence, type RecurrentWeights, type SequenceInput,
} from '../../src/cells/sequence.js';
import { fromSteps } from '../../src/cells/layout.js';
import { Random } from '../random.js';

/**
 * The reference cells against central differences in float64: (L(v + eps d) - L(v - eps d)) / 2 eps, eps = 1e-6.
 *
 * For tanh, d goes through every value of every array. For the other activations it is random, which costs a fraction: a
 * gradient that is off by a vector e is off by e . d along it, and a random d is at right angles to no e, three still less.
 *
 * Tolerance: 1e-6 of the array's largest derivative. The differences themselves are good to about eps^2 = 1e-12 times
 * the third derivative, plus 1e-16 |L| / eps = 1e-9 of rounding for the |L| of about 10 here.
 */
const EPS = 1e-6;
const DIRECTIONS = 3;
const TOLERANCE = 1e-6;
const ROUNDING = 1e-8;

interface Case {
  readonly cell: Cell;
  readonly resetAfter: boolean;
  readonly backwards: boolean;
  readonly masked: boolean;
  readonly bias: boolean;
  readonly returnSequences: boolean;
  readonly recurrentDropout: boolean;
  readonly activation: string;
  readonly recurrentActivation: string;
}

// Not exponential, which overflows where it feeds on itself; its own derivative is in activations.test.ts.
const names = [...activations.keys()].filter((name) => name !== 'exponential');
const both = [false, true];
const kinds = cells.flatMap((cell) => (cell.kind === 'GRU' ? both.map((resetAfter) => ({ cell, resetAfter })) : [{ cell, resetAfter: false }]));

function* cases(kind: { cell: Cell; resetAfter: boolean }, activation: string): Generator<Case> {
  // Every activation takes both roles: the recurrent one is its neighbour in the list.
  const recurrentActivation = names[(names.indexOf(activation) + 1) % names.length]!;
  for (const backwards of both) for (const masked of both) for (const bias of both) for (const returnSequences of both) for (const recurrentDropout of both) {
    yield { ...kind, backwards, masked, bias, returnSequences, recurrentDropout, activation, recurrentActivation };
  }
}

const SAMPLES = 2;
const STEPS = 4;
const FEATURES = 3;
const UNITS = 3;

function problem(c: Case, seed: number) {
  // Small weights: with unbounded gates (relu, mish) larger ones grow past what a difference can resolve in four steps.
  const random = new Random(seed);
  const gates = c.cell.gates.length;
  const recurrence: Recurrence = {
    cell: c.cell, units: UNITS, resetAfter: c.resetAfter, backwards: c.backwards,
    activation: activations.get(c.activation)!, recurrentActivation: activations.get(c.recurrentActivation)!,
  };
  const weights: RecurrentWeights = {
    kernel: random.normals(FEATURES * gates * UNITS, 0.3),
    recurrentKernel: random.normals(UNITS * gates * UNITS, 0.3),
    bias: c.bias ? random.normals((c.resetAfter ? 2 : 1) * gates * UNITS, 0.3) : null,
  };
  const input: SequenceInput = {
    samples: SAMPLES, timesteps: STEPS, features: FEATURES,
    x: random.normals(SAMPLES * STEPS * FEATURES),
    initialHidden: random.normals(SAMPLES * UNITS, 0.5),
    initialCell: c.cell.hasCellState ? random.normals(SAMPLES * UNITS, 0.5) : undefined,
    // Gaps in the middle, and at either end.
    mask: c.masked ? [1, 0, 1, 1, 0, 1, 0, 0] : undefined,
    recurrentDropout: c.recurrentDropout ? Float64Array.from({ length: SAMPLES * UNITS }, () => (random.uniform() < 0.5 ? 0 : 2)) : undefined,
  };
  // The loss is a random weighting of what the layer returns, so its weights are the adjoints.
  const from: OutputAdjoints = {
    sequence: c.returnSequences ? random.normals(SAMPLES * STEPS * UNITS) : undefined,
    lastHidden: random.normals(SAMPLES * UNITS),
    lastCell: c.cell.hasCellState ? random.normals(SAMPLES * UNITS) : undefined,
  };
  return { recurrence, weights, input, from };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let n = 0; n < a.length; n++) sum += a[n]! * b[n]!;
  return sum;
}

function loss({ recurrence, weights, input, from }: ReturnType<typeof problem>): number {
  const pass = forwardThroughTime(recurrence, weights, input);
  const { size, steps } = pass;
  let total = dot(from.lastHidden!, pass.hidden.subarray(steps * size));
  if (from.lastCell) total += dot(from.lastCell, pass.cell.subarray(steps * size));
  if (from.sequence) total += dot(from.sequence, fromSteps(pass.hidden.subarray(size), SAMPLES, STEPS, UNITS, false));
  return total;
}

/** The directions to differentiate an array in: along each of its values, or a few at random. */
function directions(length: number, everyValue: boolean, random: Random): readonly Float64Array[] {
  if (!everyValue) return Array.from({ length: DIRECTIONS }, () => random.normals(length));
  return Array.from({ length }, (_, n) => {
    const direction = new Float64Array(length);
    direction[n] = 1;
    return direction;
  });
}

describe.each(kinds)('$cell.kind, reset_after $resetAfter: gradients are those of central differences', (kind) => {
  test.each(names)('%s', (activation) => {
    let seed = 1;
    const random = new Random(0);
    for (const c of cases(kind, activation)) {
      const p = problem(c, seed++);
      const pass = forwardThroughTime(p.recurrence, p.weights, p.input);
      const adjoints = backwardThroughTime(pass, p.from);
      const dW = weightGradients(pass, adjoints);
      const pairs: [string, ArrayLike<number> | null | undefined, ArrayLike<number> | null][] = [
        ['x', p.input.x, inputGradient(pass, adjoints)],
        ['kernel', p.weights.kernel, dW.kernel],
        ['recurrent_kernel', p.weights.recurrentKernel, dW.recurrentKernel],
        ['bias', p.weights.bias, dW.bias],
        ['initial hidden state', p.input.initialHidden, adjoints.hidden.subarray(0, pass.size)],
        ['initial cell state', p.input.initialCell, adjoints.cell.subarray(0, pass.size)],
      ];
      for (const [name, at, analytic] of pairs) {
        if (!at) continue;
        const values = at as Float64Array;
        const centre = values.slice();
        const along = directions(values.length, activation === 'tanh', random);
        const lossAt = (direction: Float64Array, step: number): number => {
          for (let n = 0; n < values.length; n++) values[n] = centre[n]! + step * direction[n]!;
          return loss(p);
        };
        const numeric = along.map((direction) => (lossAt(direction, EPS) - lossAt(direction, -EPS)) / (2 * EPS));
        values.set(centre);
        const scale = Math.max(...numeric.map(Math.abs));
        const worst = Math.max(...along.map((direction, n) => Math.abs(numeric[n]! - dot(direction, analytic!))));
        expect(worst, `d/d(${name}) of ${JSON.stringify({ ...c, cell: c.cell.kind })}`).toBeLessThanOrEqual(TOLERANCE * scale + ROUNDING);
      }
    }
  });
});
