import { describe, expect, it, test } from 'vitest';
import { activations } from '../../src/cells/activations.js';
import { cells } from '../../src/cells/cells.js';
import type { Cell } from '../../src/cells/cell.js';
import type { Floats } from '../../src/cells/floats.js';
import { fromSteps } from '../../src/cells/layout.js';
import { backwardThroughTime, forwardThroughTime, inputGradient, weightGradients, type Recurrence } from '../../src/cells/sequence.js';
import { kernelActivations } from '../../src/kernels/activations.js';
import { kernels } from '../../src/kernels/module.js';
import { KernelPass } from '../../src/kernels/pass.js';
import type { PassShape } from '../../src/kernels/pass-types.js';
import { Random } from '../random.js';
import { seed } from '../seed.js';


/**
 * The kernels in float32 against the reference cells in float64.
 *
 * Tolerance: 1e-5 of an array's largest value. A float32 sum of k terms is off by about sqrt(k) 2^-24 of its terms; over
 * the up to 30 steps here, and through activations good to 4e-7, that comes to 2e-6 or less where states are bounded.
 * Activations without bounds (linear, relu) let errors grow with the states.
 */
const TOLERANCE = 1e-5;
/** Where a whole array nearly cancels, its error is still that of the larger numbers it is a difference of. */
const ROUNDING = 1e-9;

interface Case {
  readonly cell: Cell;
  readonly resetAfter: boolean;
  readonly backwards: boolean;
  readonly masked: boolean;
  readonly bias: boolean;
  readonly initial: boolean;
  readonly sequence: boolean;
  readonly activation: string;
  readonly recurrentActivation: string;
  readonly samples: number;
  readonly steps: number;
  readonly features: number;
  readonly units: number;
}

const names = [...kernelActivations.keys()];
const both = [false, true];
const kinds = cells.flatMap((cell) => (cell.kind === 'GRU' ? both : [false]).map((resetAfter) => ({ cell, resetAfter })));

function problem(c: Case, random: Random) {
  const gates = c.cell.gates.length;
  // Small weights: gates without bounds would make the states grow, and errors with them.
  const scale = 0.5 / Math.sqrt(c.units);
  // Rounded to float32, so that both compute on the same numbers.
  const numbers = (length: number, size = 1): Float32Array => Float32Array.from(random.normals(length, size));
  return {
    weights: {
      kernel: numbers(c.features * gates * c.units, 0.5 / Math.sqrt(c.features)),
      recurrentKernel: numbers(c.units * gates * c.units, scale),
      bias: c.bias ? numbers((c.resetAfter ? 2 : 1) * gates * c.units, 0.3) : null,
    },
    x: numbers(c.samples * c.steps * c.features),
    initialHidden: c.initial ? numbers(c.samples * c.units, 0.5) : undefined,
    initialCell: c.initial && c.cell.hasCellState ? numbers(c.samples * c.units, 0.5) : undefined,
    mask: c.masked ? Array.from({ length: c.samples * c.steps }, () => (random.uniform() < 0.7 ? 1 : 0)) : undefined,
    from: {
      sequence: c.sequence ? numbers(c.samples * c.steps * c.units) : undefined,
      lastHidden: numbers(c.samples * c.units),
      lastCell: c.cell.hasCellState ? numbers(c.samples * c.units) : undefined,
    },
  };
}
type Problem = ReturnType<typeof problem>;

const shapeOf = (c: Case): PassShape => ({
  kind: c.cell.kind, resetAfter: c.resetAfter, backwards: c.backwards,
  activation: kernelActivations.get(c.activation)!, recurrentActivation: kernelActivations.get(c.recurrentActivation)!,
  samples: c.samples, steps: c.steps, features: c.features, units: c.units,
});

/** Everything there is to know of a pass, by name. */
function byKernels(c: Case, p: Problem): Record<string, Floats | null> {
  const { x, mask, initialHidden, initialCell, weights } = p;
  const pass = new KernelPass(shapeOf(c), weights, { x, mask, initialHidden, initialCell }, { sequence: c.sequence, keep: true });
  const found: Record<string, Floats | null> = { sequence: pass.sequence, lastHidden: pass.lastHidden, lastCell: pass.lastCell, hidden: pass.hidden() };
  if (c.cell.hasCellState) found['cell'] = pass.cell();
  if (!c.masked) for (const gate of c.cell.gates) found[gate] = pass.gate(gate);
  const initial = pass.backward(p.from, { hidden: true, cell: true });
  found['d initial hidden'] = initial.hidden;
  found['d initial cell'] = initial.cell;
  found['d hidden'] = pass.totalHidden();
  if (c.cell.hasCellState) found['d cell'] = pass.totalCell();
  for (const gate of c.cell.gates) found[`d ${gate}`] = pass.gateAdjoint(gate);
  found['d x'] = pass.inputGradient();
  const dW = pass.weightGradients();
  pass.free();
  return { ...found, 'd kernel': dW.kernel, 'd recurrent kernel': dW.recurrentKernel, 'd bias': dW.bias };
}

function byReference(c: Case, p: Problem): Record<string, Floats | null> {
  const recurrence: Recurrence = {
    cell: c.cell, units: c.units, resetAfter: c.resetAfter, backwards: c.backwards,
    activation: activations.get(c.activation)!, recurrentActivation: activations.get(c.recurrentActivation)!,
  };
  const wide = (values: Float32Array | undefined): Float64Array | undefined => values && Float64Array.from(values);
  const pass = forwardThroughTime(recurrence, {
    kernel: wide(p.weights.kernel)!, recurrentKernel: wide(p.weights.recurrentKernel)!, bias: wide(p.weights.bias ?? undefined) ?? null,
  }, { samples: c.samples, timesteps: c.steps, features: c.features, x: wide(p.x)!, mask: p.mask, initialHidden: wide(p.initialHidden), initialCell: wide(p.initialCell) });
  const adjoints = backwardThroughTime(pass, { sequence: wide(p.from.sequence), lastHidden: wide(p.from.lastHidden), lastCell: wide(p.from.lastCell) });
  const { size } = pass;
  const rows = (values: Floats, backwards = c.backwards): Floats => fromSteps(values, c.samples, c.steps, c.units, backwards);
  const dW = weightGradients(pass, adjoints);
  const lstm = c.cell.hasCellState;
  return {
    sequence: c.sequence ? rows(pass.hidden.subarray(size), false) : null,
    lastHidden: pass.hidden.subarray(c.steps * size), lastCell: lstm ? pass.cell.subarray(c.steps * size) : null,
    hidden: rows(pass.hidden.subarray(size)),
    ...(lstm ? { cell: rows(pass.cell.subarray(size)), 'd cell': rows(adjoints.cell.subarray(size)) } : {}),
    ...(c.masked ? {} : Object.fromEntries(c.cell.gates.map((gate) => [gate, rows(pass.gates[gate]!)]))),
    'd initial hidden': adjoints.hidden.subarray(0, size), 'd initial cell': lstm ? adjoints.cell.subarray(0, size) : null,
    'd hidden': rows(adjoints.hidden.subarray(size)),
    ...Object.fromEntries(c.cell.gates.map((gate) => [`d ${gate}`, rows(adjoints.gates[gate]!)])),
    'd x': inputGradient(pass, adjoints),
    'd kernel': dW.kernel, 'd recurrent kernel': dW.recurrentKernel, 'd bias': dW.bias,
  };
}

function expectAgreement(c: Case, random: Random): void {
  const p = problem(c, random);
  const found = byKernels(c, p);
  const wanted = byReference(c, p);
  expect(Object.keys(found).sort()).toEqual(Object.keys(wanted).sort());
  const what = JSON.stringify({ ...c, cell: c.cell.kind });
  for (const [name, values] of Object.entries(wanted)) {
    const ours = found[name]!;
    if (values === null) {
      expect(ours, `${name} of ${what}`).toBeNull();
      continue;
    }
    expect(ours.length, `${name} of ${what}`).toBe(values.length);
    let scale = 0;
    let worst = 0;
    values.forEach((v, n) => {
      scale = Math.max(scale, Math.abs(v));
      worst = Math.max(worst, Math.abs(v - ours[n]!));
    });
    expect(worst, `${name} of ${what} (SEED=${seed})`).toBeLessThanOrEqual(TOLERANCE * scale + ROUNDING);
  }
}

describe.each(kinds)('$cell.kind, reset_after $resetAfter: the kernels against the reference in float64', (kind) => {
  test.each(names)(`%s, over the table (seed ${seed})`, (activation) => {
    const random = new Random(seed);
    // Every activation takes both roles: the recurrent one is its neighbour in the list.
    const recurrentActivation = names[(names.indexOf(activation) + 1) % names.length]!;
    for (const backwards of both) for (const masked of both) for (const bias of both) for (const initial of both) for (const sequence of both) {
      expectAgreement({ ...kind, backwards, masked, bias, initial, sequence, activation, recurrentActivation, samples: 3, steps: 4, features: 3, units: 5 }, random);
    }
  });

  test(`tanh and sigmoid, any shape (seed ${seed})`, () => {
    const random = new Random(seed);
    const coin = (): boolean => random.uniform() < 0.5;
    for (let n = 0; n < 60; n++) {
      expectAgreement({
        ...kind, backwards: coin(), masked: coin(), bias: coin(), initial: coin(), sequence: coin(), activation: 'tanh', recurrentActivation: 'sigmoid',
        samples: random.integer(1, 19), steps: random.integer(1, 30), features: random.integer(1, 20), units: random.integer(1, 20),
      }, random);
    }
  });

  test('sums longer than a stretch, more steps than a chunk', () => {
    const random = new Random(seed);
    const usual = { ...kind, backwards: false, masked: false, bias: true, initial: false, sequence: true, activation: 'tanh', recurrentActivation: 'sigmoid' };
    expectAgreement({ ...usual, samples: 2, steps: 3, features: 530, units: 7 }, random);
    expectAgreement({ ...usual, samples: 9, steps: 2, features: 3, units: 175 }, random);
    expectAgreement({ ...usual, samples: 17, steps: 90, features: 33, units: 31 }, random);
    // Weight gradients of so many samples are sums of more than a stretch at a single step.
    expectAgreement({ ...usual, samples: 1100, steps: 2, features: 5, units: 7 }, random);
  });
});

const usual = {
  kind: 'LSTM', resetAfter: false, backwards: false, activation: kernelActivations.get('tanh')!, recurrentActivation: kernelActivations.get('sigmoid')!,
} as const;

/** One step of a SimpleRNN with identity weights: its activation of any numbers. */
function activated(name: string, x: Float32Array): Float32Array {
  const weights = { kernel: Float32Array.of(1), recurrentKernel: Float32Array.of(0), bias: null };
  const shape = { ...usual, kind: 'SimpleRNN', activation: kernelActivations.get(name)!, samples: x.length, steps: 1, features: 1, units: 1 } as const;
  const pass = new KernelPass(shape, weights, { x }, { sequence: false, keep: false });
  pass.free();
  return pass.lastHidden;
}

test.each(names)('%s of many numbers, to float32, and of what is none', (name) => {
  const x = Float32Array.from({ length: 40_001 }, (_, n) => (n - 20_000) / 800); // -25 to 25
  const exact = new Float64Array(x.length);
  activations.get(name)!.apply(Float64Array.from(x), exact, 0, x.length, 1);
  let worst = 0;
  // Relative to the value, as small as it may be: the polynomials keep that precision. A line's zero crossing is rounded.
  const floor = name.startsWith('hard') ? 0.5 : 0;
  activated(name, x).forEach((y, n) => { if (y !== exact[n]) worst = Math.max(worst, Math.abs(y - exact[n]!) / Math.max(floor, Math.abs(exact[n]!))); });
  // The exponent of e^-x is rounded to float32 like any number: a relative error of up to |x| 2^-24 in a sigmoid near 0.
  expect(worst).toBeLessThan(name === 'sigmoid' ? 5e-7 + 25 * 2 ** -24 : 5e-7);

  const odd = Float32Array.of(NaN, Infinity, -Infinity, 1e30, -1e30, 1e-40, -0, 200, -200);
  const wanted = new Float64Array(odd.length);
  activations.get(name)!.apply(Float64Array.from(odd), wanted, 0, odd.length, 1);
  // A sigmoid goes no lower than 2^-126.
  const found = [...activated(name, odd)].map((y, n) => (Math.abs(y - wanted[n]!) < 2e-38 ? Math.fround(wanted[n]!) : y));
  expect(found).toEqual([...wanted].map(Math.fround));
});

it('keeps NaN to the sample it is in', () => {
  const random = new Random(seed);
  const c: Case = {
    ...kinds[0]!, backwards: false, masked: false, bias: true, initial: false, sequence: true, activation: 'tanh', recurrentActivation: 'sigmoid',
    samples: 5, steps: 6, features: 3, units: 9,
  };
  const p = problem(c, random);
  const clean = byKernels(c, p);
  p.x[(2 * 6 + 3) * 3] = NaN; // sample 2, step 3
  const found = byKernels(c, p);
  const sample = (values: Floats, k: number): Floats => values.slice(k * values.length / 5, (k + 1) * values.length / 5);
  for (const name of ['sequence', 'd x', 'd hidden', 'd input']) {
    for (const k of [0, 1, 3, 4]) expect(sample(found[name]!, k), `${name}, sample ${k}`).toEqual(sample(clean[name]!, k));
    expect(sample(found[name]!, 2).some(Number.isNaN), name).toBe(true);
  }
  expect(found['sequence']!.slice((2 * 6 + 2) * 9, (2 * 6 + 3) * 9), 'before it').toEqual(clean['sequence']!.slice((2 * 6 + 2) * 9, (2 * 6 + 3) * 9));
});

it('flushes adjoints below 1e-30 to 0, and counts them', () => {
  // A linear RNN h = 0.02 h': its gradient is 0.02^k, k steps back.
  const [samples, steps] = [3, 25];
  const shape = { ...usual, kind: 'SimpleRNN', activation: kernelActivations.get('linear')!, samples, steps, features: 1, units: 1 } as const;
  const weights = { kernel: Float32Array.of(1), recurrentKernel: Float32Array.of(0.02), bias: null };
  const pass = new KernelPass(shape, weights, { x: new Float32Array(samples * steps) }, { sequence: false, keep: true });
  const { flushed } = pass.backward({ lastHidden: Float32Array.of(1, 1, 0) }, { hidden: true });
  const total = pass.totalHidden().slice(0, steps);
  pass.free();
  const last = steps - 1;
  total.forEach((v, t) => {
    const exact = 0.02 ** (last - t);
    if (exact > 1e-30) expect(v / exact).toBeCloseTo(1, 5);
    else expect(v).toBe(0);
  });
  // Two samples lose theirs, at the first step below the threshold; the third had none.
  const lost = total.findLastIndex((v) => v === 0);
  expect([...flushed.hidden]).toEqual(Array.from({ length: steps }, (_, t) => (t === lost ? 2 : 0)));
});

it('a pass that keeps nothing gives the same outputs, and no more', () => {
  const random = new Random(seed);
  const shape = { ...usual, samples: 9, steps: 300, features: 20, units: 30 };
  const weights = { kernel: Float32Array.from(random.normals(20 * 120, 0.2)), recurrentKernel: Float32Array.from(random.normals(30 * 120, 0.2)), bias: null };
  const x = Float32Array.from(random.normals(9 * 300 * 20));
  const [kept, light] = [true, false].map((keep) => new KernelPass(shape, weights, { x }, { sequence: true, keep })) as [KernelPass, KernelPass];
  expect(light.sequence).toEqual(kept.sequence);
  expect(light.lastHidden).toEqual(kept.lastHidden);
  expect(light.lastCell).toEqual(kept.lastCell);
  const { memory } = kernels();
  const both = memory.used;
  light.free();
  expect(both - memory.used, 'bytes for what is no multiple of the steps').toBeLessThan(1.5e6);
  expect(() => light.hidden()).toThrow(new Error('this pass was freed'));
  kept.free();
  expect(memory.used).toBe(0);
});

it('says how large what does not fit is, and leaves nothing behind', () => {
  const shape = { ...usual, samples: 1000, steps: 10_000, features: 1, units: 100 };
  const weights = { kernel: new Float32Array(400), recurrentKernel: new Float32Array(40_000), bias: null };
  expect(() => new KernelPass(shape, weights, { x: new Float32Array(1e7) }, { sequence: false, keep: true })).toThrow(
    /^LSTM of 100 units over 1000 samples of 10000 timesteps needs \d+ MiB of the kernels' memory; \d+ MiB of at most 4096 MiB are in use$/);
});

it('leaves nothing in the kernels\' memory', () => {
  expect(kernels().memory.used).toBe(0);
});
