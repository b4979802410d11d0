// Small nets for the tasks, with seeded weights: as Keras would draw them, or built to have some fault.

import { Adam, initialize } from '../../dist/examples/index.js';
import { chronoBiases, kerasModel, trace } from '../../dist/index.js';

/** In the order in which their weights lie. */
const GATES = { LSTM: ['input', 'forget', 'cell', 'output'], GRU: ['update', 'reset', 'new'], SimpleRNN: ['state'] };

/** Makers of recurrent layers, in Keras's words, told whether the last is to return all steps. */
export const layers = (kind, units, { count = 1, ...config } = {}) => (everyStep) => Array.from({ length: count }, (_, i) =>
  one(kind, units, { name: `${kind.toLowerCase()}${count > 1 ? `_${i + 1}` : ''}`, return_sequences: everyStep || i < count - 1, ...config }));
export const masked = (make) => (everyStep) => [{ class_name: 'Masking', config: { name: 'masking' } }, ...make(everyStep)];
export const bothWays = (kind, units) => (everyStep) => [{ class_name: 'Bidirectional', config: { name: 'both', layer: one(kind, units, { return_sequences: everyStep }) } }];

const one = (kind, units, config) => ({ class_name: kind, config: { units, ...(kind === 'GRU' ? { reset_after: false } : {}), ...config } });

/** Recurrent layers under a dense one that answers. */
export function netFor({ steps, features, classes, everyStep = false }, make, random) {
  const model = kerasModel({ layers: [
    { class_name: 'InputLayer', config: { name: 'input', batch_shape: [null, steps, features] } }, ...make(everyStep),
    { class_name: 'Dense', config: { name: 'answer', units: classes || 1, activation: classes ? 'softmax' : 'linear' } },
  ] }, { loss: classes ? 'categorical_crossentropy' : 'mean_squared_error' });
  initialize(model, random);
  return model;
}

/** Changes the first recurrent layer's weights: their values => values; in the order kernel, recurrent kernel, bias. */
function change(model, ...changes) {
  const { weights } = model.layers.find((layer) => layer.weights.length > 0);
  weights.forEach((weight, i) => { if (changes[i]) weight.set(changes[i](weight.read())); });
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
  const adam = new Adam(model, { learningRate: 0.01 });
  const held = task.batch(random, 128);
  let loss = await evaluate(model, held);
  let done = 0;
  // Some way below, so that it is learnt by any other batch too.
  while (done < most && loss > 0.6 * task.learnt) {
    for (let i = 0; i < LOOK; i++, done++) {
      const { x, y } = task.batch(random, BATCH);
      await adam.step(x, y);
    }
    loss = await evaluate(model, held);
  }
}

/** The loss on a batch. */
export const evaluate = async (model, { x, y }) => (await trace(model, x, y, { quantities: [], values: false })).loss;

/** The share of answers in which the largest is the right one. */
export async function accuracy(model, { x, y }) {
  const classes = y.shape.at(-1);
  const { data: answers } = await model.predict(x);
  const rows = answers.length / classes;
  const largest = (values, row) => values.subarray(row * classes, (row + 1) * classes).reduce((best, value, i, all) => (value > all[best] ? i : best), 0);
  return Array.from({ length: rows }, (_, row) => largest(answers, row) === largest(y.data, row)).filter(Boolean).length / rows;
}
