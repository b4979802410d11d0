import { zerosLike, type Floats } from '../../cells/floats.js';
import { erf as erfOf } from '../../cells/erf.js';
import { apply, type AnyOperation, type Operation } from '../operation.js';
import type { Dtype, Tensor } from '../tensor.js';

export { sigmoid, tanh } from './activation.js';

/** Functions of one number, on every number of an array. The common ones have loops of their own: a function called for every number costs as much again. */

interface Unary {
  readonly forward: (x: Floats, y: Floats) => void;
  /** dx = dy f'(x). Absent where nothing is to be differentiated. */
  readonly backward?: (dy: Floats, x: Floats, y: Floats, dx: Floats) => void;
  /** Real numbers where nothing else is said. */
  readonly dtype?: (x: Dtype) => Dtype;
}

function unary(name: string, { forward, backward, dtype = () => 'float' }: Unary): Operation {
  const operation: Operation = {
    name,
    forms: ([x]) => [{ shape: x.shape, dtype: dtype(x.dtype) }],
    forward: ({ inputs: [x], outputs: [y] }) => { forward(x.data, y.data); },
  };
  if (!backward) return operation;
  return {
    ...operation,
    backward({ inputs: [x], outputs: [y], adjoints: [dy] }) {
      const dx = zerosLike(dy!, dy!.length);
      backward(dy!, x.data, y.data, dx);
      return [dx];
    },
  };
}

const same = (x: Dtype): Dtype => x;
/** Truth values become 0 and 1. */
const counted = (x: Dtype): Dtype => (x === 'bool' ? 'int' : x);

/** y = f(x), and dy/dx from x and y. */
const smooth = (name: string, f: (x: number) => number, slope: (x: number, y: number) => number): Operation => unary(name, {
  forward: (x, y) => { for (let n = 0; n < y.length; n++) y[n] = f(x[n]); },
  backward: (dy, x, y, dx) => { for (let n = 0; n < dx.length; n++) dx[n] = dy[n] * slope(x[n], y[n]); },
});

/** The same where the slope may be infinite: as in TensorFlow an adjoint of 0 stays 0 there. */
const steep = (name: string, f: (x: number) => number, slope: (x: number, y: number) => number): Operation => unary(name, {
  forward: (x, y) => { for (let n = 0; n < y.length; n++) y[n] = f(x[n]); },
  backward: (dy, x, y, dx) => { for (let n = 0; n < dx.length; n++) dx[n] = dy[n] === 0 ? 0 : dy[n] * slope(x[n], y[n]); },
});

/** y = f(x), flat almost everywhere. */
const steps = (name: string, f: (x: number) => number, dtype?: (x: Dtype) => Dtype): Operation =>
  unary(name, { forward: (x, y) => { for (let n = 0; n < y.length; n++) y[n] = f(x[n]); }, ...(dtype && { dtype }) });

/** Halves go to the even neighbour. */
export function roundHalfToEven(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  return rest < 0.5 || (rest === 0.5 && down % 2 === 0) ? down : down + 1;
}

export const NEGATIVE = unary('negative', {
  forward: (x, y) => { for (let n = 0; n < y.length; n++) y[n] = -x[n]; },
  backward: (dy, _x, _y, dx) => { for (let n = 0; n < dx.length; n++) dx[n] = -dy[n]; },
  dtype: counted,
});
/** Flat at 0. */
export const ABS = unary('abs', {
  forward: (x, y) => { for (let n = 0; n < y.length; n++) y[n] = Math.abs(x[n]); },
  backward: (dy, x, _y, dx) => { for (let n = 0; n < dx.length; n++) dx[n] = dy[n] * Math.sign(x[n]); },
  dtype: same,
});
export const SQUARE = unary('square', {
  forward: (x, y) => { for (let n = 0; n < y.length; n++) y[n] = x[n] * x[n]; },
  backward: (dy, x, _y, dx) => { for (let n = 0; n < dx.length; n++) dx[n] = dy[n] * 2 * x[n]; },
  dtype: counted,
});

export const EXP = unary('exp', {
  forward: (x, y) => { for (let n = 0; n < y.length; n++) y[n] = Math.exp(x[n]); },
  backward: (dy, _x, y, dx) => { for (let n = 0; n < dx.length; n++) dx[n] = dy[n] * y[n]; },
});
export const LOG = unary('log', {
  forward: (x, y) => { for (let n = 0; n < y.length; n++) y[n] = Math.log(x[n]); },
  backward: (dy, x, _y, dx) => { for (let n = 0; n < dx.length; n++) dx[n] = dy[n] * (1 / x[n]); },
});

export const EXPM1 = smooth('expm1', Math.expm1, (x) => Math.exp(x));
export const LOG1P = smooth('log1p', Math.log1p, (x) => 1 / (1 + x));
export const LOG2 = smooth('log2', Math.log2, (x) => 1 / x / Math.LN2);
export const LOG10 = smooth('log10', Math.log10, (x) => 1 / x / Math.LN10);
export const SQRT = steep('sqrt', Math.sqrt, (_, y) => 0.5 / y);
export const RSQRT = steep('rsqrt', (x) => 1 / Math.sqrt(x), (_, y) => -0.5 * y * y * y);
export const RECIPROCAL = steep('reciprocal', (x) => 1 / x, (_, y) => -y * y);
export const SIN = smooth('sin', Math.sin, (x) => Math.cos(x));
export const COS = smooth('cos', Math.cos, (x) => -Math.sin(x));
export const TAN = smooth('tan', Math.tan, (x) => 1 / Math.cos(x) ** 2);
export const ARCSIN = smooth('arcsin', Math.asin, (x) => 1 / Math.sqrt(1 - x * x));
export const ARCCOS = smooth('arccos', Math.acos, (x) => -1 / Math.sqrt(1 - x * x));
export const ARCTAN = smooth('arctan', Math.atan, (x) => 1 / (1 + x * x));
export const SINH = smooth('sinh', Math.sinh, (x) => Math.cosh(x));
export const COSH = smooth('cosh', Math.cosh, (x) => Math.sinh(x));
export const ARCSINH = smooth('arcsinh', Math.asinh, (_, y) => 1 / Math.cosh(y));
export const ARCCOSH = smooth('arccosh', Math.acosh, (_, y) => 1 / Math.sinh(y));
export const ARCTANH = smooth('arctanh', Math.atanh, (x) => 1 / (1 - x * x));
export const ERF = smooth('erf', erfOf, (x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x));

export const SIGN = steps('sign', Math.sign, counted);
export const FLOOR = steps('floor', Math.floor);
export const CEIL = steps('ceil', Math.ceil);
export const ROUND = steps('round', roundHalfToEven, same);
export const TRUNC = steps('trunc', Math.trunc, same);

const made = (operation: Operation) => (x: Tensor): Tensor => apply(operation, [x], undefined)[0];

export const negative = made(NEGATIVE);
export const abs = made(ABS);
export const square = made(SQUARE);
export const exp = made(EXP);
export const expm1 = made(EXPM1);
export const log = made(LOG);
export const log1p = made(LOG1P);
export const log2 = made(LOG2);
export const log10 = made(LOG10);
export const sqrt = made(SQRT);
export const rsqrt = made(RSQRT);
export const reciprocal = made(RECIPROCAL);
export const sin = made(SIN);
export const cos = made(COS);
export const tan = made(TAN);
export const arcsin = made(ARCSIN);
export const arccos = made(ARCCOS);
export const arctan = made(ARCTAN);
export const sinh = made(SINH);
export const cosh = made(COSH);
export const arcsinh = made(ARCSINH);
export const arccosh = made(ARCCOSH);
export const arctanh = made(ARCTANH);
export const erf = made(ERF);
export const sign = made(SIGN);
export const floor = made(FLOOR);
export const ceil = made(CEIL);
export const round = made(ROUND);
export const trunc = made(TRUNC);

export const UNARY: readonly AnyOperation[] = [
  NEGATIVE, ABS, SQUARE, EXP, EXPM1, LOG, LOG1P, LOG2, LOG10, SQRT, RSQRT, RECIPROCAL, SIN, COS, TAN, ARCSIN, ARCCOS, ARCTAN, SINH,
  COSH, ARCSINH, ARCCOSH, ARCTANH, ERF, SIGN, FLOOR, CEIL, ROUND, TRUNC,
];
