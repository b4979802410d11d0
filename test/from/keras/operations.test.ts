import { describe, expect, test } from 'vitest';
import type { Floats } from '../../../src/cells/floats.js';
import { callsOf, type Graph } from '../../../src/graph/graph.js';
import { add, multiply } from '../../../src/graph/operations/arithmetic.js';
import { sum } from '../../../src/graph/operations/reductions.js';
import { runCalls } from '../../../src/graph/run.js';
import { Tape } from '../../../src/graph/tape.js';
import { constant, Tensor } from '../../../src/graph/tensor.js';
import { contextOf } from './made.js';
import { answers, graphOf, kindOf, numbers, readBy } from './operation-models.js';

/** Operations that stand in models' files, held to what Keras computed. `operations.py` asked it. */

/** What a graph computes of the inputs, and how the weighed sum of that changes with them. */
function computed(graph: Graph, names: readonly string[], single: boolean): { outputs: Tensor[]; gradients: (Floats | null)[] } {
  const tape = new Tape();
  const inputs = names.map((name) => {
    const { shape, dtype, data } = answers.inputs[name]!;
    const kind = kindOf(dtype);
    const tensor = new Tensor(single && kind === 'float' ? Float32Array.from(numbers(data)) : Float64Array.from(numbers(data)), shape, kind);
    return kind === 'float' ? tape.follow(tensor) : tensor;
  });
  const outputs = runCalls(callsOf(graph), inputs.map((value) => ({ value, mask: null })), contextOf({ tape })).map(({ value }) => value);
  const weighed = outputs.filter(({ dtype }) => dtype === 'float').map((y) => sum(multiply(y, constant(Float64Array.from({ length: y.size }, (_, n) => n * 7 % 5 - 2), y.shape)), null));
  if (weighed.length > 0) tape.backward(weighed.reduce(add));
  return { outputs, gradients: inputs.map((input) => tape.adjoint(input)) };
}

/** To 2e-5 of the largest number: what float32 leaves, of sums in another order. */
function expectClose(found: ArrayLike<number>, wanted: readonly number[], what: string): void {
  const largest = Math.max(1e-3, ...wanted.filter(Number.isFinite).map(Math.abs));
  expect(found.length, what).toBe(wanted.length);
  wanted.forEach((value, n) => {
    if (!Object.is(found[n], value) && found[n] !== value) expect(Math.abs(found[n]! - value), `${what}, number ${n}: ${found[n]} for ${value}`).toBeLessThan(2e-5 * largest);
  });
}

describe.each(['keras3', 'keras2', 'graph'] as const)('%s', (kind) => {
  test.each(answers[kind].map((one) => [one.code, one] as const))('%s', (_, one) => {
    const graph = graphOf(one, kind);
    for (const single of [true, false]) {
      const precision = single ? 'float32' : 'float64';
      const { outputs, gradients } = computed(graph, readBy(one), single);
      expect(outputs.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(one.outputs.map(({ shape, dtype }) => ({ shape, dtype: kindOf(dtype) })));
      // Found before anything ran, with the samples open.
      graph.outputs.forEach((form, i) => {
        expect(form.dtype).toBe(outputs[i]!.dtype);
        expect(form.shape.map((n, axis) => n ?? outputs[i]!.shape[axis])).toEqual(outputs[i]!.shape);
      });
      one.outputs.forEach(({ data }, i) => { expectClose(outputs[i]!.data, numbers(data), `${precision}, output ${i}`); });
      one.gradients.forEach((wanted, i) => {
        if (wanted) expectClose(gradients[i] ?? new Float64Array(wanted.length), numbers(wanted), `${precision}, gradient ${i}`);
        else expect(gradients[i]?.every((value) => value === 0) ?? true, `${precision}, gradient ${i}`).toBe(true);
      });
    }
  });
});
