import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { accelerate } from '../../src/from/tfjs/accelerate/accelerate.js';
import { Random } from '../random.js';

export interface Batch { readonly x: { data: Float32Array; shape: number[] }; readonly y: { data: Float32Array; shape: number[] } }
export type Task = (random: Random, samples: number, timesteps: number) => Batch;

/** The adding task (Hochreiter and Schmidhuber 1997): two of the numbers are marked, one in either half; the answer is their sum. */
export const adding: Task = (random, samples, timesteps) => {
  const x = new Float32Array(samples * timesteps * 2);
  const y = new Float32Array(samples);
  for (let sample = 0; sample < samples; sample++) {
    const half = Math.floor(timesteps / 2);
    const marked = [random.integer(0, half - 1), random.integer(half, timesteps - 1)];
    for (let t = 0; t < timesteps; t++) {
      const at = (sample * timesteps + t) * 2;
      x[at] = random.uniform();
      x[at + 1] = marked.includes(t) ? 1 : 0;
      if (marked.includes(t)) y[sample]! += x[at]!;
    }
  }
  return { x: { data: x, shape: [samples, timesteps, 2] }, y: { data: y, shape: [samples, 1] } };
};

/** A symbol at one step, blanks at the others; at the end, or at every step, it is to be said. */
export const symbolAt = (where: 'first' | 'last', everyStep = false): Task => (random, samples, timesteps) => {
  const symbols = 4;
  const shown = where === 'first' ? 0 : timesteps - 1;
  const x = new Float32Array(samples * timesteps * (symbols + 1));
  const rows = everyStep ? timesteps : 1;
  const y = new Float32Array(samples * rows * symbols);
  for (let sample = 0; sample < samples; sample++) {
    const symbol = random.integer(0, symbols - 1);
    for (let t = 0; t < timesteps; t++) x[(sample * timesteps + t) * (symbols + 1) + (t === shown ? symbol : symbols)] = 1;
    for (let row = 0; row < rows; row++) y[(sample * rows + row) * symbols + symbol] = 1;
  }
  return { x: { data: x, shape: [samples, timesteps, symbols + 1] }, y: { data: y, shape: everyStep ? [samples, timesteps, symbols] : [samples, symbols] } };
};

/** The copy task at its plainest: a symbol at the first step, blanks after it, and at the end it is to be said. */
export const copy = symbolAt('first');

/** Weights as numbers, or by what is to be said of them. */
export type Fill = (shape: readonly number[], random: Random) => Float32Array;
export const normal = (scale: number): Fill => (shape, random) => Float32Array.from(random.normals(shape.reduce((a, b) => a * b, 1), scale));
export const constant = (value: number): Fill => (shape) => new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value);

/** A recurrent layer under a dense one, for a task. */
export function modelFor(task: Task, recurrent: (input: number[]) => tfl.layers.Layer | tfl.layers.Layer[], timesteps: number, seed = 1): tfl.LayersModel {
  const { x, y } = task(new Random(1), 1, timesteps);
  const [features, units] = [x.shape.at(-1)!, y.shape.at(-1)!];
  const classes = units > 1;
  const model = tfl.sequential({ layers: [
    ...[recurrent([timesteps, features])].flat(),
    tfl.layers.dense({ units, activation: classes ? 'softmax' : 'linear', kernelInitializer: tfl.initializers.randomNormal({ stddev: 0.5, seed }), name: 'answer' }),
  ] });
  model.compile({ loss: classes ? 'categoricalCrossentropy' : 'meanSquaredError', optimizer: tf.train.adam(0.01) });
  return model;
}

/** Sets a layer's weights, in the order of kernel, recurrent kernel, bias. */
export function fill(model: tfl.LayersModel, layer: string, fills: readonly Fill[], seed = 1): void {
  const random = new Random(seed);
  const found = model.getLayer(layer);
  tf.tidy(() => { found.setWeights(found.weights.map(({ shape }, i) => tf.tensor(fills[i]!(shape as number[], random), shape as number[]))); });
}

/** Trains for some iterations, each on a new batch. */
export async function train(model: tfl.LayersModel, task: Task, timesteps: number, iterations: number, seed = 1, samples = 32): Promise<number> {
  const random = new Random(seed);
  const { restore } = accelerate(model);
  let loss = 0;
  for (let i = 0; i < iterations; i++) {
    const { x, y } = task(random, samples, timesteps);
    const [xs, ys] = [tf.tensor(x.data, x.shape), tf.tensor(y.data, y.shape)];
    loss = (await model.trainOnBatch(xs, ys)) as number;
    tf.dispose([xs, ys]);
  }
  restore();
  return loss;
}

const plain = (seed: number) => ({ kernelInitializer: tfl.initializers.randomNormal({ stddev: 0.4, seed }), recurrentInitializer: tfl.initializers.randomNormal({ stddev: 0.25, seed: seed + 1 }) });
export const lstm = (units: number, seed: number, args: object = {}) => (inputShape: number[]): tfl.layers.Layer =>
  tfl.layers.lstm({ name: 'lstm', units, inputShape, recurrentActivation: 'sigmoid', ...plain(seed), ...args });
export const gru = (units: number, seed: number, args: object = {}) => (inputShape: number[]): tfl.layers.Layer =>
  tfl.layers.gru({ name: 'gru', units, inputShape, recurrentActivation: 'sigmoid', ...plain(seed), ...args });
export const rnn = (units: number, seed: number, args: object = {}) => (inputShape: number[]): tfl.layers.Layer =>
  tfl.layers.simpleRNN({ name: 'rnn', units, inputShape, ...plain(seed), ...args });
