import { literal } from './code.js';

interface Settings {
  readonly folder: string;
  /** (engines, timesteps, features) */
  readonly shape: readonly number[];
  readonly iterations: number;
  readonly batch: number;
  readonly engines: number;
  readonly title: string;
  /** The figures' files, without the ending. */
  readonly lines: string;
  readonly heatmaps: string;
}

/** A whole program that makes the figures of example 8, as one would write it by hand; see `publishedProgram`. */
export const turbofanProgram = ({ folder, shape, iterations, batch, engines, title, lines, heatmaps }: Settings): string => `\
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { accelerate, features1D, features2D, loadArray, setThreads, trace } from 'see-rnn';
import { initialize, Random } from 'see-rnn/examples';

await tf.setBackend('wasm');
setThreads(2); // as many as there are cores would sum gradients in another order on another machine

// For each engine its last cycles, and whether it fails within 30 more.
const folder = ${literal(folder)};
const windows = await loadArray(\`\${folder}/x.npy\`); // (${shape.join(', ')}): engines, timesteps, features
const fails = await loadArray(\`\${folder}/y_fails_within_30.npy\`); // 1 or 0
const x = tf.tensor(Float32Array.from(windows.data), windows.shape);
const y = tf.tensor(Float32Array.from(fails.data), [fails.data.length, 1]);
const batch = (rows) => [tf.gather(x, rows), tf.gather(y, rows)];

// 'zeros' only for the moment: initialize() draws all weights from a seed, as Keras would.
const keras = { recurrentActivation: 'sigmoid', unitForgetBias: true, recurrentInitializer: 'zeros' };
const model = sequential({
  layers: [
    layers.lstm({ name: 'layer1', units: 32, returnSequences: true, inputShape: [${shape.slice(1).join(', ')}], ...keras }),
    layers.lstm({ name: 'layer2', units: 16, ...keras }),
    layers.dense({ name: 'fails', units: 1, activation: 'sigmoid' }),
  ],
});
initialize(model, new Random(1));
model.compile({ optimizer: tf.train.adam(4e-3), loss: 'binaryCrossentropy' });
accelerate(model);

const random = new Random(2);
for (let i = 0; i < ${iterations}; i++) {
  const rows = Array.from({ length: ${batch} }, () => random.index(fails.data.length));
  await model.trainOnBatch(...batch(rows));
}

// ${engines} engines that fail soon and ${engines} that don't, as one batch.
const rowsWith = (value) => [...fails.data.keys()].filter((row) => fails.data[row] === value).slice(0, ${engines});
const lasting = rowsWith(0);
const rows = rowsWith(1).flatMap((row, i) => [row, lasting[i]]);
const run = await trace(model, ...batch(rows));
const gradient = run.layer('layer1').gradient('outputs'); // (${2 * engines} samples, ${shape[1]} timesteps, 32 units)
const predicted = run.predictions[0].data;

const options = {
  title: ${literal(title)},
  valueName: 'gradient', subplotBy: 'sample', rows: ${engines}, heightScale: 0.6,
  annotations: rows.map((row, i) => \`row \${row} \${fails.data[row] === 1 ? 'fails' : 'lasts'}, predicted \${predicted[i].toFixed(2)}\`),
};
await features1D(gradient, { ...options, shareY: 'none' }).save(${literal(`${lines}.png`)}); // .svg and .pdf too, by the name
await features2D(gradient, { ...options, norm: [-0.002, 0.002] }).save(${literal(`${heatmaps}.png`)});
`;
