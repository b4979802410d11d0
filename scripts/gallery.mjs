// Makes docs/images/gallery: the figures of docs/gallery.md, See RNN's published examples. The lines that make a figure stand there as
// they do here, word for word: a test compares them.
// Run: npm run build && node scripts/gallery.mjs [numbers, e.g. 1,9]   (all of them train for a quarter of an hour or more on two cores)

import { mkdirSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import {
  beside, features0D, features1D, features2D, getGradients, getOutputs, getWeights, health, kerasModel, rnnHeatmap, rnnHistogram, saturationPlot, setThreads, take,
} from 'see-rnn';
import { Adam, initialize, Random } from 'see-rnn/examples';
import { at } from './fresh.mjs';

setThreads(2); // the same numbers on every machine

const images = at('docs', 'images', 'gallery');
mkdirSync(images, { recursive: true });

// Layers in Keras's words, with its defaults; a GRU's reset gate acts on the state, as in See RNN's time.
const lstm = (config) => ({ class_name: 'LSTM', config });
const gru = (config) => ({ class_name: 'GRU', config: { reset_after: false, ...config } });
const simpleRNN = (config) => ({ class_name: 'SimpleRNN', config });
const dense = (config) => ({ class_name: 'Dense', config });
const bidirectional = ({ name, batch_shape, kind, ...config }) => ({ class_name: 'Bidirectional', config: { name, batch_shape, layer: kind(config) } });

/** A model of these layers, its weights drawn from a seed as Keras would draw them. */
function made(layers) {
  const model = kerasModel({ layers }, { loss: 'mean_squared_error' });
  initialize(model, new Random(1));
  return model;
}

/** 16 samples: x from N(0, 1), y from U(-1, 1), as See RNN's examples draw them. */
const batchOf = ({ graph: { inputs: [input], outputs: [output] } }, random) => {
  const [inShape, outShape] = [input, output].map(({ shape }) => [16, ...shape.slice(1)]);
  const size = (shape) => shape.reduce((a, b) => a * b);
  return [{ data: random.normals(size(inShape)), shape: inShape }, { data: random.uniforms(size(outShape), -1, 1), shape: outShape }];
};

/** Trains on noise, on a new batch every 40 iterations. */
async function train(model, iterations, { learningRate = 4e-3 } = {}) {
  const adam = new Adam(model, { learningRate });
  const random = new Random(2);
  let [x, y] = batchOf(model, random);
  for (let i = 0; i < iterations; i++) {
    if (i > 0 && i % 40 === 0) [x, y] = batchOf(model, random);
    await adam.step(x, y);
  }
  return model;
}

/** Two layers, the second of which returns its last step only. */
const two = (kind, units) => made([
  kind({ name: 'layer1', units, return_sequences: true, batch_shape: [null, 100, 2 * units] }), kind({ name: 'layer2', units }),
]);
const bidirectionalGru = (config) => bidirectional({ kind: gru, ...config });

const gradientsOf = (model, layer) => getGradients(model, layer, ...batchOf(model, new Random(3)));

const examples = {
  async 1() {
    const model = await train(made([
      bidirectional({ name: 'bidir', kind: lstm, units: 32, activation: 'relu', return_sequences: true, batch_shape: [null, 100, 64] }), lstm({ units: 32 }),
    ]), 20, { learningRate: 1e-3 });
    const [x] = batchOf(model, new Random(3));
    const outs = await getOutputs(model, 'bidir', x);
    await features1D(take(outs, { samples: 0 }), { shareX: 'none', shareY: 'none', title: 'outputs' }).save(`${images}/1-own-scales.png`);
    await features1D(take(outs, { samples: 0 }), { shareX: 'all', shareY: 'all', yZeroLine: true, title: 'outputs' }).save(`${images}/1-one-scale.png`);
  },
  async 2() {
    const model = await train(two(lstm, 6), 20);
    const grads = await gradientsOf(model, 'layer1');
    await features1D(take(grads, { samples: 0 }), { rows: 2, title: 'grads' }).save(`${images}/2.png`);
  },
  async 3() {
    const model = await train(two(lstm, 6), 20);
    const grads = await gradientsOf(model, 'layer1');
    await features1D(grads, { rows: 2, title: 'grads' }).save(`${images}/3-1d.png`);
    await features2D(grads, { rows: 4, norm: [-0.01, 0.01], title: 'grads' }).save(`${images}/3-2d.png`);
  },
  async 4() {
    const model = await train(two(lstm, 6), 200);
    const grads = await gradientsOf(model, 'layer1');
    await features1D(grads, { rows: 2, title: 'grads' }).save(`${images}/4-1d.png`);
    await features2D(grads, { rows: 4, norm: [-0.01, 0.01], title: 'grads' }).save(`${images}/4-2d.png`);
    const [x] = batchOf(model, new Random(3));
    await saturationPlot(await health(model, x)).save(`${images}/saturation.png`);
  },
  async 5() {
    const model = await train(two(lstm, 256), 200);
    const grads = await gradientsOf(model, 'layer1');
    await features1D(take(grads, { samples: 0 }), { title: 'grads' }).save(`${images}/5-1d.png`);
    await features2D(take(grads, { units: 0 }), { norm: [-1e-4, 1e-4], title: 'grads' }).save(`${images}/5-2d.png`);
  },
  async 6() {
    const model = await train(two(bidirectionalGru, 256), 400);
    const grads = await gradientsOf(model, 'layer1');
    await features2D(take(grads, { samples: 0 }), { norm: [-1e-4, 1e-4], reflectHalf: true, title: 'grads' }).save(`${images}/6.png`);
  },
  async 7() {
    const model = await train(two(lstm, 6), 200);
    const grads = await gradientsOf(model, 'layer2');
    await features0D(grads, { title: 'grads' }).save(`${images}/7.png`);
  },
  async 8() {
    const look = { rows: 8, norm: [-1e-4, 1e-4], ticks: 'none', title: 'none', annotations: 'none', widthScale: 0.42, valueName: 'gradient' };
    const drawings = [];
    for (const kind of [lstm, gru, simpleRNN]) {
      const model = await train(two(kind, 256), 250);
      const grads = await gradientsOf(model, 'layer1');
      drawings.push(features2D(grads, { ...look, colorBar: kind === simpleRNN }));
    }
    await beside(drawings, { labels: ['LSTM', 'GRU', 'SimpleRNN'], title: 'Gradients by timestep and unit' }).save(`${images}/8.png`);
  },
  async 9() {
    const model = await train(made([lstm({ name: 'lstm', units: 256, batch_shape: [null, 100, 20] }), dense({ units: 8 })]), 80);
    await (await rnnHistogram(model, 'lstm', { equateAxes: 0, bias: false })).save(`${images}/9-own-scales.png`);
    await (await rnnHistogram(model, 'lstm', { equateAxes: 1, bias: false })).save(`${images}/9-one-scale.png`);
    await (await rnnHeatmap(model, 'lstm')).save(`${images}/9-heatmap.png`);
  },
  async 10() {
    const model = await train(made([
      bidirectional({ name: 'bidir', kind: lstm, units: 256, batch_shape: [null, 100, 16] }), dense({ units: 8 }),
    ]), 80);
    await (await rnnHistogram(model, 'bidir', { equateAxes: 2 })).save(`${images}/10-histogram.png`);
    await (await rnnHeatmap(model, 'bidir', { norm: [-0.2, 0.2] })).save(`${images}/10-heatmap.png`);
  },
  async 11() {
    const model = await train(made([gru({ name: 'gru', units: 64, batch_shape: [null, 100, 16] }), dense({ units: 8 })]), 80);
    const [x, y] = batchOf(model, new Random(3));
    await (await rnnHeatmap(model, 'gru', { of: 'gradients', x, y, colorMap: 'greys', absoluteValue: true })).save(`${images}/11.png`);
  },
  async 12() {
    // A learning rate that no network survives.
    const model = await train(made([lstm({ name: 'lstm', units: 512, activation: 'relu', batch_shape: [null, 100, 16] }), dense({ units: 8 })]), 2, { learningRate: 1e4 });
    await (await rnnHistogram(model, 'lstm')).save(`${images}/12-histogram.png`);
    await (await rnnHeatmap(model, 'lstm')).save(`${images}/12-heatmap.png`);
  },
  async 13() {
    const conv = (config) => ({ class_name: 'Conv1D', config: { kernel_size: 16, padding: 'same', ...config } });
    const dropout = { class_name: 'Dropout', config: { rate: 0.5 } };
    const model = made([conv({ name: 'encoder', filters: 128, activation: 'relu', batch_shape: [null, 16, 64] }), dropout, conv({ name: 'decoder', filters: 64 })]);
    const adam = new Adam(model, { learningRate: 5e-3 });
    const random = new Random(2);
    for (let i = 0; i < 40; i++) {
      const x = waves(random);
      await adam.step(x, x);
    }
    const { kernel } = await getWeights(model, 'encoder'); // (16 places, 64 input channels, 128 output channels)
    const axes = ['places', 'input channels', 'output channels'];
    const title = 'Kernel of a Conv1D autoencoder: input channels by output channels, a panel for each place';
    await features2D(kernel, { axes, valueName: 'weight', rows: 16, norm: [-0.1, 0.1], tight: true, borderWidth: 1, title }).save(`${images}/13.png`);
  },
};

/** 2 samples of 64 channels that are mixtures of 6 waves. */
function waves(random) {
  const [samples, steps, channels, sources] = [2, 16, 64, 6];
  const mixing = new Random(7).normals(sources * channels);
  const data = new Float32Array(samples * steps * channels);
  for (let s = 0; s < samples; s++) {
    const phases = random.uniforms(2 * sources, 0, 6.28);
    for (let t = 0; t < steps; t++) {
      for (let k = 0; k < sources; k++) {
        const value = Math.sin(phases[k] + (0.2 + 0.15 * k) * t) / Math.sqrt(sources);
        for (let c = 0; c < channels; c++) data[(s * steps + t) * channels + c] += value * mixing[k * channels + c];
      }
    }
  }
  return { data, shape: [samples, steps, channels] };
}

const wanted = process.argv[2]?.split(',') ?? Object.keys(examples);
for (const number of wanted) {
  const start = performance.now();
  await examples[number]();
  console.log(`example ${number}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
process.exit(0);
