import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  detectNans, featuresHistGrid, gateWeights, getFullName, getGradients, getLayer, getOutputs, getRnnWeights, getWeights, health, rnnHeatmap, rnnHistogram, rnnSummary,
  trackWeights, weightLoss, weightPenalties, weightsNorm, type WeightNorms,
} from '../../src/index.js';
import { accelerate } from '../../src/tfjs.js';
import '../backends.js';
import { apply, dense, integers, recurrent, RECURRENT_KINDS, tensor, weights, type RecurrentKind, type Symbolic } from '../trace/seeded.js';

/**
 * What See RNN's own tests call, on models like theirs: batches of 8, 100 timesteps, 12 features and 6 units. That it runs is what
 * theirs ask; here the numbers, shapes and messages are looked at as well.
 */

const [SAMPLES, TIMESTEPS, FEATURES, UNITS] = [8, 100, 12, 6];

interface Make { readonly kind: RecurrentKind; readonly bidirectional?: boolean; readonly units?: number; readonly useBias?: boolean; readonly activation?: 'relu'; readonly withDense?: boolean; readonly optimizer?: tf.Optimizer }

/** A recurrent layer with penalties, alone or in both directions, under another one that returns its last step. */
function makeModel({ kind, bidirectional = false, units = UNITS, useBias = true, activation, withDense = false, optimizer }: Make): tfl.LayersModel {
  const penalty = (): ReturnType<typeof tfl.regularizers.l1l2> => tfl.regularizers.l1l2({ l1: 1e-4, l2: 1e-4 });
  const input = tfl.input({ shape: [TIMESTEPS, FEATURES], name: 'x' });
  const first = recurrent(kind, units, 1, {
    returnSequences: true, name: bidirectional ? 'one' : 'first', useBias, kernelRegularizer: penalty(), recurrentRegularizer: penalty(), biasRegularizer: penalty(), ...(activation ? { activation } : {}),
  });
  let x = apply(bidirectional ? tfl.layers.bidirectional({ layer: first, mergeMode: 'concat', name: 'first' }) : first, input);
  if (withDense) x = apply(tfl.layers.timeDistributed({ name: 'each', layer: dense(units, 5, { biasRegularizer: penalty() }) }), x);
  const model = tfl.model({ inputs: input, outputs: apply(recurrent(kind, units, 9, { name: 'last' }), x) });
  model.compile({ loss: 'meanSquaredError', optimizer: optimizer ?? tf.train.adam() });
  // TF.js's own recurrent layers take a minute for these tests.
  accelerate(model);
  return model;
}

async function train(model: tfl.LayersModel, iterations: number): Promise<void> {
  const units = model.outputs[0]!.shape.at(-1)!;
  const [x, y] = [tensor(3, [SAMPLES, TIMESTEPS, FEATURES]), tensor(4, [SAMPLES, units])];
  for (let i = 0; i < iterations; i++) await model.trainOnBatch(x, y);
}

const [x, y] = [tensor(1, [SAMPLES, TIMESTEPS, FEATURES]), tensor(2, [SAMPLES, UNITS])];
const message = (work: Promise<unknown>): Promise<string> => work.then(() => 'no error', (error: unknown) => (error as Error).message);

beforeAll(async () => { await tf.setBackend('wasm'); });

describe.each(RECURRENT_KINDS.flatMap((kind) => [[kind, false], [kind, true]] as const))('test_main: %s, bidirectional %s', (kind, bidirectional) => {
  let model: tfl.LayersModel;
  beforeAll(async () => {
    model = makeModel({ kind, bidirectional });
    await train(model, 5);
  });
  const width = bidirectional ? 2 * UNITS : UNITS;
  const gates = { lstm: 4, gru: 3, simpleRNN: 1 }[kind];
  const parts = bidirectional ? ['forward/', 'backward/'] : [''];

  test('summary, outputs and gradients by outputs', async () => {
    expect(rnnSummary(getLayer(model, 1)).split('\n').filter((line) => line.startsWith('first'))).toHaveLength(parts.length);
    expect((await getOutputs(model, 1, x)).shape).toEqual([SAMPLES, TIMESTEPS, width]);
    expect((await getGradients(model, 'first', x, y, { mode: 'outputs' })).shape).toEqual([SAMPLES, TIMESTEPS, width]);
    expect((await getGradients(model, 2, x, y, { mode: 'outputs' })).shape).toEqual([SAMPLES, UNITS]);
  });

  test('weights and gradients by weights, and their figures', async () => {
    const shapes = Object.fromEntries(parts.flatMap((part) => [[`${part}kernel`, [FEATURES, gates * UNITS]], [`${part}recurrent_kernel`, [UNITS, gates * UNITS]], [`${part}bias`, [gates * UNITS]]]));
    const values = await getWeights(model, 'first');
    const gradients = await getGradients(model, 'first', x, y, { mode: 'weights' });
    for (const arrays of [values, gradients]) expect(Object.fromEntries(Object.entries(arrays).map(([name, { shape }]) => [name, shape]))).toEqual(shapes);
    for (const [name, { data }] of Object.entries(gradients)) expect(data.some((value) => value !== 0), name).toBe(true);
    for (const given of [undefined, gradients]) {
      const found = await gateWeights(model, 'first', given);
      expect(rnnHistogram(found, { bins: 100 }).figure.panels.length).toBeGreaterThanOrEqual(parts.length * gates * 2);
      expect(rnnHeatmap(found).figure.panels.length).toBeGreaterThanOrEqual(parts.length * 2);
    }
  });
});

describe('test_misc', () => {
  let model: tfl.LayersModel;
  beforeAll(async () => {
    model = makeModel({ kind: 'gru', activation: 'relu' });
    await train(model, 1);
  });

  test('norms: without biases, l1, of a list, accumulated', async () => {
    expect(Object.keys((await weightsNorm(model, 'first', { omitNames: 'bias' }))['first']!)).toEqual(['kernel', 'recurrent_kernel']);
    expect(Object.keys(await weightsNorm(model, ['first', 1, [2, 1]], { norm: 'l1' }))).toEqual(['first', 'last']);
    const stats = await weightsNorm(model, 'first');
    expect((await weightsNorm(model, 'first', { onto: stats }))['first']!['bias']!['max']).toHaveLength(2);
  });

  test("lists, records, '*' and sample weights", async () => {
    expect(Object.keys(await getGradients(model, ['first'], x, y, { byName: true }))).toEqual(['first']);
    expect(await getGradients(model, ['first', 1], x, y)).toHaveLength(2);
    expect(await getOutputs(model, ['first', 1], x)).toHaveLength(2);
    expect((await getGradients(model, '*', x, y, { sampleWeight: Array(SAMPLES).fill(1) as number[] }))).toEqual(await getGradients(model, '*', x, y));
    expect(await getOutputs(model, '*', x)).toHaveLength(2);
    expect(Object.keys(await getWeights(model, '*'))).toHaveLength(6);
    expect(Object.keys(await getWeights(model, ['first', 1, [1, 1]]))).toEqual(['first/kernel', 'first/recurrent_kernel', 'first/bias']);
    expect([getFullName(model, 'fir'), getFullName(model, 1)]).toEqual(['first', 'first']);
  });

  test('prefetched data', async () => {
    const prefetched = await gateWeights(model, 1, await getRnnWeights(model, 1));
    expect(prefetched).toEqual(await gateWeights(model, 1));
    expect(rnnHeatmap(prefetched).figure).toEqual((await rnnHeatmap(model, 1)).figure);
    expect(rnnHistogram(prefetched).figure).toEqual((await rnnHistogram(model, 1)).figure);
  });
});

describe('NaN weights after a huge learning rate', () => {
  // As theirs: the first overflows on its own, the other's rate is infinite in float32.
  test.each([['gru', 'relu', true, 1e30], ['simpleRNN', undefined, false, 1e50]] as const)('%s', async (kind, activation, useBias, rate) => {
    const model = makeModel({ kind, useBias, optimizer: tf.train.sgd(rate), ...(activation ? { activation } : {}) });
    await train(model, 4);
    const { directions: [one] } = await gateWeights(model, 1);
    expect(detectNans(one!.kernel)!.nan).toBe(one!.kernel.data.length);
    expect(one!.bias === null).toBe(!useBias);
    const [first] = await health(model, x, y);
    expect(first!.weights['recurrent_kernel']!.text).toBe('100.0% NaN');
    expect(first!.outputs!.nan).toBeGreaterThan(0);
    expect((await weightsNorm(model, 'first'))['first']!['kernel']!['max']).toEqual([NaN]);
    expect(await weightLoss(model)).toBeNaN();
    for (const picture of [await rnnHeatmap(model, 1), await rnnHistogram(model, 1)]) expect(picture.svg()).toContain('NaN');
    expect(await getRnnWeights(model, 1, { concatGates: false })).toHaveLength(useBias ? 3 : 2);
  });
});

test('test_multi_io: several inputs and outputs', async () => {
  const [a, b] = [tfl.input({ shape: [40, 8], name: 'a' }), tfl.input({ shape: [40, 16], name: 'b' })];
  const both = apply(tfl.layers.concatenate({ name: 'both' }), [a, b]);
  const outputs = [6, 12].map((units, i) => apply(recurrent('gru', units, 4 * i, { returnSequences: true, name: `gru_${i}` }), both));
  const model = tfl.model({ inputs: [a, b], outputs });
  model.compile({ loss: 'meanSquaredError', optimizer: 'adam' });
  const inputs = [tensor(1, [8, 40, 8]), tensor(2, [8, 40, 16])];
  const targets = [tensor(3, [8, 40, 6]), tensor(4, [8, 40, 12])];
  const shapes = [[8, 40, 24], [8, 40, 6], [8, 40, 12]];
  expect((await getGradients(model, '*', inputs, targets)).map(({ shape }) => shape)).toEqual(shapes);
  expect((await getOutputs(model, '*', inputs)).map(({ shape }) => shape)).toEqual(shapes);
  expect(Object.keys(await getGradients(model, '*', inputs, targets, { mode: 'weights', omitNames: ['bias', 'recurrent'] }))).toEqual(['gru_0/kernel', 'gru_1/kernel']);
  expect((await health(model, { b: inputs[1]!, a: inputs[0]! }, targets)).map(({ name }) => name)).toEqual(['gru_0', 'gru_1']);
});

test('test_none_gradients: a softmax at the end has a gradient, and none is left out', async () => {
  const input = tfl.input({ shape: [8] });
  const scores = apply(dense(4, 1, { name: 'scores' }), input);
  const model = tfl.model({ inputs: input, outputs: apply(tfl.layers.activation({ activation: 'softmax', name: 'softmax' }), scores) });
  model.compile({ loss: 'categoricalCrossentropy', optimizer: 'adam' });
  const classes = tf.oneHot(tf.cast(integers(1, [16], 0, 3), 'int32'), 4);
  const gradients = await getGradients(model, '*', tensor(2, [16, 8]), classes, { byName: true });
  expect(Object.keys(gradients)).toEqual(['scores', 'softmax']);
  // By the scores it is (p - y) / N.
  const expected = tf.div(tf.sub(model.predict(tensor(2, [16, 8])) as tf.Tensor, classes), 16).dataSync();
  gradients['scores']!.data.forEach((value, n) => { expect(Math.abs(value - expected[n]!)).toBeLessThan(1e-6); });
  expect(gradients['softmax']!.data.some((value) => value !== 0)).toBe(true);
});

test('test_inspect_gen: penalties of both directions and of a wrapped layer', async () => {
  const model = makeModel({ kind: 'gru', bidirectional: true, activation: 'relu', withDense: true });
  expect(Object.keys(weightPenalties(model))).toEqual([
    'first/forward/kernel', 'first/forward/recurrent_kernel', 'first/forward/bias', 'first/backward/kernel', 'first/backward/recurrent_kernel', 'first/backward/bias', 'each/bias',
  ]);
  expect(await weightLoss(model)).toBeGreaterThan(0);
});

test('test_track_weight_decays: norms of a convolutional autoencoder over training', async () => {
  // TF.js has no gradient of a convolution on WASM.
  await tf.setBackend('cpu');
  const conv = (filters: number, kernelSize: number, seed: number): tfl.layers.Layer => tfl.layers.conv1d({
    filters, kernelSize, padding: 'same', activation: 'relu', kernelRegularizer: tfl.regularizers.l2({ l2: 2e-3 }), name: `conv${seed}`, ...weights(seed),
  });
  const input = tfl.input({ shape: [15, 12], name: 'x' });
  const model = tfl.model({ inputs: input, outputs: [conv(12, 8, 1), conv(6, 1, 3), conv(12, 8, 5)].reduce<Symbolic>((below, layer) => apply(layer, below), input) });
  model.compile({ loss: 'meanSquaredError', optimizer: tf.train.adam() });
  const batches = Array.from({ length: 3 }, (_, i) => tensor(i, [32, 15, 12]));
  const tracker = trackWeights(model, [1, 3], { omitNames: 'bias', every: 'batch' });
  await tracker.record();
  const epochs: WeightNorms[] = [];
  for (let epoch = 0; epoch < 2; epoch++) {
    let norms: WeightNorms | null = null;
    for (const batch of batches) {
      await model.trainOnBatch(batch, batch);
      norms = await weightsNorm(model, [1, 3], { omitNames: 'bias', onto: norms });
      await tracker.record();
    }
    epochs.push(norms!);
  }
  const names = ['conv1', 'conv5'];
  expect(Object.keys(epochs[1]!)).toEqual(names);
  expect(tracker.norms['conv1']!['kernel']!['max']!.slice(1)).toEqual(epochs.flatMap((norms) => norms['conv1']!['kernel']!['max']));
  // A row an epoch, a column a weight, a histogram a statistic.
  const grid = epochs.map((norms) => names.map((name) => ['max', 'mean'].map((stat) => [...norms[name]!['kernel']![stat]!])));
  expect(featuresHistGrid(grid, { columnTitles: names.map((name) => `${name}/kernel`), sideAnnotations: ['EP'], labels: ['max', 'mean'] }).figure.panels).toHaveLength(4);
  expect(Object.keys(tracker.penalties)).toEqual(['conv1/kernel', 'conv5/kernel']);
  // Also of layers that are not recurrent: their weights, and the gradients by them.
  expect((await getWeights(model, 'conv3'))['kernel']!.shape).toEqual([1, 12, 6]);
  expect((await getGradients(model, 'conv3', batches[0]!, batches[0]!, { mode: 'weights' }))['kernel']!.shape).toEqual([1, 12, 6]);
});

test('test_errors: wrong arguments', async () => {
  const model = makeModel({ kind: 'gru', activation: 'relu' });
  expect(await message(getGradients(model, 1, x, y, { mode: 'cactus' as 'outputs' }))).toBe("getGradients: option 'mode' must be 'outputs', 'inputs' or 'weights', found \"cactus\"");
  expect(await message(getGradients(model, 1 as unknown as null, x, y, { params: model.layers[1]!.weights }))).toBe('getGradients: params say what to differentiate by: the id must be null, found 1');
  expect(await message(getGradients(model, null, x, y, { params: [x] }))).toBe('getGradients: params[0] is not a weight of this model');
  expect(await message(getWeights(model, 'first/goo'))).toBe("getWeights: no weight 'goo' in layer 'first'; there are: kernel, recurrent_kernel, bias");
  expect(() => getLayer(model, 'capsule')).toThrow(/^no layer 'capsule'; the model has: first, last$/);
  expect(() => getLayer(model, undefined as unknown as string)).toThrow(/^getLayer: expected a layer's index or name, or a list of these, found undefined$/);
  expect(() => getFullName(model, 'croc')).toThrow(/^no layer 'croc'; the model has: first, last$/);
  const outs = [await getOutputs(model, 1, x)];
  expect(await message(gateWeights(model, 1, outs))).toBe("gateWeights: expected the weights of layer 'first' (kernel, recurrent_kernel, bias), found 1 array");
  expect(await message(gateWeights(model, 1, [[1], [1], [1]]))).toBe("gateWeights: 'kernel' of layer 'first': expected shape (12, 18), found (1,)");
  expect(await message(rnnHeatmap(model, 9001))).toBe('no layer 9001: the model has layers 0 to 2 (x, first, last)');
  expect(await message(rnnHeatmap(model, 1, { co: 'vid' } as object))).toMatch(/^rnnHeatmap: unknown option 'co'/);
  const plain = tfl.sequential({ layers: [dense(16, 1, { inputShape: [16], name: 'dense' })] });
  expect(await message(getRnnWeights(plain, 0))).toBe("gateWeights: layer 'dense' (Dense) is not recurrent: expected an LSTM, GRU or SimpleRNN, or a Bidirectional of one");
});
