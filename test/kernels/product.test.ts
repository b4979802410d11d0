import { describe, expect, it } from 'vitest';
import { SeeRnnError } from '../../src/core/errors.js';
import { KernelMemory } from '../../src/kernels/memory.js';
import { kernels } from '../../src/kernels/module.js';
import { addTransposedProduct, kernelsAvailable, prepare } from '../../src/kernels/product.js';
import { Random } from '../random.js';
import { seed } from '../seed.js';

const random = new Random(seed);
const numbers = (length: number): Float32Array => Float32Array.from({ length }, () => 2 * random.uniform() - 1);

/** a (rows x k) . b (k x n) added to `before`, in float64, and the sum of what was added in absolute value. */
function oracle(a: Float32Array, b: Float32Array, before: Float32Array, rows: number, k: number, n: number): { sums: Float64Array; sizes: Float64Array } {
  const sums = Float64Array.from(before);
  const sizes = sums.map(Math.abs);
  for (let i = 0; i < rows; i++) {
    for (let p = 0; p < k; p++) {
      for (let j = 0; j < n; j++) {
        const term = a[i * k + p]! * b[p * n + j]!;
        sums[i * n + j]! += term;
        sizes[i * n + j]! += Math.abs(term);
      }
    }
  }
  return { sums, sizes };
}

function transpose(matrix: Float32Array, rows: number, columns: number): Float32Array {
  return matrix.map((_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]!);
}

/**
 * Each entry is a float32 sum of k products. However it is ordered, each term passes through at most k + 2 roundings
 * (its product, the additions, the last one into `out`) of relative size 2^-24: so the error is at most
 * (k + 2) * 2^-24 of the sum of the terms' absolute values. Second-order effects are below 1 % of that here.
 */
function expectProduct(found: Float32Array, wanted: ReturnType<typeof oracle>, k: number, what: string): void {
  let worst = 0;
  wanted.sums.forEach((sum, i) => {
    const error = Math.abs(found[i]! - sum) / wanted.sizes[i]!;
    worst = Math.max(worst, error); // NaN stays NaN
  });
  expect(worst, `error of ${what} (SEED=${seed})`).toBeLessThanOrEqual(1.01 * (k + 2) * 2 ** -24);
}

const shapes = [
  ...Array.from({ length: 150 }, () => [random.integer(1, 17), random.integer(1, 17), random.integer(1, 17)] as const),
  ...Array.from({ length: 12 }, () => [random.integer(1, 300), random.integer(1, 300), random.integer(1, 300)] as const),
  // At the edges of blocks and chunks: 128 rows, 512 steps, more floats than are copied at once.
  [128, 512, 8], [129, 513, 9], [260, 1030, 7], [16, 256, 1024], [16, 1024, 256], [5, 3, 9000], [5, 9000, 3], [9000, 5, 3],
] as const;

it('runs here', () => {
  expect(kernelsAvailable()).toBe(true);
});

describe.each([false, true])('addProduct, b transposed: %s', (transposed) => {
  it(`adds a . b, for ${shapes.length} shapes, at any offset (seed ${seed})`, () => {
    for (const [rows, k, n] of shapes) {
      const [a, b, before] = [numbers(rows * k), numbers(k * n), numbers(rows * n)];
      const offsets = { aOffset: random.integer(0, 5), outOffset: random.integer(0, 5), offset: random.integer(0, 5) };
      const stored = transposed ? transpose(b, k, n) : b;
      const prepared = prepare(within(stored, offsets.offset), k, n, { transposed, offset: offsets.offset });
      expect([prepared.k, prepared.n]).toEqual([k, n]);
      const out = within(before, offsets.outOffset);
      prepared.addProduct(within(a, offsets.aOffset), rows, out, offsets);
      prepared.free();
      expectProduct(part(out, offsets.outOffset, rows * n), oracle(a, b, before, rows, k, n), k, `${rows} x ${k} . ${k} x ${n}`);
      expect(around(out, offsets.outOffset, rows * n), 'nothing beside out is touched').toEqual(around(within(before, offsets.outOffset), offsets.outOffset, rows * n));
    }
  });
});

it(`addTransposedProduct adds transpose(a) . b (seed ${seed})`, () => {
  for (const [k, steps, n] of [...shapes, [6, 30_000, 24], [300, 1000, 30]] as const) {
    const [a, b, before] = [numbers(steps * k), numbers(steps * n), numbers(k * n)];
    const offsets = { aOffset: random.integer(0, 5), bOffset: random.integer(0, 5), outOffset: random.integer(0, 5) };
    const out = within(before, offsets.outOffset);
    addTransposedProduct(within(a, offsets.aOffset), within(b, offsets.bOffset), out, steps, k, n, offsets);
    const wanted = oracle(transpose(a, steps, k), b, before, k, steps, n);
    expectProduct(part(out, offsets.outOffset, k * n), wanted, steps, `transpose of ${steps} x ${k} . ${steps} x ${n}`);
    expect(around(out, offsets.outOffset, k * n)).toEqual(around(within(before, offsets.outOffset), offsets.outOffset, k * n));
  }
});

it('gives a row the same bits whatever rows are beside it', () => {
  const [rows, k, n] = [131, 300, 37];
  const a = numbers(rows * k);
  const b = prepare(numbers(k * n), k, n);
  const together = new Float32Array(rows * n);
  b.addProduct(a, rows, together);
  const apart = new Float32Array(rows * n);
  for (let row = 0; row < rows; row++) b.addProduct(a, 1, apart, { aOffset: row * k, outOffset: row * n });
  b.free();
  expect(apart).toEqual(together);
});

it('carries NaN and infinity to the rows and columns they belong to, and no further', () => {
  const a = Float32Array.of(1, NaN, 2, 1, 1, 1, Infinity, 1, 1);
  const out = new Float32Array(9);
  const b = prepare(new Float32Array(9).fill(1), 3, 3);
  b.addProduct(a, 3, out);
  b.free();
  expect([...out]).toEqual([NaN, NaN, NaN, 3, 3, 3, Infinity, Infinity, Infinity]);
});

it('writes nothing beyond its output in the kernels\' memory', () => {
  const { memory, run } = kernels();
  const [rows, k, n] = [5, 4, 9];
  const [a, b, out] = [memory.allocate(8 * k, 'a'), memory.allocate(16 * k, 'b'), memory.allocate(rows * n + 64, 'out')];
  memory.floats.fill(Infinity, a / 4, a / 4 + 8 * k).fill(1, b / 4, b / 4 + 16 * k).fill(77, out / 4, out / 4 + rows * n + 64);
  run.addProduct(a, 4 * k, b, 8 * k, out, n, rows, n, k);
  expect([...memory.floats.slice(out / 4, out / 4 + rows * n + 64)]).toEqual([
    ...new Array<number>(rows * n).fill(Infinity), ...new Array<number>(64).fill(77),
  ]);
  for (const block of [a, b, out]) memory.free(block);
});

it('leaves out as it is where a size is 0', () => {
  for (const [rows, k, n] of [[0, 3, 2], [2, 0, 2], [2, 3, 0], [0, 0, 0]] as const) {
    const out = Float32Array.of(1, 2, 3, 4);
    for (const transposed of [false, true]) {
      const b = prepare(numbers(k * n), k, n, { transposed });
      b.addProduct(numbers(rows * k), rows, out);
      b.free();
    }
    addTransposedProduct(numbers(k * rows), numbers(k * n), out, k, rows, n);
    expect([...out]).toEqual([1, 2, 3, 4]);
  }
});

it('keeps prepared matrices apart, and alive while memory grows', () => {
  const sizes = [[7, 9], [300, 200], [1, 1], [64, 64], [500, 700]] as const;
  const { memory } = kernels();
  const size = memory.size;
  const held = sizes.map(([k, n]) => {
    const b = numbers(k * n);
    return { k, n, b, prepared: prepare(b, k, n) };
  });
  const large = prepare(new Float32Array(4 * size / 4), 1, size); // more than all there was
  expect(memory.size).toBeGreaterThan(size);
  for (const { k, n, b, prepared } of held) {
    const a = numbers(3 * k);
    const out = new Float32Array(3 * n);
    prepared.addProduct(a, 3, out);
    expectProduct(out, oracle(a, b, new Float32Array(3 * n), 3, k, n), k, `${k} x ${n}`);
    prepared.free();
  }
  large.free();
});

it('uses freed memory again: a thousand matrices come and go without growth', () => {
  const { memory } = kernels();
  const cycle = (): void => {
    const matrices = Array.from({ length: 5 }, (_, i) => prepare(new Float32Array((i + 1) * 1000), 10 * (i + 1), 100));
    for (const i of [3, 0, 4, 1, 2]) matrices[i]!.free();
  };
  cycle();
  const { size, used } = memory;
  for (let i = 0; i < 200; i++) cycle();
  expect({ size: memory.size, used: memory.used }).toEqual({ size, used });
});

it('refuses a freed matrix and arrays that are too short', () => {
  const b = prepare(numbers(6), 3, 2);
  expect(() => { b.addProduct(numbers(5), 2, numbers(4)); }).toThrow(new RangeError('a needs 6 numbers from 0 on, and has 5'));
  expect(() => { b.addProduct(numbers(6), 2, numbers(4), { outOffset: 1 }); }).toThrow(new RangeError('out needs 4 numbers from 1 on, and has 4'));
  expect(() => { b.addProduct(numbers(6), 2, numbers(4), { aOffset: -1 }); }).toThrow(RangeError);
  expect(() => prepare(numbers(5), 3, 2)).toThrow(new RangeError('b needs 6 numbers from 0 on, and has 5'));
  expect(() => { addTransposedProduct(numbers(6), numbers(3), numbers(6), 2, 3, 2); }).toThrow(new RangeError('b needs 4 numbers from 0 on, and has 3'));
  b.free();
  b.free();
  expect(() => { b.addProduct(numbers(6), 2, numbers(4)); }).toThrow(new Error('this matrix of 3 x 2 was freed'));
});

it('says what was asked for where memory is out, and goes on', () => {
  const memory = new KernelMemory(new WebAssembly.Memory({ initial: 1, maximum: 32 }), 1024, 32); // 2 MiB
  const first = memory.allocate(2 ** 18, 'a matrix of 512 x 512');
  expect(() => memory.allocate(2 ** 19, 'a matrix of 1024 x 512')).toThrow(
    new SeeRnnError('a matrix of 1024 x 512 needs 2 MiB of the kernels\' memory; 1 MiB of at most 2 MiB are in use'));
  memory.free(first);
  expect(memory.used).toBe(0);
  expect(memory.allocate(2 ** 18, 'a matrix of 512 x 512')).toBe(first);
});

/** The matrix at an offset in a larger array, with other numbers around it. */
function within(matrix: Float32Array, offset: number): Float32Array {
  const array = new Float32Array(offset + matrix.length + 3).fill(77);
  array.set(matrix, offset);
  return array;
}
const part = (array: Float32Array, offset: number, length: number): Float32Array => array.slice(offset, offset + length);
const around = (array: Float32Array, offset: number, length: number): number[] => [...array.slice(0, offset), ...array.slice(offset + length)];
