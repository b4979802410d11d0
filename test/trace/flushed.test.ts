import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SeeRnnError } from '../../src/core/errors.js';
import { setMemoryBudget } from '../../src/kernels/budget.js';
import { accelerate } from '../../src/from/tfjs/accelerate/accelerate.js';
import type { Run } from '../../src/trace/run.js';
import { trace } from '../../src/trace/trace.js';
import '../backends.js';
import { apply, dense, recurrent, tensor, type RecurrentKind, type Symbolic } from './seeded.js';

const [S, F, U] = [3, 2, 4];

beforeEach(async () => {
  await tf.setBackend('cpu');
  tf.engine().startScope();
});
afterEach(() => {
  setMemoryBudget(null);
  tf.engine().endScope();
});

/** Forgets by a factor of some 1/100 a step: a SimpleRNN by its recurrent weights, the others by their gates. */
const forgetful = (kind: RecurrentKind): object => ({
  ...(kind === 'simpleRNN' ? {} : { biasInitializer: tfl.initializers.constant({ value: -5 }), unitForgetBias: false, recurrentActivation: 'sigmoid' }),
  recurrentInitializer: tfl.initializers.randomNormal({ stddev: 0.01, seed: 3 }),
});

type Stack = (below: Symbolic) => Symbolic;

/** below -> what the stack puts above it -> Dense */
async function traced(steps: number, stack: Stack, y: tf.Tensor | null = tensor(2, [S, 2]), layers: string[] | '*' = '*'): Promise<Run> {
  const input = tfl.input({ shape: [steps, F] });
  const below = apply(recurrent('simpleRNN', U, 1, { name: 'below', returnSequences: true }), input);
  const model = tfl.model({ inputs: input, outputs: apply(dense(2, 7), stack(below)) });
  model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
  return trace(model, tensor(1, [S, steps, F]), y, { layers });
}

const above = (kind: RecurrentKind, args: object = {}): Stack => (below) => apply(recurrent(kind, U, 4, { name: 'above', ...forgetful(kind), ...args }), below);
const counts = (run: Run): number[] => [...run.layer('above').flushed()!.data];
/** The largest |gradient| by what `above` reads, at every timestep. */
function largest(run: Run, steps: number): number[] {
  const { data } = run.layer('below').gradient();
  const out = Array.from({ length: steps }, () => 0);
  data.forEach((value, n) => {
    const step = Math.floor(n / U) % steps;
    out[step] = Math.max(out[step]!, Math.abs(value));
  });
  return out;
}

const kinds: [RecurrentKind][] = [['simpleRNN'], ['lstm'], ['gru']];

test.each(kinds)('%s that forgets: what underflows on the way back is counted where it does', async (kind) => {
  const steps = 60;
  const run = await traced(steps, above(kind));
  expect(run.layer('above').flushed()).toMatchObject({ shape: [steps], axes: ['timesteps'] });
  const found = counts(run);
  const gradient = largest(run, steps);
  const last = found.findLastIndex((count) => count > 0);
  const zero = gradient.findLastIndex((value) => value === 0);
  expect(zero).toBeGreaterThan(10);
  // Zeros only from where adjoints were flushed on; nothing left to flush where all are zero.
  expect(last).toBeGreaterThanOrEqual(zero);
  expect(gradient.slice(0, zero).every((value) => value === 0)).toBe(true);
  expect(gradient.slice(last + 1).every((value) => value > 1e-31)).toBe(true);
  expect(found[0]).toBe(0);
  expect(Math.max(...found)).toBeLessThanOrEqual(S * U * 6);
  expect(run.layer('below').reachesLoss()).toBe(true);
});

test.each(kinds)('%s over few steps: nothing is flushed', async (kind) => {
  const run = await traced(6, above(kind));
  expect(counts(run)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(Math.min(...largest(run, 6))).toBeGreaterThan(0);
});

test('a gate that is shut gives a zero that is exact, and not counted', async () => {
  // TF.js's recurrent activation unless told: 0 below -2.5, and so is its derivative.
  const run = await traced(60, above('lstm', { recurrentActivation: 'hardSigmoid' }));
  expect(largest(run, 60)[0]).toBe(0);
  expect(Math.max(...counts(run))).toBe(0);
  expect(run.layer('below').reachesLoss()).toBe(true);
});

test('timesteps are in input order where a layer reads from the end', async () => {
  const run = await traced(60, above('simpleRNN', { goBackwards: true }));
  const found = counts(run);
  const gradient = largest(run, 60);
  // It reads timestep 0 last.
  expect(gradient[0]).toBeGreaterThan(0);
  expect(gradient[59]).toBe(0);
  const first = found.findIndex((count) => count > 0);
  expect(first).toBeGreaterThan(5);
  expect(first).toBeLessThanOrEqual(gradient.indexOf(0));
});

test('the two directions of a Bidirectional layer are added up', async () => {
  const both = (below: Symbolic): Symbolic => apply(tfl.layers.bidirectional({
    layer: recurrent('simpleRNN', U, 4, { ...forgetful('simpleRNN') }), mergeMode: 'sum', name: 'above',
  }), below);
  const found = counts(await traced(60, both));
  // Each direction loses what is far from its end: both halves have some.
  expect(Math.max(...found.slice(0, 30))).toBeGreaterThan(0);
  expect(Math.max(...found.slice(30))).toBeGreaterThan(0);
  expect(found[0]! + found[59]!).toBe(0);
});

test('null where nothing was counted', async () => {
  const run = await traced(5, above('lstm', { activation: 'elu' }));
  expect(run.layer('above').flushed(), 'on the reference cells').toBeNull();
  expect(run.layer('dense').flushed(), 'not recurrent').toBeNull();
  expect(run.layer('below').flushed(), 'nothing below it was recorded').toBeNull();
  const inner = await traced(5, (below) => apply(tfl.layers.flatten(), apply(tfl.layers.timeDistributed({ layer: dense(2, 3), name: 'above' }), below)));
  expect(inner.layer('above').flushed(), 'on TF.js').toBeNull();
});

test('a layer that does not reach the loss has no count; a run without targets refuses', async () => {
  const input = tfl.input({ shape: [5, F] });
  const below = apply(recurrent('simpleRNN', U, 1, { name: 'below', returnSequences: true }), input);
  const [used, unused] = ['used', 'unused'].map((name, k) => apply(recurrent('gru', U, k, { name }), below));
  const model = tfl.model({ inputs: input, outputs: [used!, unused!] });
  model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
  const x = tensor(1, [S, 5, F]);
  const zero = (): tf.Scalar => tf.scalar(0);
  const run = await trace(model, x, [tensor(2, [S, U]), tensor(3, [S, U])], { loss: ['meanSquaredError', zero] });
  expect(run.layer('unused').reachesLoss()).toBe(false);
  expect(run.layer('unused').flushed()).toBeNull();
  expect([...run.layer('used').flushed()!.data]).toEqual([0, 0, 0, 0, 0]);
  const forward = await trace(model, x);
  expect(() => forward.layer('used').flushed()).toThrow(new SeeRnnError("layer 'used': there are no gradients, since the run was made without targets: trace(model, x, y)"));
});

test('an accelerated model is counted alike', async () => {
  const input = tfl.input({ shape: [60, F] });
  const below = apply(recurrent('simpleRNN', U, 1, { name: 'below', returnSequences: true }), input);
  const model = tfl.model({ inputs: input, outputs: apply(dense(2, 7), above('lstm')(below)) });
  model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
  const [x, y] = [tensor(1, [S, 60, F]), tensor(2, [S, 2])];
  const plain = counts(await trace(model, x, y));
  const { restore } = accelerate(model);
  expect(counts(await trace(model, x, y))).toEqual(plain);
  restore();
  expect(Math.max(...plain)).toBeGreaterThan(0);
});

test.each([false, true])('a pass with checkpoints is counted alike (backwards: %s)', async (goBackwards) => {
  const plain = counts(await traced(60, above('lstm', { goBackwards })));
  setMemoryBudget(20_000);
  expect(counts(await traced(60, above('lstm', { goBackwards })))).toEqual(plain);
  expect(Math.max(...plain)).toBeGreaterThan(0);
});
