// For people who come from See RNN for Python: its first steps in its own words, in camel case.
//
//   outs  = get_outputs(model, 'lower', x)          const outs  = await getOutputs(model, 'lower', x);
//   grads = get_gradients(model, 'lower', x, y)     const grads = await getGradients(model, 'lower', x, y);
//   features_1D(grads[:1], n_rows=2)                await features1D(take(grads, { samples: 0 }), { rows: 2 }).save('grads-1d.png');
//   features_2D(grads, n_rows=4, norm=(-.01, .01))  await features2D(grads, { rows: 4, norm: [-0.01, 0.01] }).save('grads-2d.png');
//
// Run: node examples/in-see-rnns-words.mjs

import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { features0D, features1D, features2D, featuresHist, getGradients, getOutputs, take } from 'see-rnn';

await tf.setBackend('wasm');

// TF.js's own default for recurrent kernels, 'orthogonal', works only with its bundle, @tensorflow/tfjs.
const lstm = (more) => layers.lstm({ units: 6, recurrentInitializer: 'glorotUniform', ...more });
const model = sequential({ layers: [lstm({ name: 'lower', returnSequences: true, inputShape: [100, 12] }), lstm({ name: 'upper' })] });
model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });

const x = tf.randomNormal([16, 100, 12]);
const y = tf.randomUniform([16, 6], -1, 1);

const outs = await getOutputs(model, 'lower', x); // { data, shape: [16, 100, 6], axes: ['samples', 'timesteps', 'units'] }
const grads = await getGradients(model, 'lower', x, y);
const byName = await getGradients(model, '*', x, y, { byName: true }); // { lower: ..., upper: ... }

await features1D(take(outs, { samples: 0 }), { rows: 2, title: 'outputs' }).save('outputs-1d.png');
await features1D(take(grads, { samples: 0 }), { rows: 2, title: 'grads' }).save('grads-1d.png');
await features2D(grads, { rows: 4, norm: [-0.01, 0.01], title: 'grads' }).save('grads-2d.png');
await features0D(byName.upper, { title: 'grads' }).save('grads-0d.png');
await featuresHist(outs, { title: 'outputs', bins: 100 }).save('outputs-hist.png');

for (const [name, { shape }] of Object.entries(byName)) console.log(`${name}: gradient by its outputs, shape (${shape.join(', ')})`);
