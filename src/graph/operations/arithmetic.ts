import { zerosLike, type Floats } from '../../cells/floats.js';
import { apply, type AnyOperation, type Operation } from '../operation.js';
import { broadcast } from '../shapes.js';
import type { Dtype, Tensor } from '../tensor.js';
import { rows, type Row } from './rows.js';
import { sumTo } from './sum-to.js';

/**
 * Arithmetic of two arrays, element by element, of shapes that go together as numpy has it.
 *
 * The common operations have loops of their own, one a line: a function that is called for every number costs three times as much as the sum
 * of two. All others go through {@link each}.
 */

/** z = f(x, y) along a row. */
type Loop = (x: Floats, y: Floats, z: Floats, row: Row) => void;
/** g = dL/dz ∂z/∂x, or by y, along a row. All but x and y are as long as z. */
type Slope = (dz: Floats, x: Floats, y: Floats, z: Floats, g: Floats, row: Row) => void;

interface Binary {
  readonly forward: Loop;
  /** Absent where nothing is to be differentiated. */
  readonly byX?: Slope;
  readonly byY?: Slope;
  readonly dtype?: (a: Dtype, b: Dtype) => Dtype;
}

/** Real numbers where one side has them, else whole ones: true + true is 2. */
export const together = (a: Dtype, b: Dtype): Dtype => (a === 'float' || b === 'float' ? 'float' : 'int');
const real = (): Dtype => 'float';

const each = (f: (x: number, y: number) => number): Loop =>
  (x, y, z, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) z[n] = f(x[i], y[j]); };
const eachSlope = (slope: (x: number, y: number, z: number) => number): Slope =>
  (dz, x, y, z, g, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) g[n] = dz[n] * slope(x[i], y[j], z[n]); };

/** The gradient is handed on as it is. */
const one: Slope = (dz, _x, _y, _z, g, { start, end }) => { for (let n = start; n < end; n++) g[n] = dz[n]; };
const minusOne: Slope = (dz, _x, _y, _z, g, { start, end }) => { for (let n = start; n < end; n++) g[n] = -dz[n]; };

function binary(name: string, { forward, byX, byY, dtype = together }: Binary): Operation {
  const operation: Operation = {
    name,
    forms: ([a, b]) => [{ shape: broadcast(a.shape, b.shape), dtype: dtype(a.dtype, b.dtype) }],
    forward({ inputs: [a, b], outputs: [out] }) {
      const [x, y, z] = [a.data, b.data, out.data];
      rows(out.shape, [a.shape, b.shape], (row) => { forward(x, y, z, row); });
    },
  };
  if (!byX || !byY) return operation;
  return {
    ...operation,
    backward({ inputs: [a, b], outputs: [out], adjoints: [dz], wanted }) {
      const [x, y, z] = [a.data, b.data, out.data];
      const along = (input: Tensor, slope: Slope): Floats => {
        if (slope === one) return sumTo(dz!, out.shape, input.shape);
        const g = zerosLike(dz!, out.size);
        rows(out.shape, [a.shape, b.shape], (row) => { slope(dz!, x, y, z, g, row); });
        return sumTo(g, out.shape, input.shape);
      };
      return [wanted[0] ? along(a, byX) : null, wanted[1] ? along(b, byY) : null];
    },
  };
}

export const ADD = binary('add', {
  forward: (x, y, z, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) z[n] = x[i] + y[j]; },
  byX: one,
  byY: one,
});

export const SUBTRACT = binary('subtract', {
  forward: (x, y, z, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) z[n] = x[i] - y[j]; },
  byX: one,
  byY: minusOne,
});

export const MULTIPLY = binary('multiply', {
  forward: (x, y, z, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) z[n] = x[i] * y[j]; },
  byX: (dz, _x, y, _z, g, { start, end, j, dj }) => { for (let n = start; n < end; n++, j += dj) g[n] = dz[n] * y[j]; },
  byY: (dz, x, _y, _z, g, { start, end, i, di }) => { for (let n = start; n < end; n++, i += di) g[n] = dz[n] * x[i]; },
});

export const DIVIDE = binary('divide', {
  forward: (x, y, z, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) z[n] = x[i] / y[j]; },
  byX: (dz, _x, y, _z, g, { start, end, j, dj }) => { for (let n = start; n < end; n++, j += dj) g[n] = dz[n] / y[j]; },
  byY: (dz, x, y, _z, g, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) g[n] = dz[n] * (-x[i] / y[j] / y[j]); },
  dtype: real,
});

/** Of two that are equal, x is the larger: all of the gradient is its. */
export const MAXIMUM = binary('maximum', {
  forward: (x, y, z, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) z[n] = Math.max(x[i], y[j]); },
  byX: (dz, x, y, _z, g, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) g[n] = x[i] >= y[j] ? dz[n] : 0; },
  byY: (dz, x, y, _z, g, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) g[n] = x[i] >= y[j] ? 0 : dz[n]; },
});

/** Of two that are equal, x is the smaller. */
export const MINIMUM = binary('minimum', {
  forward: (x, y, z, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) z[n] = Math.min(x[i], y[j]); },
  byX: (dz, x, y, _z, g, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) g[n] = x[i] <= y[j] ? dz[n] : 0; },
  byY: (dz, x, y, _z, g, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) g[n] = x[i] <= y[j] ? 0 : dz[n]; },
});

export const SQUARED_DIFFERENCE = binary('squared difference', {
  forward: (x, y, z, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) z[n] = (x[i] - y[j]) ** 2; },
  byX: (dz, x, y, _z, g, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) g[n] = dz[n] * 2 * (x[i] - y[j]); },
  byY: (dz, x, y, _z, g, { start, end, i, di, j, dj }) => { for (let n = start; n < end; n++, i += di, j += dj) g[n] = dz[n] * -2 * (x[i] - y[j]); },
});

/** The quotient is rounded to the run's precision first: in float32 1 goes into 10 parts of 0.1. */
export const FLOOR_DIVIDE = binary('floor divide', {
  forward: (x, y, z, { start, end, i, di, j, dj }) => {
    for (let n = start; n < end; n++, i += di, j += dj) {
      z[n] = x[i] / y[j];
      z[n] = Math.floor(z[n]);
    }
  },
});

/** What is left of x, with the sign of y. */
export const MOD = binary('mod', {
  forward: each((x, y) => { const rest = x % y; return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest; }),
  byX: one,
  byY: (dz, x, y, _z, g, { start, end, i, di, j, dj }) => {
    for (let n = start; n < end; n++, i += di, j += dj) {
      g[n] = x[i] / y[j];
      g[n] = dz[n] * -Math.floor(g[n]);
    }
  },
});

/** A base that isn't positive counts as if its logarithm were 0, as TensorFlow has it. */
export const POWER = binary('power', {
  forward: each(raised),
  byX: eachSlope((x, y) => y * raised(x, y - 1)),
  byY: eachSlope((x, _y, z) => z * (x > 0 ? Math.log(x) : 0)),
});

/** IEEE 754's, which differs from JavaScript's where the base is 1 or -1. */
function raised(x: number, y: number): number {
  return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y;
}

/** The angle of the point (y, x), in this order. */
export const ARCTAN2 = binary('arctan2', {
  forward: each(Math.atan2),
  byX: eachSlope((x, y) => y / (x * x + y * y)),
  byY: eachSlope((x, y) => -x / (x * x + y * y)),
  dtype: real,
});

const made = (operation: Operation) => (a: Tensor, b: Tensor): Tensor => apply(operation, [a, b], undefined)[0];

export const add = made(ADD);
export const subtract = made(SUBTRACT);
export const multiply = made(MULTIPLY);
export const divide = made(DIVIDE);
export const floorDivide = made(FLOOR_DIVIDE);
export const mod = made(MOD);
export const power = made(POWER);
export const maximum = made(MAXIMUM);
export const minimum = made(MINIMUM);
export const squaredDifference = made(SQUARED_DIFFERENCE);
export const arctan2 = made(ARCTAN2);

export const ARITHMETIC: readonly AnyOperation[] = [
  ADD, SUBTRACT, MULTIPLY, DIVIDE, MAXIMUM, MINIMUM, SQUARED_DIFFERENCE, FLOOR_DIVIDE, MOD, POWER, ARCTAN2,
];
