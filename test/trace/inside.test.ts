import { afterEach, describe, expect, test } from 'vitest';
import type { NamedArray } from '../../src/core/array.js';
import { loadArray } from '../../src/files/arrays.js';
import { loadModel } from '../../src/from/keras/load-model.js';
import type { KerasLayer } from '../../src/from/keras/layers/keras-layer.js';
import type { Value } from '../../src/graph/graph.js';
import { setMemoryBudget } from '../../src/kernels/budget.js';
import { kernels } from '../../src/kernels/module.js';
import { findCall } from '../../src/model/find.js';
import type { Model } from '../../src/model/model.js';
import { recurrentParts, type RecurrentPart } from '../../src/model/recurrent-parts.js';
import type { LayerRun } from '../../src/trace/layer-run.js';
import type { Quantity } from '../../src/trace/quantities.js';
import { trace, type TraceOptions } from '../../src/trace/trace.js';
import { describeWithModels } from '../models.js';
import { call, callAll, chainOf, fill, input, modelOf, nested, normals, own } from './build.js';
import { expectClose } from './close.js';
import { referenceOf, type Given, type Truth } from './inside-reference.js';

/** What goes on inside recurrences, held to the reference cells in float64: gradients are within 1e-4 of an array's largest value. */

const [S, T, F, U] = [3, 6, 4, 5];
const MASK = [[1, 1, 1, 1, 1, 1], [0, 1, 0, 1, 1, 0], [1, 1, 1, 0, 0, 0]];
const ALL: readonly Quantity[] = ['outputs', 'hidden', 'cell', 'gates', 'inputs', 'weights', 'weight-steps'];
const LOSS: TraceOptions = { loss: 'meanSquaredError' };

afterEach(() => { setMemoryBudget(null); });

/** x, zeros where it is masked. */
function data(masked: boolean): NamedArray {
  const x = normals(1, [S, T, F]);
  if (masked) x.data.forEach((value, n) => { x.data[n] = value * MASK.flat()[Math.floor(n / F)]!; });
  return x;
}
const maskOf = (masked: boolean): number[] | undefined => (masked ? MASK.flat() : undefined);

const head = (): KerasLayer => own('Dense', { units: 2, name: 'head' });

/** Input -> Masking, if wanted -> the layer -> Dense */
const behind = (layer: KerasLayer, masked: boolean): Model => chainOf([T, F], [...(masked ? [own('Masking', { name: 'masking' })] : []), layer, head()]);

const targets = ({ graph }: Model): NamedArray => normals(2, [S, ...graph.outputs[0]!.shape.slice(1)] as number[]);

/** Everything recorded of one part, against the truth. */
function expectPart(layer: LayerRun, { part, cell: { recurrence: { cell, units } } }: RecurrentPart, truth: Truth, [samples, timesteps] = [S, T]): void {
  const within = (name: string): string => (part === '' ? name : `${part}/${name}`);
  const shape = [samples, timesteps, units];
  const axes = ['samples', 'timesteps', 'units'];
  for (const state of cell.hasCellState ? ['hidden', 'cell'] as const : ['hidden'] as const) {
    expect(layer.gradient(state, part)).toMatchObject({ shape, axes });
    expectClose(layer.gradient(state, part).data, truth.gradients[state]!, `gradient by ${state} of ${part}`);
    expect(layer.value(state, part)).toMatchObject({ shape, axes });
    expectClose(layer.value(state, part).data, truth.values[state]!, `${state} of ${part}`);
  }
  for (const gate of cell.gates) {
    expect(layer.gradient('gates')[within(gate)]).toMatchObject({ shape, axes });
    expectClose(layer.gradient('gates')[within(gate)]!.data, truth.gradients[`gates/${gate}`]!, `gradient by ${within(gate)}`);
    expectClose(layer.value('gates')[within(gate)]!.data, truth.values[`gates/${gate}`]!, within(gate));
  }
  for (const [weight, norms] of Object.entries(truth.weightSteps)) {
    expect(layer.gradient('weight-steps')[within(weight)]).toMatchObject({ shape: [timesteps], axes: ['timesteps'] });
    expect(Math.max(...Array.from(norms))).toBeGreaterThan(0);
    expectClose(layer.gradient('weight-steps')[within(weight)]!.data, norms, `steps of ${within(weight)}`);
  }
}

/** The whole table: kind, reset_after, direction, what it returns, mask, bias, initial states, and cells that have no kernel. */
interface Case {
  readonly kind: 'LSTM' | 'GRU' | 'SimpleRNN';
  readonly resetAfter: boolean;
  readonly goBackwards: boolean;
  readonly returnSequences: boolean;
  readonly masked: boolean;
  readonly useBias: boolean;
  readonly initial: boolean;
  readonly activation: 'tanh' | 'elu';
}

const both = [false, true];
const cases: Case[] = (['LSTM', 'GRU', 'SimpleRNN'] as const).flatMap((kind) => (kind === 'GRU' ? both : [false]).flatMap((resetAfter) =>
  both.flatMap((goBackwards) => both.flatMap((returnSequences) => both.flatMap((masked) => both.flatMap((useBias) => both.flatMap((initial) => (['tanh', 'elu'] as const).map((activation): Case =>
    ({ kind, resetAfter, goBackwards, returnSequences, masked, useBias, initial, activation })))))))));

const layerOf = ({ kind, resetAfter, goBackwards, returnSequences, useBias, activation }: Case): KerasLayer =>
  own(kind, { name: 'layer', units: U, recurrentActivation: 'sigmoid', goBackwards, returnSequences, useBias, activation, ...(kind === 'GRU' ? { resetAfter } : {}) });

const countStates = (kind: string): number => (kind === 'LSTM' ? 2 : 1);

async function check(c: Case, options: TraceOptions = {}): Promise<void> {
  const layer = layerOf(c);
  const starts = c.initial ? Array.from({ length: countStates(c.kind) }, (_, i) => input(`state${i}`, [U])) : [];
  const x = input('x', [T, F]);
  const model = modelOf([x, ...starts], [call(head(), call(layer, c.masked ? call(own('Masking', { name: 'masking' }), x) : x, ...starts))]);
  fill(layer, 1);
  const given = [data(c.masked), ...starts.map((_, i) => normals(30 + i, [S, U]))];
  const run = await trace(model, given.length === 1 ? given[0]! : given, targets(model), { ...LOSS, quantities: ALL, ...options });
  const traced = run.layer('layer');
  const [part] = recurrentParts(layer);
  const dY = Float32Array.from(traced.gradient('outputs').data);
  // Keras's layers return zeros up to the first step that isn't masked, where there is an initial state.
  if (c.masked && c.initial && c.returnSequences) {
    for (let sample = 0; sample < S; sample++) {
      for (let step = 0; step < T && MASK[sample]![c.goBackwards ? T - 1 - step : step] === 0; step++) dY.fill(0, (sample * T + step) * U, (sample * T + step + 1) * U);
    }
  }
  const truth = referenceOf(part!.cell.recurrence, part!.cell.weights, {
    samples: S, timesteps: T, x: given[0]!.data, mask: maskOf(c.masked), initial: given.slice(1).map((state) => state.data),
    ...(c.returnSequences ? { sequence: dY } : { last: dY }),
  });
  expect(traced.parts).toEqual(['']);
  expectPart(traced, part!, truth);
  expect(Object.keys(traced.gradient('weight-steps'))).toEqual(Object.keys(truth.weightSteps));
  expect(traced.mask()?.data ?? null).toEqual(c.masked ? Uint8Array.from(MASK.flat()) : null);
}

describe('inside every recurrence', () => {
  test.each(['LSTM', 'GRU', 'SimpleRNN'] as const)('%s: the whole table of cases', async (kind) => {
    const own = cases.filter((one) => one.kind === kind);
    expect(own.length).toBe(kind === 'GRU' ? 128 : 64);
    for (const one of own) await check(one);
  });

  test('with checkpoints, and in parts', async () => {
    for (const one of cases.filter(({ activation, useBias }) => activation === 'tanh' && useBias)) {
      await check(one, { batchSize: 2 });
      setMemoryBudget(4000);
      await check(one);
      setMemoryBudget(null);
    }
  });

  test.each(['LSTM', 'GRU', 'SimpleRNN'])('Bidirectional %s: both directions', async (kind) => {
    for (const [returnSequences, masked] of both.flatMap((a) => both.map((b) => [a, b] as const))) {
      const layer = own('Bidirectional', { name: 'layer', layer: own(kind, { units: U, returnSequences, ...(kind === 'GRU' ? { resetAfter: true } : {}) }) });
      const model = behind(layer, masked);
      const x = data(masked);
      const run = await trace(model, x, targets(model), { ...LOSS, quantities: ALL });
      const traced = run.layer('layer');
      expect(traced.parts).toEqual(['forward', 'backward']);
      const dY = traced.gradient('outputs').data;
      const [forward, backward] = recurrentParts(layer);
      for (const [i, part] of [forward!, backward!].entries()) {
        const steps = returnSequences ? T : 1;
        const own = Float32Array.from({ length: S * steps * U }, (_, n) => {
          const [sample, step, unit] = [Math.floor(n / U / steps), Math.floor(n / U) % steps, n % U];
          const t = i === 1 ? steps - 1 - step : step;
          // Sequences have zeros at masked steps.
          return masked && returnSequences && MASK[sample]![t] === 0 ? 0 : dY[(sample * steps + t) * 2 * U + i * U + unit]!;
        });
        expectPart(traced, part, referenceOf(part.cell.recurrence, part.cell.weights, {
          samples: S, timesteps: T, x: x.data, mask: maskOf(masked), ...(returnSequences ? { sequence: own } : { last: own }),
        }));
      }
      expect(Object.keys(traced.gradient('gates'))).toEqual(['forward', 'backward'].flatMap((part) => forward!.cell.recurrence.cell.gates.map((gate) => `${part}/${gate}`)));
      expect(Object.keys(traced.gradient('weight-steps'))).toEqual(Object.keys(traced.gradient('weights')));
        }
  });

  test('stacked cells, forwards and backwards, masked and not', async () => {
    for (const [goBackwards, masked] of both.flatMap((a) => both.map((b) => [a, b] as const))) {
      const layer = own('RNN', { name: 'layer', cell: [own('LSTMCell', { units: U }), own('GRUCell', { units: 3, resetAfter: true })], goBackwards, returnSequences: true });
      const model = behind(layer, masked);
      const x = data(masked);
      const run = await trace(model, x, targets(model), { ...LOSS, quantities: ALL });
      const traced = run.layer('layer');
      expect(traced.parts).toEqual(['0', '1']);
      expect(traced.recurrences).toEqual([
        { part: '0', kind: 'LSTM', units: U, gates: ['input', 'forget', 'cell', 'output'], backwards: goBackwards },
        { part: '1', kind: 'GRU', units: 3, gates: ['update', 'reset', 'new'], backwards: goBackwards },
      ]);
      const [lower, upper] = recurrentParts(layer);
      const step = { samples: S, timesteps: T };
      const mask = maskOf(masked);
      const turned = mask && goBackwards ? MASK.flatMap((row) => row.toReversed()) : mask;
      const below = referenceOf(lower!.cell.recurrence, lower!.cell.weights, { ...step, x: x.data, mask, last: new Float32Array(S * U) });
      // The upper cell reads what the lower one gives, in its order.
      const above: Given = { ...step, x: below.sequence, mask: turned, sequence: traced.gradient('outputs').data };
      const top = referenceOf(upper!.cell.recurrence, upper!.cell.weights, above);
      const inInputOrder = (truth: Truth): Truth => (goBackwards ? { ...truth, values: turnedAll(truth.values), gradients: turnedAll(truth.gradients), weightSteps: turnedAll(truth.weightSteps, 1) } : truth);
      expectPart(traced, upper!, inInputOrder(top));
      expectPart(traced, lower!, referenceOf(lower!.cell.recurrence, lower!.cell.weights, { ...step, x: x.data, mask, sequence: top.dx }));
      expect(() => traced.gradient('cell', '1')).toThrow("layer 'layer' has no 'cell' in its part '1': only an LSTM has a cell state");
      expect(traced.gradient('cell')).toEqual(traced.gradient('cell', '0'));
        }
  });

  test('in a nested model, in a layer that is used twice, and with states that go on', async () => {
    const [x, u] = [input('x', [T, F]), input('u', [T, F])];
    const shared = own('LSTM', { units: F, name: 'shared', returnSequences: true });
    const inner = nested('inner', [u], [call(own('GRU', { units: U, name: 'deep', returnSequences: true }), u)]);
    const [y, h, c] = callAll(own('LSTM', { units: 3, name: 'encoder', returnState: true, returnSequences: true }), call(inner, call(shared, call(shared, x)))) as [Value, Value, Value];
    const model = modelOf([x], [call(own('LSTM', { units: 3, name: 'decoder' }), y, h, c)]);
    const run = await trace(model, normals(1, [S, T, F]), normals(2, [S, 3]), { ...LOSS, quantities: ALL, layers: '*' });
    for (const label of ['shared:0', 'shared:1', 'inner/deep', 'encoder', 'decoder']) {
      const traced = run.layer(label);
      // Total through time: the output's own at the last step, and where the layer is read.
      const { data: total } = traced.gradient('hidden');
      expect(total.some((value) => value !== 0), label).toBe(true);
      expect(traced.reachesLoss(undefined, 'hidden')).toBe(true);
      const [part] = recurrentParts(findCall(model, label).layer);
      const outputs = [0, 1, 2].slice(0, traced.outputCount).map((i) => traced.gradient('outputs', i).data);
      const { recurrence } = part!.cell;
      expectPart(traced, part!, referenceOf(recurrence, part!.cell.weights, {
        samples: S, timesteps: T, x: traced.value('inputs').data, initial: [1, 2].slice(0, traced.inputCount - 1).map((i) => traced.value('inputs', i).data),
        ...(label === 'decoder' ? { last: outputs[0]! } : { sequence: outputs[0]!, last: outputs[1], lastCell: outputs[2] }),
      }));
    }
    });

  test('under TimeDistributed: one axis more', async () => {
    const layer = own('TimeDistributed', { name: 'each', layer: own('Bidirectional', { layer: own('GRU', { units: U, resetAfter: true }) }) });
    const model = chainOf([2, T, F], [layer, head()]);
    const [x, y] = [normals(1, [S, 2, T, F]), normals(2, [S, 2, 2])];
    const run = await trace(model, x, y, { ...LOSS, quantities: ALL });
    const traced = run.layer('each');
    expect(traced.parts).toEqual(['forward', 'backward']);
    expect(traced.gradient('hidden', 'forward')).toMatchObject({ shape: [S, 2, T, U], axes: ['samples', 'axis1', 'timesteps', 'units'] });
    const dY = traced.gradient('outputs').data;
    const last = Float32Array.from({ length: S * 2 * U }, (_, n) => dY[Math.floor(n / U) * 2 * U + (n % U)]!);
    const [forward] = recurrentParts(layer);
    const truth = referenceOf(forward!.cell.recurrence, forward!.cell.weights, { samples: S * 2, timesteps: T, x: x.data, last });
    expectClose(traced.gradient('hidden', 'forward').data, truth.gradients['hidden']!, 'hidden');
    expectClose(traced.gradient('weight-steps')['forward/kernel']!.data, truth.weightSteps['kernel']!, 'weight-steps');
    const parts = (await trace(model, x, y, { ...LOSS, quantities: ALL, batchSize: 2 })).layer('each');
    expect(parts.gradient('hidden', 'forward').shape).toEqual([S, 2, T, U]);
    expectClose(parts.gradient('hidden', 'forward').data, truth.gradients['hidden']!, 'hidden');
    expectClose(parts.gradient('weight-steps')['forward/kernel']!.data, truth.weightSteps['kernel']!, 'weight-steps');
    });

  test('a time-major layer: samples first, as everywhere', async () => {
    const runs = await Promise.all([false, true].map(async (timeMajor) => {
      const layer = own('LSTM', { name: 'layer', units: U, returnSequences: true, timeMajor });
      const model = chainOf([null, F], [layer]);
      fill(layer, 1);
      const turn = (array: NamedArray): NamedArray => {
        const [samples, steps, width] = array.shape as [number, number, number];
        const turned = Float64Array.from(array.data, (_, n) => array.data[(Math.floor(n / width) % samples * steps + Math.floor(n / width / samples)) * width + n % width]!);
        return timeMajor ? { data: turned, shape: [steps, samples, width], axes: array.axes } : array;
      };
      return (await trace(model, turn(normals(1, [S, T, F])), turn(normals(2, [S, T, U])), { ...LOSS, quantities: ['hidden', 'weight-steps'] })).layer('layer');
    }));
    expect(runs[1]!.gradient('hidden')).toEqual(runs[0]!.gradient('hidden'));
    expect(runs[1]!.value('hidden')).toEqual(runs[0]!.value('hidden'));
    expect(runs[1]!.gradient('weight-steps')).toEqual(runs[0]!.gradient('weight-steps'));
  });

  test('nothing is left behind, forwards or back', async () => {
    const model = behind(own('LSTM', { units: U, returnSequences: true }), true);
    const [x, y] = [data(true), targets(model)];
    await trace(model, x, y, { ...LOSS, quantities: ALL });
    const bytes = kernels().memory.used;
    for (const given of [null, y]) {
      await trace(model, x, given, { ...LOSS, quantities: ALL });
      expect(kernels().memory.used).toBe(bytes);
    }
  });
});

/** (samples, timesteps, ...) with the timesteps in reverse; of `samples` samples. */
const turnedAll = (all: Readonly<Record<string, ArrayLike<number>>>, samples = S): Record<string, ArrayLike<number>> => Object.fromEntries(Object.entries(all).map(([name, values]) => {
  const width = values.length / samples / T;
  return [name, Array.from(values, (_, n) => values[(Math.floor(n / width / T) * T + T - 1 - (Math.floor(n / width) % T)) * width + (n % width)]!)];
}));

describeWithModels('the turbofan model, its first 16 windows', (models) => {
  test('both LSTMs, over 50 timesteps', async () => {
    const model = await loadModel(`${models}/turbofan/regression_model.h5`, { warn: () => undefined });
    const [x, y] = await Promise.all(['x', 'y_remaining_cycles'].map(async (name) => {
      const { data: all, shape } = await loadArray(`${models}/turbofan/${name}.npy`);
      return { data: all.slice(0, all.length / shape[0]! * 16), shape: [16, ...shape.slice(1)] };
    }));
    const run = await trace(model, x!, y!, { ...LOSS, quantities: ALL });
    for (const layer of model.layers.filter(({ className }) => className === 'LSTM')) {
      const traced = run.layer(layer.name);
      const [part] = recurrentParts(layer);
      const from = traced.gradient('outputs');
      expectPart(traced, part!, referenceOf(part!.cell.recurrence, part!.cell.weights, {
        samples: 16, timesteps: 50, x: traced.value('inputs').data, ...(from.shape.length === 3 ? { sequence: from.data } : { last: from.data }),
      }), [16, 50]);
    }
    });
});

describe('beyond the memory budget', () => {
  test('a whole array is refused, forwards and back, and the rest runs', async () => {
    const layer = own('LSTM', { units: U, returnSequences: true, name: 'long' });
    const model = chainOf([200, F], [layer]);
    fill(layer);
    const [x, y] = [normals(1, [S, 200, F]), normals(2, [S, 200, U])];
    const traced = (quantities: Quantity[], values: boolean): Promise<unknown> => trace(model, x, y, { ...LOSS, quantities, values });
    const whole = await trace(model, x, y, { ...LOSS, quantities: ['weights', 'hidden'] });
    setMemoryBudget(8000);
    const found = await trace(model, x, y, { ...LOSS, quantities: ['weights'] });
    expectClose(found.layer('long').gradient('weights')['kernel']!.data, whole.layer('long').gradient('weights')['kernel']!.data, 'kernel');
    const beyond = 'LSTM of 5 units over 3 samples of 200 timesteps: its';
    await expect(traced(['hidden'], true)).rejects.toMatchObject({
      name: 'SeeRnnError', message: `layer 'long': ${beyond} hidden states take 1 MiB, more than the memory budget of 1 MiB; setMemoryBudget() sets another`,
    });
    await expect(traced(['gates'], false)).rejects.toMatchObject({
      name: 'SeeRnnError', message: `layer 'long': ${beyond} adjoints of the input gates take 1 MiB, more than the memory budget of 1 MiB; setMemoryBudget() sets another`,
    });
    setMemoryBudget(20_000);
    const again = await trace(model, x, y, { ...LOSS, quantities: ['hidden'] });
    expectClose(again.layer('long').gradient('hidden').data, whole.layer('long').gradient('hidden').data, 'hidden', 1e-6);
    });
});

describe('the terms of a step', () => {
  /** One timestep alone: its term is the whole gradient. */
  test('of one step are the gradient, also under dropout and penalties of others', async () => {
    for (const kind of ['LSTM', 'GRU', 'SimpleRNN']) {
      for (const samples of [2, 40]) {
        const layer = own(kind, { units: U, dropout: 0.5, recurrentDropout: 0.5, ...(kind === 'GRU' ? { resetAfter: true } : {}) });
        const inputs = [input('x', [1, F]), ...Array.from({ length: countStates(kind) }, (_, i) => input(`state${i}`, [U]))];
        const model = modelOf(inputs, [call(layer, ...inputs)]);
        fill(layer, 1);
        const given = [normals(1, [samples, 1, F]), ...inputs.slice(1).map((_, i) => normals(3 + i, [samples, U]))];
        const run = await trace(model, given, normals(2, [samples, U]), { ...LOSS, quantities: ['weights', 'weight-steps'], training: true });
        const traced = run.layer(layer.name);
        for (const [name, { data: all }] of Object.entries(traced.gradient('weights'))) {
          const norm = Math.hypot(...all);
          expect(norm).toBeGreaterThan(0);
          expect(traced.gradient('weight-steps')[name]!.data[0]! / norm).toBeCloseTo(1, 5);
        }
            }
    }
  });

  test('add up to the gradient by the weights', async () => {
    // The terms themselves, from what is recorded: dL/dW is their sum, and their norms are the ones given.
    for (const samples of [2, 60]) {
      const layer = own('LSTM', { units: U, returnSequences: true });
      const model = chainOf([T, F], [layer]);
      fill(layer, 1);
      const x = normals(1, [samples, T, F]);
      const run = await trace(model, x, normals(2, [samples, T, U]), { ...LOSS, quantities: ALL });
      const traced = run.layer(layer.name);
      const gates = Object.values(traced.gradient('gates'));
      const hidden = traced.value('hidden').data;
      const factors: Record<string, (sample: number, t: number) => number[]> = {
        kernel: (sample, t) => Array.from({ length: F }, (_, i) => x.data[(sample * T + t) * F + i]!),
        recurrent_kernel: (sample, t) => Array.from({ length: U }, (_, i) => (t === 0 ? 0 : hidden[(sample * T + t - 1) * U + i]!)),
        bias: () => [1],
      };
      for (const [name, factor] of Object.entries(factors)) {
        const width = factor(0, 0).length;
        const sum = new Float64Array(width * 4 * U);
        const norms = Array.from({ length: T }, (_, t) => {
          const term = new Float64Array(sum.length);
          for (let sample = 0; sample < samples; sample++) {
            factor(sample, t).forEach((a, i) => { gates.forEach(({ data: adjoint }, g) => { for (let n = 0; n < U; n++) term[i * 4 * U + g * U + n]! += a * adjoint[(sample * T + t) * U + n]!; }); });
          }
          term.forEach((value, n) => { sum[n]! += value; });
          return Math.hypot(...term);
        });
        expectClose(traced.gradient('weights')[name]!.data, sum, `${name}, the sum`);
        expectClose(traced.gradient('weight-steps')[name]!.data, norms, `${name}, norms`, 1e-7);
      }
        }
  });

  test('in parts that would not fit: refused', async () => {
    const layer = own('LSTM', { units: U, returnSequences: true, name: 'wide' });
    const model = chainOf([T, F], [layer]);
    setMemoryBudget(4000);
    const options: TraceOptions = { ...LOSS, quantities: ['weight-steps'], batchSize: 2 };
    await expect(trace(model, normals(1, [S, T, F]), normals(2, [S, T, U]), options)).rejects.toThrow(
      "layer 'wide': 'weight-steps' of samples that run in parts take 1 MiB, more than the memory budget of 1 MiB: run all samples at once, or fewer, or set another by setMemoryBudget()");
    });
});
