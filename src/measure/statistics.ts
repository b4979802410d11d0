import { deviation, mean, quantileSorted } from 'd3-array';

/** exp of the mean logarithm: 0 where any is 0. NaN are left out. */
export const geometricMean = (values: ArrayLike<number>): number => Math.exp(mean(Array.from(values, Math.log)) ?? Number.NaN);

/** The value below which a share of the values lies, between two in proportion (Hyndman and Fan's type 7). They may be infinite; NaN of none. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  // Between Infinity and Infinity there is no proportion.
  const [from, to] = [sorted[Math.floor(share * (sorted.length - 1))], sorted[Math.ceil(share * (sorted.length - 1))]];
  return from === to ? from ?? Number.NaN : quantileSorted(Array.from(sorted), share)!;
}

/** The standard error of a mean; NaN of fewer than two. NaN are left out. */
export function standardError(values: ArrayLike<number>): number {
  const there = Array.from(values).filter((value) => !Number.isNaN(value));
  return (deviation(there) ?? Number.NaN) / Math.sqrt(there.length);
}

/**
 * How many standard errors hold a value with a confidence, by Student's t: the number that |t| of so many degrees of freedom stays below
 * with that probability. By Hill's approximation (1970, Algorithm 396), good to 1e-6 or so from 5 degrees on and exact for 1 and 2.
 */
export function studentT(confidence: number, freedom: number): number {
  const p = 1 - confidence;
  if (freedom < 1) return Number.POSITIVE_INFINITY;
  if (freedom === 1) return Math.cos((p * Math.PI) / 2) / Math.sin((p * Math.PI) / 2);
  if (freedom === 2) return Math.sqrt(2 / (p * (2 - p)) - 2);
  const a = 1 / (freedom - 0.5);
  const b = 48 / (a * a);
  let c = ((20700 * a / b - 98) * a - 16) * a + 96.36;
  const d = ((94.5 / (b + c) - 3) / b + 1) * Math.sqrt((a * Math.PI) / 2) * freedom;
  let x = d * p;
  let y = x ** (2 / freedom);
  if (y > 0.05 + a) {
    x = normalQuantile(p / 2);
    y = x * x;
    if (freedom < 5) c += 0.3 * (freedom - 4.5) * (x + 0.6);
    c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c;
    y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x;
    y = Math.expm1(a * y * y);
  } else {
    y = ((1 / (((freedom + 6) / (freedom * y) - 0.089 * d - 0.822) * (freedom + 2) * 3) + 0.5 / (freedom + 4)) * y - 1) * ((freedom + 1) / (freedom + 2)) + 1 / y;
  }
  return Math.sqrt(freedom * y);
}

/** The normal distribution's quantile, by Acklam's rational approximation of its lower tail and middle, good to 1e-9 in relative terms. */
function normalQuantile(p: number): number {
  const horner = (x: number, ...coefficients: number[]): number => coefficients.reduce((sum, one) => sum * x + one, 0);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return horner(q, -7.784894002430293e-3, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783)
      / horner(q, 7.784695709041462e-3, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1);
  }
  const q = p - 0.5;
  const r = q * q;
  return (q * horner(r, -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239))
    / horner(r, -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1);
}
