import type { Floats } from '../../cells/floats.js';
import { apply, type Operation } from '../operation.js';
import { broadcast, strides } from '../shapes.js';
import type { Dtype, Tensor } from '../tensor.js';

/** Arithmetic of two arrays, element by element, of shapes that go together as numpy has it. */

/** Real numbers where one side has them, else whole ones: 1 + true is 2. */
const together = (a: Dtype, b: Dtype): Dtype => (a === 'float' || b === 'float' ? 'float' : 'int');

/** z = f(x, y), and its partial derivatives. */
function binary(name: string, f: (x: number, y: number) => number, byX: (x: number, y: number, z: number) => number, byY: (x: number, y: number, z: number) => number): Operation {
  return {
    name,
    forms: ([a, b]) => [{ shape: broadcast(a!.shape, b!.shape), dtype: together(a!.dtype, b!.dtype) }],
    forward({ inputs: [a, b], outputs: [out] }) {
      const [x, y, z] = [a!.data, b!.data, out!.data];
      pairs(a!.shape, b!.shape, out!.shape, (n, i, j) => { z[n] = f(x[i]!, y[j]!); });
    },
    backward({ inputs: [a, b], outputs: [out], adjoints: [dz], wanted }) {
      const [x, y, z] = [a!.data, b!.data, out!.data];
      const along = (input: Tensor, slope: (x: number, y: number, z: number) => number, first: boolean): Floats => {
        const sum = dz instanceof Float64Array ? new Float64Array(input.size) : new Float32Array(input.size);
        pairs(a!.shape, b!.shape, out!.shape, (n, i, j) => { sum[first ? i : j]! += dz![n]! * slope(x[i]!, y[j]!, z[n]!); });
        return sum;
      };
      return [wanted[0] ? along(a!, byX, true) : null, wanted[1] ? along(b!, byY, false) : null];
    },
  };
}

/** Visits every element of the result, with the places of the two that it is made of. */
function pairs(a: readonly number[], b: readonly number[], out: readonly number[], visit: (n: number, i: number, j: number) => void): void {
  const size = out.reduce((product, n) => product * n, 1);
  const steps = (shape: readonly number[]): number[] => {
    const own = strides(shape);
    return out.map((_, axis) => { const at = axis - out.length + shape.length; return at < 0 || shape[at] === 1 ? 0 : own[at]!; });
  };
  const [byA, byB] = [steps(a), steps(b)];
  const index = out.map(() => 0);
  for (let n = 0, i = 0, j = 0; n < size; n++) {
    visit(n, i, j);
    for (let axis = out.length - 1; axis >= 0; axis--) {
      i += byA[axis]!;
      j += byB[axis]!;
      if (++index[axis]! < out[axis]!) break;
      i -= byA[axis]! * out[axis]!;
      j -= byB[axis]! * out[axis]!;
      index[axis] = 0;
    }
  }
}

export const ADD = binary('add', (x, y) => x + y, () => 1, () => 1);
export const MULTIPLY = binary('multiply', (x, y) => x * y, (_, y) => y, (x) => x);

export const add = (a: Tensor, b: Tensor): Tensor => apply(ADD, [a, b], undefined)[0]!;
export const multiply = (a: Tensor, b: Tensor): Tensor => apply(MULTIPLY, [a, b], undefined)[0]!;
