/**
 * The few matrix computations that the measures need, in float64 on row-major arrays. Own code, since what is measured here are
 * decays over many orders of magnitude: the methods are chosen for small singular values that are right in relative terms.
 */

/** a (rows x inner) . b (inner x columns). */
export function product(a: Float64Array, b: Float64Array, rows: number, inner: number, columns: number): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      const factor = a[i * inner + k]!;
      if (factor === 0) continue;
      for (let j = 0; j < columns; j++) out[i * columns + j]! += factor * b[k * columns + j]!;
    }
  }
  return out;
}

/** The root of the sum of squares, scaled so that what is tiny or huge neither vanishes nor overflows. NaN where any value is. */
export function norm(values: ArrayLike<number>, from = 0, to = values.length): number {
  let scale = 0;
  for (let n = from; n < to; n++) {
    const size = Math.abs(values[n]!);
    // Nothing is larger than a NaN: else zeros behind it would hide it.
    if (Number.isNaN(size)) return size;
    if (size > scale) scale = size;
  }
  if (scale === 0 || !Number.isFinite(scale)) return scale;
  let sum = 0;
  for (let n = from; n < to; n++) sum += (values[n]! / scale) ** 2;
  return scale * Math.sqrt(sum);
}

/**
 * The singular values of a matrix, descending, by one-sided Jacobi rotations (Hestenes 1958; Demmel and Veselic 1992 on why its small
 * ones are accurate): rows are turned against each other until all are orthogonal; then their lengths are the singular values.
 *
 * @param a (rows x columns), left as it is
 */
export function singularValues(a: Float64Array, rows: number, columns: number): Float64Array {
  const turned = rows <= columns ? a.slice() : transposed(a, rows, columns);
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
  // Squares of the smallest and largest float64 would be 0 or Infinity.
  const scale = turned.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (scale === 0 || !Number.isFinite(scale)) return new Float64Array(count).fill(scale);
  for (let n = 0; n < turned.length; n++) turned[n]! /= scale;
  for (let sweep = 0, rotated = true; rotated && sweep < 60; sweep++) {
    rotated = false;
    for (let p = 0; p < count - 1; p++) for (let q = p + 1; q < count; q++) if (rotate(turned, p * length, q * length, length)) rotated = true;
  }
  return Float64Array.from({ length: count }, (_, row) => scale * norm(turned, row * length, (row + 1) * length)).sort().reverse();
}

/** Turns two rows in their plane until they are orthogonal; false where they were. */
function rotate(a: Float64Array, p: number, q: number, length: number): boolean {
  let [pp, qq, pq] = [0, 0, 0];
  for (let n = 0; n < length; n++) {
    const [x, y] = [a[p + n]!, a[q + n]!];
    pp += x * x;
    qq += y * y;
    pq += x * y;
  }
  if (Math.abs(pq) <= 1e-15 * Math.sqrt(pp * qq)) return false;
  const zeta = (qq - pp) / (2 * pq);
  const tangent = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = cosine * tangent;
  for (let n = 0; n < length; n++) {
    const [x, y] = [a[p + n]!, a[q + n]!];
    a[p + n] = cosine * x - sine * y;
    a[q + n] = sine * x + cosine * y;
  }
  return true;
}

export function transposed(a: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = a[i * columns + j]!;
  return out;
}

/**
 * Makes rows orthonormal, one after another, in place: the QR decomposition by Gram and Schmidt, each row twice, which is enough for
 * orthogonality to the last bits (Giraud, Langou and Rozloznik 2005).
 *
 * @param a (rows x length): the columns of what is decomposed
 * @returns the diagonal of R, never negative; 0 for a row that the ones before it span, which becomes 0
 */
export function orthonormalise(a: Float64Array, rows: number, length: number): Float64Array {
  const diagonal = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const at = i * length;
    const before = norm(a, at, at + length);
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        let dot = 0;
        for (let n = 0; n < length; n++) dot += a[j * length + n]! * a[at + n]!;
        for (let n = 0; n < length; n++) a[at + n]! -= dot * a[j * length + n]!;
      }
    }
    const size = norm(a, at, at + length);
    // What is left of a row in the span of those before it is rounding.
    diagonal[i] = size <= 1e-14 * before ? 0 : size;
    for (let n = 0; n < length; n++) a[at + n] = diagonal[i] === 0 ? 0 : a[at + n]! / size;
  }
  return diagonal;
}
