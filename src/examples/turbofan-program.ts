import { literal } from './code.js';
import { LEARNING_RATE } from './course.js';

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
import { features1D, features2D, kerasModel, loadArray, setThreads, trace } from 'see-rnn';
import { Adam, initialize, Random } from 'see-rnn/examples';

setThreads(2); // as many as there are cores would sum gradients in another order on another machine

// For each engine its last cycles, and whether it fails within 30 more.
const folder = ${literal(folder)};
const x = await loadArray(\`\${folder}/x.npy\`); // (${shape.join(', ')}): engines, timesteps, features
const fails = await loadArray(\`\${folder}/y_fails_within_30.npy\`); // 1 or 0
const part = ({ data }, rows, size) => Float32Array.from(rows.flatMap((row) => [...data.subarray(row * size, (row + 1) * size)]));
const batch = (rows) => [
  { data: part(x, rows, ${shape.slice(1).join(' * ')}), shape: [rows.length, ${shape.slice(1).join(', ')}] },
  { data: part(fails, rows, 1), shape: [rows.length, 1] },
];

// In Keras's words. initialize() draws all weights from a seed, as Keras would.
const model = kerasModel({
  layers: [
    { class_name: 'LSTM', config: { name: 'layer1', units: 32, return_sequences: true, batch_shape: [null, ${shape.slice(1).join(', ')}] } },
    { class_name: 'LSTM', config: { name: 'layer2', units: 16 } },
    { class_name: 'Dense', config: { name: 'fails', units: 1, activation: 'sigmoid' } },
  ],
}, { loss: 'binary_crossentropy' });
initialize(model, new Random(1));
const adam = new Adam(model, { learningRate: ${LEARNING_RATE} });

const random = new Random(2);
for (let i = 0; i < ${iterations}; i++) {
  const rows = Array.from({ length: ${batch} }, () => random.index(fails.data.length));
  await adam.step(...batch(rows));
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
