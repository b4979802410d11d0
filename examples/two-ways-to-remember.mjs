// Two networks learn to say what they read first, 20 timesteps ago. Both can do it only by remembering. One figure for each shows
// how far back the loss's gradient by the lower layer's outputs reaches, and they could hardly differ more: see README.md.
//
// Run: node examples/two-ways-to-remember.mjs

import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { accelerate, features2D, setThreads, trace } from 'see-rnn';
import { initialize, Random } from 'see-rnn/examples';

await tf.setBackend('wasm');
setThreads(1); // several would sum gradients in another order: on one, every run gives the same numbers

const timesteps = 20;

/** Sequences of random numbers; the target is the first of them. */
const batch = (random, samples) => tf.tidy(() => {
  const x = tf.tensor(random.uniforms(samples * timesteps, -1, 1), [samples, timesteps, 1]);
  return { x, y: tf.reshape(tf.slice(x, [0, 0, 0], [samples, 1, 1]), [samples, 1]) };
});

/** Trains a network for 500 iterations, the same but for the learning rate. */
async function trained(rate) {
  const random = new Random(4); // everything is drawn from a seed: every run gives the same figures
  const lstm = (more) => layers.lstm({ units: 8, unitForgetBias: true, recurrentInitializer: 'zeros', ...more });
  const model = sequential({
    layers: [lstm({ name: 'lower', returnSequences: true, inputShape: [timesteps, 1] }), lstm({ name: 'upper' }), layers.dense({ units: 1 })],
  });
  initialize(model, random);
  model.compile({ optimizer: tf.train.adam(rate), loss: 'meanSquaredError' });
  accelerate(model); // the same training, on this package's cells: many times as fast
  for (let i = 0; i < 500; i++) {
    const { x, y } = batch(random, 64);
    await model.trainOnBatch(x, y);
    tf.dispose([x, y]);
  }
  return model;
}

for (const rate of [0.01, 0.03]) {
  const model = await trained(rate);
  const { x, y } = batch(new Random(5), 4);
  const run = await trace(model, x, y);
  const gradient = run.layer('lower').gradient('outputs'); // { data, shape: [4, 20, 8], axes: ['samples', 'timesteps', 'units'] }
  const title = `Trained at a rate of ${rate}, loss ${run.loss.toFixed(4)}: gradient by the lower layer's outputs`;
  await features2D(gradient, { title, valueName: 'gradient' }).save(`rate-${rate}.png`);
  console.log(`rate-${rate}.png: loss ${run.loss.toFixed(4)}, where not to learn is about 0.33`);
}
