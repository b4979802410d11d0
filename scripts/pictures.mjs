// Makes docs/images: the figures of the README and of docs/figures.md, from example 3's network.
// Run: npm run build && node scripts/pictures.mjs

import { mkdirSync } from 'node:fs';
import { features0D, features1D, features2D, featuresHist, featuresHistGrid, gateWeights, kerasModel, setThreads, trace } from 'see-rnn';
import { Adam, initialize, Random } from 'see-rnn/examples';
import { at } from './fresh.mjs';

setThreads(2); // the same numbers on every machine

const lstm = (more) => ({ class_name: 'LSTM', config: { units: 6, ...more } });
const model = kerasModel({ layers: [lstm({ name: 'layer1', return_sequences: true, batch_shape: [null, 100, 12] }), lstm({ name: 'layer2' })] }, { loss: 'mean_squared_error' });
initialize(model, new Random(1));
const adam = new Adam(model, { learningRate: 4e-3 });
const layersOf = (some) => Promise.all(['layer1', 'layer2'].map((id) => gateWeights(some, id)));
const before = await layersOf(model);

const batch = (random) => [{ data: random.normals(16 * 100 * 12), shape: [16, 100, 12] }, { data: random.uniforms(16 * 6, -1, 1), shape: [16, 6] }];
const random = new Random(2);
let [x, y] = batch(random);
for (let i = 0; i < 200; i++) {
  if (i > 0 && i % 40 === 0) [x, y] = batch(random);
  await adam.step(x, y);
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
