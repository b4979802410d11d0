// Makes docs/images: the figures of the README and of docs/figures.md, from example 3's network.
// Run: npm run build && node scripts/pictures.mjs

import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { accelerate, features0D, features1D, features2D, featuresHist, featuresHistGrid, gateWeights, trace } from 'see-rnn';
import { initialize, Random } from 'see-rnn/examples';
import { at } from './fresh.mjs';

setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep);
await tf.setBackend('wasm');

const lstm = (more) => layers.lstm({ units: 6, recurrentActivation: 'sigmoid', unitForgetBias: true, recurrentInitializer: 'zeros', ...more });
const model = sequential({ layers: [lstm({ name: 'layer1', returnSequences: true, inputShape: [100, 12] }), lstm({ name: 'layer2' })] });
initialize(model, new Random(1));
model.compile({ optimizer: tf.train.adam(4e-3), loss: 'meanSquaredError' });
accelerate(model);
const layersOf = (some) => Promise.all(['layer1', 'layer2'].map((id) => gateWeights(some, id)));
const before = await layersOf(model);

const batch = (random) => [tf.tensor(random.normals(16 * 100 * 12), [16, 100, 12]), tf.tensor(random.uniforms(16 * 6, -1, 1), [16, 6])];
const random = new Random(2);
let [x, y] = batch(random);
for (let i = 0; i < 200; i++) {
  if (i > 0 && i % 40 === 0) [x, y] = batch(random);
  await model.trainOnBatch(x, y);
}
const run = await trace(model, ...batch(new Random(3)));
const gradient = run.layer('layer1').gradient('outputs');

const images = at('docs', 'images');
mkdirSync(images, { recursive: true });
const title = 'LSTM, 6 units, trained for 200 iterations: gradient by the output of layer 1';
await features1D(gradient, { rows: 2, title, valueName: 'gradient' }).save(`${images}/features1d.png`);
await features2D(gradient, { rows: 4, title, valueName: 'gradient', norm: [-0.01, 0.01] }).save(`${images}/features2d.png`);
await featuresHist(gradient, { subplotBy: 'unit', rows: 2, title, valueName: 'gradient', peaksToClip: 2 }).save(`${images}/features-hist.png`);
await features0D(run.layer('layer2').gradient('outputs'), { title: title.replace('layer 1', 'layer 2'), valueName: 'gradient' }).save(`${images}/features0d.png`);

// Kernel, recurrent kernel and bias of both layers, before and after.
const after = await layersOf(model);
const cells = before.map(({ directions: [old] }, layer) => ['kernel', 'recurrentKernel', 'bias'].map((weight) => [old[weight], after[layer].directions[0][weight]]));
await featuresHistGrid(cells, {
  columnTitles: ['kernel', 'recurrent kernel', 'bias'], sideAnnotations: ['layer 1', 'layer 2'], labels: ['as drawn', 'after 200 iterations'], bins: 30, shareY: 'column',
  title: 'LSTM, 6 units: weights before and after training', valueName: 'weight',
}).save(`${images}/features-hist-grid.png`);
