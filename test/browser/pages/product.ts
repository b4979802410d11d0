import { usePlainBuild } from '../../../src/kernels/module.js';
import { kernelsAvailable, prepare } from '../../../src/kernels/product.js';

export const available = (): boolean => kernelsAvailable();

/** Before anything else: the build that multiplies and adds in two steps, wherever this runs. */
export const plain = (): void => { usePlainBuild(); };

/** a (rows x k) . b (k x n) by the kernel. */
export function product(a: number[], b: number[], rows: number, k: number, n: number): number[] {
  const out = new Float32Array(rows * n);
  const prepared = prepare(Float32Array.from(b), k, n);
  prepared.addProduct(Float32Array.from(a), rows, out);
  prepared.free();
  return [...out];
}
