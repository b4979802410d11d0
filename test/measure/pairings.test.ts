import { mean } from 'd3-array';
import { expect, test } from 'vitest';
import { pairingsOf } from '../../src/measure/pairings.js';

test.each([2, 3, 4, 7, 16, 93])('of %d samples none is given its own steps, each gives as often as it takes, and no two are paired twice', (samples) => {
  const pairings = pairingsOf(samples, 3);
  expect(pairings).toHaveLength(Math.min(3, samples - 1));
  for (const others of pairings) expect([...others].sort((a, b) => a - b)).toEqual(Array.from({ length: samples }, (_, i) => i));
  for (let sample = 0; sample < samples; sample++) expect(new Set([sample, ...pairings.map((others) => others[sample])]).size).toBe(pairings.length + 1);
});

test('they are the same every time, and do not keep to neighbours, which may be windows of one series', () => {
  expect(pairingsOf(64, 3)).toEqual(pairingsOf(64, 3));
  // A third of the samples apart, on average, if it is by chance.
  for (const others of pairingsOf(64, 3)) expect(mean(others, (other, sample) => Math.abs(other - sample))).toBeGreaterThan(64 / 6);
});

test('one sample has no other', () => {
  expect(pairingsOf(1, 3)).toEqual([]);
});
