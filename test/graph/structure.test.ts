import { describe, expect, test } from 'vitest';
import { einsum } from '../../src/graph/operations/einsum.js';
import { embed, gather, oneHot, takeAlongAxis } from '../../src/graph/operations/gathering.js';
import { concatenate, split, stack, unstack } from '../../src/graph/operations/joining.js';
import { dot, matmul, tensordot } from '../../src/graph/operations/matmul.js';
import { broadcastTo, diagonal, expandDims, moveAxis, reshape, squeeze, transpose } from '../../src/graph/operations/shaping.js';
import { flip, pad, repeat, roll, slice, tile, type Range } from '../../src/graph/operations/slicing.js';
import { sort, topK } from '../../src/graph/operations/sorting.js';
import { PROBES } from '../../src/graph/shapes.js';
import { Tape } from '../../src/graph/tape.js';
import { abstract, constant, Tensor } from '../../src/graph/tensor.js';
import { sum } from '../../src/graph/operations/reductions.js';

/** Operations that move numbers, by examples small enough to be checked by eye; and what they refuse. */

const numbers = (...shape: number[]): Tensor => constant(Array.from({ length: shape.reduce((size, n) => size * n, 1) }, (_, n) => n), shape);
const shown = ({ data, shape }: Tensor): { data: number[]; shape: readonly number[] } => ({ data: [...data], shape });
const whole = (...data: number[]): Tensor => constant(data, [data.length], 'int');
const [open] = PROBES;

describe('slices are Python\'s', () => {
  const of = (start: number | null, stop: number | null, step: number | null): Range => ({ start, stop, step });
  test.each([
    [of(null, null, null), [0, 1, 2, 3, 4]], [of(1, 3, null), [1, 2]], [of(-2, null, null), [3, 4]], [of(null, -1, 2), [0, 2]], [of(null, null, -1), [4, 3, 2, 1, 0]], [of(3, 0, -2), [3, 1]], [of(-1, -6, -3), [4, 1]],
    [of(10, null, null), []], [of(null, 10, 3), [0, 3]], [of(-10, 2, null), [0, 1]], [of(2, 2, null), []], [of(1, 3, -1), []], [of(10, null, -4), [4, 0]],
  ])('%o', (range, expected) => { expect([...slice(numbers(5), [range]).data]).toEqual(expected); });
  test('no step of 0', () => { expect(() => slice(numbers(5), [of(null, null, 0)])).toThrow("a slice's step can't be 0"); });
});

test('shapes', () => {
  expect(shown(transpose(numbers(2, 3)))).toEqual({ data: [0, 3, 1, 4, 2, 5], shape: [3, 2] });
  expect(moveAxis(numbers(2, 3, 4), [0, 1], [2, 0]).shape).toEqual([3, 4, 2]);
  expect(shown(broadcastTo(numbers(2, 1), [2, 2, 3])).data).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1]);
  expect(shown(diagonal(numbers(3, 4), 1))).toEqual({ data: [1, 6, 11], shape: [3] });
  expect(shown(diagonal(numbers(3, 4), -2))).toEqual({ data: [8], shape: [1] });
  expect(expandDims(numbers(2, 3), [0, -1]).shape).toEqual([1, 2, 3, 1]);
  expect(squeeze(numbers(1, 2, 1)).shape).toEqual([2]);
  // Stand-ins for open sizes, more than a number can hold.
  expect(reshape(abstract({ shape: [open, open, open, open, 6], dtype: 'float' }), [open, open, open, -1, 3]).shape).toEqual([open, open, open, 2 * open, 3]);
  expect(() => reshape(numbers(2, 3), [4, -1])).toThrow("(2, 3) can't be reshaped to (4, -1)");
  expect(() => reshape(numbers(2, 3), [-1, -1])).toThrow("(2, 3) can't be reshaped to (-1, -1)");
  expect(() => squeeze(numbers(2, 3), 1)).toThrow("axis 1 of (2, 3) can't be squeezed: its size is not 1");
  expect(() => transpose(numbers(2, 3), [0, 0])).toThrow('[0,0] is no order of the 2 axes of (2, 3)');
  expect(() => broadcastTo(numbers(2, 3), [2, 1])).toThrow("(2, 3) can't be broadcast to (2, 1)");
});

test('joints and parts', () => {
  expect(shown(concatenate([numbers(2, 1), numbers(2, 2)], 1))).toEqual({ data: [0, 0, 1, 1, 2, 3], shape: [2, 3] });
  expect(shown(stack([numbers(2), numbers(2)], 1))).toEqual({ data: [0, 0, 1, 1], shape: [2, 2] });
  expect(split(numbers(5), [1, -1]).map(shown)).toEqual([{ data: [0], shape: [1] }, { data: [1, 2, 3, 4], shape: [4] }]);
  expect(unstack(numbers(2, 2), 1).map(({ data }) => [...data])).toEqual([[0, 2], [1, 3]]);
  expect(() => concatenate([numbers(2, 1), numbers(3, 2)], 1)).toThrow("(2, 1) and (3, 2) can't be joined along axis 1");
  expect(() => concatenate([])).toThrow('there is nothing to join');
  expect(() => split(numbers(5), 2)).toThrow("axis 0 of (5,) can't be split into 2 equal parts");
  expect(() => split(numbers(5), [2, 2])).toThrow("axis 0 of (5,) can't be split into parts of 2, 2");
});

test('repetition and padding', () => {
  expect([...tile(numbers(2), [2]).data]).toEqual([0, 1, 0, 1]);
  expect([...repeat(numbers(2), 2).data]).toEqual([0, 0, 1, 1]);
  expect([...repeat(numbers(3), [2, 0, 1], 0).data]).toEqual([0, 0, 2]);
  expect([...roll(numbers(4), -1, 0).data]).toEqual([1, 2, 3, 0]);
  expect([...flip(numbers(2, 2), 1).data]).toEqual([1, 0, 3, 2]);
  const padded = (mode: 'reflect' | 'symmetric' | 'edge' | 'wrap'): number[] => [...pad(numbers(3), [[2, 1]], mode).data];
  expect(padded('reflect')).toEqual([2, 1, 0, 1, 2, 1]);
  expect(padded('symmetric')).toEqual([1, 0, 0, 1, 2, 2]);
  expect(padded('edge')).toEqual([0, 0, 0, 1, 2, 2]);
  expect(padded('wrap')).toEqual([1, 2, 0, 1, 2, 0]);
  expect(() => pad(numbers(3), [[3, 0]], 'reflect')).toThrow('axis 0 of (3,) is too short to be padded by 3 and 0 (reflect)');
});

describe('picking', () => {
  test('by indices, from the end too', () => {
    expect(shown(gather(numbers(3, 2), whole(2, -3), 0))).toEqual({ data: [4, 5, 0, 1], shape: [2, 2] });
    expect(shown(takeAlongAxis(numbers(2, 3), constant([1, -1], [2, 1], 'int'), 1))).toEqual({ data: [1, 5], shape: [2, 1] });
    expect([...oneHot(whole(1, 3, -1), 2).data]).toEqual([0, 1, 0, 0, 0, 0]);
  });

  test('out of range is refused', () => {
    expect(() => gather(numbers(3), whole(3), 0)).toThrow('index 3 is out of range: there are 3 to pick from');
    expect(() => embed(numbers(3, 2), whole(-1))).toThrow('index -1 is out of range: there are 3 to pick from');
    expect([...embed(numbers(3, 2), whole(-1), true).data]).toEqual([4, 5]);
    expect(() => embed(numbers(3, 2), constant([0.5], [1], 'int'))).toThrow('index 0.5 is out of range');
  });

  test('a table is differentiated by the rows that were picked', () => {
    const tape = new Tape();
    const table = tape.follow(new Tensor(new Float32Array(6), [3, 2]));
    tape.backward(sum(embed(table, whole(2, 0, 2)), null));
    expect([...tape.adjoint(table)!]).toEqual([1, 1, 0, 0, 2, 2]);
  });

  test('in order: equal numbers keep theirs', () => {
    expect(shown(sort(constant([2, 1, 2, 0], [4])).indices).data).toEqual([3, 1, 0, 2]);
    const { values, indices } = topK(constant([1, 3, 3, NaN], [4]), 3);
    expect([[...values.data], [...indices.data]]).toEqual([[3, 3, 1], [1, 2, 0]]);
    expect(() => topK(numbers(2), 3)).toThrow('the first 3 of the last axis of (2,): there are not so many');
  });
});

describe('products', () => {
  test('of any ranks are numpy\'s', () => {
    expect(shown(matmul(numbers(3), numbers(3)))).toEqual({ data: [5], shape: [] });
    expect(shown(matmul(numbers(2), numbers(2, 3)))).toEqual({ data: [3, 4, 5], shape: [3] });
    expect(shown(matmul(numbers(2, 3), numbers(3)))).toEqual({ data: [5, 14], shape: [2] });
    expect(matmul(numbers(2, 1, 3, 4), numbers(5, 4, 2)).shape).toEqual([2, 5, 3, 2]);
    expect(matmul(constant([1, 2], [1, 2], 'int'), constant([3, 4], [2, 1], 'int'))).toMatchObject({ dtype: 'int', data: Float64Array.of(11) });
    expect(dot(numbers(2, 3, 4), numbers(5, 4, 2)).shape).toEqual([2, 3, 5, 2]);
    expect(shown(tensordot(numbers(2, 2), numbers(2, 2), 2))).toEqual({ data: [14], shape: [] });
    expect(() => matmul(numbers(2, 3), numbers(2, 3))).toThrow('expected 2 features, found an input of shape (2, 3)');
    expect(() => tensordot(numbers(2, 3), numbers(2, 3), 1)).toThrow("(2, 3) and (2, 3) can't be summed over axes 1 of the one and 0 of the other");
  });

  test('by Einstein\'s convention', () => {
    const [a, b] = [numbers(2, 3), numbers(3, 2)];
    expect(shown(einsum('ij,jk', [a, b]))).toEqual({ data: [10, 13, 28, 40], shape: [2, 2] });
    expect(shown(einsum('ij->ji', [a]))).toEqual({ data: [0, 3, 1, 4, 2, 5], shape: [3, 2] });
    expect(shown(einsum('ba', [a])).shape).toEqual([3, 2]);
    expect(shown(einsum('ij,ji->', [a, b]))).toEqual({ data: [50], shape: [] });
    expect(shown(einsum('i,j->ji', [numbers(2), numbers(3)]))).toEqual({ data: [0, 0, 0, 1, 0, 2], shape: [3, 2] });
    expect(shown(einsum('ij,ij->i', [a, a]))).toEqual({ data: [5, 50], shape: [2] });
    expect(einsum('...i,...i->...', [numbers(4, 1, 3), numbers(2, 3)]).shape).toEqual([4, 2]);
    // Of size 1, it goes with any.
    expect(shown(einsum('ij,kj->ik', [constant([2], [1, 1]), numbers(2, 3)]))).toEqual({ data: [6, 24], shape: [1, 2] });
    expect(() => einsum('ij,jk', [a])).toThrow("einsum 'ij,jk': 2 terms for 1 arrays");
    expect(() => einsum('ij,jk->iq', [a, b])).toThrow("einsum 'ij,jk->iq': the result names an axis twice, or one that no array has");
    expect(() => einsum('ij,ik->jk', [a, b])).toThrow("einsum 'ij,ik->jk': axis i is of sizes (2, 3)");
    expect(() => einsum('i->i', [a])).toThrow("einsum 'i->i': 'i' can't name the axes of (2, 3)");
    expect(() => einsum('i!->i', [a])).toThrow("einsum 'i!->i': not an equation of letters");
  });
});
