import { describe, expect, it } from 'vitest';
import { namedArray } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { take } from '../../src/core/take.js';

const array = namedArray(Float32Array.from({ length: 24 }, (_, i) => i), [2, 3, 4], ['samples', 'timesteps', 'units']);

describe('take', () => {
  it('takes one index of any axis, which is then gone', () => {
    expect(take(array, { samples: 1 })).toEqual({ data: Float32Array.from({ length: 12 }, (_, i) => 12 + i), shape: [3, 4], axes: ['timesteps', 'units'] });
    expect(take(array, { timesteps: 1 })).toEqual({ data: Float32Array.of(4, 5, 6, 7, 16, 17, 18, 19), shape: [2, 4], axes: ['samples', 'units'] });
    expect(take(array, { units: 0 })).toEqual({ data: Float32Array.of(0, 4, 8, 12, 16, 20), shape: [2, 3], axes: ['samples', 'timesteps'] });
  });

  it('counts negative indices from the end, and takes of several axes', () => {
    expect(take(array, { units: -1, samples: 0 })).toEqual({ data: Float32Array.of(3, 7, 11), shape: [3], axes: ['timesteps'] });
    expect(take(array, { samples: -2, timesteps: 0, units: 2 })).toEqual({ data: Float32Array.of(2), shape: [], axes: [] });
  });

  it('copies', () => {
    for (const at of [{ samples: 0 }, {}]) {
      const taken = take(array, at);
      taken.data[0] = 99;
      expect(array.data[0]).toBe(0);
    }
  });

  it.each([
    [{ sample: 0 }, "take: the array has no axis 'sample'; did you mean 'samples'?"],
    [{ channels: 0 }, "take: the array has no axis 'channels'; there are: samples, timesteps, units"],
  ])('refuses an unknown axis: %j', (at, message) => {
    expect(() => take(array, at)).toThrow(new UsageError(message));
  });

  it.each([
    [{ units: 4 }, "take: units must be an index of the array's 4, found 4 (its shape is (2, 3, 4))"],
    [{ samples: -3 }, "take: samples must be an index of the array's 2, found -3 (its shape is (2, 3, 4))"],
    [{ units: 0.5 }, "take: units must be an index of the array's 4, found 0.5 (its shape is (2, 3, 4))"],
    [{ units: NaN }, "take: units must be an index of the array's 4, found NaN (its shape is (2, 3, 4))"],
  ])('refuses an index beyond the axis: %j', (at, message) => {
    expect(() => take(array, at)).toThrow(message);
  });
});
