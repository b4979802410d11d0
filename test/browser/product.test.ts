import { expect } from 'vitest';
import { Random } from '../random.js';
import { itOnPage } from './page.js';
import * as here from './pages/product.js';

const random = new Random(1);
const [rows, k, n] = [19, 300, 21];
const a = [...Float32Array.from(random.normals(rows * k))];
const b = [...Float32Array.from(random.normals(k * n))];

itOnPage<typeof here>('the kernel gives the same numbers in a browser as in Node', 'product.ts', async ({ call }) => {
  await call('plain');
  here.plain();
  expect(await call('available')).toBe(true);
  const found = await call('product', a, b, rows, k, n);
  expect(found).toHaveLength(rows * n);
  expect(found).toEqual(here.product(a, b, rows, k, n));
});

itOnPage<typeof here>('the build that the browser takes by itself, too, but for rounding', 'product.ts', async ({ call }) => {
  // Multiplied and added in one step there is a rounding less. Of k sums the roundings, each of 2^-24 at most, add up as a random walk.
  (await call('product', a, b, rows, k, n)).forEach((value, at) => {
    const [row, column] = [Math.floor(at / n), at % n];
    const terms = Array.from({ length: k }, (_, i) => a[row * k + i]! * b[i * n + column]!);
    const size = terms.reduce((sum, term) => sum + Math.abs(term), 0);
    expect(Math.abs(value - terms.reduce((sum, term) => sum + term, 0))).toBeLessThan(2 ** -24 * size * Math.sqrt(k));
  });
});
