import { describe, expect, it } from 'vitest';
import { SeeRnnError, UsageError } from '../../src/core/errors.js';
import { Adam, type AdamOptions } from '../../src/examples/adam.js';
import { initialize } from '../../src/examples/initialize.js';
import { Random } from '../../src/examples/random.js';
import { kerasModel } from '../../src/from/keras/keras-model.js';
import { getWeights } from '../../src/model/get-weights.js';
import type { Model } from '../../src/model/model.js';
import { setWeights } from '../../src/model/set-weights.js';

const lstm = (config: object = {}): object => ({ class_name: 'LSTM', config: { name: 'lstm', units: 2, batch_shape: [null, 4, 2], ...config } });
const dense = (config: object = {}): object => ({ class_name: 'Dense', config: { name: 'dense', units: 1, ...config } });
const x = { data: Float32Array.from({ length: 24 }, (_, n) => Math.sin(n)), shape: [3, 4, 2] };
const y = { data: Float32Array.from({ length: 3 }, (_, n) => Math.cos(n)), shape: [3, 1] };

/** Each weight i is 0.5 sin(1.7 n + i). */
async function waves(model: Model): Promise<Model> {
  let i = 0;
  for (const layer of ['lstm', 'dense']) {
    const weights = Object.values(await getWeights(model, layer)).map(({ data, shape }) => {
      const of = i++;
      return { data: Float32Array.from(data, (_, n) => 0.5 * Math.sin(1.7 * n + of)), shape };
    });
    setWeights(model, layer, weights);
  }
  return model;
}

const weightsOf = async (model: Model): Promise<number[][]> => Object.values(await getWeights(model, '*')).map(({ data }) => [...data]);

async function trained(options: AdamOptions, steps: number, model?: Model): Promise<{ losses: number[]; weights: number[][] }> {
  const ready = model ?? await waves(kerasModel({ layers: [lstm(), dense()] }, { loss: 'mean_squared_error' }));
  const adam = new Adam(ready, options);
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) losses.push(await adam.step(x, y));
  return { losses, weights: await weightsOf(ready) };
}

/** Relative to the largest, as float32 rounds in another order here than in Keras. */
const near = (found: readonly number[], expected: readonly number[]): void => {
  expect(found).toHaveLength(expected.length);
  for (const [n, value] of expected.entries()) expect(Math.abs(found[n]! - value)).toBeLessThan(3e-6);
};

describe('Adam', () => {
  // Keras 3.15 on TensorFlow 2.21: Sequential([Input((4, 2)), LSTM(2), Dense(1)]), compiled with optimizer=Adam(0.05), loss='mse', weights as above; six times train_on_batch(x, y).
  it('takes the steps that Keras takes', async () => {
    const { losses, weights } = await trained({ learningRate: 0.05 }, 6);
    near(losses, [0.7799424529075623, 0.6492593884468079, 0.5234931707382202, 0.41215813159942627, 0.3262067139148712, 0.2753176987171173]);
    const expected = [
      [0.2827895, 0.2173291, -0.4198698, -0.246406, -0.0327063, 0.129148, -0.1222975, -0.0210323, 0.7215146, 0.4941317, -0.6080743, 0.2248317, 0.7957392, -0.3451292, -0.1922825, 0.4796808],
      [0.7025019, 0.5093936, -0.1871707, 0.2039117, 0.7882354, -0.3336022, -0.2073492, 0.4518225, 0.1563146, -0.57457, -0.6547127, 0.0813912, 0.0054695, -0.1572857, -0.4514331, 0.1984867],
      [0.7473193, 0.0308343, -0.0939681, 0.6587077, 0.5700297, -0.7243111, 0.1138926, 0.7818637], [0.3647386, -0.7981557], [-0.0986214],
    ];
    for (const [i, values] of expected.entries()) near(weights[i]!, values);
  });

  // The same with Adam(0.05, beta_1=0.5, beta_2=0.7, epsilon=0.1), three times: the dense layer's bias.
  it('has its options', async () => {
    const { weights } = await trained({ learningRate: 0.05, beta1: 0.5, beta2: 0.7, epsilon: 0.1 }, 3);
    near(weights[4]!, [-0.2455591]);
  });

  it('leaves frozen weights as they are', async () => {
    const model = await waves(kerasModel({ layers: [lstm({ trainable: false }), dense({ trainable: true })] }, { loss: 'mse' }));
    const before = await weightsOf(model);
    const { weights } = await trained({}, 2, model);
    expect(weights.slice(0, 3)).toEqual(before.slice(0, 3));
    expect(weights[3]).not.toEqual(before[3]);
  });

  it('drops what dropout drops', async () => {
    const model = await waves(kerasModel({ layers: [lstm(), { class_name: 'Dropout', config: { rate: 0.5 } }, dense()] }, { loss: 'mse' }));
    const adam = new Adam(model, { learningRate: 1e-30 });
    const losses = new Set<number>();
    for (let i = 0; i < 20; i++) losses.add(await adam.step(x, y));
    expect(losses.size).toBeGreaterThan(1);
  });

  it('refuses what a step would leave as it is', () => {
    const errorOf = (layers: object[], options: object = {}): unknown => {
      try { return new Adam(kerasModel({ layers }, { loss: 'mse' }), options); } catch (error) { return error; }
    };
    expect(errorOf([lstm(), { class_name: 'BatchNormalization', config: { name: 'norm' } }])).toEqual(new SeeRnnError("Adam: layer 'norm' (BatchNormalization) keeps averages of its batches, which would stay as they are"));
    expect(errorOf([lstm(), { class_name: 'BatchNormalization', config: { name: 'norm', trainable: false } }])).toBeInstanceOf(Adam);
    expect(errorOf([lstm({ stateful: true, batch_shape: [3, 4, 2] })])).toEqual(new SeeRnnError("Adam: layer 'lstm' (LSTM) is stateful, and its states would stay as they are"));
    expect(errorOf([lstm()], { rate: 1 })).toEqual(new UsageError("Adam: unknown option 'rate'; there are: learningRate, beta1, beta2, epsilon"));
    expect(errorOf([lstm()], { learningRate: 0 })).toEqual(new UsageError("Adam: option 'learningRate' must be a number above 0, found 0"));
  });
});

describe('initialize', () => {
  it('draws every kernel, each another, and leaves biases', async () => {
    const model = kerasModel({
      layers: [{ class_name: 'Bidirectional', config: { batch_shape: [null, 5, 2], layer: { class_name: 'LSTM', config: { units: 3 } } } }, { class_name: 'Dense', config: { units: 1 } }],
    });
    initialize(model, new Random(1));
    const values = await getWeights(model, '*');
    expect(Object.keys(values)).toEqual([
      ...['forward', 'backward'].flatMap((side) => ['kernel', 'recurrent_kernel', 'bias'].map((name) => `bidirectional/${side}/${name}`)), 'dense/kernel', 'dense/bias',
    ]);
    const kernels = Object.entries(values).filter(([name]) => name.includes('kernel')).map(([, { data }]) => [...data]);
    expect(new Set(kernels.map((numbers) => numbers[0])).size).toBe(5);
    for (const numbers of kernels) expect(numbers.every((value) => value !== 0 && Math.abs(value) < 1.3)).toBe(true);
    for (const side of ['forward', 'backward']) expect([...values[`bidirectional/${side}/bias`]!.data]).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
  });

  it('draws convolutions by their windows, and tables of embeddings', async () => {
    const model = kerasModel({
      layers: [
        { class_name: 'Embedding', config: { input_dim: 1000, output_dim: 6, batch_shape: [null, 9] } },
        { class_name: 'Conv1D', config: { filters: 10, kernel_size: 5 } }, { class_name: 'LSTM', config: { units: 2 } },
      ],
    });
    initialize(model, new Random(1));
    const { 'embedding/embeddings': table, 'conv1d/kernel': kernel, 'conv1d/bias': bias } = await getWeights(model, '*');
    const most = ({ data }: typeof table & object): number => Math.max(...Array.from(data, Math.abs));
    const limit = Math.sqrt(6 / (5 * 6 + 5 * 10));
    expect(most(table!)).toBeLessThan(0.05);
    expect(most(table!)).toBeGreaterThan(0.049);
    expect(most(kernel!)).toBeLessThan(limit);
    expect(most(kernel!)).toBeGreaterThan(0.97 * limit);
    expect(most(bias!)).toBe(0);
  });
});
