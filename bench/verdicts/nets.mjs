// Small nets for the tasks, with seeded weights: as Keras would draw them, or built to have some fault.

import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { initialize } from '../../dist/examples/index.js';
import { accelerate, chronoBiases } from '../../dist/index.js';

const factories = { LSTM: 'lstm', GRU: 'gru', SimpleRNN: 'simpleRNN' };
/** In the order in which their weights lie. */
const GATES = { LSTM: ['input', 'forget', 'cell', 'output'], GRU: ['update', 'reset', 'new'], SimpleRNN: ['state'] };

/** Makers of recurrent layers, told whether the last is to return all steps. */
export const layers = (kind, units, { count = 1, ...args } = {}) => (everyStep) => Array.from({ length: count }, (_, i) =>
  one(kind, units, { name: `${factories[kind]}${count > 1 ? `_${i + 1}` : ''}`, returnSequences: everyStep || i < count - 1, ...args }));
export const masked = (make) => (everyStep) => [tfl.layers.masking({ name: 'masking' }), ...make(everyStep)];
export const bothWays = (kind, units) => (everyStep) => [tfl.layers.bidirectional({ name: 'both', mergeMode: 'concat', layer: one(kind, units, { returnSequences: everyStep }) })];

// 'zeros' since `initialize` fills them in.
const one = (kind, units, args) => tfl.layers[factories[kind]]({ units, recurrentInitializer: 'zeros', ...(kind === 'SimpleRNN' ? {} : { recurrentActivation: 'sigmoid' }), ...args });

/** Recurrent layers under a dense one that answers, compiled. */
export function netFor({ steps, features, classes, everyStep = false }, make, random) {
  const model = tfl.sequential({ layers: [
    tfl.layers.inputLayer({ inputShape: [steps, features] }), ...make(everyStep),
    tfl.layers.dense({ name: 'answer', units: classes || 1, activation: classes ? 'softmax' : 'linear' }),
  ] });
  model.compile({ loss: classes ? 'categoricalCrossentropy' : 'meanSquaredError', optimizer: tf.train.adam(0.01) });
  initialize(model, random);
  return model;
}

/** Changes the first recurrent layer's weights: (values of one, its shape) => values; in the order kernel, recurrent kernel, bias. */
function change(model, ...changes) {
  const layer = model.layers.find(({ weights }) => weights.length > 0);
  tf.tidy(() => { layer.setWeights(layer.getWeights().map((weight, i) => (changes[i] ? tf.tensor(changes[i](weight.dataSync()), weight.shape) : weight))); });
}

/** The recurrent kernel, orthogonal as it is, times a factor. */
export const scaled = (factor) => (model) => { change(model, null, (kernel) => kernel.map((value) => factor * value)); };

/** Biases by gate: numbers, or functions of (unit, units, random). */
export const biased = (kind, byGate) => (model, random) => {
  change(model, null, null, (bias) => {
    const units = bias.length / GATES[kind].length;
    return bias.map((value, i) => {
      const given = byGate[GATES[kind][Math.floor(i / units)]];
      return given === undefined ? value : typeof given === 'number' ? given : given(i % units, units, random);
    });
  });
};

/** Of either sign, by unit. */
export const eitherSign = (size) => (_unit, _units, random) => (random.uniform() < 0.5 ? -size : size);

/** Chrono initialisation of an LSTM for so many steps. */
export const chrono = (steps) => biased('LSTM', { forget: (unit, units) => chronoBiases(units, steps)[unit], input: (unit, units) => -chronoBiases(units, steps)[unit] });

/** After so many iterations it is looked whether that is enough. */
const LOOK = 20;
const BATCH = 32;

/** Trains on new batches until the loss on others is low enough, or for as many iterations as there may be. */
export async function train(model, task, most, random) {
  const { restore } = accelerate(model);
  const held = task.batch(random, 128);
  let loss = evaluate(model, held);
  let done = 0;
  // Some way below, so that it is learnt by any other batch too.
  while (done < most && loss > 0.6 * task.learnt) {
    for (let i = 0; i < LOOK; i++, done++) await withTensors(task.batch(random, BATCH), (x, y) => model.trainOnBatch(x, y));
    loss = evaluate(model, held);
  }
  restore();
}

/** The loss on a batch. */
export const evaluate = (model, batch) => withTensors(batch, (x, y) => tf.tidy(() => model.evaluate(x, y, { batchSize: batch.x.shape[0] }).dataSync()[0]));

function withTensors({ x, y }, work) {
  const tensors = [x, y].map(({ data, shape }) => tf.tensor(data, shape));
  const done = work(...tensors);
  const dispose = () => { tf.dispose(tensors); };
  if (done instanceof Promise) return done.finally(dispose);
  dispose();
  return done;
}

/** The share of answers in which the largest is the right one. */
export function accuracy(model, batch) {
  const { x: { data, shape }, y } = batch;
  const classes = y.shape.at(-1);
  const answers = tf.tidy(() => model.predict(tf.tensor(data, shape)).dataSync());
  const rows = answers.length / classes;
  const largest = (values, row) => values.subarray(row * classes, (row + 1) * classes).reduce((best, value, i, all) => (value > all[best] ? i : best), 0);
  return Array.from({ length: rows }, (_, row) => largest(answers, row) === largest(y.data, row)).filter(Boolean).length / rows;
}
