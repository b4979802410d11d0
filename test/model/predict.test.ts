import { expect, test } from 'vitest';
import type { NamedArray } from '../../src/core/array.js';
import type { Model } from '../../src/model/model.js';
import { KERAS_3 } from '../../src/from/keras/dialect.js';
import { InputLayer } from '../../src/from/keras/layers/input-layer.js';
import { inputNode } from '../../src/graph/connect.js';
import { call, input, layer, modelOf, normals } from '../trace/build.js';

/** What a model predicts. */

const [N, T, F] = [7, 5, 4];

test('one array, or one for each of several outputs; in parts of any size, in float64', async () => {
  const x = input('x', [T, F]);
  const lstm = call(layer('LSTM', 'lstm', { units: 3, return_sequences: true }), x);
  const outputs = [call(layer('TimeDistributed', 'each', {}, { layer: layer('Dense', 'dense', { units: 2 }) }), lstm), call(layer('GRU', 'gru', { units: 2 }), lstm)];
  const data = normals(1, [N, T, F]);
  const one = await modelOf([x], [outputs[1]!]).predict(data) as NamedArray;
  expect(one).toMatchObject({ shape: [N, 2], axes: ['samples', 'units'] });
  const model = modelOf([x], outputs);
  const both = await model.predict(data) as NamedArray[];
  expect(both.map(({ shape, axes }) => [shape, axes])).toEqual([[[N, T, 2], ['samples', 'timesteps', 'units']], [[N, 2], ['samples', 'units']]]);
  for (const batchSize of [1, 3, N, N + 1]) {
    const parts = await model.predict(data, { batchSize }) as NamedArray[];
    parts.forEach((array, i) => {
      expect(array.shape).toEqual(both[i]!.shape);
      array.data.forEach((value, n) => { expect(Math.abs(value - both[i]!.data[n]!)).toBeLessThan(1e-6); });
    });
  }
  const double = await model.predict(data, { precision: 'float64' }) as NamedArray[];
  double.forEach(({ data: exact }, i) => {
    expect(exact).toBeInstanceOf(Float64Array);
    exact.forEach((value, n) => { expect(Math.abs(value - both[i]!.data[n]!)).toBeLessThan(1e-6); });
  });
  await expect(model.predict(data, { batchsize: 2 } as object)).rejects.toThrow("predict: unknown option 'batchsize'; did you mean 'batchSize'?");
  await expect(model.predict(normals(1, [N, F]))).rejects.toThrow('x: expected shape (any, 5, 4), found (7, 4)');
});

test('a stateful model goes on batch by batch', async () => {
  const made = (): Model => {
    const x = input('x', [T, F]);
    return modelOf([x], [call(layer('LSTM', 'lstm', { units: 3, stateful: true }), x)]);
  };
  const data = normals(1, [4, T, F]);
  const half = (from: number): NamedArray => ({ ...data, data: data.data.subarray(from * 2 * T * F, (from + 1) * 2 * T * F), shape: [2, T, F] });
  const model = made();
  const halves = [await model.predict(half(0)) as NamedArray, await model.predict(half(1)) as NamedArray];
  const whole = await made().predict(data, { batchSize: 2 }) as NamedArray;
  expect([...whole.data]).toEqual(halves.flatMap((array) => [...array.data]));
});

test('a model that takes batches of a fixed size goes batch by batch of that', async () => {
  const x = inputNode(new InputLayer({ name: 'x', className: 'InputLayer', config: {}, dialect: KERAS_3, held: {} }), { shape: [2, T, F], dtype: 'float' }).outputs[0]!;
  const model = modelOf([x], [call(layer('LSTM', 'lstm', { units: 3, stateful: true }), x)]);
  const data = normals(1, [4, T, F]);
  expect(await model.predict(data, { batchSize: 256 })).toMatchObject({ shape: [4, 3] });
  await expect(model.predict(data, { batchSize: 1 })).rejects.toThrow("predict: option 'batchSize' must be at least 2, found 1: the model's input 'x' takes batches of 2 samples and no others");
  await expect(model.predict(normals(1, [3, T, F]))).rejects.toThrow('x: expected shape (2, 5, 4), found (3, 5, 4)');
});
