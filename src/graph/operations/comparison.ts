import type { Floats } from '../../cells/floats.js';
import { apply, type AnyOperation, type Operation } from '../operation.js';
import { broadcast } from '../shapes.js';
import type { Tensor } from '../tensor.js';
import { rows, type Row } from './rows.js';

/** Comparisons and logic: truth values from numbers, of shapes that go together as numpy has it. Nothing of it is differentiated. */

/** z = 1 where it holds for x and y, along a row. In loops of their own, without a branch, which random numbers would take by surprise. */
type Loop = (x: Floats, y: Floats, z: Floats, row: Row) => void;

function comparison(name: string, fill: Loop): Operation {
  return {
    name,
    forms: ([a, b]) => [{ shape: broadcast(a.shape, b.shape), dtype: 'bool' }],
    forward({ inputs: [a, b], outputs: [out] }) {
      const [x, y, z] = [a.data, b.data, out.data];
      rows(out.shape, [a.shape, b.shape], (row) => { fill(x, y, z, row); });
    },
  };
}

function question(name: string, holds: (x: number) => boolean): Operation {
  return {
    name,
    forms: ([x]) => [{ shape: x.shape, dtype: 'bool' }],
    forward({ inputs: [{ data: x }], outputs: [{ data: y }] }) { for (let n = 0; n < y.length; n++) y[n] = holds(x[n]) ? 1 : 0; },
  };
}

export const EQUAL = comparison('equal', (x, y, z, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) z[n] = +(x[i] === y[j]); });
export const NOT_EQUAL = comparison('not equal', (x, y, z, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) z[n] = +(x[i] !== y[j]); });
export const GREATER = comparison('greater', (x, y, z, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) z[n] = +(x[i] > y[j]); });
export const GREATER_EQUAL = comparison('greater equal', (x, y, z, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) z[n] = +(x[i] >= y[j]); });
export const LESS = comparison('less', (x, y, z, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) z[n] = +(x[i] < y[j]); });
export const LESS_EQUAL = comparison('less equal', (x, y, z, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) z[n] = +(x[i] <= y[j]); });
// Whatever isn't 0 is true, NaN too.
export const LOGICAL_AND = comparison('logical and', (x, y, z, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) z[n] = +(x[i] !== 0 && y[j] !== 0); });
export const LOGICAL_OR = comparison('logical or', (x, y, z, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) z[n] = +(x[i] !== 0 || y[j] !== 0); });
export const LOGICAL_XOR = comparison('logical xor', (x, y, z, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) z[n] = +((x[i] !== 0) !== (y[j] !== 0)); });
export const LOGICAL_NOT = question('logical not', (x) => x === 0);
export const IS_NAN = question('is nan', Number.isNaN);
export const IS_FINITE = question('is finite', Number.isFinite);
export const IS_INF = question('is inf', (x) => Math.abs(x) === Infinity);

const made2 = (operation: Operation) => (a: Tensor, b: Tensor): Tensor => apply(operation, [a, b], undefined)[0];
const made1 = (operation: Operation) => (x: Tensor): Tensor => apply(operation, [x], undefined)[0];

export const equal = made2(EQUAL);
export const notEqual = made2(NOT_EQUAL);
export const greater = made2(GREATER);
export const greaterEqual = made2(GREATER_EQUAL);
export const less = made2(LESS);
export const lessEqual = made2(LESS_EQUAL);
export const logicalAnd = made2(LOGICAL_AND);
export const logicalOr = made2(LOGICAL_OR);
export const logicalXor = made2(LOGICAL_XOR);
export const logicalNot = made1(LOGICAL_NOT);
export const isNan = made1(IS_NAN);
export const isFinite = made1(IS_FINITE);
export const isInf = made1(IS_INF);

export const COMPARISONS: readonly AnyOperation[] = [
  EQUAL, NOT_EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL, LOGICAL_AND, LOGICAL_OR, LOGICAL_XOR, LOGICAL_NOT, IS_NAN, IS_FINITE,
  IS_INF,
];
