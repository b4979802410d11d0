// Seconds of one training iteration of examples 1 and 4 (two LSTM layers of 6 and of 256 units, 16 samples, 100
// timesteps, Adam), by TF.js's own layers and under accelerate(), on TF.js's WASM backend.
// Run: npm run build && node bench/training.mjs

import { performance } from 'node:perf_hooks';
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { accelerate } from '../dist/index.js';

setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep);
await tf.setBackend('wasm');

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

async function seconds(model, x, y, runs) {
  const times = [];
  await model.trainOnBatch(x, y); // warms up
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await model.trainOnBatch(x, y);
    times.push((performance.now() - start) / 1000);
  }
  return median(times);
}

function build(units) {
  // glorotNormal for the recurrent weights: TF.js's orthogonal initialiser takes minutes at 256 units.
  const lstm = (args) => tfl.layers.lstm({ units, recurrentInitializer: 'glorotNormal', ...args });
  const model = tfl.sequential({ layers: [lstm({ returnSequences: true, inputShape: [100, 2 * units] }), lstm({})] });
  model.compile({ optimizer: tf.train.adam(4e-3), loss: 'meanSquaredError' });
  return model;
}

console.log('LSTM > LSTM, 16 samples, 100 timesteps: seconds an iteration (median), TF.js WASM backend');
for (const [example, units, plainRuns, runs] of [[1, 6, 5, 50], [4, 256, 2, 7]]) {
  const x = tf.randomNormal([16, 100, 2 * units], 0, 1, 'float32', 1);
  const y = tf.randomUniform([16, units], -1, 1, 'float32', 2);
  const model = build(units);
  const plain = await seconds(model, x, y, plainRuns);
  const { restore } = accelerate(model);
  const ours = await seconds(model, x, y, runs);
  restore();
  console.log(`example ${example}, ${String(units).padStart(3)} units: TF.js ${plain.toFixed(4)}, accelerated ${ours.toFixed(4)}, ratio ${(ours / plain).toFixed(3)} (${(plain / ours).toFixed(1)} times faster)`);
}
