/**
 * The error function and its complement, to about 1e-15.
 *
 * Near 0 by the all-positive series erf(x) = 2/sqrt(pi) exp(-x^2) sum_n 2^n x^(2n+1) / (2n+1)!! (Abramowitz & Stegun 7.1.6), which loses nothing
 * to cancellation. Elsewhere by erfc(x) = t exp(-x^2 + P(t)) with t = 2 / (2 + x), where P, a polynomial, is fitted once to what the slower
 * formulas give: that is good however small erfc becomes.
 */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (!(size > 0.5)) return series(x);
  return Math.sign(x) * (1 - erfc(size));
}

/** 1 - erf(x), good to its last digits also where it is small. */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  const t = 2 / (2 + x);
  const coefficients = (fitted ??= fit());
  // Clenshaw's recurrence, over s in [-1, 1].
  const s = 2 * t - 1;
  const twice = 2 * s;
  let here = 0;
  let after = 0;
  for (let n = DEGREE; n > 0; n--) {
    const before = twice * here + (coefficients[n] - after);
    after = here;
    here = before;
  }
  return t * Math.exp(-x * x + s * here - after + coefficients[0]);
}

function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const DEGREE = 24;
let fitted: Float64Array | null = null;

/** Coefficients of the polynomial P by Chebyshev's, from its values at their nodes. */
function fit(): Float64Array {
  const nodes = DEGREE + 1;
  const values = Array.from({ length: nodes }, (_, k) => {
    const t = (Math.cos((Math.PI * (k + 0.5)) / nodes) + 1) / 2;
    return Math.log(scaledComplement(2 / t - 2) / t);
  });
  return Float64Array.from({ length: nodes }, (_, n) => {
    const sum = values.reduce((total, value, k) => total + value * Math.cos((Math.PI * n * (k + 0.5)) / nodes), 0);
    return (sum * (n === 0 ? 1 : 2)) / nodes;
  });
}

/** exp(x^2) erfc(x), of x from 0 on: by the series, or by the continued fraction 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + ...)))) / sqrt(pi). */
function scaledComplement(x: number): number {
  if (x < 2) return Math.exp(x * x) * (1 - series(x));
  let rest = x;
  for (let n = 200; n > 0; n--) rest = x + n / 2 / rest;
  return 1 / (rest * Math.sqrt(Math.PI));
}
