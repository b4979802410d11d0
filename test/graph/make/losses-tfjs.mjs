/**
 * What TF.js says of its losses, in float32: node losses-tfjs.mjs > ../fixtures/losses-tfjs.json, here, with TF.js installed.
 *
 * Of each: its values, and the gradient of the sum of (1 + 0.1 n) x value n by the predictions, away from kinks and ties, where its gradients are wrong.
 */
import process from 'node:process';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';

await tf.setBackend('cpu');

let state = 7;
const uniform = (from, to) => { state = (state * 16807) % 2147483647; return Math.round((from + (to - from) * state / 2147483647) * 1000) / 1000; };
const numbers = (shape, from, to) => ({ shape, data: Array.from({ length: shape.reduce((size, n) => size * n, 1) }, () => uniform(from, to)) });
const hot = (shape) => ({ shape, data: Array.from({ length: shape.reduce((size, n) => size * n, 1) / 3 }, () => { const k = Math.floor(uniform(0, 2.99)); return [0, 1, 2].map((i) => (i === k ? 1 : 0)); }).flat() });
const bits = (shape) => ({ shape, data: numbers(shape, 0, 1).data.map(Math.round) });
const indices = (shape) => ({ shape, data: numbers(shape, 0, 2.9).data.map(Math.floor) });

const cases = [[2, 3], [2, 2, 3]].flatMap((shape) => [
  ...['meanSquaredError', 'meanAbsoluteError', 'meanAbsolutePercentageError', 'logcosh', 'cosineProximity'].map((name) => [name, numbers(shape, -2, 2), numbers(shape, -2, 2)]),
  ...['meanSquaredLogarithmicError', 'poisson', 'kullbackLeiblerDivergence'].map((name) => [name, numbers(shape, 0.1, 1), numbers(shape, 0.1, 0.9)]),
  ...['hinge', 'squaredHinge'].map((name) => [name, bits(shape), numbers(shape, -2, 2)]),
  ['categoricalHinge', hot(shape), numbers(shape, -2, 2)], ['categoricalCrossentropy', hot(shape), numbers(shape, 0.1, 0.9)],
  ['sparseCategoricalCrossentropy', indices([...shape.slice(0, -1), 1]), numbers(shape, 0.1, 0.9)], ['binaryCrossentropy', bits(shape), numbers(shape, 0.1, 0.9)],
]).concat([
  ['kullbackLeiblerDivergence', { shape: [1, 3], data: [0, 1, 0.5] }, { shape: [1, 3], data: [0.3, 0.6, 0.1] }],
  ['binaryCrossentropy', { shape: [1, 3], data: [0, 1, 1] }, { shape: [1, 3], data: [1, 0, 0.5] }],
  ['categoricalCrossentropy', { shape: [1, 3], data: [0, 1, 0] }, { shape: [1, 3], data: [1, 0, 0] }],
  ['sparseCategoricalCrossentropy', { shape: [1, 1], data: [1] }, { shape: [1, 3], data: [1, 0, 0] }],
  ['cosineProximity', { shape: [2, 3], data: [0, 0, 0, 1, 2, 3] }, { shape: [2, 3], data: [1, 2, 3, 0.00001, 0, 0] }],
]);

const answers = cases.map(([name, target, prediction]) => {
  const input = tfl.input({ shape: [1] });
  const model = tfl.model({ inputs: input, outputs: tfl.layers.dense({ units: 1 }).apply(input) });
  model.compile({ loss: name, optimizer: 'sgd' });
  const [loss] = model.lossFunctions;
  const of = (p) => loss(tf.tensor(target.data, target.shape), p);
  const weighed = (p) => { const values = tf.reshape(of(p), [-1]); return tf.sum(tf.mul(values, tf.add(tf.mul(tf.range(0, values.size), 0.1), 1))); };
  const p = tf.tensor(prediction.data, prediction.shape);
  return { name, shape: target.shape, target: target.data, predicted: prediction.shape, prediction: prediction.data, values: [...of(p).dataSync()], gradient: [...tf.grad(weighed)(p).dataSync()] };
});
process.stdout.write(`[\n${answers.map((answer) => JSON.stringify(answer)).join(',\n')}\n]\n`);
