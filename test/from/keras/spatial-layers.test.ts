import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sizeOf } from '../../../src/core/array.js';
import type { Config } from '../../../src/from/keras/config-reader.js';
import { KERAS_3 } from '../../../src/from/keras/dialect.js';
import { add, multiply } from '../../../src/graph/operations/arithmetic.js';
import { sum } from '../../../src/graph/operations/reductions.js';
import { Tape } from '../../../src/graph/tape.js';
import { constant, Tensor } from '../../../src/graph/tensor.js';
import type { Weight } from '../../../src/graph/weight.js';
import type { Floats } from '../../../src/cells/floats.js';
import { infer } from '../../../src/graph/infer.js';
import { called, filled, KERAS_2, made, weightsOf } from './made.js';

/** What Keras gives for layers over one to three axes: `spatial-layers.py` writes the numbers, and says how they are made. */

interface Case {
  readonly keras: 2 | 3;
  readonly class: string;
  readonly config: Config;
  readonly shape: readonly number[];
  /** Whether x is whole numbers, many of which are equal. */
  readonly ties?: boolean;
  readonly mask?: readonly (readonly number[])[];
  readonly initial?: boolean;
  readonly bidirectional?: string | null;
  /** Whether Keras computed it in float32. */
  readonly single?: boolean;
  readonly outputs: readonly (readonly number[])[];
  readonly shapes: readonly (readonly number[])[];
  /** 0 where there is no gradient. */
  readonly dx: readonly number[] | 0;
  readonly dstates?: readonly (readonly number[])[];
  readonly names?: readonly string[];
  readonly dw?: readonly (readonly number[] | 0)[];
}

const file = process.env['SPATIAL_LAYERS'] ?? new URL('spatial-layers.json', import.meta.url);
// What is no number is null.
const cases = JSON.parse(readFileSync(file, 'utf8'), (_, value: unknown) => (Array.isArray(value) ? value.map((one: unknown) => one ?? NaN) : value)) as readonly Case[];

const number = (n: number, start: number): number => 0.8 * Math.sin(0.7 * n + start);
const numbers = (shape: readonly number[], start: number): Tensor => new Tensor(Float64Array.from({ length: sizeOf(shape) }, (_, n) => number(n, start)), shape);
/** As numpy rounds: no number here lies half way. */
const whole = (shape: readonly number[]): Tensor => new Tensor(Float64Array.from({ length: sizeOf(shape) }, (_, n) => Math.round(2.4 * Math.sin(1.3 * n))), shape);

function expectClose(found: Floats | null, wanted: readonly number[] | 0, what: string, tolerance: number): void {
  const expected = wanted === 0 ? Array.from(found ?? [], () => 0) : wanted;
  if (found) expect(found.length, what).toBe(expected.length);
  const largest = Math.max(1, ...expected.map(Math.abs).filter(Number.isFinite));
  expected.forEach((value, n) => {
    // Nothing is nothing but zeros.
    const one = found ? found[n] : 0;
    if (Number.isNaN(value) ? !Number.isNaN(one) : !(one === value || Math.abs(one - value) <= tolerance * largest)) expect(one, `${what}, number ${n}`).toBe(value);
  });
}

test.each(cases.map((one, i) => ({ ...one, title: `${i}: Keras ${one.keras}, ${one.class} ${JSON.stringify(one.config)} of (${one.shape.join(', ')})` })))('$title', (one) => {
  const dialect = one.keras === 3 ? KERAS_3 : KERAS_2;
  const inner = made(one.class, one.config, {}, dialect);
  const layer = filled(one.bidirectional === undefined ? inner : made('Bidirectional', { merge_mode: one.bidirectional }, { layer: inner }, dialect), [one.shape.with(0, null as unknown as number)], (n, i) => number(n, i + 1));
  const x = one.ties ? whole(one.shape) : numbers(one.shape, 0);
  const mask = one.mask ? constant(one.mask.flat(), [one.mask.length, one.mask[0].length], 'bool') : null;
  const [first] = one.shapes;
  const state = one.config['return_sequences'] === true ? [first[0], ...first.slice(2)] : first;
  const initial = one.initial ? [numbers(state, 20), numbers(state, 21)] : [];
  expect(layer.weights.concat(layer.parts.flatMap(({ layer: part }) => weightsOf(part as typeof layer))).map(({ name }) => name)).toEqual(one.names ?? []);

  const run = (precise: boolean): void => {
    const of = (tensor: Tensor): Tensor => (precise ? tensor : new Tensor(Float32Array.from(tensor.data), tensor.shape));
    const tape = new Tape();
    const [followed, ...states] = [x, ...initial].map((tensor) => tape.follow(of(tensor)));
    const weights = new Map<Weight, Tensor>();
    const weight = (its: Weight): Tensor => {
      if (!weights.has(its)) weights.set(its, tape.follow(of(new Tensor(Float64Array.from(its.read() as Floats), its.shape))));
      return weights.get(its)!;
    };
    let at = 0;
    const outputs = called(layer, [followed, ...states], { given: mask ? { mask } : {}, context: { tape, weight, training: 'dropout' in one.config, random: () => (Math.sin(1.3 * at++ + 0.5) + 1) / 2 } });
    tape.backward(outputs.map(({ value }, i) => sum(multiply(value, numbers(value.shape, 30 + i)), null)).reduce((a, b) => add(a, b)));
    // In float32 sums of at most some hundred numbers are rounded.
    const tolerance = precise && !one.single ? 1e-9 : 3e-5;
    expect(outputs.map(({ value }) => value.shape)).toEqual(one.shapes);
    one.outputs.forEach((wanted, i) => { expectClose(outputs[i].value.data, wanted, `output ${i}`, tolerance); });
    expectClose(tape.adjoint(followed), one.dx, 'dx', tolerance);
    one.dstates?.forEach((wanted, i) => { expectClose(tape.adjoint(states[i]), wanted, `derivative by state ${i}`, tolerance); });
    one.dw?.forEach((wanted, i) => { expectClose(tape.adjoint(weights.get(weightsOf(layer)[i])!), wanted, `derivative by weight ${i}`, tolerance); });
  };
  run(true);
  run(false);
  // The shapes alone, the number of samples open, and of timesteps where there are.
  const open = infer(layer, [{ shape: one.shape.map((n, axis) => (axis === 0 ? null : n)), dtype: 'float' }]);
  expect(open.map(({ shape }) => shape)).toEqual(one.shapes.map((shape) => shape.map((n, axis) => (axis === 0 ? null : n))));
});
