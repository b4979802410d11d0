import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { argmax, argmin, cumprod, cumsum } from '../../src/graph/operations/along.js';
import * as arithmetic from '../../src/graph/operations/arithmetic.js';
import { cast } from '../../src/graph/operations/cast.js';
import { clip } from '../../src/graph/operations/clip.js';
import * as comparison from '../../src/graph/operations/comparison.js';
import * as reductions from '../../src/graph/operations/reductions.js';
import { where } from '../../src/graph/operations/select.js';
import { logSoftmax, softmax } from '../../src/graph/operations/softmax.js';
import * as unary from '../../src/graph/operations/unary.js';
import { Tape } from '../../src/graph/tape.js';
import { Tensor, type Dtype } from '../../src/graph/tensor.js';

/**
 * Where central differences can't follow: kinks, ties, poles, overflow. There the operations give what keras.ops gives on TensorFlow, in float64;
 * `tensorflow/make.py` asked it. The gradients are those of the sum of the results, each times a factor.
 */

type Number = number | 'nan' | 'inf' | '-inf';
interface Attributes { readonly axes: number[] | null; readonly keepDims: boolean; readonly axis: number; readonly min: number; readonly max: number; readonly order: Number; readonly dtype: Dtype }
interface Case {
  readonly name: string;
  readonly inputs: readonly { readonly data: readonly Number[]; readonly shape: readonly number[] }[];
  readonly attributes: Attributes;
  readonly values: readonly Number[];
  readonly factors: readonly Number[];
  readonly shape: readonly number[];
  readonly gradients: readonly (readonly Number[] | null)[];
}
const cases = JSON.parse(readFileSync(new URL('tensorflow/kinks.json', import.meta.url), 'utf8')) as readonly Case[];

const numberOf = (value: Number): number => (typeof value === 'number' ? value : { nan: NaN, inf: Infinity, '-inf': -Infinity }[value]);

type Call = (inputs: readonly Tensor[], attributes: Attributes) => Tensor;
const one = (f: (x: Tensor) => Tensor): Call => ([x]) => f(x!);
const two = (f: (x: Tensor, y: Tensor) => Tensor): Call => ([x, y]) => f(x!, y!);
const reducing = (f: (x: Tensor, axes: readonly number[] | null, keepDims: boolean) => Tensor): Call => ([x], { axes, keepDims }) => f(x!, axes, keepDims);
const along = (f: (x: Tensor, axis: number) => Tensor): Call => ([x], { axis }) => f(x!, axis);

const { abs, sign, floor, ceil, round, trunc, negative, square, sqrt, rsqrt, reciprocal, log, log1p, log2, log10, exp, expm1, tan, arcsin, arccos, arctan, arctanh, arccosh, arcsinh, sinh, cosh, erf, sigmoid, tanh } = unary;
const calls: Readonly<Record<string, Call>> = {
  ...Object.fromEntries(Object.entries({
    abs, sign, floor, ceil, round, trunc, negative, square, sqrt, rsqrt, reciprocal, log, log1p, log2, log10, exp, expm1, tan, arcsin, arccos, arctan, arctanh, arccosh, arcsinh, sinh, cosh, erf, sigmoid, tanh,
    isnan: comparison.isNan, isinf: comparison.isInf, isfinite: comparison.isFinite, logical_not: comparison.logicalNot,
  }).map(([name, f]): [string, Call] => [name, one(f)])),
  ...Object.fromEntries(Object.entries({
    maximum: arithmetic.maximum, minimum: arithmetic.minimum, power: arithmetic.power, divide: arithmetic.divide, floor_divide: arithmetic.floorDivide, mod: arithmetic.mod,
    arctan2: arithmetic.arctan2, multiply: arithmetic.multiply, squared_difference: arithmetic.squaredDifference,
    equal: comparison.equal, not_equal: comparison.notEqual, greater: comparison.greater, greater_equal: comparison.greaterEqual, less: comparison.less, less_equal: comparison.lessEqual,
    logical_and: comparison.logicalAnd, logical_or: comparison.logicalOr, logical_xor: comparison.logicalXor,
  }).map(([name, f]): [string, Call] => [name, two(f)])),
  ...Object.fromEntries(Object.entries({
    max: reductions.max, min: reductions.min, sum: reductions.sum, mean: reductions.mean, prod: reductions.prod, any: reductions.any, all: reductions.all,
    var: reductions.variance, std: reductions.std, logsumexp: reductions.logSumExp,
  }).map(([name, f]): [string, Call] => [name, reducing(f)])),
  ...Object.fromEntries(Object.entries({ cumsum, cumprod, argmax, argmin }).map(([name, f]): [string, Call] => [name, along(f)])),
  norm: ([x], { axes, keepDims, order }) => reductions.norm(x!, axes, keepDims, numberOf(order)),
  where: ([condition, x, y]) => where(condition!, x!, y!),
  clip: ([x], { min, max }) => clip(x!, min, max),
  softmax: ([x], { axes }) => softmax(x!, axes),
  log_softmax: ([x], { axes }) => logSoftmax(x!, axes),
  cast: ([x], { dtype }) => cast(x!, dtype),
};

const doubles = (values: readonly Number[]): Float64Array => Float64Array.from(values, numberOf);

/** The same number, both none, or as near as rounding comes. */
function same(got: ArrayLike<number>, want: readonly Number[], what: string): void {
  expect(got.length, what).toBe(want.length);
  want.forEach((value, n) => {
    const [mine, theirs] = [got[n]!, numberOf(value)];
    const close = mine === theirs || (Number.isNaN(mine) && Number.isNaN(theirs)) || Math.abs(mine - theirs) <= 1e-14 + 1e-12 * Math.abs(theirs);
    if (!close) expect.fail(`${what} ${n}: ${mine} for ${theirs}`);
  });
}

test.each(cases.map((one, n) => ({ ...one, title: `${n}: ${one.name} ${JSON.stringify(one.attributes)}` })))('$title', ({ name, inputs, attributes, values, factors, shape, gradients }) => {
  const tape = new Tape();
  const followed = inputs.map((input) => tape.follow(new Tensor(doubles(input.data), input.shape)));
  const result = calls[name]!(followed, attributes);
  expect(result.shape).toEqual(shape);
  same(result.data, values, 'value');
  if (result.dtype !== 'float') return;
  tape.backward(reductions.sum(arithmetic.multiply(result, new Tensor(doubles(factors), shape)), null));
  gradients.forEach((gradient, i) => { same(tape.adjoint(followed[i]!) ?? new Float64Array(followed[i]!.size), gradient ?? new Array<number>(followed[i]!.size).fill(0), `gradient ${i},`); });
});

const single = (...values: number[]): Tensor => new Tensor(Float32Array.from(values), [values.length]);

test('in float32 a bound is rounded as the numbers are: on it the gradient passes', () => {
  const tape = new Tape();
  const x = tape.follow(single(0.1, 0.2, 0.3));
  tape.backward(reductions.sum(clip(x, 0.1, 0.2), null));
  expect([...tape.adjoint(x)!]).toEqual([1, 1, 0]);
});

test('in float32 a quotient is rounded before it is cut', () => {
  expect([...arithmetic.floorDivide(single(1, 0.7), single(0.1, 0.1)).data]).toEqual([10, 7]);
});
