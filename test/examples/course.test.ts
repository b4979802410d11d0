import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBackend } from '../../src/model/backend.js';
import { noise } from '../../src/examples/batches.js';
import { Course } from '../../src/examples/course.js';
import { initialize } from '../../src/examples/initialize.js';
import { Random } from '../../src/examples/random.js';
import { small } from './small.js';

beforeAll(async () => { expect(await startBackend()).toEqual({ name: 'wasm', reason: null }); });

const course = (number: number): Course => new Course(small(number)[0].trainings[0]);
const weights = ({ model }: Course): number[] => model.getWeights().flatMap((tensor) => Array.from(tensor.dataSync()));

describe('a training', () => {
  it.each([[1], [5]])('gives the same numbers in every run: example %i', async (number) => {
    const [first, second] = [course(number), course(number)];
    await first.advance(3);
    await second.advance(3);
    expect(second.loss).toBe(first.loss);
    expect(weights(second)).toEqual(weights(first));
  });

  it('goes on from where it was as if it had never stopped, over a change of batches', async () => {
    const [whole, parts] = [course(1), course(1)];
    await whole.advance(42);
    await parts.advance(39);
    await parts.advance(40);
    await parts.advance(40);
    await parts.advance(42);
    expect(parts.iterations).toBe(42);
    expect(weights(parts)).toEqual(weights(whole));
  });

  it('learns its batch, and finds another where a new one begins', async () => {
    const one = course(1);
    const losses: number[] = [];
    await one.advance(41, () => losses.push(one.loss));
    expect(losses).toHaveLength(41);
    expect(losses[39]).toBeLessThan(0.9 * losses[0]);
    for (let i = 5; i < 40; i += 5) expect(losses[i]).toBeLessThan(losses[i - 5]);
    expect(losses[40]).toBeGreaterThan(losses[39]);
  });

  it('has, by the last layer, the gradient that example 6 says can be checked by hand', async () => {
    const [example] = small(6);
    const one = new Course(example.trainings[0]);
    await one.advance(1);
    const { gradients: [gradient] } = await example.look([one.model], 1);
    const { x, y } = noise({ kind: 'lstm', units: 3, bidirectional: false }, new Random(3));
    const output = (one.model.predict(x) as tf.Tensor).dataSync();
    const target = y.dataSync();
    expect(gradient.shape).toEqual([16, 3]);
    for (const [i, value] of gradient.data.entries()) expect(value).toBeCloseTo((output[i] - target[i]) / (16 * 3 / 2), 7);
  });

  it('leaves nothing in memory', async () => {
    course(1).dispose();
    const before = tf.memory().numTensors;
    const one = course(1);
    await one.advance(2);
    one.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('initialize', () => {
  it('draws every kernel, each another, and leaves biases', () => {
    const lstm = { units: 3, recurrentActivation: 'sigmoid', recurrentInitializer: 'zeros', unitForgetBias: true } as const;
    const model = sequential({
      layers: [layers.bidirectional({ layer: layers.lstm(lstm) as never, mergeMode: 'concat', inputShape: [5, 2] }), layers.dense({ units: 1 })],
    });
    initialize(model, new Random(1));
    const values = Object.fromEntries(model.weights.map((weight) => [weight.name.replace(/_[A-Z]\w*?(?=\/)/g, ''), Array.from(weight.read().dataSync())]));
    expect(Object.keys(values)).toEqual([
      ...['forward', 'backward'].flatMap((side) => ['kernel', 'recurrent_kernel', 'bias'].map((name) => `bidirectional/${side}_lstm/${name}`)),
      'dense/kernel', 'dense/bias',
    ]);
    const kernels = Object.entries(values).filter(([name]) => name.includes('kernel')).map(([, numbers]) => numbers);
    expect(new Set(kernels.map((numbers) => numbers[0])).size).toBe(5);
    for (const numbers of kernels) expect(numbers.every((value) => value !== 0 && Math.abs(value) < 1.3)).toBe(true);
    const forgetBias = [0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0];
    expect(values['bidirectional/forward_lstm/bias']).toEqual(forgetBias);
    expect(values['bidirectional/backward_lstm/bias']).toEqual(forgetBias);
    model.dispose();
  });
});

describe('the backend', () => {
  it.each([
    ['it did not start', () => Promise.resolve(false)],
    ['no WebAssembly here', () => Promise.reject(new Error('no WebAssembly here\nat line 1'))],
  ])('is the CPU where WASM does not work: %s', async (reason, start) => {
    expect(await startBackend(start)).toEqual({ name: 'cpu', reason });
    expect(tf.getBackend()).toBe('cpu');
    tf.tensor([1]).dispose(); // the first one in Node advertises another package, which would fail this test
  });
});
