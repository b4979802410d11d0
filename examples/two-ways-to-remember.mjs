// Two networks learn to say what they read first, 20 timesteps ago. They can do it only by remembering: one begins with a lower
// layer that holds on to its state, the other with an upper layer that does. A figure for each shows how far back the gradient of
// the loss by the lower layer's outputs reaches, and they could hardly differ more: see README.md.
//
// Run: node examples/two-ways-to-remember.mjs

import { features2D, kerasModel, setWeights, trace } from 'see-rnn';
import { Adam, initialize, Random } from 'see-rnn/examples';

const timesteps = 20;
const units = 8;

/** Sequences of random numbers; the target is the first of them. */
function batch(random, samples) {
  const data = random.uniforms(samples * timesteps, -1, 1);
  return { x: { data, shape: [samples, timesteps, 1] }, y: { data: data.filter((_, i) => i % timesteps === 0), shape: [samples, 1] } };
}

/** Two LSTM layers; `forgetBias` of 3 lets a layer begin with a long memory, of -3 with nearly none. */
function network(forgetBias) {
  const lstm = (more) => ({ class_name: 'LSTM', config: { units, ...more } });
  const model = kerasModel({
    layers: [lstm({ name: 'lower', return_sequences: true, batch_shape: [null, timesteps, 1] }), lstm({ name: 'upper' }), { class_name: 'Dense', config: { units: 1 } }],
  }, { loss: 'mean_squared_error' });
  initialize(model, new Random(1)); // all weights, from a seed
  for (const [name, value] of Object.entries(forgetBias)) {
    const bias = new Float32Array(4 * units).fill(value, units, 2 * units); // input, forget, cell, output
    setWeights(model, name, { bias });
  }
  return model;
}

for (const [name, forgetBias] of Object.entries({ upper: { lower: -3, upper: 3 }, lower: { lower: 3, upper: -3 } })) {
  const model = network(forgetBias);
  const adam = new Adam(model, { learningRate: 0.01 });
  const random = new Random(2);
  for (let i = 0; i < 400; i++) {
    const { x, y } = batch(random, 64);
    await adam.step(x, y);
  }
  const { x, y } = batch(random, 4);
  const run = await trace(model, x, y);
  const gradient = run.layer('lower').gradient('outputs'); // { data, shape: [4, 20, 8], axes: ['samples', 'timesteps', 'units'] }
  const title = `The ${name} layer remembers: gradient by the lower layer's outputs`;
  await features2D(gradient, { title, valueName: 'gradient' }).save(`${name}-remembers.png`);
  console.log(`${name}-remembers.png: loss ${run.loss.toFixed(4)}, where not to learn is about 0.33`);
}
