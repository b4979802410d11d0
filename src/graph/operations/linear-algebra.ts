import { zerosLike, type Floats } from '../../cells/floats.js';
import { SeeRnnError } from '../../core/errors.js';
import { apply, type AnyOperation, type Operation } from '../operation.js';
import { formText } from '../shapes.js';
import type { Form, Tensor } from '../tensor.js';

/** Square matrices in the last two axes: what solves them, their determinants, their roots. In float64, whichever precision they come in. */

/** A matrix as P A = L U: L below the diagonal, where it is 1, and U. */
interface Factors {
  readonly n: number;
  readonly lu: Float64Array;
  /** Which row of the matrix each row is. */
  readonly rows: Int32Array;
  /** 1 or -1: whether an even number of rows changed places. */
  readonly sign: number;
}

function sizeOfSquare({ shape }: Form): number {
  const n = shape.at(-1);
  if (shape.length < 2 || shape.at(-2) !== n) throw new SeeRnnError(`expected square matrices in the last two axes, found ${formText(shape)}`);
  return n!;
}

/** Gaussian elimination, the largest number of a column first. */
function factorise(matrix: Floats, n: number): Factors {
  const lu = Float64Array.from(matrix);
  const rows = Int32Array.from({ length: n }, (_, row) => row);
  let sign = 1;
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let row = k + 1; row < n; row++) if (Math.abs(lu[row * n + k]!) > Math.abs(lu[best * n + k]!)) best = row;
    if (best !== k) {
      for (let column = 0; column < n; column++) [lu[k * n + column], lu[best * n + column]] = [lu[best * n + column]!, lu[k * n + column]!];
      [rows[k], rows[best]] = [rows[best]!, rows[k]!];
      sign = -sign;
    }
    const pivot = lu[k * n + k]!;
    if (pivot === 0) continue;
    for (let row = k + 1; row < n; row++) {
      const factor = (lu[row * n + k]! /= pivot);
      for (let column = k + 1; column < n; column++) lu[row * n + column]! -= factor * lu[k * n + column]!;
    }
  }
  return { n, lu, rows, sign };
}

/** X of A X = B, or of A^T X = B, column by column. */
function solved({ n, lu, rows }: Factors, b: Floats, m: number, turned: boolean): Float64Array {
  const x = new Float64Array(n * m);
  const y = new Float64Array(n);
  for (let column = 0; column < m; column++) {
    if (turned) {
      // U^T y = b, L^T z = y, and rows go back to their places.
      for (let i = 0; i < n; i++) {
        let sum = b[i * m + column]!;
        for (let j = 0; j < i; j++) sum -= lu[j * n + i]! * y[j]!;
        y[i] = sum / lu[i * n + i]!;
      }
      for (let i = n - 1; i >= 0; i--) for (let j = i + 1; j < n; j++) y[i]! -= lu[j * n + i]! * y[j]!;
      for (let i = 0; i < n; i++) x[rows[i]! * m + column] = y[i]!;
    } else {
      for (let i = 0; i < n; i++) {
        y[i] = b[rows[i]! * m + column]!;
        for (let j = 0; j < i; j++) y[i]! -= lu[i * n + j]! * y[j]!;
      }
      for (let i = n - 1; i >= 0; i--) {
        for (let j = i + 1; j < n; j++) y[i]! -= lu[i * n + j]! * y[j]!;
        y[i]! /= lu[i * n + i]!;
        x[i * m + column] = y[i]!;
      }
    }
  }
  return x;
}

function factorsOf({ data, shape }: Tensor): Factors[] {
  const n = shape.at(-1)!;
  const count = n === 0 ? 0 : data.length / (n * n);
  return Array.from({ length: count }, (_, i) => factorise(data.subarray(i * n * n, (i + 1) * n * n), n));
}

const isSingular = ({ n, lu }: Factors): boolean => Array.from({ length: n }, (_, i) => lu[i * n + i]).includes(0);

/** X of A X = B, for matrices B in the last two axes. */
export const SOLVE: Operation<undefined, readonly Factors[]> = {
  name: 'solve',
  forms([a, b]) {
    const n = sizeOfSquare(a!);
    if (b!.shape.length !== a!.shape.length || b!.shape.at(-2) !== n || formText(a!.shape.slice(0, -2)) !== formText(b!.shape.slice(0, -2))) {
      throw new SeeRnnError(`matrices of ${formText(a!.shape)} can't be solved for ${formText(b!.shape)}`);
    }
    return [{ shape: b!.shape, dtype: 'float' }];
  },
  forward({ inputs: [a, b], outputs: [out] }) {
    const factors = factorsOf(a!);
    if (factors.some(isSingular)) throw new SeeRnnError('a matrix is singular: nothing solves it');
    const m = b!.shape.at(-1)!;
    factors.forEach((one, i) => { const size = one.n * m; out!.data.set(solved(one, b!.data.subarray(i * size, (i + 1) * size), m, false), i * size); });
    return factors;
  },
  // dB = A^-T dX, dA = -dB X^T
  backward({ inputs: [a, b], outputs: [x], adjoints: [dx], kept: factors, wanted }) {
    const m = b!.shape.at(-1)!;
    const [da, db] = [zerosLike(dx!, a!.size), zerosLike(dx!, b!.size)];
    factors.forEach((one, i) => {
      const { n } = one;
      const own = solved(one, dx!.subarray(i * n * m, (i + 1) * n * m), m, true);
      db.set(own, i * n * m);
      for (let row = 0; row < n; row++) {
        for (let column = 0; column < n; column++) {
          let sum = 0;
          for (let k = 0; k < m; k++) sum -= own[row * m + k]! * x!.data[(i * n + column) * m + k]!;
          da[(i * n + row) * n + column] = sum;
        }
      }
    });
    return [wanted[0] ? da : null, wanted[1] ? db : null];
  },
};

/** The sign of determinants, and the logarithms of their magnitudes. */
export const LOG_DETERMINANT: Operation<undefined, readonly Factors[]> = {
  name: 'log determinant',
  forms([a]) {
    sizeOfSquare(a!);
    const shape = a!.shape.slice(0, -2);
    return [{ shape, dtype: 'float' }, { shape, dtype: 'float' }];
  },
  forward({ inputs: [a], outputs: [sign, log] }) {
    const factors = factorsOf(a!);
    factors.forEach(({ n, lu, sign: turned }, i) => {
      let [signs, sum] = [turned, 0];
      for (let k = 0; k < n; k++) {
        signs *= Math.sign(lu[k * n + k]!);
        sum += Math.log(Math.abs(lu[k * n + k]!));
      }
      sign!.data[i] = signs;
      log!.data[i] = sum;
    });
    return factors;
  },
  // d log |det A| = A^-T. The sign doesn't change.
  backward({ inputs: [a], adjoints: [, dlog], kept: factors }) {
    if (!dlog) return [null];
    const da = zerosLike(dlog, a!.size);
    factors.forEach((one, i) => {
      const { n } = one;
      const identity = Float64Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 1 : 0));
      const inverse = solved(one, identity, n, true);
      for (let k = 0; k < n * n; k++) da[i * n * n + k] = dlog[i]! * inverse[k]!;
    });
    return [da];
  },
};

/** The lower triangular L of A = L L^T; of A and its transpose the mean is taken. */
export const CHOLESKY: Operation = {
  name: 'cholesky',
  forms([a]) { sizeOfSquare(a!); return [{ shape: a!.shape, dtype: 'float' }]; },
  forward({ inputs: [{ data: a, shape }], outputs: [{ data: l }] }) {
    const n = shape.at(-1)!;
    for (let start = 0; start < a!.length; start += n * n) {
      const root = new Float64Array(n * n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= i; j++) {
          let sum = 0.5 * (a![start + i * n + j]! + a![start + j * n + i]!);
          for (let k = 0; k < j; k++) sum -= root[i * n + k]! * root[j * n + k]!;
          if (i === j && !(sum > 0)) throw new SeeRnnError('a matrix is not positive definite: it has no Cholesky root');
          root[i * n + j] = i === j ? Math.sqrt(sum) : sum / root[j * n + j]!;
        }
      }
      l!.set(root, start);
    }
  },
  // With P the lower half of L^T dL, its diagonal halved: S = L^-T P L^-1, and dA = (S + S^T) / 2 (Murray 2016, 1602.07527).
  backward({ inputs: [a], outputs: [out], adjoints: [dl] }) {
    const n = a!.shape.at(-1)!;
    const da = zerosLike(dl!, a!.size);
    for (let start = 0; start < da.length; start += n * n) {
      const factors = factorise(out!.data.subarray(start, start + n * n), n);
      const half = new Float64Array(n * n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= i; j++) {
          let sum = 0;
          for (let k = i; k < n; k++) sum += out!.data[start + k * n + i]! * dl![start + k * n + j]!;
          half[i * n + j] = i === j ? 0.5 * sum : sum;
        }
      }
      // (L^-T P) L^-1 = (L^-T (L^-T P)^T)^T
      const once = solved(factors, half, n, true);
      const s = solved(factors, Float64Array.from({ length: n * n }, (_, k) => once[(k % n) * n + Math.floor(k / n)]!), n, true);
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) da[start + i * n + j] = 0.5 * (s[i * n + j]! + s[j * n + i]!);
    }
    return [da];
  },
};

/** X of A X = B. @throws SeeRnnError where a matrix is singular */
export const solve = (a: Tensor, b: Tensor): Tensor => apply(SOLVE, [a, b], undefined)[0]!;

/** The sign of each matrix's determinant, and the logarithm of its magnitude: 0 and -Infinity where it is singular. */
export function logDeterminant(a: Tensor): { sign: Tensor; log: Tensor } {
  const [sign, log] = apply(LOG_DETERMINANT, [a], undefined);
  return { sign: sign!, log: log! };
}

/** L of A = L L^T, lower triangular. @throws SeeRnnError where a matrix is not positive definite */
export const cholesky = (a: Tensor): Tensor => apply(CHOLESKY, [a], undefined)[0]!;

export const LINEAR_ALGEBRA: readonly AnyOperation[] = [
  SOLVE, LOG_DETERMINANT, CHOLESKY,
];
