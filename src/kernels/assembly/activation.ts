// Activations of four values at once, and their derivatives from the activated value. The numbers are those of
// `src/kernels/activations.ts`; activations that are not here run on the reference cells.
//
// NaN goes through: pmin and pmax, one instruction each where min and max are many, return their first operand then.

export const TANH: usize = 0;
export const SIGMOID: usize = 1;
export const LINEAR: usize = 2;
export const RELU: usize = 3;
export const HARD_SIGMOID: usize = 4;
export const HARD_SIGMOID_KERAS3: usize = 5;
export const RELU6: usize = 6;
export const SOFTSIGN: usize = 7;

// Constants are loaded from memory: that costs less than making them anew from immediates.
const table = memory.data<f32>([
  1.4426950408889634,
  0.693359375,
  -0.00021219444,
  0.000198756915,
  0.0013981999507,
  0.0083334519073,
  0.041665795894,
  0.16666665459,
  0.50000001201,
  -0.00570498872745,
  0.0206390887954,
  -0.0537397155531,
  0.133314422036,
  -0.333332819422,
  1.0,
  2.0,
  0.5,
  -87.0,
  87.0,
  0.625,
  6.0,
  0.2,
  0.16666666666666666,
  12582912.0,
  1e-30,
  -0.0,
], 16);
const LOG2E: usize = 0;
const LN2_HIGH: usize = 4;
const LN2_LOW: usize = 8;
const E0: usize = 12;
const E1: usize = 16;
const E2: usize = 20;
const E3: usize = 24;
const E4: usize = 28;
const E5: usize = 32;
const T0: usize = 36;
const T1: usize = 40;
const T2: usize = 44;
const T3: usize = 48;
const T4: usize = 52;
const ONE: usize = 56;
const TWO: usize = 60;
const HALF: usize = 64;
const LEAST: usize = 68;
const MOST: usize = 72;
const SMALL: usize = 76;
const SIX: usize = 80;
const FIFTH: usize = 84;
const SIXTH: usize = 88;
const ROUND: usize = 92;
const TINY: usize = 96;
const SIGN: usize = 100;

// @ts-ignore: decorator
@inline
function c(offset: usize): v128 { return v128.load_splat<f32>(table + offset); }

// @ts-ignore: decorator
@inline
export function one(): v128 { return c(ONE); }

/** a b + sum, rounded once where there is such an instruction. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(sum, f32x4.mul(a, b));
}

/**
 * e^x to 1.2e-7 relative, x clamped to [-87, 87], so that neither it nor its inverse is denormal: 2^n times a polynomial
 * in the rest, with the coefficients of Moshier's Cephes library (expf).
 */
// @ts-ignore: decorator
@inline
function exp(x: v128): v128 {
  x = f32x4.pmin(f32x4.pmax(x, c(LEAST)), c(MOST));
  // Beside 1.5 * 2^23 a float has no fraction: the sum's low bits are the nearest whole number n.
  const rounded = madd(x, c(LOG2E), c(ROUND));
  const n = f32x4.sub(rounded, c(ROUND));
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(n, c(LN2_HIGH))), f32x4.mul(n, c(LN2_LOW)));
  let p = madd(c(E0), r, c(E1));
  p = madd(p, r, c(E2));
  p = madd(p, r, c(E3));
  p = madd(p, r, c(E4));
  p = madd(p, r, c(E5));
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), c(ONE));
  // n added to the exponent of 1 is 2^n.
  return f32x4.mul(p, i32x4.add(c(ONE), i32x4.shl(rounded, 23)));
}

// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  return f32x4.div(c(ONE), f32x4.add(c(ONE), exp(f32x4.neg(x))));
}

/** Near 0 an odd polynomial (Cephes, tanhf), which keeps the relative precision there; 1 - 2 / (e^2|x| + 1) beyond. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const size = f32x4.abs(x);
  const far = f32x4.sub(c(ONE), f32x4.div(c(TWO), f32x4.add(exp(f32x4.add(size, size)), c(ONE))));
  const z = f32x4.mul(x, x);
  let p = madd(c(T0), z, c(T1));
  p = madd(p, z, c(T2));
  p = madd(p, z, c(T3));
  p = madd(p, z, c(T4));
  const near = madd(f32x4.mul(p, z), x, x);
  const signed = v128.or(far, v128.and(x, c(SIGN)));
  return v128.bitselect(near, signed, f32x4.lt(size, c(SMALL)));
}

// @ts-ignore: decorator
@inline
function line(x: v128, slope: v128): v128 {
  return f32x4.pmin(f32x4.pmax(f32x4.add(f32x4.mul(x, slope), c(HALF)), f32x4.splat(0)), c(ONE));
}

/** The activations but for tanh and sigmoid; not inlined, for the module's size. */
function activateOther(kind: usize, x: v128): v128 {
  if (kind === LINEAR) return x;
  if (kind === RELU) return f32x4.pmax(x, f32x4.splat(0));
  if (kind === HARD_SIGMOID) return line(x, c(FIFTH));
  if (kind === HARD_SIGMOID_KERAS3) return line(x, c(SIXTH));
  if (kind === RELU6) return f32x4.pmin(f32x4.pmax(x, f32x4.splat(0)), c(SIX));
  return f32x4.div(x, f32x4.add(c(ONE), f32x4.abs(x))); // SOFTSIGN
}

function activateAny(kind: usize, x: v128): v128 {
  if (kind === TANH) return tanh(x);
  if (kind === SIGMOID) return sigmoid(x);
  return activateOther(kind, x);
}

/** @param usual whether `kind` is a constant, tanh or sigmoid */
// @ts-ignore: decorator
@inline
export function activate(usual: bool, kind: usize, x: v128): v128 {
  if (!usual) return activateAny(kind, x);
  return kind === TANH ? tanh(x) : sigmoid(x);
}

function slopeOfOther(kind: usize, y: v128): v128 {
  if (kind === LINEAR) return c(ONE);
  const positive = f32x4.gt(y, f32x4.splat(0));
  if (kind === RELU) return v128.and(positive, c(ONE));
  const inside = v128.and(positive, f32x4.lt(y, c(ONE)));
  if (kind === HARD_SIGMOID) return v128.and(inside, c(FIFTH));
  if (kind === HARD_SIGMOID_KERAS3) return v128.and(inside, c(SIXTH));
  if (kind === RELU6) return v128.and(v128.and(positive, f32x4.lt(y, c(SIX))), c(ONE));
  const rest = f32x4.sub(c(ONE), f32x4.abs(y)); // SOFTSIGN
  return f32x4.mul(rest, rest);
}

/** dy/dx from y. At a kink it is the derivative on the flat side. */
// @ts-ignore: decorator
@inline
export function slope(kind: usize, y: v128): v128 {
  if (kind === TANH) return f32x4.sub(c(ONE), f32x4.mul(y, y));
  if (kind === SIGMOID) return f32x4.mul(y, f32x4.sub(c(ONE), y));
  return slopeOfOther(kind, y);
}

/** All bits set where a value is not 0 but below 1e-30: left alone, such adjoints become denormal, and slow. */
// @ts-ignore: decorator
@inline
export function tiny(v: v128): v128 {
  return v128.and(f32x4.lt(f32x4.abs(v), c(TINY)), f32x4.ne(v, f32x4.splat(0)));
}
