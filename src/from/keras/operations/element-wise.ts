import { add, divide, maximum, minimum, mod, multiply, power, subtract } from '../../../graph/operations/arithmetic.js';
import { cast } from '../../../graph/operations/cast.js';
import { equal, greater, isInf, isNan, less, lessEqual, logicalAnd, logicalNot, logicalOr } from '../../../graph/operations/comparison.js';
import { filled } from '../../../graph/operations/filling.js';
import { where } from '../../../graph/operations/select.js';
import { abs, erf, exp, log1p, round, sign, sin, sqrt, square } from '../../../graph/operations/unary.js';
import { scalar, Tensor, type Dtype } from '../../../graph/tensor.js';

/** Functions of numbers one by one that the frameworks have and that are made of simpler ones, as TensorFlow makes them: so their gradients at kinks are its. */

export const real = (x: Tensor): Tensor => cast(x, 'float');

/** A tensor of a tensor's shape and one number. */
export const like = (x: Tensor, value: number, dtype: Dtype = x.dtype): Tensor => filled(x, x.shape, value, dtype);

/** x / y, and 0 where y is 0. */
export function divideNoNan(x: Tensor, y: Tensor): Tensor {
  const none = equal(y, scalar(0));
  return where(none, scalar(0), divide(real(x), where(none, scalar(1), y)));
}

/** x y, and 0 where y is 0, whatever x is. */
export const multiplyNoNan = (x: Tensor, y: Tensor): Tensor => where(equal(y, scalar(0)), scalar(0), multiply(x, y));

/** f(y) x, and 0 where x is 0, whatever y is. */
export const timesOf = (f: (y: Tensor) => Tensor) => (x: Tensor, y: Tensor): Tensor => {
  const none = equal(x, scalar(0));
  return where(none, scalar(0), multiply(x, f(where(none, scalar(1), y))));
};

/** x over y as C has it: the sign is x's. */
export const remainder = (x: Tensor, y: Tensor): Tensor => multiply(sign(x), mod(abs(x), abs(y)));

/** sqrt(x^2 + y^2), without overflow. */
export function hypot(x: Tensor, y: Tensor): Tensor {
  const [a, b] = [abs(real(x)), abs(real(y))];
  const longer = maximum(a, b);
  return multiply(longer, sqrt(add(scalar(1), square(divideNoNan(minimum(a, b), longer)))));
}

/** log(e^x + e^y), or with powers of 2. */
export const logAddExp = (base: 'e' | 2) => (x: Tensor, y: Tensor): Tensor => {
  const factor = base === 2 ? Math.LN2 : 1;
  const apart = subtract(real(x), real(y));
  const rest = log1p(exp(multiply(abs(apart), scalar(-factor))));
  return where(isNan(apart), add(x, y), add(maximum(x, y), base === 2 ? divide(rest, scalar(Math.LN2)) : rest));
};

/** 0 below 0, 1 above, and y at 0. */
export const heaviside = (x: Tensor, y: Tensor): Tensor => where(less(x, scalar(0)), scalar(0, 'float'), where(greater(x, scalar(0)), scalar(1, 'float'), real(y)));

/** The larger, or the smaller, of two; where one is not a number, the other. */
export const ignoringNan = (choose: (x: Tensor, y: Tensor) => Tensor) => (x: Tensor, y: Tensor): Tensor => {
  const [noX, noY] = [isNan(x), isNan(y)];
  const chosen = where(logicalAnd(noX, logicalNot(noY)), y, choose(x, y));
  return where(logicalAnd(noY, logicalNot(noX)), x, chosen);
};

/** |x - y| <= absolute + relative |y|. */
export function isClose(x: Tensor, y: Tensor, relative: number, absolute: number, equalNan: boolean): Tensor {
  if (x.dtype !== 'float' && y.dtype !== 'float') return equal(x, y);
  const close = lessEqual(abs(subtract(real(x), real(y))), add(scalar(absolute), multiply(abs(real(y)), scalar(relative))));
  return equalNan ? logicalOr(close, logicalAnd(isNan(x), isNan(y))) : close;
}

export const exp2 = (x: Tensor): Tensor => power(scalar(2), real(x));

/** The cube root: of negative numbers, too. */
export const cubeRoot = (x: Tensor): Tensor => multiply(sign(real(x)), power(abs(real(x)), scalar(1 / 3)));

/** sin(pi x) / (pi x), and 1 at 0. */
export function sinc(x: Tensor): Tensor {
  const turned = multiply(real(x), scalar(Math.PI));
  return where(equal(x, scalar(0)), like(x, 1, 'float'), divide(sin(turned), turned));
}

export const erfc = (x: Tensor): Tensor => subtract(scalar(1), erf(real(x)));

/** 0 for what is not a number, and the greatest float32 for what is infinite, unless other numbers are given. */
export function nanToNum(x: Tensor, nan: number, above: number | null, below: number | null): Tensor {
  if (x.dtype !== 'float') return x;
  const most = 3.4028234663852886e38;
  const finite = where(isNan(x), scalar(nan), x);
  const top = where(logicalAnd(isInf(finite), greater(finite, scalar(0))), scalar(above ?? most), finite);
  return where(logicalAnd(isInf(top), less(top, scalar(0))), scalar(below ?? -most), top);
}

/** Rounded to so many places behind the point, half to even. */
export function roundTo(x: Tensor, decimals: number): Tensor {
  if (decimals === 0 || (x.dtype !== 'float' && decimals > 0)) return round(x);
  const factor = scalar(10 ** decimals);
  return cast(divide(round(multiply(real(x), factor)), factor), x.dtype);
}

export const isSignedInfinity = (bound: number) => (x: Tensor): Tensor => equal(x, scalar(bound));

/** The same numbers, by which nothing further back is differentiated. */
export const stopped = (x: Tensor): Tensor => new Tensor(x.numbers, x.shape, x.dtype);

/** A copy, as far as masks and logits go: they stay behind. */
export const copied = (x: Tensor): Tensor => new Tensor(x.numbers, x.shape, x.dtype, x.tape, x.slot);
