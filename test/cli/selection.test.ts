import { describe, expect, it } from 'vitest';
import { parseSlice, select } from '../../src/cli/selection.js';
import { namedArray } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { messageOf } from '../files/build.js';

const axes = ['samples', 'timesteps', 'units'];
const array = namedArray(Int16Array.from({ length: 24 }, (_, i) => i), [2, 3, 4]);
const taken = (slices: Record<string, string>): { shape: readonly number[]; data: number[] } => {
  const part = select(array, Object.fromEntries(Object.entries(slices).map(([axis, text]) => [axis, parseSlice(`--${axis}`, text)])), axes, 'x.npy');
  expect(part.data).toBeInstanceOf(Int16Array);
  return { shape: part.shape, data: [...part.data] };
};

describe('a part of an array', () => {
  it.each([
    ['0:2', [0, 1]], ['1:3', [1, 2]], [':2', [0, 1]], ['2:', [2, 3]], [':', [0, 1, 2, 3]], ['-1:', [3]], [':-1', [0, 1, 2]],
    ['-3:-1', [1, 2]], ['2:99', [2, 3]], ['-99:1', [0]], ['1', [1]], ['-1', [3]], ['-4', [0]],
  ])('units %s as in Python', (text, units) => {
    expect(taken({ units: text, samples: '0', timesteps: '0' })).toEqual({ shape: [1, 1, units.length], data: units });
  });

  it('along several axes, of the same rank', () => {
    expect(taken({ samples: '1', timesteps: '1:', units: '::'.slice(1) })).toEqual({ shape: [1, 2, 4], data: [16, 17, 18, 19, 20, 21, 22, 23] });
    expect(taken({ timesteps: '1' })).toEqual({ shape: [2, 1, 4], data: [4, 5, 6, 7, 16, 17, 18, 19] });
  });

  it('is the array itself where nothing is asked for', () => {
    expect(select(array, {}, axes, 'x.npy')).toBe(array);
  });

  it.each([
    ['units', '4', 'x.npy: --units 4 is beyond its 4 units'],
    ['units', '-5', 'x.npy: --units -5 is beyond its 4 units'],
    ['samples', '2:', 'x.npy: --samples 2: takes none of its 2 samples'],
    ['timesteps', '2:1', 'x.npy: --timesteps 2:1 takes none of its 3 timesteps'],
    ['gates', '0', 'x.npy: has no axis of gates to take --gates 0 of, its shape is (2, 3, 4): (samples, timesteps, units)'],
  ])('%s %s', (axis, text, message) => {
    expect(messageOf(() => taken({ [axis]: text }))).toBe(message);
  });

  it.each(['', 'x', '1:2:3', '1.5', '0x1', ' 1', '--1', '1-2', '9999999999999999', '12345678901234567890'])("refuses '%s'", (text) => {
    expect(() => parseSlice('--units', text)).toThrow(UsageError);
    expect(messageOf(() => parseSlice('--units', text))).toBe(`--units must be a stretch such as 0:16, 8: or :-1, or a single index, found "${text}"`);
  });
});
