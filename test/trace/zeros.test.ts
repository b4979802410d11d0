import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { takeOwnArguments } from '../../src/model/own-arguments.js';
import type { LayerRun } from '../../src/trace/layer-run.js';
import { trace, type TraceOptions } from '../../src/trace/trace.js';
import { ZERO_REASONS } from '../../src/trace/zeros.js';
import '../backends.js';
import { fill, own } from '../layers/own.js';
import { apply, dense, recurrent, recurrentWeights, tensor, type Symbolic } from './seeded.js';

/** Exact results through time, and why zeros are zero. */

const [S, F, U] = [3, 2, 4];

beforeEach(async () => {
  await tf.setBackend('cpu');
  tf.engine().startScope();
});
afterEach(() => { tf.engine().endScope(); });

const all: TraceOptions = { loss: 'meanSquaredError', quantities: ['hidden', 'cell', 'gates', 'weight-steps'] };

/** Input of so many steps -> the layers */
function modelOf(steps: number, layers: readonly tfl.layers.Layer[], features = F): tfl.LayersModel {
  const input = tfl.input({ shape: [steps, features] });
  const model = tfl.model({ inputs: input, outputs: layers.reduce((below: Symbolic, layer) => apply(layer, below), input) });
  takeOwnArguments(model);
  return model;
}

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
    const model = modelOf(steps, [layer]);
    layer.setWeights([tensor(1, [F, 2]), tf.tensor2d([Math.cos(angle), Math.sin(angle), -Math.sin(angle), Math.cos(angle)].map((v) => s * v), [2, 2])]);
    const found = norms((await trace(model, tensor(2, [1, steps, F]), tensor(3, [1, 2]), all)).layer('rnn'), 'hidden');
    const fromLoss = goBackwards ? found : found.toReversed();
    expect(fromLoss[0]).toBeGreaterThan(0.1);
    fromLoss.forEach((norm, back) => { expect(norm / fromLoss[0]! / s ** back).toBeCloseTo(1, 5); });
    model.dispose();
  });

  test("an LSTM's cell path with forget gate f: cell is f^k of the last", async () => {
    const [steps, forget] = [60, 0.8];
    const layer = own('LSTM', { name: 'lstm', units: 1, activation: 'linear' });
    const model = modelOf(steps, [layer]);
    // No input and no recurrence: gates are their biases' sigmoids.
    layer.setWeights([tf.zeros([F, 4]), tf.zeros([1, 4]), tf.tensor1d([0, Math.log(forget / (1 - forget)), 0, 0])]);
    const layerRun = (await trace(model, tensor(2, [1, steps, F]), tensor(3, [1, 1]), all)).layer('lstm');
    const cell = norms(layerRun, 'cell').toReversed();
    cell.forEach((norm, back) => { expect(norm / cell[0]! / forget ** back).toBeCloseTo(1, 5); });
    expect(layerRun.value('gates')['forget']!.data.every((value) => Math.abs(value - forget) < 1e-6)).toBe(true);
    // What it returns is read at the last step alone, and nothing goes from h to the next step: no path but the cell's.
    const hidden = layerRun.gradient('hidden').data;
    expect([...hidden.slice(0, -1)].every((value) => value === 0)).toBe(true);
    expect(hidden.at(-1)).not.toBe(0);
    expect([...layerRun.zeros('hidden').exact.data]).toEqual([...Array.from({ length: steps - 1 }, () => 1), 0]);
    model.dispose();
  });
});

describe('zeros', () => {
  /** All reasons' counts at a step. */
  const at = (zeros: ReturnType<LayerRun['zeros']>, t: number): number[] => ZERO_REASONS.map((reason) => zeros[reason].data[t]!);
  /** The reasons are counted once each: they add up to the zeros that there are. */
  const expectCounted = (layer: LayerRun): void => {
    const { data, shape } = layer.gradient('hidden');
    const zeros = layer.zeros('hidden');
    const steps = shape[1]!;
    expect(Object.keys(zeros)).toEqual(['structural', 'masked', 'underflow', 'exact']);
    const found = Array.from({ length: steps }, (_, t) => Array.from(data).filter((value, n) => value === 0 && Math.floor(n / shape[2]!) % steps === t).length);
    expect(found.map((_, t) => at(zeros, t).reduce((a, b) => a + b, 0))).toEqual(found);
  };

  test('structural: a layer that does not reach the loss', async () => {
    const input = tfl.input({ shape: [5, F] });
    const [used, unused] = ['used', 'unused'].map((name) => own('LSTM', { name, units: U }));
    const model = tfl.model({ inputs: input, outputs: [apply(used!, input), apply(unused!, input)] });
    [used!, unused!].forEach((layer, i) => { fill(layer, i + 1); });
    const y = tensor(2, [S, U]);
    const run = await trace(model, tensor(1, [S, 5, F]), [y, y], { ...all, loss: ['meanSquaredError', () => tf.scalar(1)] });
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
    model.dispose();
  });

  test('structural: nothing of the loss comes in from a step on', async () => {
    const layer = own('GRU', { name: 'gru', units: U, returnSequences: true, resetAfter: true });
    const model = modelOf(5, [layer]);
    fill(layer);
    const weights = tf.tensor2d(Array.from({ length: S }, () => [1, 1, 1, 0, 0]));
    const run = await trace(model, tensor(1, [S, 5, F]), tensor(2, [S, 5, U]), { ...all, sampleWeight: weights });
    const zeros = run.layer('gru').zeros('hidden');
    expect([0, 1, 2, 3, 4].map((t) => at(zeros, t))).toEqual([[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [S * U, 0, 0, 0], [S * U, 0, 0, 0]]);
    expectCounted(run.layer('gru'));
    model.dispose();
  });

  test('masked', async () => {
    const layer = own('Bidirectional', { name: 'both', layer: own('LSTM', { units: U, returnSequences: true }) });
    const model = modelOf(5, [own('Masking'), layer]);
    fill(layer);
    const x = tf.mul(tensor(1, [S, 5, F]), tf.expandDims(tf.tensor2d(Array.from({ length: S }, () => [1, 1, 0, 1, 0])), -1));
    const both = (await trace(model, x, tensor(2, [S, 5, 2 * U]), all)).layer('both');
    for (const part of ['forward', 'backward']) {
      expect([...both.mask(part)!.data]).toEqual(Array.from({ length: S }, () => [1, 1, 0, 1, 0]).flat());
      const zeros = both.zeros('gates', part);
      // At the first step that is read there is no cell state yet to forget: what the forget gate does there makes no difference.
      const first = part === 'forward' ? 0 : 3;
      expect([0, 1, 2, 3, 4].map((t) => at(zeros, t))).toEqual([0, 0, 1, 0, 1].map((masked, t) => [0, masked * 4 * S * U, 0, t === first ? S * U : 0]));
    }
    // A state is carried over a masked step, and the gradient with it: there is none only at the end.
    expect([0, 1, 2, 3, 4].map((t) => at(both.zeros('hidden', 'forward'), t)[1])).toEqual([0, 0, 0, 0, S * U]);
    model.dispose();
  });

  /** Forgets by a factor of 1/200 a step. */
  const forgetful = (activation: string): tfl.layers.Layer => {
    const layer = own('SimpleRNN', { name: 'rnn', units: U, activation, useBias: false });
    layer.build([null, null, F]);
    layer.setWeights([tf.zeros([F, U]), tf.mul(tf.eye(U), 0.005)]);
    return layer;
  };

  test.each(['tanh', 'elu'])('underflow, on the kernels (tanh) and on the reference cells (elu): %s', async (activation) => {
    const model = modelOf(60, [forgetful(activation)]);
    const layer = (await trace(model, tensor(1, [S, 60, F]), tensor(2, [S, U]), all)).layer('rnn');
    expect(layer.flushed() === null).toBe(activation === 'elu');
    const zeros = layer.zeros('hidden');
    // 0.005^k is below 1e-30 from k = 14 on, below float32 from k = 20 on.
    expect(at(zeros, 59)).toEqual([0, 0, 0, 0]);
    expect(at(zeros, 30)).toEqual([0, 0, S * U, 0]);
    expect(at(zeros, 0)).toEqual([0, 0, S * U, 0]);
    expectCounted(layer);
    // In float64, and scaled: no norm is lost that its array holds.
    const smallest = norms(layer, 'hidden').filter((norm) => norm > 0);
    expect(Math.min(...smallest)).toBeLessThan(1e-26);
    model.dispose();
  });

  test('exact: a gate that is shut', async () => {
    const layer = own('LSTM', { name: 'lstm', units: U, recurrentActivation: 'hard_sigmoid' });
    const model = modelOf(6, [layer, dense(2, 5)]);
    layer.setWeights([tf.zeros([F, 4 * U]), tf.zeros([U, 4 * U]), tf.tensor1d(Array.from({ length: 4 * U }, (_, n) => (n >= U && n < 2 * U ? -5 : 1)))]);
    const found = (await trace(model, tensor(1, [S, 6, F]), tensor(2, [S, 2]), all)).layer('lstm');
    expect([0, 4, 5].map((t) => at(found.zeros('cell'), t))).toEqual([[0, 0, 0, S * U], [0, 0, 0, S * U], [0, 0, 0, 0]]);
    model.dispose();
  });
});

describe('refused', () => {
  const lines = async (layers: readonly tfl.layers.Layer[], options: TraceOptions = {}): Promise<LayerRun> => {
    const model = modelOf(5, layers);
    for (const layer of layers) if (layer.weights.length > 0) fill(layer);
    const run = await trace(model, tensor(1, [S, 5, F]), tensor(2, [S, ...model.outputs[0]!.shape.slice(1)] as number[]), { ...all, values: true, ...options });
    model.dispose();
    return run.layer('layer');
  };
  const gru = (): tfl.layers.Layer => own('GRU', { name: 'layer', units: U });

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
    const other = await lines([dense(2, 1, { name: 'layer' })]);
    expect(other.parts).toEqual([]);
    expect(() => other.gradient('hidden')).toThrow("layer 'layer' (Dense) has no 'hidden': it is not recurrent");
    expect(() => other.gradient('weight-steps')).toThrow("layer 'layer' (Dense) has no 'weight-steps': it is not recurrent");
    expect(() => other.mask()).toThrow("layer 'layer' (Dense) has no 'hidden': it is not recurrent");
    const unknown = tfl.layers.rnn({ cell: tfl.layers.stackedRNNCells({ cells: [tfl.layers.gruCell({ units: 2, ...recurrentWeights(1) })] }), name: 'layer' });
    await expect(lines([unknown]).then((run) => run.gradient('gates'))).rejects.toThrow("layer 'layer' (RNN) has no 'gates': it is an RNN of StackedRNNCells, which has no cell here");
  });

  test('what TF.js runs', async () => {
    const input = tfl.input({ shape: [2, 5, F] });
    const model = tfl.model({ inputs: input, outputs: apply(tfl.layers.timeDistributed({ layer: recurrent('gru', U, 1), name: 'layer' }), input) });
    const run = await trace(model, tensor(1, [S, 2, 5, F]), tensor(2, [S, 2, U]), all);
    expect(() => run.layer('layer').gradient('hidden')).toThrow("layer 'layer' (TimeDistributed) has no 'hidden': it runs on TF.js, not on see-rnn's cells");
    model.dispose();
  });

  test('what was not recorded', async () => {
    const few = await lines([gru()], { quantities: ['hidden'], values: false });
    expect(() => few.value('hidden')).toThrow("layer 'layer': values were not recorded, since the run was made with { values: false }");
    expect(() => few.gradient('gates')).toThrow("layer 'layer': 'gates' was not recorded: ask for it by { quantities: ['gates'] }");
    const outputs = await lines([gru()], { quantities: ['outputs'] });
    expect(() => outputs.mask()).toThrow("layer 'layer': its mask was not recorded: it comes with the quantities 'hidden', 'cell', 'gates' and 'weight-steps'");
    expect(outputs.parts).toEqual(['']);
    const model = modelOf(5, [gru()]);
    const forward = (await trace(model, tensor(1, [S, 5, F]), null, { quantities: ['hidden', 'weight-steps'] })).layer('layer');
    expect(forward.value('hidden').shape).toEqual([S, 5, U]);
    for (const ask of [() => forward.gradient('hidden'), () => forward.gradient('weight-steps'), () => forward.zeros()]) {
      expect(ask).toThrow("layer 'layer': there are no gradients, since the run was made without targets: trace(model, x, y)");
    }
    model.dispose();
  });
});
