import { add, arctan2, divide, floorDivide, maximum, minimum, mod, multiply, power, subtract } from '../../../../graph/operations/arithmetic.js';
import { cast } from '../../../../graph/operations/cast.js';
import { clip } from '../../../../graph/operations/clip.js';
import {
  equal, greater, greaterEqual, isFinite, isInf, isNan, less, lessEqual, logicalAnd, logicalNot, logicalOr, logicalXor, notEqual,
} from '../../../../graph/operations/comparison.js';
import { all } from '../../../../graph/operations/reductions.js';
import { where } from '../../../../graph/operations/select.js';
import {
  abs, arccos, arccosh, arcsin, arcsinh, arctan, arctanh, ceil, cos, cosh, erf, exp, expm1, floor, log, log10, log1p, log2, negative, reciprocal, rsqrt, sign, sin, sinh, sqrt,
  square, tan, tanh, trunc,
} from '../../../../graph/operations/unary.js';
import { scalar, type Tensor } from '../../../../graph/tensor.js';
import { addAsBias } from '../../bias-add.js';
import {
  cubeRoot, divideNoNan, erfc, exp2, heaviside, hypot, ignoringNan, isClose, isSignedInfinity, like, logAddExp, nanToNum, real, remainder, roundTo, sinc,
} from '../element-wise.js';
import { binary, operation, unary, type OperationTable } from '../operation.js';

/** Of whole numbers, too, a real one. */
const ofReal = (f: (x: Tensor) => Tensor) => unary((x) => f(real(x)));

/** `keras.ops` number by number: arithmetic, comparisons, logic, functions. */
export const elementWise: OperationTable = {
  Add: operation('x1 x2', (given) => (given.isHeld('x2') ? addAsBias : add)(given.tensor('x1'), given.tensor('x2'))),
  Subtract: binary(subtract), Multiply: binary(multiply), Divide: binary(divide), TrueDivide: binary(divide), FloorDivide: binary(floorDivide),
  Mod: binary(mod), Fmod: binary(remainder), Power: binary(power), Maximum: binary(maximum), Minimum: binary(minimum), Arctan2: binary(arctan2), DivideNoNan: binary(divideNoNan),
  Fmax: binary(ignoringNan(maximum)), Fmin: binary(ignoringNan(minimum)), Hypot: binary(hypot), Heaviside: binary(heaviside), Logaddexp: binary(logAddExp('e')), Logaddexp2: binary(logAddExp(2)),
  Ldexp: binary((x, y) => multiply(x, power(scalar(2, 'float'), y))),

  Equal: binary(equal), NotEqual: binary(notEqual), Greater: binary(greater), GreaterEqual: binary(greaterEqual), Less: binary(less), LessEqual: binary(lessEqual),
  LogicalAnd: binary(logicalAnd), LogicalOr: binary(logicalOr), LogicalXor: binary(logicalXor), LogicalNot: unary(logicalNot),
  Isnan: unary(isNan), Isinf: unary(isInf), Isfinite: unary(isFinite), Isposinf: unary(isSignedInfinity(Infinity)), Isneginf: unary(isSignedInfinity(-Infinity)),
  Isreal: unary((x) => like(x, 1, 'bool')),
  Isclose: operation('x1 x2 rtol atol equal_nan', (given) => isClose(given.tensor('x1'), given.tensor('x2'), given.number('rtol', 1e-5), given.number('atol', 1e-8), given.flag('equal_nan', false))),
  AllClose: operation('x1 x2 rtol atol equal_nan', (given) => all(isClose(given.tensor('x1'), given.tensor('x2'), given.number('rtol', 1e-5), given.number('atol', 1e-8), given.flag('equal_nan', false)), null)),

  Absolute: unary(abs), Abs: unary(abs), Fabs: ofReal(abs), Negative: unary(negative), Sign: unary(sign), Square: unary(square), Reciprocal: ofReal(reciprocal),
  Exp: ofReal(exp), Exp2: unary(exp2), Expm1: ofReal(expm1), Log: ofReal(log), Log10: ofReal(log10), Log1p: ofReal(log1p), Log2: ofReal(log2), Sqrt: ofReal(sqrt), Rsqrt: ofReal(rsqrt),
  Cbrt: unary(cubeRoot), Sin: ofReal(sin), Cos: ofReal(cos), Tan: ofReal(tan), Sinh: ofReal(sinh), Cosh: ofReal(cosh), Tanh: ofReal(tanh), Arcsin: ofReal(arcsin),
  Arccos: ofReal(arccos), Arctan: ofReal(arctan), Arcsinh: ofReal(arcsinh), Arccosh: ofReal(arccosh), Arctanh: ofReal(arctanh), Sinc: unary(sinc), Erf: ofReal(erf), Erfc: unary(erfc),
  Deg2rad: ofReal((x) => multiply(x, scalar(Math.PI / 180))), Rad2deg: ofReal((x) => multiply(x, scalar(180 / Math.PI))),
  Floor: ofReal(floor), Ceil: ofReal(ceil), Trunc: unary(trunc),
  Round: operation('x decimals', (given) => roundTo(given.tensor('x'), given.whole('decimals', 0))),
  Clip: operation('x x_min x_max', (given) => {
    const x = given.tensor('x');
    return clip(x.dtype === 'bool' ? cast(x, 'int') : x, given.tensor('x_min'), given.tensor('x_max'));
  }),
  NanToNum: operation('x nan posinf neginf', (given) => nanToNum(given.tensor('x'), given.number('nan', 0), given.has('posinf') ? given.number('posinf') : null, given.has('neginf') ? given.number('neginf') : null)),
  Real: unary((x) => x), Conjugate: unary((x) => x), Conj: unary((x) => x), Imag: unary((x) => like(x, 0)),
  Angle: unary((x) => where(less(x, scalar(0)), scalar(Math.PI), scalar(0))),
};
