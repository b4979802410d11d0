import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, describe, expect, it, test, vi } from 'vitest';
import { cells } from '../../src/cells/cells.js';
import { SeeRnnError } from '../../src/core/errors.js';
import { memoryBudget, setMemoryBudget, stepBytes, stretchSteps } from '../../src/kernels/budget.js';
import { CheckpointedPass, passWithin } from '../../src/kernels/checkpoints.js';
import { kernels } from '../../src/kernels/module.js';
import { KernelPass } from '../../src/kernels/pass.js';
import type { PassShape } from '../../src/kernels/pass-types.js';
import { setThreads } from '../../src/kernels/threads.js';
import { accelerate } from '../../src/from/tfjs/accelerate/accelerate.js';
import { trace } from '../../src/trace/trace.js';
import { describeOnBackends } from '../backends.js';
import { Random } from '../random.js';
import { seed } from '../seed.js';

const both = [false, true];
const kinds = cells.flatMap((cell) => (cell.kind === 'GRU' ? both : [false]).map((resetAfter) => ({ kind: cell.kind, gates: cell.gates, resetAfter })));
const lstm = { kind: 'LSTM', resetAfter: false, backwards: false, activation: 0, recurrentActivation: 1, features: 4, units: 16 } as const;

afterEach(() => {
  setMemoryBudget(null);
  setThreads(null);
});

interface Case { readonly masked: boolean; readonly initial: boolean; readonly sequence: boolean; readonly bias: boolean }

function problem(shape: PassShape, gates: number, { masked, initial, sequence, bias }: Case, random: Random) {
  const { samples, steps, features, units, resetAfter } = shape;
  const numbers = (length: number, size = 1): Float32Array => Float32Array.from(random.normals(length, size));
  const state = (wanted: boolean): Float32Array | undefined => (wanted ? numbers(samples * units, 0.5) : undefined);
  return {
    weights: {
      kernel: numbers(features * gates * units, 0.5 / Math.sqrt(features)), recurrentKernel: numbers(units * gates * units, 0.5 / Math.sqrt(units)),
      bias: bias ? numbers((resetAfter ? 2 : 1) * gates * units, 0.3) : null,
    },
    input: {
      x: numbers(samples * steps * features), initialHidden: state(initial), initialCell: state(initial && shape.kind === 'LSTM'),
      mask: masked ? Array.from({ length: samples * steps }, () => (random.uniform() < 0.7 ? 1 : 0)) : undefined,
    },
    from: { sequence: sequence ? numbers(samples * steps * units) : undefined, lastHidden: state(true), lastCell: state(shape.kind === 'LSTM') },
  };
}
type Problem = ReturnType<typeof problem>;
type Values = Record<string, Float32Array | Uint32Array | null>;

/** Everything there is to know of a pass, by name. */
function everything(pass: KernelPass | CheckpointedPass, shape: PassShape, gates: readonly string[], { from }: Problem): Values {
  const isLstm = shape.kind === 'LSTM';
  const found: Values = { sequence: pass.sequence, lastHidden: pass.lastHidden, lastCell: pass.lastCell, hidden: pass.hidden() };
  if (isLstm) found['cell'] = pass.cell();
  for (const gate of gates) found[gate] = pass.gate(gate);
  const { hidden, cell, flushed } = pass.backward(from, { hidden: true, cell: true });
  Object.assign(found, { 'd initial hidden': hidden, 'd initial cell': cell, 'd x': pass.inputGradient(), 'd hidden': pass.totalHidden() });
  Object.assign(found, { 'flushed hidden': flushed.hidden, 'flushed cell': flushed.cell, 'flushed gates': flushed.gates });
  if (isLstm) found['d cell'] = pass.totalCell();
  for (const gate of gates) found[`d ${gate}`] = pass.gateAdjoint(gate);
  const { kernel, recurrentKernel, bias } = pass.weightGradients();
  pass.free();
  return { ...found, 'd kernel': kernel, 'd recurrent kernel': recurrentKernel, 'd bias': bias };
}

const SUMMED = ['d kernel', 'd recurrent kernel', 'd bias'];

/** Compared as bytes: vitest takes seconds for arrays of this size. */
function expectSame(found: Values, wanted: Values, what: string): void {
  expect(Object.keys(found).sort()).toEqual(Object.keys(wanted).sort());
  for (const [name, values] of Object.entries(wanted)) {
    const ours = found[name]!;
    const where = `${name} of ${what} (SEED=${seed})`;
    if (values === null) expect(ours, where).toBeNull();
    else if (SUMMED.includes(name)) expect(distance(ours, values), where).toBeLessThan(2e-6);
    else expect(bytes(ours).equals(bytes(values)), where).toBe(true);
  }
}

const bytes = (a: Float32Array | Uint32Array): Buffer => Buffer.from(a.buffer, a.byteOffset, a.byteLength);
/** Sums over steps in another order: float32, each off by some 2^-24 of its partial sums. Relative to the largest. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [most, scale] = [0, 0];
  for (let n = 0; n < b.length; n++) {
    most = Math.max(most, Math.abs(a[n]! - b[n]!));
    scale = Math.max(scale, Math.abs(b[n]!));
  }
  return most / scale;
}

describe.each(kinds)('$kind, reset_after $resetAfter: with checkpoints as without', ({ kind, gates, resetAfter }) => {
  test(`over the table, one sample and several, stretches that divide the steps or don't (seed ${seed})`, () => {
    const random = new Random(seed);
    for (const backwards of both) for (const masked of both) for (const initial of both) for (const sequence of both) for (const samples of [1, 11]) {
      const shape: PassShape = { kind, resetAfter, backwards, activation: 0, recurrentActivation: 1, samples, steps: 23, features: 3, units: 5 };
      const p = problem(shape, gates.length, { masked, initial, sequence, bias: random.uniform() < 0.5 }, random);
      const options = { sequence, keep: true };
      const wanted = everything(new KernelPass(shape, p.weights, p.input, options), shape, gates, p);
      for (const length of [1, 5, 40]) {
        const pass = new CheckpointedPass(shape, p.weights, p.input, options, length);
        expectSame(everything(pass, shape, gates, p), wanted, JSON.stringify({ ...shape, masked, initial, sequence, length }));
      }
    }
    expect(kernels().memory.used).toBe(0);
  });

  test('over a thousand steps that fade, so that adjoints are flushed', () => {
    const random = new Random(seed);
    const shape: PassShape = { kind, resetAfter, backwards: true, activation: 0, recurrentActivation: 1, samples: 3, steps: 1000, features: 4, units: 9 };
    const p = problem(shape, gates.length, { masked: false, initial: true, sequence: false, bias: false }, random);
    const options = { sequence: true, keep: true };
    const wanted = everything(new KernelPass(shape, p.weights, p.input, options), shape, gates, p);
    expect((wanted['flushed gates'] as Uint32Array).some((n) => n > 0)).toBe(true);
    expectSame(everything(new CheckpointedPass(shape, p.weights, p.input, options, 32), shape, gates, p), wanted, 'a thousand steps');
  });
});

describe('the memory budget', () => {
  const numbers = (length: number, scale = 1): Float32Array => Float32Array.from(new Random(seed).normals(length, scale));
  const weights = { kernel: numbers(4 * 64, 0.3), recurrentKernel: numbers(16 * 64, 0.2), bias: null };

  it('chooses: everything where it fits, else stretches near the root of the steps', () => {
    const shape = { ...lstm, samples: 2, steps: 400 };
    const x = numbers(2 * 400 * 4);
    const needed = 400 * stepBytes(shape, { keep: true, sequence: false, masked: false });
    const made = (budget: number, keep = true): unknown => {
      setMemoryBudget(budget);
      const pass = passWithin(shape, weights, { x }, { sequence: false, keep });
      pass.free();
      return pass.constructor;
    };
    expect(made(needed)).toBe(KernelPass);
    expect(made(needed - 1)).toBe(CheckpointedPass);
    expect(made(needed - 1, false)).toBe(KernelPass);
    const taken = { keep: true, sequence: true, masked: false };
    const million = { ...lstm, samples: 1, steps: 1_000_000, units: 64 };
    expect(stretchSteps(million, taken, 2 ** 30)).toBe(1000);
    // 1000 steps take 12 MB: two megabytes hold fewer, and below 200 the kept states are more than a stretch.
    expect(stretchSteps(million, taken, 2 ** 22)).toBeGreaterThan(300);
    expect(stretchSteps(million, taken, 2 ** 22)).toBeLessThan(400);
    expect(stretchSteps(million, taken, 0)).toBeGreaterThan(150);
    expect(stretchSteps(million, taken, -1)).toBeLessThan(250);
  });

  it('counts what other passes hold', () => {
    const shape = { ...lstm, samples: 2, steps: 400 };
    const x = numbers(2 * 400 * 4);
    setMemoryBudget(1.5 * 400 * stepBytes(shape, { keep: true, sequence: false, masked: false }));
    const passes = [0, 1].map(() => passWithin(shape, weights, { x }, { sequence: false, keep: true }));
    expect(passes.map(({ constructor }) => constructor)).toEqual([KernelPass, CheckpointedPass]);
    for (const pass of passes) pass.free();
    expect(kernels().memory.used).toBe(0);
  });

  it.each([{ keep: true, masked: false }, { keep: true, masked: true }, { keep: false, masked: true }])('knows what a pass takes: kept $keep, masked $masked', async ({ keep, masked }) => {
    // Kernels of their own: their memory's size is then the most that was in use.
    vi.resetModules();
    const fresh = { ...await import('../../src/kernels/module.js'), ...await import('../../src/kernels/pass.js') };
    const shape = { ...lstm, samples: 8, steps: 4000 };
    const mask = masked ? new Uint8Array(8 * 4000).fill(1) : undefined;
    const pass = new fresh.KernelPass(shape, weights, { x: numbers(8 * 4000 * 4), mask }, { sequence: true, keep });
    if (keep) {
      pass.backward({ sequence: numbers(8 * 4000 * 16) });
      pass.inputGradient();
    }
    const { size } = fresh.kernels().memory;
    pass.free();
    const estimate = 4000 * stepBytes(shape, { keep, sequence: true, masked });
    expect(size).toBeGreaterThan(0.9 * estimate);
    // Beside it: weights, a chunk's inputs, the counts of what was flushed.
    expect(size).toBeLessThan(1.1 * estimate + 2 ** 20);
  });

  it('is kept over 20,000 steps, forwards and backwards', async () => {
    vi.resetModules();
    const fresh = { ...await import('../../src/kernels/module.js'), ...await import('../../src/kernels/checkpoints.js'), ...await import('../../src/kernels/budget.js') };
    const shape = { ...lstm, samples: 2, steps: 20_000 };
    const budget = 2 ** 21;
    expect(shape.steps * stepBytes(shape, { keep: true, sequence: true, masked: false })).toBeGreaterThan(30 * budget);
    fresh.setMemoryBudget(budget);
    const x = numbers(2 * 20_000 * 4);
    const pass = fresh.passWithin(shape, weights, { x }, { sequence: true, keep: true });
    expect(fresh.kernels().memory.used, 'between forward and backward').toBe(0);
    pass.backward({ sequence: numbers(2 * 20_000 * 16) });
    const dx = pass.inputGradient();
    expect(pass.weightGradients().kernel.every((v) => v !== 0)).toBe(true);
    expect(dx.every((v) => v !== 0)).toBe(true);
    pass.free();
    expect(fresh.kernels().memory.size).toBeLessThan(budget);
  });

  it('refuses a reading that is beyond it', () => {
    setMemoryBudget(2 ** 20);
    const shape = { ...lstm, samples: 1, steps: 20_000 };
    const pass = passWithin(shape, weights, { x: numbers(20_000 * 4) }, { sequence: false, keep: true });
    const beyond = (what: string): SeeRnnError => new SeeRnnError(
      `LSTM of 16 units over 1 samples of 20000 timesteps: its ${what} take 2 MiB, more than the memory budget of 1 MiB; setMemoryBudget() sets another`);
    expect(() => pass.gate('forget')).toThrow(beyond('forget gates'));
    expect(() => pass.cell()).toThrow(beyond('cell states'));
    pass.backward({ lastHidden: numbers(16) });
    expect(() => pass.gateAdjoint('forget')).toThrow(beyond('adjoints of the forget gates'));
    pass.free();
  });

  it('is a number of bytes', () => {
    expect(memoryBudget()).toBe(2 ** 30);
    setMemoryBudget(Infinity);
    expect(memoryBudget()).toBe(Infinity);
    for (const wrong of [0, -1, NaN, '1' as unknown as number]) {
      expect(() => { setMemoryBudget(wrong); }).toThrow(new SeeRnnError(`memory budget: expected a number of bytes above 0, found ${wrong}`));
    }
  });
});

it('is asked for what it has, and when it has it', () => {
  const shape = { ...lstm, samples: 1, steps: 10, features: 4 };
  const weights = { kernel: new Float32Array(256), recurrentKernel: new Float32Array(1024), bias: null };
  const make = (keep: boolean): CheckpointedPass => new CheckpointedPass(shape, weights, { x: new Float32Array(40) }, { sequence: false, keep }, 4);
  const light = make(false);
  expect(() => light.hidden()).toThrow(new Error('this pass kept nothing'));
  const pass = make(true);
  expect(() => pass.inputGradient()).toThrow(new Error('this pass has not gone backwards'));
  pass.backward({});
  expect(() => pass.backward({})).toThrow(new Error('a pass goes backwards once'));
  expect(() => pass.totalHidden()).toThrow(new Error('the total adjoints of the hidden states were not asked for'));
  pass.free();
  pass.free();
  expect(() => pass.inputGradient()).toThrow(new Error('this pass was freed'));
  expect(kernels().memory.used).toBe(0);
});

describeOnBackends('through TF.js, a small budget', () => {
  function build(): tfl.LayersModel {
    const layer = (n: number) => ({ recurrentInitializer: tfl.initializers.glorotUniform({ seed: n }), kernelInitializer: tfl.initializers.glorotUniform({ seed: n + 1 }) });
    const model = tfl.sequential({ layers: [
      tfl.layers.lstm({ ...layer(1), units: 8, returnSequences: true, inputShape: [120, 3] }),
      tfl.layers.bidirectional({ layer: tfl.layers.gru({ ...layer(3), units: 5, returnSequences: true }), mergeMode: 'concat' }),
      tfl.layers.simpleRNN({ ...layer(5), units: 5 }),
      tfl.layers.dense({ units: 1, kernelInitializer: tfl.initializers.glorotUniform({ seed: 7 }) }),
    ] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    return model;
  }

  test('changes neither a trace nor what training learns', async () => {
    const x = tf.randomNormal([2, 120, 3], 0, 1, 'float32', 1);
    const y = tf.randomNormal([2, 1], 0, 1, 'float32', 2);
    const { memory } = kernels();
    const traced = async () => {
      const model = build();
      const run = await trace(model, x, y);
      const gradients = run.layers.map((name) => run.layer(name).gradient().data);
      let held = 0;
      const { restore } = accelerate(model);
      tf.tidy(() => {
        tf.grad((v) => {
          const out = tf.sum(model.apply(v) as tf.Tensor);
          held = memory.used;
          return out;
        })(x);
      });
      await model.fit(x, y, { epochs: 2, verbose: 0 });
      restore();
      const learnt = model.getWeights().map((w) => w.dataSync() as Float32Array);
      model.dispose();
      return { loss: run.loss, gradients, learnt, held };
    };
    const wanted = await traced();
    setMemoryBudget(20_000);
    const found = await traced();
    expect(wanted.held).toBeGreaterThan(200_000);
    expect(found.held, 'nothing is held but checkpoints').toBe(0);
    expect(found.loss).toBe(wanted.loss);
    expect(found.gradients).toEqual(wanted.gradients);
    found.learnt.forEach((w, n) => { expect(distance(w, wanted.learnt[n]!)).toBeLessThan(1e-6); });
    tf.dispose([x, y]);
  });
});
