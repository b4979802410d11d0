import { expect } from 'vitest';
import { Random } from '../random.js';
import { itOnPage } from './page.js';
import * as here from './pages/product.js';

itOnPage<typeof here>('the kernel gives the same numbers in a browser as in Node', 'product.ts', async ({ call }) => {
  expect(await call('available')).toBe(true);
  const random = new Random(1);
  const [rows, k, n] = [19, 300, 21];
  const a = [...Float32Array.from(random.normals(rows * k))];
  const b = [...Float32Array.from(random.normals(k * n))];
  const found = await call('product', a, b, rows, k, n);
  expect(found).toHaveLength(rows * n);
  expect(found).toEqual(here.product(a, b, rows, k, n));
});
