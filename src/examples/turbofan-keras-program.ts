import { literal } from './code.js';

interface Settings {
  readonly folder: string;
  readonly model: string;
  readonly layer: string;
  readonly engines: number;
  /** (timesteps, features) */
  readonly window: readonly number[];
  readonly columns: number;
  readonly title: string;
  /** The values at the two ends of the heatmaps' colours. */
  readonly norm: readonly [number, number];
  /** The figures' files, without the ending. */
  readonly lines: string;
  readonly heatmaps: string;
}

/** A whole program that makes the figures of example 8 from the published model, as one would write it by hand. */
export const turbofanKerasProgram = ({ folder, model, layer, engines, window, columns, title, norm, lines, heatmaps }: Settings): string => `\
import { features1D, features2D, loadArray, loadModel, setThreads, trace } from 'see-rnn';

setThreads(2); // as many as there are cores would sum gradients in another order on another machine

const folder = ${literal(folder)};
const model = await loadModel(\`\${folder}/${model}\`); // Keras HDF5, compiled with its mean squared error

// The first ${engines} engines: (${[engines, ...window].join(', ')}), and the flights that were left to each.
const first = ({ data, shape: [count, ...rest], axes }) =>
  ({ data: data.slice(0, (${engines} * data.length) / count), shape: [${engines}, ...rest], axes });
const x = first(await loadArray(\`\${folder}/x.npy\`));
const y = first(await loadArray(\`\${folder}/y_remaining_cycles.npy\`));

const run = await trace(model, x, y);
const gradient = run.layer(${literal(layer)}).gradient('outputs'); // (${engines} samples, ${window[0]} timesteps, units)
const predicted = run.predictions[0].data;

const options = {
  title: ${literal(title)},
  valueName: 'gradient', subplotBy: 'sample', rows: ${Math.ceil(engines / columns)}, heightScale: 0.8,
  annotations: Array.from(predicted, (value, i) => \`engine \${i}: \${y.data[i]}, predicted \${value.toFixed(0)}\`),
};
await features1D(gradient, { ...options, shareY: 'none' }).save(${literal(`${lines}.png`)}); // .svg and .pdf too, by the name
await features2D(gradient, { ...options, norm: ${literal(norm)} }).save(${literal(`${heatmaps}.png`)});
`;
