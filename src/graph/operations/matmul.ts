import { zerosLike } from '../../cells/floats.js';
import { addTransposed, prepareProduct } from '../../cells/product.js';
import { SeeRnnError } from '../../core/errors.js';
import { apply, type Operation } from '../operation.js';
import { formText } from '../shapes.js';
import type { Tensor } from '../tensor.js';

/** C = A B for one matrix B: (..., k) x (k, n) -> (..., n). */
export const MATMUL: Operation = {
  name: 'matmul',
  forms([a, b]) {
    const [k, n] = b!.shape;
    if (b!.shape.length !== 2 || a!.shape.at(-1) !== k) throw new SeeRnnError(`expected ${k} features, found an input of shape ${formText(a!.shape)}`);
    return [{ shape: [...a!.shape.slice(0, -1), n!], dtype: 'float' }];
  },
  forward({ inputs: [a, b], outputs: [out] }) {
    const [k, n] = b!.shape as [number, number];
    const product = prepareProduct(b!.data, k, n, false);
    product.addTo(out!.data, 0, a!.data, 0, a!.size / k);
    product.free();
  },
  backward({ inputs: [a, b], adjoints: [dc], wanted }) {
    const [k, n] = b!.shape as [number, number];
    const rows = a!.size / k;
    // dA = dC B^T
    const da = wanted[0] ? zerosLike(dc!, a!.size) : null;
    if (da) {
      const product = prepareProduct(b!.data, n, k, true);
      product.addTo(da, 0, dc!, 0, rows);
      product.free();
    }
    // dB = A^T dC
    const db = wanted[1] ? zerosLike(dc!, b!.size) : null;
    if (db) addTransposed(db, a!.data, dc!, rows, k, n);
    return [da, db];
  },
};

export const matmul = (a: Tensor, b: Tensor): Tensor => apply(MATMUL, [a, b], undefined)[0]!;
