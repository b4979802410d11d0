// Makes the figures of docs/README.md, of a published model on real engines, and prints the norms that it quotes. Reads ../shared/models/turbofan.
// Run: npm run build && node scripts/counterexample.mjs

import { mkdirSync } from 'node:fs';
import { beside, features1D, features2D, loadArray, loadModel, take, trace } from 'see-rnn';
import { at } from './fresh.mjs';

const folder = at('..', 'shared', 'models', 'turbofan');
const ENGINES = 16;
const first = ({ data, shape: [count, ...rest], axes }) => ({ data: data.slice(0, (ENGINES * data.length) / count), shape: [ENGINES, ...rest], axes });
const model = await loadModel(`${folder}/regression_model.h5`);
const x = first(await loadArray(`${folder}/x.npy`));
const y = first(await loadArray(`${folder}/y_remaining_cycles.npy`));

const run = await trace(model, x, y, { quantities: ['outputs', 'hidden'] });
const gradients = ['outputs', 'hidden'].map((quantity) => run.layer('lstm_1').gradient(quantity));
const [samples, steps, units] = gradients[0].shape;

/** The norm over units, of each sample at each timestep. */
const norms = gradients.map(({ data }) => Float64Array.from({ length: samples * steps }, (_, n) => Math.hypot(...data.subarray(n * units, (n + 1) * units))));
for (const [i, quantity] of ['outputs', 'hidden'].entries()) {
  const total = (t) => Math.hypot(...Array.from({ length: samples }, (_, sample) => norms[i][sample * steps + t]));
  console.log(quantity.padEnd(8), [0, 10, 25, 40, 49].map((t) => total(t).toPrecision(5)).join('  '));
}

const images = at('docs', 'images');
mkdirSync(images, { recursive: true });
const logarithms = Float64Array.from({ length: samples * steps * 2 }, (_, n) => Math.log10(norms[n % 2][n >> 1]));
await features1D({ data: logarithms, shape: [samples, steps, 2], axes: ['samples', 'timesteps', 'kinds'] }, {
  title: 'LSTM of 100 units on 16 engines: how large the gradient is at each timestep', valueName: 'log10 of the norm over units', yZeroLine: false, rows: 1, widthScale: 0.8, heightScale: 1.1,
  annotations: ['by outputs: what the layers above make of each step', 'by hidden: the whole gradient through time'],
}).save(`${images}/counterexample-norms.png`);

const options = { valueName: 'gradient', norm: [-2, 2], dpi: 128, heightScale: 1.6, widthScale: 0.6, annotations: 'none' };
const engine = (gradient, title) => features2D(take(gradient, { samples: 0 }), { ...options, title });
await beside([engine(gradients[0], 'by outputs'), engine(gradients[1], 'by hidden')]).save(`${images}/counterexample-engine.png`);
