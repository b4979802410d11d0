import { addTransposedProduct, kernelsAvailable, prepare } from '../kernels/product.js';
import type { Floats } from './floats.js';

/** A matrix B (k x n), made ready for many products from the right. */
export interface Product {
  /** out += a . B, for `rows` rows of a (k long) and of out (n long), starting at the given offsets. */
  addTo(out: Floats, outAt: number, a: Floats, aAt: number, rows: number): void;
  /** Gives back what was set aside for it. */
  free(): void;
}

/** The product as its definition says it. `b` is k x n, or n x k where its transpose is meant. */
export function plainProduct(b: Floats, k: number, n: number, transposed: boolean): Product {
  const [down, across] = transposed ? [1, k] : [n, 1];
  return {
    addTo(out, outAt, a, aAt, rows) {
      for (let row = 0; row < rows; row++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let i = 0; i < k; i++) sum += a[aAt + row * k + i] * b[i * down + j * across];
          out[outAt + row * n + j] += sum;
        }
      }
    },
    free: () => undefined,
  };
}

/** out (k x n) += a^T b, for a (rows x k) and b (rows x n): the sum over rows of outer products. */
export function addOuterProducts(out: Floats, a: Floats, b: Floats, rows: number, k: number, n: number): void {
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < k; i++) {
      const factor = a[row * k + i];
      for (let j = 0; j < n; j++) out[i * n + j] += factor * b[row * n + j];
    }
  }
}

/** Adds a bias (n) to each of `rows` rows of out. */
export function addBias(out: Floats, outAt: number, bias: Floats, rows: number): void {
  const n = bias.length;
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < n; j++) out[outAt + row * n + j] += bias[j];
  }
}

/** Makes B ready for products: by the SIMD kernels for float32 where they run, else by plain loops. */
export function prepareProduct(b: Floats, k: number, n: number, transposed: boolean): Product {
  if (!(b instanceof Float32Array) || !kernelsAvailable()) return plainProduct(b, k, n, transposed);
  const matrix = prepare(b, k, n, { transposed });
  return {
    addTo: (out, outOffset, a, aOffset, rows) => { matrix.addProduct(a as Float32Array, rows, out as Float32Array, { aOffset, outOffset }); },
    free: () => { matrix.free(); },
  };
}

/** out (k x n) += a^T b, as {@link addOuterProducts}, by the kernels where they run. */
export function addTransposed(out: Floats, a: Floats, b: Floats, rows: number, k: number, n: number): void {
  if (out instanceof Float32Array && kernelsAvailable()) addTransposedProduct(a as Float32Array, b as Float32Array, out, rows, k, n);
  else addOuterProducts(out, a, b, rows, k, n);
}
