import { describe, expect, test } from 'vitest';
import type { KerasLayer } from '../../src/from/keras/layers/keras-layer.js';
import type { Model } from '../../src/model/model.js';
import type { LayerRun } from '../../src/trace/layer-run.js';
import { trace, type TraceOptions } from '../../src/trace/trace.js';
import { ZERO_REASONS } from '../../src/trace/zeros.js';
import { call, chainOf, input, modelOf, normals, own, setWeights } from './build.js';

/** Exact results through time, and why zeros are zero. */

const [S, F, U] = [3, 2, 4];

const all: TraceOptions = { loss: 'meanSquaredError', quantities: ['hidden', 'cell', 'gates', 'weight-steps'] };

/** Input of so many steps -> the layers */
const chain = (steps: number, layers: readonly KerasLayer[]): Model => chainOf([steps, F], layers);
const zeros = (count: number): Float32Array => new Float32Array(count);

/** Each timestep's norm, over units, of one sample. */
const norms = (layer: LayerRun, quantity: 'hidden' | 'cell'): number[] => {
  const { data, shape } = layer.gradient(quantity);
  const [, timesteps, units] = shape as [number, number, number];
  return Array.from({ length: timesteps }, (_, t) => Math.hypot(...data.slice(t * units, (t + 1) * units)));
};

describe('exact', () => {
  test.each([false, true])('a linear RNN h = s Q h with orthogonal Q: hidden is s^k of the last, k steps back (backwards: %s)', async (goBackwards) => {
    const [steps, s, angle] = [40, 0.9, 1.1];
    const layer = own('SimpleRNN', { name: 'rnn', units: 2, activation: 'linear', useBias: false, goBackwards });
    const model = chain(steps, [layer]);
    setWeights(layer, [normals(1, [F, 2]).data, [Math.cos(angle), Math.sin(angle), -Math.sin(angle), Math.cos(angle)].map((v) => s * v)]);
    const found = norms((await trace(model, normals(2, [1, steps, F]), normals(3, [1, 2]), all)).layer('rnn'), 'hidden');
    const fromLoss = goBackwards ? found : found.toReversed();
    expect(fromLoss[0]).toBeGreaterThan(0.1);
    fromLoss.forEach((norm, back) => { expect(norm / fromLoss[0]! / s ** back).toBeCloseTo(1, 5); });
  });

  test("an LSTM's cell path with forget gate f: cell is f^k of the last", async () => {
    const [steps, forget] = [60, 0.8];
    const layer = own('LSTM', { name: 'lstm', units: 1, activation: 'linear' });
    const model = chain(steps, [layer]);
    // No input and no recurrence: gates are their biases' sigmoids.
    setWeights(layer, [zeros(F * 4), zeros(4), [0, Math.log(forget / (1 - forget)), 0, 0]]);
    const layerRun = (await trace(model, normals(2, [1, steps, F]), normals(3, [1, 1]), all)).layer('lstm');
    const cell = norms(layerRun, 'cell').toReversed();
    cell.forEach((norm, back) => { expect(norm / cell[0]! / forget ** back).toBeCloseTo(1, 5); });
    expect(layerRun.value('gates')['forget']!.data.every((value) => Math.abs(value - forget) < 1e-6)).toBe(true);
    // What it returns is read at the last step alone, and nothing goes from h to the next step: no path but the cell's.
    const hidden = layerRun.gradient('hidden').data;
    expect([...hidden.slice(0, -1)].every((value) => value === 0)).toBe(true);
    expect(hidden.at(-1)).not.toBe(0);
    expect([...layerRun.zeros('hidden').exact.data]).toEqual([...Array.from({ length: steps - 1 }, () => 1), 0]);
  });
});

describe('zeros', () => {
  /** All reasons' counts at a step. */
  const at = (counts: ReturnType<LayerRun['zeros']>, t: number): number[] => ZERO_REASONS.map((reason) => counts[reason].data[t]!);
  /** The reasons are counted once each: they add up to the zeros that there are. */
  const expectCounted = (layer: LayerRun): void => {
    const { data, shape } = layer.gradient('hidden');
    const counts = layer.zeros('hidden');
    const steps = shape[1]!;
    expect(Object.keys(counts)).toEqual(['structural', 'masked', 'underflow', 'exact']);
    const found = Array.from({ length: steps }, (_, t) => Array.from(data).filter((value, n) => value === 0 && Math.floor(n / shape[2]!) % steps === t).length);
    expect(found.map((_, t) => at(counts, t).reduce((a, b) => a + b, 0))).toEqual(found);
  };

  test('structural: a layer that does not reach the loss', async () => {
    const x = input('x', [5, F]);
    const model = modelOf([x], ['used', 'unused'].map((name) => call(own('LSTM', { name, units: U }), x)));
    const y = normals(2, [S, U]);
    const run = await trace(model, normals(1, [S, 5, F]), [y, y], { ...all, loss: ['meanSquaredError', (target) => target] });
    const layer = run.layer('unused');
    expect(layer.reachesLoss(undefined, 'hidden')).toBe(false);
    expect(layer.gradient('hidden')).toEqual({ data: new Float32Array(S * 5 * U), shape: [S, 5, U], axes: ['samples', 'timesteps', 'units'] });
    expect(Object.keys(layer.gradient('gates'))).toEqual(['input', 'forget', 'cell', 'output']);
    expect(layer.gradient('weight-steps')).toMatchObject({ kernel: { data: new Float64Array(5) }, recurrent_kernel: { data: new Float64Array(5) }, bias: { data: new Float64Array(5) } });
    expect(at(layer.zeros('hidden'), 2)).toEqual([S * U, 0, 0, 0]);
    expect(at(layer.zeros('gates'), 2)).toEqual([4 * S * U, 0, 0, 0]);
    expectCounted(layer);
    expect(run.layer('used').reachesLoss('', 'hidden')).toBe(true);
    expect(at(run.layer('used').zeros('hidden'), 2)).toEqual([0, 0, 0, 0]);
  });

  test('structural: nothing of the loss comes in from a step on', async () => {
    const layer = own('GRU', { name: 'gru', units: U, returnSequences: true, resetAfter: true });
    const model = chain(5, [layer]);
    const weights = Array.from({ length: S }, () => [1, 1, 1, 0, 0]);
    const run = await trace(model, normals(1, [S, 5, F]), normals(2, [S, 5, U]), { ...all, sampleWeight: weights });
    const counts = run.layer('gru').zeros('hidden');
    expect([0, 1, 2, 3, 4].map((t) => at(counts, t))).toEqual([[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [S * U, 0, 0, 0], [S * U, 0, 0, 0]]);
    expectCounted(run.layer('gru'));
  });

  test('masked', async () => {
    const layer = own('Bidirectional', { name: 'both', layer: own('LSTM', { units: U, returnSequences: true }) });
    const model = chain(5, [own('Masking'), layer]);
    const x = normals(1, [S, 5, F]);
    x.data.forEach((value, n) => { x.data[n] = value * [1, 1, 0, 1, 0][Math.floor(n / F) % 5]!; });
    const both = (await trace(model, x, normals(2, [S, 5, 2 * U]), all)).layer('both');
    for (const part of ['forward', 'backward']) {
      expect([...both.mask(part)!.data]).toEqual(Array.from({ length: S }, () => [1, 1, 0, 1, 0]).flat());
      const counts = both.zeros('gates', part);
      // At the first step that is read there is no cell state yet to forget: what the forget gate does there makes no difference.
      const first = part === 'forward' ? 0 : 3;
      expect([0, 1, 2, 3, 4].map((t) => at(counts, t))).toEqual([0, 0, 1, 0, 1].map((masked, t) => [0, masked * 4 * S * U, 0, t === first ? S * U : 0]));
    }
    // A state is carried over a masked step, and the gradient with it: there is none only at the end.
    expect([0, 1, 2, 3, 4].map((t) => at(both.zeros('hidden', 'forward'), t)[1])).toEqual([0, 0, 0, 0, S * U]);
  });

  /** Forgets by a factor of 1/200 a step. */
  const forgetful = (activation: string): Model => {
    const layer = own('SimpleRNN', { name: 'rnn', units: U, activation, useBias: false });
    const model = chain(60, [layer]);
    setWeights(layer, [zeros(F * U), Array.from({ length: U * U }, (_, n) => (n % (U + 1) === 0 ? 0.005 : 0))]);
    return model;
  };

  test.each(['tanh', 'elu'])('underflow, on the kernels (tanh) and on the reference cells (elu): %s', async (activation) => {
    const model = forgetful(activation);
    const layer = (await trace(model, normals(1, [S, 60, F]), normals(2, [S, U]), all)).layer('rnn');
    expect(layer.flushed() === null).toBe(activation === 'elu');
    const counts = layer.zeros('hidden');
    // 0.005^k is below 1e-30 from k = 14 on, below float32 from k = 20 on.
    expect(at(counts, 59)).toEqual([0, 0, 0, 0]);
    expect(at(counts, 30)).toEqual([0, 0, S * U, 0]);
    expect(at(counts, 0)).toEqual([0, 0, S * U, 0]);
    expectCounted(layer);
    // In float64, and scaled: no norm is lost that its array holds.
    const smallest = norms(layer, 'hidden').filter((norm) => norm > 0);
    expect(Math.min(...smallest)).toBeLessThan(1e-26);
  });

  test('exact: a gate that is shut', async () => {
    const layer = own('LSTM', { name: 'lstm', units: U, recurrentActivation: 'hard_sigmoid' });
    const model = chain(6, [layer, own('Dense', { units: 2 })]);
    setWeights(layer, [zeros(F * 4 * U), zeros(U * 4 * U), Array.from({ length: 4 * U }, (_, n) => (n >= U && n < 2 * U ? -5 : 1))]);
    const found = (await trace(model, normals(1, [S, 6, F]), normals(2, [S, 2]), all)).layer('lstm');
    expect([0, 4, 5].map((t) => at(found.zeros('cell'), t))).toEqual([[0, 0, 0, S * U], [0, 0, 0, S * U], [0, 0, 0, 0]]);
  });
});

describe('refused', () => {
  const lines = async (layers: readonly KerasLayer[], options: TraceOptions = {}): Promise<LayerRun> => {
    const model = chain(5, layers);
    const run = await trace(model, normals(1, [S, 5, F]), normals(2, [S, ...model.graph.outputs[0]!.shape.slice(1)] as number[]), { ...all, values: true, ...options });
    return run.layer('layer');
  };
  const gru = (): KerasLayer => own('GRU', { name: 'layer', units: U });

  test('what a layer does not have', async () => {
    const one = await lines([gru()]);
    expect(() => one.gradient('cell')).toThrow("layer 'layer' has no 'cell': only an LSTM has a cell state");
    expect(() => one.value('cell')).toThrow("layer 'layer' has no 'cell': only an LSTM has a cell state");
    expect(() => one.gradient('hidden', 'forward')).toThrow("layer 'layer' has no part 'forward': it is one recurrence");
    expect(() => one.value('weight-steps' as 'gates')).toThrow("layer 'layer': 'weight-steps' are of gradients: there is no value of them");
    expect(() => one.gradient('hiden' as 'hidden')).toThrow("layer 'layer': unknown quantity 'hiden'; did you mean 'hidden'?");
    expect(() => one.gradient()).toThrow("layer 'layer': 'outputs' was not recorded: ask for it by { quantities: ['outputs'] }");
    const both = await lines([own('Bidirectional', { name: 'layer', layer: own('GRU', { units: U }) })]);
    expect(() => both.gradient('hidden')).toThrow("layer 'layer' has the parts forward, backward: give one of them");
    expect(() => both.zeros('hidden', 'forwards')).toThrow("layer 'layer' has no part 'forwards'; did you mean 'forward'?");
    expect(() => both.gradient('cell')).toThrow("layer 'layer' has no 'cell': only an LSTM has a cell state");
    const other = await lines([own('Dense', { units: 2, name: 'layer' })]);
    expect(other.parts).toEqual([]);
    expect(() => other.gradient('hidden')).toThrow("layer 'layer' (Dense) has no 'hidden': it is not recurrent");
    expect(() => other.gradient('weight-steps')).toThrow("layer 'layer' (Dense) has no 'weight-steps': it is not recurrent");
    expect(() => other.mask()).toThrow("layer 'layer' (Dense) has no 'hidden': it is not recurrent");
  });

  test('what was not recorded', async () => {
    const few = await lines([gru()], { quantities: ['hidden'], values: false });
    expect(() => few.value('hidden')).toThrow("layer 'layer': values were not recorded, since the run was made with { values: false }");
    expect(() => few.gradient('gates')).toThrow("layer 'layer': 'gates' was not recorded: ask for it by { quantities: ['gates'] }");
    const outputs = await lines([gru()], { quantities: ['outputs'] });
    expect(() => outputs.mask()).toThrow("layer 'layer': its mask was not recorded: it comes with the quantities 'hidden', 'cell', 'gates' and 'weight-steps'");
    expect(outputs.parts).toEqual(['']);
    const model = chain(5, [gru()]);
    const forward = (await trace(model, normals(1, [S, 5, F]), null, { quantities: ['hidden', 'weight-steps'] })).layer('layer');
    expect(forward.value('hidden').shape).toEqual([S, 5, U]);
    for (const ask of [() => forward.gradient('hidden'), () => forward.gradient('weight-steps'), () => forward.zeros()]) {
      expect(ask).toThrow("layer 'layer': there are no gradients, since the run was made without targets: trace(model, x, y)");
    }
  });
});
