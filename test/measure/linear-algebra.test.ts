import { expect, test } from 'vitest';
import { norm, orthonormalise, singularValues } from '../../src/measure/linear-algebra.js';
import { quantile, studentT } from '../../src/measure/statistics.js';
import { Random } from '../random.js';
import { orthogonal } from './replays.js';

test('singular values are right in relative terms over many orders of magnitude', () => {
  const values = [1e8, 3, 1e-3, 1e-9];
  // D V^T: its rows are already orthogonal; U D V^T mixes them.
  const [u, v] = [orthogonal(4, 1), orthogonal(4, 2)];
  const graded = Float64Array.from({ length: 16 }, (_, n) => values[Math.floor(n / 4)]! * v[n]!);
  singularValues(graded, 4, 4).forEach((value, i) => { expect(value / values[i]!).toBeCloseTo(1, 12); });
  const mixed = Float64Array.from({ length: 16 }, (_, n) => values.reduce((sum, _value, k) => sum + u[Math.floor(n / 4) * 4 + k]! * graded[k * 4 + (n % 4)]!, 0));
  // Here rounding of the matrix itself is 1e-8 already.
  singularValues(mixed, 4, 4).forEach((value, i) => { expect(Math.abs(value - values[i]!)).toBeLessThan(1e-7); });
});

test('singular values of what is not square, of zeros, of the huge and the tiny', () => {
  for (const scale of [1, 1e200, 1e-200]) {
    const values = singularValues(Float64Array.of(3 * scale, 0, 0, 0, 4 * scale, 0), 2, 3);
    expect(values[0]! / scale).toBeCloseTo(4, 12);
    expect(values[1]! / scale).toBeCloseTo(3, 12);
  }
  expect([...singularValues(new Float64Array(6), 3, 2)]).toEqual([0, 0]);
});

test('a NaN is not hidden by what comes behind it', () => {
  for (const values of [[Number.NaN, 0, 0], [0, Number.NaN], [1, Number.NaN, 2], [Infinity, Number.NaN]]) expect(norm(values)).toBeNaN();
  expect([norm([]), norm([0, 0]), norm([1, -Infinity])]).toEqual([0, 0, Infinity]);
});

test('the sum of their squares is that of the entries', () => {
  const a = new Random(3).normals(20 * 30);
  expect(norm(singularValues(a, 20, 30))).toBeCloseTo(norm(a), 10);
});

test('rows become orthonormal, and those in the span of others zero', () => {
  const a = new Random(4).normals(5 * 7);
  for (let n = 0; n < 7; n++) a[3 * 7 + n] = a[n]! - 2 * a[7 + n]!;
  const diagonal = orthonormalise(a, 5, 7);
  expect(diagonal[3]).toBe(0);
  for (let i = 0; i < 5; i++) {
    for (let j = 0; j < 5; j++) {
      let dot = 0;
      for (let n = 0; n < 7; n++) dot += a[i * 7 + n]! * a[j * 7 + n]!;
      expect(dot).toBeCloseTo(i === j && i !== 3 ? 1 : 0, 12);
    }
  }
});

test('quantiles lie between values in proportion, and may be infinite', () => {
  expect([0, 0.25, 0.5, 0.9, 1].map((share) => quantile([4, 1, 3, 2], share))).toEqual([1, 1.75, 2.5, expect.closeTo(3.7, 12), 4]);
  expect([quantile([1, Infinity, Infinity], 0.5), quantile([0, Infinity], 0.5), quantile([7], 0.1), quantile([], 0.5)]).toEqual([Infinity, Infinity, 7, Number.NaN]);
});

test.each([[0.95, 1, 12.7062], [0.95, 2, 4.30265], [0.95, 3, 3.18245], [0.95, 4, 2.77645], [0.95, 5, 2.57058], [0.95, 15, 2.13145], [0.99, 10, 3.16927], [0.5, 7, 0.711142], [0.95, 1000, 1.96234]])(
  "Student's t at %d of %d degrees of freedom is %d", (confidence, freedom, expected) => { expect(studentT(confidence, freedom) / expected).toBeCloseTo(1, 3); });
