import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NamedArray } from '../../src/core/array.js';
import { getWeights } from '../../src/model/get-weights.js';
import { trace } from '../../src/trace/trace.js';
import { describeOnBackends } from '../backends.js';
import { expectClose } from './close.js';
import { apply, applyAll, dense, integers, lstm, recurrent, RECURRENT_KINDS, tensor, weights, type Symbolic } from './seeded.js';

/**
 * Gradients by inputs and by weights. Weights: held to TF.js's own automatic differentiation of its own layers. Inputs: those of all
 * that read a tensor add up to the gradient by that tensor, which other tests hold to the truth.
 */

const S = 3;
const T = 5;
const F = 4;
const l2 = (): ReturnType<typeof tfl.regularizers.l2> => tfl.regularizers.l2({ l2: 0.3 });

/** Under our names, what TF.js computes by every trainable weight of a layer: the loss is the mean squared error and the penalties. */
async function truth(model: tfl.LayersModel, x: tf.Tensor, y: tf.Tensor): Promise<Map<string, Float32Array>> {
  // TF.js can't on WASM: its kernels for some of these gradients are on the CPU backend alone.
  const backend = tf.getBackend();
  await tf.setBackend('cpu');
  const gradients = new Map<string, Float32Array>();
  tf.tidy(() => {
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const penalties = (): tf.Tensor[] => model.calculateLosses();
    const { grads } = tf.variableGrads(() => tf.addN([tf.mean(tf.squaredDifference(y, model.apply(x, { training: true }) as tf.Tensor)), ...penalties()]) as tf.Scalar, variables);
    for (const { name, size } of variables) gradients.set(name, (grads[name]?.dataSync() ?? new Float32Array(size)).slice() as Float32Array);
  });
  await tf.setBackend(backend);
  return gradients;
}

/** A layer over x, (S, T, F) or (S, T), and what names and shapes its weights are to have, in the order of `layer.weights`. */
const layers: [string, () => tfl.layers.Layer, Record<string, number[]>][] = [
  ['Dense', () => dense(2, 1, { kernelRegularizer: l2() }), { kernel: [F, 2], bias: [2] }],
  ['LSTM', () => lstm(3, 1), { kernel: [F, 12], recurrent_kernel: [3, 12], bias: [12] }],
  ['LSTM of sequences, backwards', () => lstm(3, 1, { returnSequences: true, goBackwards: true }), { kernel: [F, 12], recurrent_kernel: [3, 12], bias: [12] }],
  ['GRU', () => recurrent('gru', 3, 1), { kernel: [F, 9], recurrent_kernel: [3, 9], bias: [9] }],
  ['SimpleRNN without bias', () => recurrent('simpleRNN', 3, 1, { useBias: false }), { kernel: [F, 3], recurrent_kernel: [3, 3] }],
  ['LSTM on the reference cells', () => lstm(3, 1, { activation: 'elu' }), { kernel: [F, 12], recurrent_kernel: [3, 12], bias: [12] }],
  ['Bidirectional', () => tfl.layers.bidirectional({ layer: recurrent('gru', 3, 1), mergeMode: 'concat' }), {
    'forward/kernel': [F, 9], 'forward/recurrent_kernel': [3, 9], 'forward/bias': [9], 'backward/kernel': [F, 9], 'backward/recurrent_kernel': [3, 9], 'backward/bias': [9],
  }],
  ['RNN of stacked cells, on TF.js', () => tfl.layers.rnn({ cell: tfl.layers.stackedRNNCells({ cells: [
    tfl.layers.lstmCell({ units: 3, ...seeded(1) }), tfl.layers.gruCell({ units: 2, useBias: false, ...seeded(4) }),
  ] }) }), { '0/kernel': [F, 12], '0/recurrent_kernel': [3, 12], '0/bias': [12], '1/kernel': [3, 6], '1/recurrent_kernel': [2, 6] }],
  ['TimeDistributed', () => tfl.layers.timeDistributed({ layer: dense(2, 1) }), { kernel: [F, 2], bias: [2] }],
  ['Conv1D', () => tfl.layers.conv1d({ filters: 2, kernelSize: 3, ...weights(1) }), { kernel: [3, F, 2], bias: [2] }],
  ['BatchNormalization', () => tfl.layers.batchNormalization({}), { gamma: [F], beta: [F] }],
  ['LayerNormalization', () => tfl.layers.layerNormalization({}), { gamma: [F], beta: [F] }],
  ['a model', () => tfl.sequential({ layers: [lstm(3, 1, { inputShape: [T, F], name: 'inner', returnSequences: true }), tfl.layers.bidirectional({ layer: recurrent('simpleRNN', 2, 4, { useBias: false }), name: 'both', mergeMode: 'sum' })] }) as unknown as tfl.layers.Layer, {
    'inner/kernel': [F, 12], 'inner/recurrent_kernel': [3, 12], 'inner/bias': [12],
    'both/forward/kernel': [3, 2], 'both/forward/recurrent_kernel': [2, 2], 'both/backward/kernel': [3, 2], 'both/backward/recurrent_kernel': [2, 2],
  }],
  ['Dropout', () => tfl.layers.dropout({ rate: 0 }), {}],
];

const seeded = (seed: number): { kernelInitializer: ReturnType<typeof tfl.initializers.randomNormal>; recurrentInitializer: ReturnType<typeof tfl.initializers.randomNormal> } => ({
  kernelInitializer: tfl.initializers.randomNormal({ stddev: 0.4, seed }), recurrentInitializer: tfl.initializers.randomNormal({ stddev: 0.4, seed: seed + 1 }),
});

const shapesOf = (arrays: Readonly<Record<string, NamedArray>>): Record<string, number[]> => Object.fromEntries(Object.entries(arrays).map(([name, { shape }]) => [name, [...shape]]));

describeOnBackends('gradients by weights', () => {
  beforeEach(() => { tf.engine().startScope(); });
  afterEach(() => { tf.engine().endScope(); });

  test.each(layers)("%s: as TF.js's own", async (_, make, expected) => {
    const input = tfl.input({ shape: [T, F] });
    const layer = make();
    const below = apply(tfl.layers.dense({ units: F, name: 'below', ...weights(20) }), input);
    const model = tfl.model({ inputs: input, outputs: apply(dense(2, 9, { name: 'above' }), apply(layer, below)) });
    const [x, y] = [tensor(1, [S, T, F]), tensor(2, [S, ...model.outputs[0]!.shape.slice(1)] as number[])];
    const byName = await truth(model, x, y);
    const before = tf.memory().numTensors;
    const run = await trace(model, x, y, { loss: 'meanSquaredError', quantities: ['weights'], training: true });
    expect(tf.memory().numTensors).toBe(before);
    const found = run.layer(layer.name).gradient('weights');
    expect(shapesOf(found)).toEqual(expected);
    layer.trainableWeights.forEach((weight, i) => {
      const theirs = byName.get((weight.read() as tf.Variable).name)!;
      expect(Math.max(...theirs.map(Math.abs)), weight.name).toBeGreaterThan(0);
      expectClose(Object.values(found)[i]!.data, theirs, Object.keys(found)[i]!);
    });
    // And so for all layers at once.
    for (const one of run.select('*')) for (const { data, shape } of Object.values(one.gradient('weights'))) expect(data.length).toBe(shape.reduce((a, b) => a * b, 1));
    model.dispose();
  });

  test('an Embedding', async () => {
    const model = tfl.sequential({ layers: [
      tfl.layers.embedding({ name: 'words', inputDim: 6, outputDim: F, inputShape: [T], embeddingsInitializer: tfl.initializers.randomNormal({ seed: 1 }) }), lstm(3, 1), dense(2, 5),
    ] });
    const [x, y] = [integers(1, [S, T], 0, 4), tensor(2, [S, 2])];
    const [theirs] = [...(await truth(model, x, y)).values()];
    const run = await trace(model, x, y, { loss: 'meanSquaredError', quantities: ['weights', 'inputs'] });
    const { embeddings } = run.layer('words').gradient('weights');
    expectClose(embeddings!.data, theirs!, 'embeddings');
    expect([...embeddings!.data.slice(5 * F)]).toEqual([0, 0, 0, 0]); // the word that does not occur
    // No derivative leads through an index.
    expect(run.layer('words').reachesLoss(0, 'inputs')).toBe(false);
    expect(run.layer('words').gradient('inputs')).toEqual({ data: new Float32Array(S * T), shape: [S, T], axes: ['samples', 'features'] });
    model.dispose();
  });

  test('a layer that is frozen has them too, and one that is used twice the sum', async () => {
    const input = tfl.input({ shape: [T, F] });
    const [shared, frozen] = [lstm(F, 1, { name: 'shared', returnSequences: true, kernelRegularizer: l2() }), dense(2, 4, { name: 'frozen' })];
    const model = tfl.model({ inputs: input, outputs: apply(frozen, apply(shared, apply(shared, input))) });
    const [x, y] = [tensor(1, [S, T, F]), tensor(2, [S, T, 2])];
    const byName = await truth(model, x, y);
    frozen.trainable = false;
    const run = await trace(model, x, y, { loss: 'meanSquaredError', quantities: ['weights'] });
    const names = (layer: tfl.layers.Layer): string[] => layer.weights.map((weight) => (weight.read() as tf.Variable).name);
    for (const label of ['shared:0', 'shared:1', 'frozen']) {
      const found = Object.values(run.layer(label).gradient('weights'));
      names(label === 'frozen' ? frozen : shared).forEach((name, i) => {
        // TF.js leaves penalties of recurrent layers' weights out of the loss.
        const penalised = label !== 'frozen' && i === 0;
        const weight = shared.weights[0]!.read().dataSync();
        expectClose(found[i]!.data, penalised ? byName.get(name)!.map((value, n) => value + 2 * 0.3 * weight[n]!) : byName.get(name)!, `${label}, ${name}`);
      });
    }
    model.dispose();
  });

  test('zeros where no path leads to the loss', async () => {
    const input = tfl.input({ shape: [T, F] });
    const model = tfl.model({ inputs: input, outputs: [apply(dense(2, 1, { name: 'used' }), input), apply(dense(2, 3, { name: 'unused' }), input)] });
    const [x, y] = [tensor(1, [S, T, F]), tensor(2, [S, T, 2])];
    const run = await trace(model, x, [y, y], { loss: ['meanSquaredError', () => tf.scalar(1)], quantities: ['weights'] });
    expect(run.layer('unused').gradient('weights')).toEqual({
      kernel: { data: new Float32Array(F * 2), shape: [F, 2], axes: ['features', 'units'] }, bias: { data: new Float32Array(2), shape: [2], axes: ['units'] },
    });
    expect(run.layer('used').gradient('weights')['kernel']!.data.some((value) => value !== 0)).toBe(true);
    model.dispose();
  });

  test("weights' axes, and their values by name", async () => {
    const model = tfl.sequential({ layers: [lstm(3, 1, { inputShape: [T, F], name: 'lstm', returnSequences: true }), tfl.layers.batchNormalization({ name: 'norm' }), tfl.layers.flatten({ name: 'flat' }), dense(2, 4, { name: 'head' })] });
    const held = await getWeights(model, 'lstm');
    expect(Object.fromEntries(Object.entries(held).map(([name, { axes }]) => [name, axes]))).toEqual({ kernel: ['features', 'gates'], recurrent_kernel: ['units', 'gates'], bias: ['gates'] });
    model.layers[0]!.getWeights().forEach((weight, i) => { expect(Object.values(held)[i]!.data).toEqual(weight.dataSync()); });
    // Copies: the model's own stay as they are.
    held['bias']!.data.fill(7);
    expect((await getWeights(model, 0))['bias']!.data).not.toEqual(held['bias']!.data);
    expect(Object.keys(await getWeights(model, 'norm'))).toEqual(['gamma', 'beta', 'moving_mean', 'moving_variance']);
    expect(await getWeights(model, 'flat')).toEqual({});
    await expect(getWeights(model, 'other')).rejects.toThrow("no layer 'other'; the model has: lstm, norm, flat, head");
    model.dispose();
  });
});

describeOnBackends('gradients by inputs', () => {
  beforeEach(() => { tf.engine().startScope(); });
  afterEach(() => { tf.engine().endScope(); });

  test('of all that read a tensor, they add up to the gradient by it', async () => {
    for (const kind of RECURRENT_KINDS) {
      const input = tfl.input({ shape: [T, F], name: 'x' });
      const below = apply(lstm(F, 1, { name: 'below', returnSequences: true }), input);
      const readers = [
        apply(recurrent(kind, 3, 4, { name: 'recurrent', returnSequences: true }), below),
        apply(tfl.layers.bidirectional({ layer: recurrent(kind, 3, 7, { returnSequences: true }), name: 'both', mergeMode: 'sum' }), below),
        apply(dense(3, 11, { name: 'dense' }), below),
      ];
      const model = tfl.model({ inputs: input, outputs: apply(tfl.layers.add({ name: 'sum' }), readers) });
      const run = await trace(model, tensor(1, [S, T, F]), tensor(2, [S, T, 3]), { loss: 'meanSquaredError', quantities: ['inputs', 'outputs'], layers: ['*', 'x'] });
      const parts = ['recurrent', 'both', 'dense'].map((name) => run.layer(name).gradient('inputs'));
      expect(parts[0]).toMatchObject({ shape: [S, T, F], axes: ['samples', 'timesteps', 'features'] });
      for (const part of parts) expect(part.data.some((value) => value !== 0)).toBe(true);
      expectClose(Array.from(parts[0]!.data, (_, n) => parts.reduce((sum, { data }) => sum + data[n]!, 0)), run.layer('below').gradient().data, kind);
      // What one layer gives another reads; where only one does, both gradients are the same.
      expect(run.layer('below').gradient('inputs').data).toEqual(run.layer('x').gradient().data);
      expect(run.layer('sum').inputCount).toBe(3);
      for (const i of [0, 1, 2]) expect(run.layer('sum').gradient('inputs', i).data).toEqual(run.layer('sum').gradient().data);
      expect(run.layer('dense').value('inputs')).toEqual({ ...run.layer('below').value(), axes: ['samples', 'timesteps', 'features'] });
      model.dispose();
    }
  });

  test('of initial states, and of a nested model', async () => {
    const input = tfl.input({ shape: [T, F] });
    const [y, h, c] = applyAll(lstm(3, 1, { name: 'encoder', returnState: true, returnSequences: true }), input);
    const decoded = (lstm(3, 4, { name: 'decoder' }).apply(y!, { initialState: [h!, c!] }) as Symbolic);
    const inner = tfl.sequential({ name: 'inner', layers: [dense(2, 7, { inputShape: [3], name: 'head' })] });
    const model = tfl.model({ inputs: input, outputs: apply(inner, decoded) });
    const run = await trace(model, tensor(1, [S, T, F]), tensor(2, [S, 2]), { loss: 'meanSquaredError', quantities: ['inputs', 'outputs'] });
    const [encoder, decoder] = [run.layer('encoder'), run.layer('decoder')];
    expect([decoder.inputCount, encoder.inputCount]).toEqual([3, 1]);
    for (const i of [0, 1, 2]) {
      expect(decoder.gradient('inputs', i).data).toEqual(encoder.gradient('outputs', i).data);
      expect(decoder.reachesLoss(i, 'inputs')).toBe(true);
    }
    expect(run.layer('inner').gradient('inputs').data).toEqual(run.layer('decoder').gradient().data);
    expect(run.layer('inner/head').gradient('inputs').data).toEqual(run.layer('decoder').gradient().data);
    model.dispose();
  });
});

describe('what was not recorded', () => {
  const model = tfl.sequential({ layers: [lstm(3, 1, { inputShape: [T, F], name: 'lstm' })] });
  const [x, y] = [tensor(1, [S, T, F]), tensor(2, [S, 3])];
  const loss = 'meanSquaredError';

  test('is refused, with what to ask for', async () => {
    const layer = (await trace(model, x, y, { loss })).layer('lstm');
    expect(() => layer.gradient('inputs')).toThrow("layer 'lstm': 'inputs' was not recorded: ask for it by { quantities: ['inputs'] }");
    expect(() => layer.gradient('weights')).toThrow("layer 'lstm': 'weights' was not recorded: ask for it by { quantities: ['weights'] }");
    const others = (await trace(model, x, y, { loss, quantities: ['inputs', 'weights'] })).layer('lstm');
    expect(() => others.gradient()).toThrow("layer 'lstm': 'outputs' was not recorded: ask for it by { quantities: ['outputs'] }");
    expect(() => others.gradient('inputs', 1)).toThrow("layer 'lstm': no input 1: it has 1");
    expect(() => others.value('weights' as 'inputs')).toThrow("layer 'lstm': weights have gradients here; their values come from getWeights(model, 'lstm')");
    expect(others.outputCount).toBe(1);
    const forward = (await trace(model, x, null, { quantities: ['inputs', 'weights'] })).layer('lstm');
    expect(() => forward.gradient('weights')).toThrow("layer 'lstm': there are no gradients, since the run was made without targets: trace(model, x, y)");
    expect(forward.value('inputs').data).toEqual(x.dataSync());
    const input = (await trace(model, x, y, { loss, layers: 'lstm_input', quantities: ['inputs'] })).layer('lstm_input');
    expect(() => input.gradient('inputs')).toThrow("layer 'lstm_input': no input 0: it has 0");
  });

  test('values, where only gradients are wanted', async () => {
    const whole = (await trace(model, x, y, { loss })).layer('lstm');
    const run = await trace(model, x, y, { loss, values: false });
    expect(run.layer('lstm').gradient()).toEqual(whole.gradient());
    expect(() => run.layer('lstm').value()).toThrow("layer 'lstm': values were not recorded, since the run was made with { values: false }");
  });

  test('is refused in the options', async () => {
    await expect(trace(model, x, y, { loss, quantities: ['output' as 'outputs'] })).rejects.toMatchObject({
      name: 'UsageError', message: "trace: option 'quantities' must be a list of 'outputs', 'hidden', 'cell', 'gates', 'inputs', 'weights', 'weight-steps', found [\"output\"]",
    });
  });
});
