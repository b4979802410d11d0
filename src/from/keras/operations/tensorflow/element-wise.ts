import { SeeRnnError } from '../../../../core/errors.js';
import { add, arctan2, divide, floorDivide, maximum, minimum, mod, multiply, power, squaredDifference, subtract } from '../../../../graph/operations/arithmetic.js';
import { cast } from '../../../../graph/operations/cast.js';
import { clip } from '../../../../graph/operations/clip.js';
import {
  equal, greater, greaterEqual, isFinite, isInf, isNan, less, lessEqual, logicalAnd, logicalNot, logicalOr, logicalXor, notEqual,
} from '../../../../graph/operations/comparison.js';
import { concatenate } from '../../../../graph/operations/joining.js';
import { sum } from '../../../../graph/operations/reductions.js';
import { where } from '../../../../graph/operations/select.js';
import {
  abs, arccos, arccosh, arcsin, arcsinh, arctan, arctanh, ceil, cos, cosh, erf, exp, expm1, floor, log, log1p, negative, reciprocal, round, rsqrt, sign, sin, sinh, sqrt, square, tan,
  tanh, trunc,
} from '../../../../graph/operations/unary.js';
import { scalar, type Tensor } from '../../../../graph/tensor.js';
import { castAs } from '../casting.js';
import { elu, leaky, named } from '../activating.js';
import type { Arguments } from '../arguments.js';
import { copied, divideNoNan, erfc, like, real, remainder, stopped, timesOf } from '../element-wise.js';
import { binary, operation, unary, type KerasOperation, type OperationTable } from '../operation.js';

const two = (f: (x: Tensor, y: Tensor) => Tensor): KerasOperation => binary(f, 'x', 'y');

/** x y, and 0 where y is 0, also of an infinite x. */
const multiplyNoNan = (x: Tensor, y: Tensor): Tensor => where(logicalAnd(equal(y, scalar(0)), logicalNot(isFinite(x))), scalar(0), multiply(x, y));

/** Quotients of whole numbers without what is behind the point: TensorFlow 1's. */
const wholeOrReal = (x: Tensor, y: Tensor): Tensor => (x.dtype === 'float' || y.dtype === 'float' ? divide(x, y) : floorDivide(x, y));

/** == and !=, of which tf.keras writes one side alone. */
const sided = (f: (x: Tensor, y: Tensor) => Tensor, instead: string): KerasOperation => operation('x y', (given) => {
  if (!given.has('y')) throw new SeeRnnError(`tf.keras writes only one side of this comparison into a file: nor can Keras load such a model. tf.${instead} is written whole`);
  return f(given.tensor('x'), given.tensor('y'));
});

const division = two(divide);
const remainders = two(mod);
const logSigmoid = unary(named('logSigmoid'));
/** A sigmoid: of which the loss of its own kind knows the logits, and no other. */
export const sigmoid = unary((x) => ownKind(named('sigmoid')(x)));

/** Keras 2 finds logits under TensorFlow's own operations by their type. */
export function ownKind(y: Tensor): Tensor {
  if (y.head) y.head = { ...y.head, ownKindOnly: true };
  return y;
}

/** Over its norm, where that is greater than what is allowed. */
function clipByNorm(given: Arguments): Tensor {
  const x = given.tensor('t');
  const axes = given.axes('axes');
  const squares = sum(square(x), axes, true);
  // The norm of zeros is taken of ones, so that its gradient is a number.
  const any = greater(squares, scalar(0));
  const norm = where(any, sqrt(where(any, squares, scalar(1))), squares);
  const most = given.tensor('clip_norm');
  return divide(multiply(x, most), maximum(norm, most));
}

/** TensorFlow's functions of numbers one by one, by their last names. */
export const elementWise: OperationTable = {
  add: two(add), subtract: two(subtract), multiply: two(multiply), divide: division, truediv: division, div: two(wholeOrReal), floordiv: two(floorDivide), floor_div: two(floorDivide),
  floormod: remainders, mod: remainders, truncatemod: two(remainder), truncatediv: two((x, y) => trunc(divide(x, y))), pow: two(power), maximum: two(maximum), minimum: two(minimum),
  squared_difference: two(squaredDifference), atan2: binary(arctan2, 'y', 'x'), divide_no_nan: two(divideNoNan), div_no_nan: two(divideNoNan), multiply_no_nan: two(multiplyNoNan),
  xdivy: two(timesOf(reciprocal)), xlogy: two(timesOf(log)), xlog1py: two(timesOf(log1p)), scalar_mul: binary(multiply, 'scalar', 'x'),

  equal: two(equal), eq: sided(equal, 'equal'), not_equal: two(notEqual), ne: sided(notEqual, 'not_equal'), greater: two(greater), greater_equal: two(greaterEqual), less: two(less), less_equal: two(lessEqual),
  logical_and: two(logicalAnd), logical_or: two(logicalOr), logical_xor: two(logicalXor), logical_not: unary(logicalNot), is_nan: unary(isNan), is_inf: unary(isInf), is_finite: unary(isFinite),

  abs: unary(abs), negative: unary(negative), sign: unary(sign), square: unary(square), reciprocal: unary(reciprocal), reciprocal_no_nan: unary((x) => divideNoNan(scalar(1), x)),
  exp: unary(exp), expm1: unary(expm1), log: unary(log), log1p: unary(log1p), sqrt: unary(sqrt), rsqrt: unary(rsqrt), sin: unary(sin), cos: unary(cos), tan: unary(tan), sinh: unary(sinh), cosh: unary(cosh),
  tanh: unary(tanh), asin: unary(arcsin), acos: unary(arccos), atan: unary(arctan), asinh: unary(arcsinh), acosh: unary(arccosh), atanh: unary(arctanh), erf: unary(erf), erfc: unary(erfc),
  floor: unary(floor), ceil: unary(ceil), round: unary(round), rint: unary(round), conj: unary((x) => x), real: unary((x) => x), imag: unary((x) => like(x, 0)),
  identity: unary(copied), check_numerics: unary(copied), stop_gradient: unary(stopped),

  relu: unary(named('relu')), relu6: unary(named('relu6')), selu: unary(named('selu')), softplus: unary(named('softplus')), softsign: unary(named('softsign')), sigmoid, log_sigmoid: logSigmoid,
  elu: unary((x) => elu(x, 1)),
  leaky_relu: operation('features alpha', (given) => leaky(given.tensor('features'), given.number('alpha', 0.2))),
  gelu: operation('features approximate', (given) => named(given.flag('approximate', false) ? 'gelu_new' : 'gelu')(given.tensor('features'))),
  silu: operation('features beta', swish), swish: operation('features beta', swish),
  crelu: operation('features axis', (given) => { const x = given.tensor('features'); return named('relu')(concatenate([x, negative(x)], given.whole('axis', -1))); }),
  clip_by_value: operation('t clip_value_min clip_value_max', (given) => clip(given.tensor('t'), given.tensor('clip_value_min'), given.tensor('clip_value_max'))),
  clip_by_norm: operation('t clip_norm axes', clipByNorm),

  cast: operation('x dtype', (given) => castAs(given.tensor('x'), given.raw('dtype'))),
  to_float: unary((x) => real(x)), to_double: unary((x) => real(x)), to_int32: unary((x) => cast(x, 'int')), to_int64: unary((x) => cast(x, 'int')),
  convert_to_tensor: operation('value dtype', (given) => cast(given.tensor('value'), given.dtype('dtype', given.tensor('value').dtype))),
};

function swish(given: Arguments): Tensor {
  const x = given.tensor('features');
  const beta = given.number('beta', 1);
  return beta === 1 ? named('swish')(x) : multiply(x, named('sigmoid')(multiply(x, scalar(beta))));
}
