import { einsum } from '../../../../graph/operations/einsum.js';
import { power } from '../../../../graph/operations/arithmetic.js';
import { cholesky, logDeterminant } from '../../../../graph/operations/linear-algebra.js';
import { dot, matmul, tensordot } from '../../../../graph/operations/matmul.js';
import { cast } from '../../../../graph/operations/cast.js';
import { expandDims, moveAxis, swapAxes } from '../../../../graph/operations/shaping.js';
import { constant, scalar, type Tensor } from '../../../../graph/tensor.js';
import type { Arguments } from '../arguments.js';
import { SeeRnnError } from '../../../../core/errors.js';
import { real } from '../element-wise.js';
import { correlate, correlations, cross, determinant, distances, inner, inverse, solution, trapezoid, triangularSolution, vdot } from '../matrices.js';
import { binary, operation, unary, type OperationTable } from '../operation.js';
import { differences } from '../reshaping.js';

/** Which axes a product sums over: so many, or a list for each side. */
export function productAxes(given: Arguments): number | [number[], number[]] {
  if (!given.has('axes')) return 2;
  if (given.isSingle('axes')) return given.whole('axes');
  const [a, b, ...more] = given.list('axes')?.map((entry) => given.numbersIn(entry)) ?? [];
  if (!a || !b || more.length > 0) throw given.wrong('axes', 'a number, or a list of axes for each side');
  return [a, b];
}

/** An equation with letters in the order of the alphabet as they come up: so Keras reads it, which tells where the result is not named. */
function relettered(equation: string): string {
  const letters = [...new Set(equation.replace(/[^a-zA-Z]/g, ''))];
  const names = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  return equation.replace(/[a-zA-Z]/g, (letter) => names[letters.indexOf(letter)]!);
}

/** The powers of a vector's numbers, in columns. */
function vander(given: Arguments): Tensor {
  const x = given.tensor('x');
  const count = given.whole('N', x.size);
  if (!(count >= 0 && count <= 1e6)) throw new SeeRnnError(`N must be from 0 to a million, found ${count}`);
  const powers = Array.from({ length: count }, (_, i) => (given.flag('increasing', false) ? i : count - 1 - i));
  return cast(power(expandDims(real(x), -1), constant(powers, [count])), x.dtype);
}

function underCurve(given: Arguments): Tensor {
  const axis = given.whole('axis', -1);
  const x = given.optional('x');
  return trapezoid(given.tensor('y'), x ? moveAxis(differences(real(x), 1, axis), axis, -1) : scalar(given.number('dx', 1)), axis);
}

/** `keras.ops` that multiply and sum. */
export const products: OperationTable = {
  Matmul: binary((a, b) => matmul(a, b)), Dot: binary(dot), Inner: binary(inner), Vdot: binary(vdot),
  Tensordot: operation('x1 x2 axes', (given) => tensordot(given.tensor('x1'), given.tensor('x2'), productAxes(given))),
  Einsum: operation('operands', (given) => einsum(relettered(given.text('subscripts')), given.rest())),
  Cross: operation('x1 x2', (given) => {
    const all = given.axis();
    const [a, b, out] = (['axisa', 'axisb', 'axisc'] as const).map((name) => all ?? given.whole(name, -1)) as [number, number, number];
    return cross(given.tensor('x1'), given.tensor('x2'), a, b, out);
  }),
  Correlate: operation('x1 x2', (given) => correlate(given.tensor('x1'), given.tensor('x2'), given.text('mode', 'valid'))),
  Inv: unary((x) => inverse(x)), Det: unary(determinant), Logdet: unary((x) => logDeterminant(real(x)).log), Slogdet: unary((x) => { const { sign, log } = logDeterminant(real(x)); return [sign, log]; }),
  Solve: binary((a, b) => solution(a, b), 'a', 'b'), SolveTriangular: operation('a b', (given) => triangularSolution(given.tensor('a'), given.tensor('b'), given.flag('lower', false))),
  Cholesky: operation('x', (given) => { const root = cholesky(real(given.tensor('x'))); return given.flag('upper', false) ? swapAxes(root, -2, -1) : root; }),
  Corrcoef: unary(correlations), CDist: binary(distances, 'x', 'y'), Vander: operation('x', vander), Trapezoid: operation('y', underCurve),
};
