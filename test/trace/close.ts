import { expect } from 'vitest';

/**
 * Expects two arrays of numbers to agree to a share of the largest of them. Both sides compute in float32, in different orders.
 *
 * @param tolerance by which share of the largest value they may differ
 */
export function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, what: string, tolerance = 1e-4): void {
  expect(found.length, what).toBe(expected.length);
  let scale = 0;
  let worst = 0;
  for (let n = 0; n < found.length; n++) {
    scale = Math.max(scale, Math.abs(expected[n]!));
    const difference = Math.abs(found[n]! - expected[n]!);
    worst = difference <= worst ? worst : difference;
  }
  expect(worst, what).toBeLessThanOrEqual(tolerance * scale + 1e-7);
}

/** The largest difference between two arrays. */
export const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((worst, value, n) => Math.max(worst, Math.abs(value - b[n]!)), 0);
