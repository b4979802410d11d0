// For people who come from See RNN for Python: its first steps in its own words, in camel case.
//
//   outs  = get_outputs(model, 'lower', x)          const outs  = await getOutputs(model, 'lower', x);
//   grads = get_gradients(model, 'lower', x, y)     const grads = await getGradients(model, 'lower', x, y);
//   features_1D(grads[:1], n_rows=2)                await features1D(take(grads, { samples: 0 }), { rows: 2 }).save('grads-1d.png');
//   features_2D(grads, n_rows=4, norm=(-.01, .01))  await features2D(grads, { rows: 4, norm: [-0.01, 0.01] }).save('grads-2d.png');
//
// Run: node examples/in-see-rnns-words.mjs

import { features0D, features1D, features2D, featuresHist, getGradients, getOutputs, kerasModel, take } from 'see-rnn';
import { initialize, Random } from 'see-rnn/examples';

// A model in Keras's words; loadModel('model.keras') reads one that Keras has trained.
const lstm = (more) => ({ class_name: 'LSTM', config: { units: 6, ...more } });
const model = kerasModel({ layers: [lstm({ name: 'lower', return_sequences: true, batch_shape: [null, 100, 12] }), lstm({ name: 'upper' })] }, { loss: 'mean_squared_error' });
initialize(model, new Random(1)); // all weights, from a seed

const random = new Random(2);
const x = { data: random.normals(16 * 100 * 12), shape: [16, 100, 12] };
const y = { data: random.uniforms(16 * 6, -1, 1), shape: [16, 6] };

const outs = await getOutputs(model, 'lower', x); // { data, shape: [16, 100, 6], axes: ['samples', 'timesteps', 'units'] }
const grads = await getGradients(model, 'lower', x, y);
const byName = await getGradients(model, '*', x, y, { byName: true }); // { lower: ..., upper: ... }

await features1D(take(outs, { samples: 0 }), { rows: 2, title: 'outputs' }).save('outputs-1d.png');
await features1D(take(grads, { samples: 0 }), { rows: 2, title: 'grads' }).save('grads-1d.png');
await features2D(grads, { rows: 4, norm: [-0.01, 0.01], title: 'grads' }).save('grads-2d.png');
await features0D(byName.upper, { title: 'grads' }).save('grads-0d.png');
await featuresHist(outs, { title: 'outputs', bins: 100 }).save('outputs-hist.png');

for (const [name, { shape }] of Object.entries(byName)) console.log(`${name}: gradient by its outputs, shape (${shape.join(', ')})`);
