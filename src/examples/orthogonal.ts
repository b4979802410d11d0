import type { Random } from './random.js';

/**
 * A random matrix with orthonormal rows, or columns where it has more rows than columns: Keras's `orthogonal`
 * initialiser, uniform over all such matrices. 256 x 1024 numbers take a fraction of a second.
 *
 * @returns rows x columns numbers, row by row
 */
export function orthogonal(rows: number, columns: number, random: Random): Float32Array {
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const vector = Float64Array.from({ length }, () => random.normal());
    // Gram-Schmidt, twice: one pass leaves what rounding makes of nearly parallel vectors.
    for (let pass = 0; pass < 2; pass++) {
      for (const other of vectors) subtract(vector, other, dot(vector, other));
      const norm = Math.sqrt(dot(vector, vector));
      for (let i = 0; i < length; i++) vector[i] /= norm;
    }
    vectors.push(vector);
  }
  const matrix = new Float32Array(rows * columns);
  vectors.forEach((vector, v) => {
    for (let i = 0; i < length; i++) matrix[rows <= columns ? v * columns + i : i * columns + v] = vector[i];
  });
  return matrix;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function subtract(from: Float64Array, what: Float64Array, times: number): void {
  for (let i = 0; i < from.length; i++) from[i] -= times * what[i];
}
