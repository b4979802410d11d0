import { describe, expect, test } from 'vitest';
import { simpleRNN } from '../../src/cells/simple-rnn.js';
import type { Carried } from '../../src/measure/analysis.js';
import { carried } from '../../src/measure/carried.js';
import { jacobians } from '../../src/measure/jacobians.js';
import type { Replay } from '../../src/measure/replay.js';
import { stepLearning } from '../../src/measure/step-learning.js';
import { known, lastOnly, made } from './replays.js';

const settings = { share: 0.1, confidence: 0.95 };
const [samples, timesteps] = [5, 12];

const one = (replay: Replay, share = 0.1): Carried => known(carried(replay, { ...settings, share }))[0]!;

/** h = relu(0.9 h + x): of a sample whose inputs are negative nothing is ever active, of the others 0.9^k gets back. */
function rectified(shut: readonly number[]): Replay {
  const replay = made({
    cell: simpleRNN, units: 1, features: 1, samples, timesteps, activation: 'relu', sequence: new Float64Array(samples * timesteps).map((_, n) => (n % timesteps === timesteps - 1 ? 1 : 0)),
    weights: { kernel: Float64Array.of(1), recurrentKernel: Float64Array.of(0.9), bias: null },
  });
  const x = Float64Array.from({ length: samples * timesteps }, (_, n) => (shut.includes(Math.floor(n / timesteps)) && n % timesteps < timesteps - 1 ? -1 : 1));
  return { ...replay, input: { ...replay.input, x } };
}

describe('over samples', () => {
  test('one that nothing gets back through does not stand for all', () => {
    const { norm, low, samples: reaching, horizon, decay } = one(rectified([2]));
    norm.forEach((value, lag) => { expect(value / 0.9 ** lag).toBeCloseTo(1, 12); });
    expect(low.at(-1)).toBeLessThan(0.9 ** 11 / 2);
    expect([...reaching]).toEqual(new Array(timesteps).fill(samples));
    expect(horizon).toEqual({ steps: 11, open: true });
    expect(known(decay).factor).toBeCloseTo(0.9, 12);
  });

  test('most of which nothing gets back through do', () => {
    const { norm, horizon } = one(rectified([0, 1, 2]));
    expect([norm[1], norm.at(-1)]).toEqual([expect.closeTo(0.9, 12), 0]);
    expect(horizon).toEqual({ steps: 1, open: false });
  });

  test("a unit's horizon is not cut short where fewer samples reach", () => {
    // Three steps of the last two samples, all of the others.
    const mask = Array.from({ length: samples * timesteps }, (_, n) => (n < 3 * timesteps || n % timesteps >= timesteps - 3 ? 1 : 0));
    const replay = made({ cell: simpleRNN, units: 1, samples, timesteps, activation: 'linear', mask, weights: { recurrentKernel: Float64Array.of(1), bias: null } });
    const { samples: reaching, unitHorizons } = one(replay, 0.9);
    expect([...reaching]).toEqual([5, 5, 5, 3, 3, 3, 3, 3, 3, 3, 3, 3]);
    // Every sample keeps all that it was sent: only how many there are changes with the lag.
    expect(unitHorizons).toEqual([{ steps: 11, open: true }]);
  });

  test('a curve goes as far back as three of them reach', () => {
    // All, 10, 8, 4 and 4 steps.
    const lengths = [12, 10, 8, 4, 4];
    const mask = lengths.flatMap((length) => Array.from({ length: timesteps }, (_, t) => (t >= timesteps - length ? 1 : 0)));
    const { samples: reaching, norm, horizon, decay, unitHorizons } = one({ ...rectified([]), input: { ...rectified([]).input, mask } });
    expect([...reaching]).toEqual([5, 5, 5, 5, 3, 3, 3, 3]);
    expect([norm.length, horizon, known(decay).to, unitHorizons]).toEqual([8, { steps: 7, open: true }, 7, [{ steps: 7, open: true }]]);
  });
});

test('a gradient that is not finite is not said to be zero', () => {
  const replay = rectified([]);
  const with_ = (value: number): Replay => ({ ...replay, hiddenGradient: { ...replay.hiddenGradient, data: replay.hiddenGradient.data.map((_one, n) => (n % timesteps === timesteps - 1 ? value : 0)) as Float64Array } });
  expect(carried(with_(Number.NaN), settings)).toEqual({ why: 'the gradient that comes into it is not finite at 5 of 5 samples' });
  const some = with_(1);
  some.hiddenGradient.data[timesteps - 1] = Infinity;
  expect(carried(some, settings)).toEqual({ why: 'the gradient that comes into it is not finite at 1 of 5 samples' });
  expect(carried({ ...replay, input: { ...replay.input, mask: new Uint8Array(samples * timesteps) } }, settings)).toEqual({ why: 'every step is masked' });
  expect(carried(with_(0), settings)).toEqual({ why: 'no gradient reaches it' });
  expect(stepLearning(with_(Number.NaN), lastOnly(replay), 0.05)).toEqual({ why: 'the gradient by its hidden state is not finite' });
});

test('products of Jacobians that have come to zero stay there', () => {
  // Shut at the step before the last two, of the second sample alone.
  const replay = rectified([]);
  const x = Float64Array.from(replay.input.x, (value, n) => (n === 2 * timesteps - 3 ? -100 : value));
  const { largest, rms } = known(jacobians({ ...replay, input: { ...replay.input, x } }));
  expect(largest).toHaveLength(timesteps);
  for (const curve of [largest, rms]) {
    expect([...curve.slice(0, 2)]).toEqual([expect.closeTo(0.9, 12), expect.closeTo(0.81, 12)]);
    expect([...curve.slice(2)]).toEqual(new Array(timesteps - 2).fill(0));
  }
});
