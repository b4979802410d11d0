// Two networks learn to say what they read first, 20 timesteps ago. They can do it only by remembering: one begins with a lower
// layer that holds on to its state, the other with an upper layer that does. A figure for each shows how far back the gradient of
// the loss by the lower layer's outputs reaches, and they could hardly differ more: see README.md.
//
// Run: node examples/two-ways-to-remember.mjs

import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { accelerate, features2D, trace } from 'see-rnn';
import { initialize, Random } from 'see-rnn/examples';

await tf.setBackend('wasm');

const timesteps = 20;
const units = 8;

/** Sequences of random numbers; the target is the first of them. */
const batch = (random, samples) => tf.tidy(() => {
  const x = tf.tensor(random.uniforms(samples * timesteps, -1, 1), [samples, timesteps, 1]);
  return { x, y: tf.reshape(tf.slice(x, [0, 0, 0], [samples, 1, 1]), [samples, 1]) };
});

/** Two LSTM layers; `forgetBias` of 3 lets a layer begin with a long memory, of -3 with nearly none. */
function network(forgetBias) {
  const lstm = (more) => layers.lstm({ units, recurrentInitializer: 'zeros', ...more });
  const model = sequential({
    layers: [lstm({ name: 'lower', returnSequences: true, inputShape: [timesteps, 1] }), lstm({ name: 'upper' }), layers.dense({ units: 1 })],
  });
  initialize(model, new Random(1)); // all weights, from a seed
  for (const [name, value] of Object.entries(forgetBias)) {
    const [kernel, recurrentKernel] = model.getLayer(name).getWeights();
    const bias = tf.concat([tf.zeros([units]), tf.fill([units], value), tf.zeros([2 * units])]); // input, forget, cell, output
    model.getLayer(name).setWeights([kernel, recurrentKernel, bias]);
  }
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
  accelerate(model); // the same training, on this package's cells: many times as fast
  return model;
}

for (const [name, forgetBias] of Object.entries({ upper: { lower: -3, upper: 3 }, lower: { lower: 3, upper: -3 } })) {
  const model = network(forgetBias);
  const random = new Random(2);
  for (let i = 0; i < 400; i++) {
    const { x, y } = batch(random, 64);
    await model.trainOnBatch(x, y);
    tf.dispose([x, y]);
  }
  const { x, y } = batch(random, 4);
  const run = await trace(model, x, y);
  const gradient = run.layer('lower').gradient('outputs'); // { data, shape: [4, 20, 8], axes: ['samples', 'timesteps', 'units'] }
  const title = `The ${name} layer remembers: gradient by the lower layer's outputs`;
  await features2D(gradient, { title, valueName: 'gradient' }).save(`${name}-remembers.png`);
  console.log(`${name}-remembers.png: loss ${run.loss.toFixed(4)}, where not to learn is about 0.33`);
}
