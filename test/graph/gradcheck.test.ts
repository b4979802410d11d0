import { describe, expect, it } from 'vitest';
import type { Floats } from '../../src/cells/floats.js';
import { sizeOf } from '../../src/core/array.js';
import { apply } from '../../src/graph/operation.js';
import { OPERATIONS } from '../../src/graph/operations/table.js';
import { Tape } from '../../src/graph/tape.js';
import { abstract, Tensor } from '../../src/graph/tensor.js';
import { Random } from '../random.js';
import { EXAMPLES } from './examples/all.js';
import type { Example, ExampleInput } from './examples/example.js';
import { weighedSum } from './weighed-sum.js';

/** Every operation is held to central differences, in float64, and in float32 to itself in float64. */

const made = (input: ExampleInput, seed: number): Tensor => {
  if ('data' in input) return new Tensor(Float64Array.from(input.data), input.shape, input.dtype ?? 'float');
  const next = new Random(seed);
  return new Tensor(Float64Array.from({ length: sizeOf(input) }, () => 2 * next.uniform() - 1), input);
};

const lossOf = ({ operation, attributes }: Example, inputs: readonly Tensor[]): number => weighedSum(apply(operation, inputs, attributes)).data[0]!;

/** The gradients of that loss, by backward; null by whole numbers, and where there is none. */
function gradients({ operation, attributes }: Example, inputs: readonly Tensor[]): (Floats | null)[] {
  const tape = new Tape();
  const followed = inputs.map((input) => (input.dtype === 'float' ? tape.follow(input) : input));
  tape.backward(weighedSum(apply(operation, followed, attributes)));
  return followed.map((input) => tape.adjoint(input));
}

describe.each(OPERATIONS)('$name', (operation) => {
  const examples = EXAMPLES.filter((example) => example.operation === operation);

  it('has examples', () => { expect(examples.length).toBeGreaterThan(0); });

  it('gives on abstract tensors the forms that it gives on real ones', () => {
    for (const example of examples) {
      const inputs = example.inputs.map(made);
      const real = apply(operation, inputs, example.attributes);
      const found = apply(operation, inputs.map(abstract), example.attributes);
      expect(found.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(real.map(({ shape, dtype }) => ({ shape, dtype })));
      real.forEach(({ data, size }) => { expect(data.length).toBe(size); });
    }
  });

  if (operation.backward) it('has the gradients that central differences have, eps 1e-6, to 1e-6', () => {
    for (const example of examples) {
      const inputs = example.inputs.map(made);
      const found = gradients(example, inputs);
      inputs.forEach((input, i) => {
        if (input.dtype !== 'float') return;
        const differences = input.data.map((value, n) => {
          const at = (moved: number): number => lossOf(example, inputs.with(i, new Tensor(input.data.map((own, m) => (m === n ? moved : own)) as Floats, input.shape)));
          return (at(value + 1e-6) - at(value - 1e-6)) / 2e-6;
        });
        const largest = Math.max(1, ...differences.map(Math.abs));
        differences.forEach((difference, n) => { expect(Math.abs((found[i]?.[n] ?? 0) - difference), `${operation.name}, input ${i}, number ${n}: ${found[i]?.[n]} for ${difference}`).toBeLessThan(1e-6 * largest); });
      });
    }
  });

  it('agrees in float32 with itself in float64, to 1e-5 of the largest number', () => {
    for (const example of examples) {
      const inputs = example.inputs.map(made);
      const singles = inputs.map((input) => (input.dtype === 'float' ? new Tensor(Float32Array.from(input.data), input.shape) : input));
      const doubles = singles.map((input) => (input.dtype === 'float' ? new Tensor(Float64Array.from(input.data), input.shape) : input));
      const compare = (got: Floats | null, want: Floats | null): void => {
        const largest = want ? Math.max(1, ...Array.from(want, Math.abs).filter(Number.isFinite)) : 1;
        want?.forEach((value, n) => { if (got![n] !== value && !(Number.isNaN(value) && Number.isNaN(got![n]))) expect(Math.abs((got?.[n] ?? 0) - value)).toBeLessThan(1e-5 * largest); });
      };
      const [single, double] = [apply(operation, singles, example.attributes), apply(operation, doubles, example.attributes)];
      single.forEach(({ data, dtype }, i) => {
        if (dtype === 'float') expect(data).toBeInstanceOf(singles.some((input) => input.dtype === 'float') ? Float32Array : Float64Array);
        compare(data, double[i]!.data);
      });
      if (!operation.backward) continue;
      const [inSingle, inDouble] = [gradients(example, singles), gradients(example, doubles)];
      inSingle.forEach((gradient, i) => { compare(gradient, inDouble[i] ?? null); });
    }
  });
});
