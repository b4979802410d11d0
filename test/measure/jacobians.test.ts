import { describe, expect, test } from 'vitest';
import { gru } from '../../src/cells/gru.js';
import { lstm } from '../../src/cells/lstm.js';
import { forwardThroughTime } from '../../src/cells/sequence.js';
import { simpleRNN } from '../../src/cells/simple-rnn.js';
import { jacobians, stepsOpen } from '../../src/measure/jacobians.js';
import { singularValues } from '../../src/measure/linear-algebra.js';
import type { Replay } from '../../src/measure/replay.js';
import { seed } from '../seed.js';
import { known, made } from './replays.js';

/** The state after one step from a given state, at one of a sample's inputs. */
function stepFrom({ recurrence, weights, input: { features, timesteps, x } }: Replay, sample: number, timestep: number, state: Float64Array): Float64Array {
  const { cell, units } = recurrence;
  const pass = forwardThroughTime({ ...recurrence, backwards: false }, weights, {
    samples: 1, timesteps: 1, features, x: x.slice((sample * timesteps + timestep) * features, (sample * timesteps + timestep + 1) * features),
    initialHidden: state.slice(0, units), initialCell: state.slice(units),
  });
  return Float64Array.from([...pass.hidden.subarray(units), ...(cell.hasCellState ? pass.cell.subarray(units) : [])]);
}

/** The state before each step of a sample, as it is processed. */
function statesBefore({ recurrence, weights, input }: Replay, sample: number, timestep: number): Float64Array {
  const pass = forwardThroughTime(recurrence, weights, input);
  const step = recurrence.backwards ? pass.steps - 1 - timestep : timestep;
  const at = step * pass.size + sample * pass.units;
  return Float64Array.from([...pass.hidden.subarray(at, at + pass.units), ...(recurrence.cell.hasCellState ? pass.cell.subarray(at, at + pass.units) : [])]);
}

describe(`the Jacobian of a step agrees with central differences (seed ${seed})`, () => {
  const activations = [['tanh', 'sigmoid'], ['softplus', 'hardSigmoid'], ['gelu', 'sigmoid']] as const;
  const cases = [['LSTM', lstm, false], ['GRU', gru, false], ['GRU with reset_after', gru, true], ['SimpleRNN', simpleRNN, false]] as const;
  test.each(cases.flatMap(([name, cell, resetAfter]) => activations.flatMap(([activation, recurrentActivation]) => [false, true].map((backwards) =>
    [`${name}, ${activation}, ${recurrentActivation}${backwards ? ', backwards' : ''}`, { cell, resetAfter, activation, recurrentActivation, backwards }] as const))))('%s', (_, of) => {
    const replay = made({ ...of, units: 3, timesteps: 5, samples: 2, seed });
    const { jacobian } = stepsOpen(replay);
    for (const [sample, timestep] of [[0, 0], [1, 2], [1, 4]] as const) {
      const found = jacobian(sample, timestep);
      const state = statesBefore(replay, sample, timestep);
      const width = state.length;
      for (let m = 0; m < width; m++) {
        const [up, down] = [1, -1].map((sign) => stepFrom(replay, sample, timestep, state.map((value, i) => (i === m ? value + sign * 1e-6 : value))));
        for (let n = 0; n < width; n++) expect(found[n * width + m], `d ${n} / d ${m}`).toBeCloseTo((up![n]! - down![n]!) / 2e-6, 7);
      }
    }
  });
});

describe('jacobians', () => {
  test('are of the steps that are not masked', () => {
    const replay = made({ cell: gru, units: 3, timesteps: 6, samples: 2, mask: [0, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1, 0] });
    const { at, hidden, largest, samples } = known(jacobians(replay));
    expect(at).toEqual([2, 3, 4, 5].map((timestep) => ({ sample: 0, timestep })).concat([0, 2, 4].map((timestep) => ({ sample: 1, timestep }))));
    expect(hidden.shape).toEqual([7, 3]);
    expect([largest.length, samples]).toEqual([4, 2]);
  });

  test('products are those of the last steps', () => {
    const replay = made({ cell: lstm, units: 3, timesteps: 4 });
    const { jacobian } = stepsOpen(replay);
    const [a, b] = [jacobian(0, 3), jacobian(0, 2)];
    const both = Float64Array.from({ length: 36 }, (_, n) => Array.from({ length: 6 }, (_one, k) => a[Math.floor(n / 6) * 6 + k]! * b[k * 6 + (n % 6)]!).reduce((x, y) => x + y));
    const values = singularValues(both, 6, 6);
    const { largest, rms } = known(jacobians(replay));
    expect(largest[1]).toBeCloseTo(values[0]!, 8);
    expect(rms[1]).toBeCloseTo(Math.hypot(...values) / Math.sqrt(6), 8);
  });

  test('are not made up where units are mixed', () => {
    expect(jacobians(made({ cell: simpleRNN, units: 3, timesteps: 4, activation: 'softmax' }))).toEqual({ why: "the activation 'softmax' mixes units, and Jacobians are worked out for those that act on each alone" });
  });
});
