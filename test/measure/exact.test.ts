import { describe, expect, test } from 'vitest';
import { gru } from '../../src/cells/gru.js';
import { lstm } from '../../src/cells/lstm.js';
import { simpleRNN } from '../../src/cells/simple-rnn.js';
import { carried } from '../../src/measure/carried.js';
import { chronoBiases } from '../../src/measure/chrono.js';
import { jacobians } from '../../src/measure/jacobians.js';
import { lyapunov } from '../../src/measure/lyapunov.js';
import { stepLearning } from '../../src/measure/step-learning.js';
import { gradientOfLast, known, lastOnly, made, normalMatrix, orthogonal } from './replays.js';

const settings = { share: 0.1, confidence: 0.95 };

describe('a linear recurrence h = s Q h with orthogonal Q', () => {
  const s = 0.9;
  const linear = (scale: number) => made({
    cell: simpleRNN, units: 6, timesteps: 40, samples: 3, activation: 'linear', weights: { recurrentKernel: orthogonal(6, 3).map((value) => scale * value), bias: null },
  });

  test('carries its gradient k steps back at s^k', () => {
    const [hidden] = known(carried(linear(s), settings));
    expect(hidden!.norm).toHaveLength(40);
    hidden!.norm.forEach((norm, lag) => { expect(norm / s ** lag).toBeCloseTo(1, 10); });
    const decay = known(hidden!.decay);
    expect(decay.factor).toBeCloseTo(s, 10);
    expect(decay.r2).toBeCloseTo(1, 10);
    expect(decay.halfLife).toBeCloseTo(Math.log(0.5) / Math.log(s), 8);
    // 0.9^21 = 0.109, 0.9^22 = 0.098
    expect(hidden!.horizon).toEqual({ steps: 21, open: false });
  });

  test('with s = 1 loses nothing: the horizon is open, all singular values are 1, all Lyapunov exponents 0', () => {
    const replay = linear(1);
    expect(known(carried(replay, settings))[0]!.horizon).toEqual({ steps: 39, open: true });
    const { hidden, largest, rms } = known(jacobians(replay));
    for (const value of [...hidden.data, ...largest, ...rms]) expect(value).toBeCloseTo(1, 10);
    for (const exponent of known(lyapunov(replay)).exponents) expect(exponent).toBeCloseTo(0, 10);
  });

  test('has singular values s, and s^k over k steps', () => {
    const { hidden, largest, rms } = known(jacobians(linear(s)));
    for (const value of hidden.data) expect(value).toBeCloseTo(s, 10);
    for (const curve of [largest, rms]) curve.forEach((value, i) => { expect(value / s ** (i + 1)).toBeCloseTo(1, 8); });
  });
});

test('the Lyapunov exponents of a linear recurrence with a normal matrix are ln |eigenvalue|', () => {
  const eigenvalues = [1.2, -0.9, 0.5, -0.2, 0.05];
  const replay = made({ cell: simpleRNN, units: 5, timesteps: 120, samples: 2, activation: 'linear', weights: { recurrentKernel: normalMatrix(eigenvalues, 5), bias: null } });
  const { exponents, samples, steps } = known(lyapunov(replay));
  exponents.forEach((exponent, i) => { expect(exponent).toBeCloseTo(Math.log(Math.abs(eigenvalues[i]!)), 9); });
  expect([samples, steps]).toEqual([2, 120]);
  // Fewer of them are the largest.
  known(lyapunov(replay, 2)).exponents.forEach((exponent, i) => { expect(exponent).toBeCloseTo(Math.log(Math.abs(eigenvalues[i]!)), 9); });
});

test("an LSTM's cell path with constant forget gates f decays as f^k, and its exponents are ln f", () => {
  // No input and no recurrence: the gates are their biases' sigmoids, the candidate is 0, and c only decays.
  const withGates = (forget: readonly number[], timesteps: number) => made({
    cell: lstm, units: forget.length, timesteps, activation: 'linear', features: 1, initialCell: new Float64Array(forget.length).fill(1),
    weights: {
      kernel: new Float64Array(4 * forget.length), recurrentKernel: new Float64Array(4 * forget.length ** 2),
      bias: Float64Array.from([0, 1, 2, 3].flatMap((gate) => forget.map((f) => (gate === 1 ? Math.log(f / (1 - f)) : 0)))),
    },
  });
  const [, one] = known(carried(withGates([0.8], 60), settings));
  expect(one!.of).toBe('cell');
  one!.norm.forEach((norm, lag) => { expect(norm / 0.8 ** lag).toBeCloseTo(1, 12); });
  const [hidden, cell] = known(carried(withGates([0.95, 0.8], 30), settings));
  // Each unit's is a tenth of its start after ln 0.1 / ln f steps.
  expect(cell!.unitHorizons).toEqual([{ steps: 29, open: true }, { steps: Math.floor(Math.log(0.1) / Math.log(0.8)), open: false }]);
  // The hidden state is made anew at every step, of the cell alone.
  expect(hidden!.horizon).toEqual({ steps: 0, open: false });
  const { exponents } = known(lyapunov(withGates([0.95, 0.8], 400)));
  expect(exponents[0]).toBeCloseTo(Math.log(0.95), 10);
  expect(exponents[1]).toBeCloseTo(Math.log(0.8), 10);
  expect([exponents[2], exponents[3]]).toEqual([-Infinity, -Infinity]);
});

test('of chrono initialisation sigma(ln(T - 1)) = 1 - 1/T', () => {
  const [bias] = chronoBiases(1, 3);
  expect(1 / (1 + Math.exp(-bias!))).toBeCloseTo(1 - 1 / 2.5, 12);
  const all = chronoBiases(50, 100);
  const memories = all.map((one) => 1 / (1 - 1 / (1 + Math.exp(-one))));
  memories.forEach((memory, unit) => { expect(memory).toBeCloseTo(2 + ((unit + 0.5) / 50) * 98, 9); });
});

describe('per-step learning', () => {
  test.each([
    ['LSTM', { cell: lstm }], ['GRU', { cell: gru }], ['GRU with reset_after', { cell: gru, resetAfter: true }], ['SimpleRNN', { cell: simpleRNN }],
    ['backwards', { cell: lstm, backwards: true }], ['masked', { cell: gru, mask: Array.from({ length: 36 }, (_, n) => (n % 12 < 3 || n === 20 ? 0 : 1)) }],
  ])('%s: shares sum to 1, and no truncation is no error', (_, of) => {
    const replay = made({ units: 4, timesteps: 12, samples: 3, ...of });
    const { shares, norms, truncations, biases, truncation } = known(stepLearning(replay, lastOnly(replay), 0.05));
    expect(Object.keys(shares)).toEqual(['kernel', 'recurrent_kernel', 'bias']);
    for (const curve of Object.values(shares)) expect(curve.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
    for (const curve of Object.values(norms)) expect(curve).toHaveLength(12);
    expect([...truncations]).toEqual([1, 2, 3, 4, 6, 8, 12]);
    expect(biases.at(-1)).toBe(0);
    expect(biases[0]).toBeGreaterThan(biases[4]!);
    expect(truncations).toContain(truncation);
  });

  test('the error of a truncation is what the cut-off steps add, where the loss is at the end', () => {
    const replay = made({ cell: lstm, units: 3, timesteps: 8, samples: 2, seed: 4 });
    const { truncations, biases } = known(stepLearning(replay, lastOnly(replay), 0.05));
    // A recurrence from the state that it had there on is what is left of it.
    for (const [i, length] of [...truncations].entries()) {
      const whole = gradientOfLast(replay, 8);
      const cut = gradientOfLast(replay, length);
      expect(biases[i]).toBeCloseTo(Math.hypot(...whole.map((value, n) => value - cut[n]!)) / Math.hypot(...whole), 4);
    }
  });

  test('says so where more comes in than it was told', () => {
    const replay = made({ cell: lstm, units: 3, timesteps: 8, sequence: new Float64Array(24).fill(1) });
    expect(stepLearning(replay, lastOnly(replay), 0.05)).toEqual({ why: 'sending back what comes in through its outputs gives another gradient than in the model: something more comes in' });
  });
});
