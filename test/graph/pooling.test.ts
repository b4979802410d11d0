import { describe, expect, it } from 'vitest';
import { multiply } from '../../src/graph/operations/arithmetic.js';
import { averagePool, maxPool } from '../../src/graph/operations/pooling.js';
import { sum } from '../../src/graph/operations/reductions.js';
import { Tape } from '../../src/graph/tape.js';
import { constant, Tensor } from '../../src/graph/tensor.js';

/** What TensorFlow 2.21 gives on a CPU, at ties, below zero and where a window is cut. */

const windows = (size: readonly number[], strides: readonly number[], padding: 'valid' | 'same'): { readonly size: readonly number[]; readonly strides: readonly number[]; readonly dilation: readonly number[]; readonly padding: 'valid' | 'same' } =>
  ({ size, strides, dilation: size.map(() => 1), padding });

describe.each([false, true])('in float32: %s', (single) => {
  /** Values, and the gradient of the sum of outputs times 1, 2, 3, ... */
  function pooled(x: readonly number[], shape: readonly number[], pool: (x: Tensor) => Tensor): { y: number[]; dx: number[] } {
    const tape = new Tape();
    const followed = tape.follow(new Tensor(single ? Float32Array.from(x) : Float64Array.from(x), shape));
    const y = pool(followed);
    tape.backward(sum(multiply(y, constant(Array.from(y.data, (_, n) => n + 1), y.shape)), null));
    return { y: [...y.data], dx: [...tape.adjoint(followed)!] };
  }

  it('gives the gradient to the first of several largest numbers', () => {
    expect(pooled([1, 1, 2, 2, 2, -1, -1, -3], [1, 8, 1], (x) => maxPool(x, { ...windows([3], [1], 'valid'), ties: 'first' })))
      .toEqual({ y: [2, 2, 2, 2, 2, -1], dx: [0, 0, 6, 4, 5, 6, 0, 0] });
    expect(pooled([1, 1, 0, 1, 1, 2, 2, 2, 2], [1, 3, 3, 1], (x) => maxPool(x, { ...windows([2, 2], [1, 1], 'same'), ties: 'first' })))
      .toEqual({ y: [1, 2, 2, 2, 2, 2, 2, 2, 2], dx: [1, 0, 0, 0, 0, 16, 11, 8, 9] });
  });

  it('gives it to each of them in three dimensions', () => {
    expect(pooled([1, 1, 0, 1, 1, 2, 2, 2, 2], [1, 1, 3, 3, 1], (x) => maxPool(x, { ...windows([1, 2, 2], [1, 1, 1], 'same'), ties: 'all' })))
      .toEqual({ y: [1, 2, 2, 2, 2, 2, 2, 2, 2], dx: [1, 1, 0, 1, 1, 16, 11, 24, 28] });
  });

  it('has gradients where all of a window is below zero, whatever lies around it', () => {
    expect(pooled([-1, -2, -4, -3, -5], [1, 5, 1], (x) => maxPool(x, { ...windows([3], [2], 'same'), ties: 'first' })))
      .toEqual({ y: [-1, -2, -3], dx: [1, 2, 0, 3, 0] });
  });

  it('goes on without what is no number, as long as there is another', () => {
    expect(pooled([1, NaN, 2, 0, NaN], [1, 5, 1], (x) => maxPool(x, { ...windows([3], [1], 'valid'), ties: 'first' })).y).toEqual([2, 2, 2]);
  });

  it('divides a cut window by what there is of it, on the way back too', () => {
    expect(pooled([3, 6, 9, 12], [1, 4, 1], (x) => averagePool(x, { ...windows([3], [1], 'same'), countsPadding: false })))
      .toEqual({ y: [4.5, 6, 9, 10.5], dx: [1 / 2 + 2 / 3, 1 / 2 + 2 / 3 + 1, 2 / 3 + 1 + 2, 1 + 2].map((n) => expect.closeTo(n, 6) as number) });
    expect(pooled([3, 6, 9, 12], [1, 4, 1], (x) => averagePool(x, { ...windows([3], [3], 'same'), countsPadding: true })).y).toEqual([3, 7]
      .map((n) => expect.closeTo(n, 5) as number));
  });

  it('takes numbers of every channel for themselves, five of them too', () => {
    const x = [5, 1, -4, 0, 2, 4, 2, -3, 0, 9];
    expect(pooled(x, [1, 2, 5], (one) => maxPool(one, { ...windows([2], [2], 'valid'), ties: 'first' }))).toEqual({ y: [5, 2, -3, 0, 9], dx: [1, 0, 0, 4, 0, 0, 2, 3, 0, 5] });
  });
});
