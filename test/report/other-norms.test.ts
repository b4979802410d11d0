import { describe, expect, it } from 'vitest';
import { flow } from '../../src/measure/flow.js';
import { flowBy } from '../../src/report/other-norms.js';
import { named } from './content.js';

/** Two samples, two timesteps, three units. */
const gradient = { ...named([2, 2, 3], ['samples', 'timesteps', 'units'], () => 0), data: Float32Array.of(1, -2, 3, 0, 0, 0, -4, 0, 0, 5, 5, 5) };

describe('norms of a gradient against time', () => {
  it('are the sum of absolute values, and the largest of them, by sample and over all', () => {
    const [sum, most] = [flowBy('L1', gradient, null), flowBy('maximum', gradient, null)];
    expect([...sum.bySample.data]).toEqual([6, 0, 4, 15]);
    expect([[...sum.norm], [...sum.median]]).toEqual([[10, 15], [5, 7.5]]);
    expect([...most.bySample.data]).toEqual([3, 0, 4, 5]);
    expect([...most.norm]).toEqual([4, 5]);
  });

  it('bound the Euclidean one', () => {
    const [sum, euclidean, most] = [flowBy('L1', gradient, null), flow(gradient, null, 1), flowBy('maximum', gradient, null)];
    euclidean.norm.forEach((value, t) => {
      expect(most.norm[t]!).toBeLessThanOrEqual(value);
      expect(value).toBeLessThanOrEqual(sum.norm[t]!);
    });
  });

  it('leave out masked steps, and turn round what is reversed, but not its mask', () => {
    const mask = { data: Float32Array.of(1, 0, 1, 1), shape: [2, 2], axes: ['samples', 'timesteps'] };
    expect([...flowBy('L1', gradient, mask).bySample.data]).toEqual([6, NaN, 4, 15]);
    expect([...flowBy('L1', gradient, mask).norm]).toEqual([10, 15]);
    expect([...flowBy('L1', gradient, mask, true).bySample.data]).toEqual([0, NaN, 15, 4]);
  });

  it('are not finite where the gradient is not', () => {
    const broken = { ...gradient, data: gradient.data.map((value, at) => (at === 0 ? NaN : at === 3 ? Infinity : value)) };
    for (const name of ['L1', 'maximum'] as const) expect([...flowBy(name, broken, null).bySample.data].slice(0, 2), name).toEqual([NaN, Infinity]);
  });
});
