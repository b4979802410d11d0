import { describe, expect, test } from 'vitest';
import { detectNans } from '../../src/measure/nans.js';

describe('detectNans', () => {
  test('counts NaN and infinite values, in numbers and in words', () => {
    const data = [NaN, Infinity, -Infinity, 0];
    expect(detectNans(data)).toEqual({ nan: 1, infinite: 2, size: 4, text: '25.0% NaN, 50.0% Inf' });
    expect(detectNans(data, { includeInf: false })).toEqual({ nan: 1, infinite: 0, size: 4, text: '25.0% NaN' });
    expect(detectNans([Infinity, 0])).toEqual({ nan: 0, infinite: 1, size: 2, text: '50.0% Inf' });
    expect(detectNans([Infinity, 0], { includeInf: false })).toBeNull();
  });

  test('few among many are a count, not a share of 0.0%', () => {
    const many = new Float32Array(10_000);
    many[77] = NaN;
    expect(detectNans(many)?.text).toBe('1 NaN');
    expect(detectNans({ data: many.subarray(0, 100), shape: [10, 10] })?.text).toBe('1.0% NaN');
  });

  test('none, no values, and what is no array', () => {
    expect(detectNans([0])).toBeNull();
    expect(detectNans([])).toBeNull();
    expect(() => detectNans('NaN' as unknown as number[])).toThrow(/^data of detectNans: expected an array of numbers, found string$/);
    expect(() => detectNans([1], { inf: true } as object)).toThrow(/^detectNans: unknown option 'inf'/);
  });
});
