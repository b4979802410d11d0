// Activations, and their derivatives from the activated value. The numbers are those of
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
  -1.4426950408889634, // LOG2E_NEGATIVE
  126.0, // MOST
  -126.0, // LEAST
  12582912.0, // ROUND
  0.6931470036506653, // E1
  0.24022242426872253, // E2
  0.05550733581185341, // E3
  0.009671512991189957, // E4
  0.001326472731307149, // E5
  7.99881172180175781, // EDGE
  -0.0, // SIGN
  4.89352455891786e-03, // P1
  6.37261928875436e-04, // P3
  1.48572235717979e-05, // P5
  5.12229709037114e-08, // P7
  -8.60467152213735e-11, // P9
  2.00018790482477e-13, // P11
  -2.76076847742355e-16, // P13
  4.89352518554385e-03, // Q0
  2.26843463243900e-03, // Q2
  1.18534705686654e-04, // Q4
  1.19825839466702e-06, // Q6
  1.0, // ONE
  0.5, // HALF
  6.0, // SIX
  0.2, // FIFTH
  0.16666666666666666, // SIXTH
  1e-30, // TINY
], 16);
const LOG2E_NEGATIVE: usize = 0;
const MOST: usize = 4;
const LEAST: usize = 8;
const ROUND: usize = 12;
const E1: usize = 16;
const E2: usize = 20;
const E3: usize = 24;
const E4: usize = 28;
const E5: usize = 32;
const EDGE: usize = 36;
const SIGN: usize = 40;
const P1: usize = 44;
const P3: usize = 48;
const P5: usize = 52;
const P7: usize = 56;
const P9: usize = 60;
const P11: usize = 64;
const P13: usize = 68;
const Q0: usize = 72;
const Q2: usize = 76;
const Q4: usize = 80;
const Q6: usize = 84;
const ONE: usize = 88;
const HALF: usize = 92;
const SIX: usize = 96;
const FIFTH: usize = 100;
const SIXTH: usize = 104;
const TINY: usize = 108;

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
 * 1 / (1 + e^-x), to 3e-7 relative where it is not small, to |x| 1.2e-7 where it is.
 *
 * e^-x = 2^t = 2^n 2^r, with n the nearest whole number and 2^r a polynomial of our own, the best of its degree (9e-8).
 * Clamped so that neither the power nor its inverse is denormal.
 */
function sigmoidAll(at: usize, end: usize): void {
  const scale = c(LOG2E_NEGATIVE), least = c(LEAST), most = c(MOST), round = c(ROUND), one = c(ONE);
  const e1 = c(E1), e2 = c(E2), e3 = c(E3), e4 = c(E4), e5 = c(E5);
  for (; at < end; at += 16) {
    const t = f32x4.pmin(f32x4.pmax(f32x4.mul(v128.load(at), scale), least), most);
    // Beside 1.5 * 2^23 a float has no fraction: the sum's low bits are n.
    const rounded = f32x4.add(t, round);
    const r = f32x4.sub(t, f32x4.sub(rounded, round));
    let p = madd(e5, r, e4);
    p = madd(p, r, e3);
    p = madd(p, r, e2);
    p = madd(p, r, e1);
    p = madd(p, r, one);
    // n added to the exponent of 1 is 2^n.
    const power = i32x4.add(i32x4.shl(rounded, 23), one);
    v128.store(at, f32x4.div(one, madd(p, power, one)));
  }
}

/**
 * A ratio of polynomials, to 4e-7 relative; the coefficients are those of the Eigen library (ptanh_float). Beyond 8 it
 * is 1, exactly, as in float32 it should be from 9 on: a saturated unit then has no gradient at all.
 */
function tanhAll(at: usize, end: usize): void {
  const p1 = c(P1), p3 = c(P3), p5 = c(P5), p7 = c(P7), p9 = c(P9), p11 = c(P11), p13 = c(P13);
  const q0 = c(Q0), q2 = c(Q2), q4 = c(Q4), q6 = c(Q6);
  for (; at < end; at += 16) {
    const x = v128.load(at);
    const z = f32x4.mul(x, x);
    let p = madd(p13, z, p11);
    p = madd(p, z, p9);
    p = madd(p, z, p7);
    p = madd(p, z, p5);
    p = madd(p, z, p3);
    p = madd(p, z, p1);
    let q = madd(q6, z, q4);
    q = madd(q, z, q2);
    q = madd(q, z, q0);
    const far = f32x4.gt(f32x4.abs(x), c(EDGE));
    v128.store(at, v128.bitselect(v128.or(v128.and(x, c(SIGN)), c(ONE)), f32x4.div(f32x4.mul(p, x), q), far));
  }
}

// @ts-ignore: decorator
@inline
function line(x: v128, slope: v128): v128 {
  return f32x4.pmin(f32x4.pmax(f32x4.add(f32x4.mul(x, slope), c(HALF)), f32x4.splat(0)), c(ONE));
}

/** The activations but for tanh, sigmoid and linear. */
function activateOther(kind: usize, x: v128): v128 {
  if (kind === RELU) return f32x4.pmax(x, f32x4.splat(0));
  if (kind === HARD_SIGMOID) return line(x, c(FIFTH));
  if (kind === HARD_SIGMOID_KERAS3) return line(x, c(SIXTH));
  if (kind === RELU6) return f32x4.pmin(f32x4.pmax(x, f32x4.splat(0)), c(SIX));
  return f32x4.div(x, f32x4.add(c(ONE), f32x4.abs(x))); // SOFTSIGN
}

/**
 * Activates vectors where they lie.
 *
 * One activation a loop, its constants before the loop: those of several don't fit the registers, and V8 would load them
 * again for every vector.
 *
 * @param bytes a multiple of 16
 */
export function activate(kind: usize, at: usize, bytes: usize): void {
  const end = at + bytes;
  if (kind === TANH) tanhAll(at, end);
  else if (kind === SIGMOID) sigmoidAll(at, end);
  else if (kind !== LINEAR) for (; at < end; at += 16) v128.store(at, activateOther(kind, v128.load(at)));
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
