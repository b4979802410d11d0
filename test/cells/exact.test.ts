import { expect, test } from 'vitest';
import { activations } from '../../src/cells/activations.js';
import { lstm } from '../../src/cells/lstm.js';
import { simpleRNN } from '../../src/cells/simple-rnn.js';
import { backwardThroughTime, forwardThroughTime, type Recurrence } from '../../src/cells/sequence.js';
import { Random } from '../random.js';

const linear = activations.get('linear')!;
const sigmoid = activations.get('sigmoid')!;
const norm = (v: ArrayLike<number>): number => Math.hypot(...Array.from(v));

test('a linear RNN h = s Q h with orthogonal Q keeps the total gradient at s^k, k steps back', () => {
  const random = new Random(7);
  const [units, steps, s] = [2, 40, 0.9];
  const angle = random.uniform() * Math.PI;
  const recurrentKernel = Float64Array.of(Math.cos(angle), Math.sin(angle), -Math.sin(angle), Math.cos(angle)).map((v) => s * v);
  const recurrence: Recurrence = { cell: simpleRNN, units, activation: linear, recurrentActivation: linear, resetAfter: false, backwards: false };
  const pass = forwardThroughTime(recurrence, { kernel: random.normals(units), recurrentKernel, bias: null }, {
    samples: 1, timesteps: steps, features: 1, x: random.normals(steps),
  });
  const { hidden } = backwardThroughTime(pass, { lastHidden: Float64Array.of(0.6, 0.8) });
  for (let back = 0; back <= steps; back++) {
    const at = (steps - back) * units;
    expect(norm(hidden.subarray(at, at + units))).toBeCloseTo(s ** back, 12);
  }
});

test("an LSTM's cell path with a constant forget gate f decays as f^k", () => {
  const [units, steps, forget] = [1, 60, 0.8];
  // No input and no recurrence: the gates are their biases' sigmoids, the candidate is 0, and c only decays.
  const logit = Math.log(forget / (1 - forget));
  const recurrence: Recurrence = { cell: lstm, units, activation: linear, recurrentActivation: sigmoid, resetAfter: false, backwards: false };
  const pass = forwardThroughTime(recurrence, {
    kernel: new Float64Array(4), recurrentKernel: new Float64Array(4), bias: Float64Array.of(0, logit, 0, 0),
  }, { samples: 1, timesteps: steps, features: 1, x: new Float64Array(steps), initialCell: Float64Array.of(1) });
  const { cell } = backwardThroughTime(pass, { lastCell: Float64Array.of(1) });
  for (let back = 0; back <= steps; back++) expect(cell[steps - back]).toBeCloseTo(forget ** back, 12);
});

test('float32 agrees with float64 to the precision of float32', () => {
  const random = new Random(3);
  const [samples, steps, features, units] = [3, 30, 5, 7];
  const recurrence: Recurrence = { cell: lstm, units, activation: activations.get('tanh')!, recurrentActivation: sigmoid, resetAfter: false, backwards: true };
  const kernel = random.normals(features * 4 * units, 0.4);
  const recurrentKernel = random.normals(units * 4 * units, 0.4);
  const bias = random.normals(4 * units, 0.4);
  const x = random.normals(samples * steps * features);
  const dY = random.normals(samples * steps * units);
  const gradient = (as: typeof Float32Array | typeof Float64Array) => {
    const pass = forwardThroughTime(recurrence, { kernel: new as(kernel), recurrentKernel: new as(recurrentKernel), bias: new as(bias) }, {
      samples, timesteps: steps, features, x: new as(x),
    });
    return backwardThroughTime(pass, { sequence: new as(dY) }).hidden;
  };
  const exact = gradient(Float64Array);
  const single = gradient(Float32Array);
  const scale = Math.max(...exact.map(Math.abs));
  expect(Math.max(...exact.map((v, n) => Math.abs(v - single[n]!)))).toBeLessThan(2e-6 * scale);
});
