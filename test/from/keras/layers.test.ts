import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sizeOf } from '../../../src/core/array.js';
import type { Config } from '../../../src/from/keras/config-reader.js';
import { KERAS_3, type Dialect } from '../../../src/from/keras/dialect.js';
import type { KerasLayer } from '../../../src/from/keras/layers/keras-layer.js';
import { infer } from '../../../src/graph/infer.js';
import type { CallOptions } from '../../../src/graph/layer.js';
import { add, multiply } from '../../../src/graph/operations/arithmetic.js';
import { sum } from '../../../src/graph/operations/reductions.js';
import { Tape } from '../../../src/graph/tape.js';
import { Tensor, type Dtype } from '../../../src/graph/tensor.js';
import type { Floats } from '../../../src/cells/floats.js';
import { contextOf, KERAS_2, made, weightsOf } from './made.js';

/** Layers held to what Keras 2 and 3 gave in float64: outputs, masks, and derivatives by inputs and weights. `layers.py` asked them. */

interface Answer { readonly data: readonly number[]; readonly shape: readonly number[]; readonly dtype?: Dtype }
interface Case {
  readonly keras: readonly (2 | 3)[];
  readonly className: string;
  readonly config?: Config;
  readonly form: 'one' | 'list' | 'each';
  readonly training?: boolean;
  readonly options?: CallOptions;
  readonly given?: Readonly<Record<string, Answer>>;
  /** Shapes of sines, or numbers. */
  readonly inputs: readonly (readonly number[] | Answer)[];
  readonly masks: readonly (string | null)[];
  readonly weights: readonly string[];
  readonly outputs: readonly Answer[];
  readonly outMasks: readonly (Answer | 0)[];
  readonly dx: readonly (readonly number[] | 0)[];
  readonly dw: readonly (readonly number[] | 0)[];
}
const { masks: MASKS, cases } = JSON.parse(readFileSync(new URL('layers.json', import.meta.url), 'utf8')) as { readonly masks: Readonly<Record<string, readonly (readonly number[])[]>>; readonly cases: readonly Case[] };

const sines = (shape: readonly number[], start: number): Float64Array => Float64Array.from({ length: sizeOf(shape) }, (_, n) => 0.8 * Math.sin(0.7 * n + start));
const tensorOf = ({ data, shape, dtype = 'float' }: Answer): Tensor => new Tensor(Float64Array.from(data), shape, dtype);

/** A layer of a class, with the one that it holds. */
function layerOf(className: string, config: Config, dialect: Dialect): KerasLayer {
  const inner = config['layer'] as { readonly class_name: string; readonly config: Config } | undefined;
  return made(className, config, inner ? { layer: layerOf(inner.class_name, inner.config, dialect) } : {}, dialect);
}

function expectClose(found: ArrayLike<number> | null, wanted: readonly number[], what: string, tolerance: number): void {
  const largest = Math.max(1, ...wanted.map(Math.abs));
  expect(found?.length ?? wanted.length, what).toBe(wanted.length);
  wanted.forEach((value, n) => { expect(Math.abs((found?.[n] ?? 0) - value), `${what}, number ${n}: ${found?.[n]} for ${value}`).toBeLessThanOrEqual(tolerance * largest); });
}

function hold(one: Case, keras: 2 | 3, single: boolean): void {
  // The eleven digits that the answers have; what float32 leaves of them.
  const tolerance = single ? 2e-5 : 1e-10;
  const numbers = (values: Float64Array): Floats => (single ? Float32Array.from(values) : values);
  const layer = layerOf(one.className, one.config ?? {}, keras === 3 ? KERAS_3 : KERAS_2);
  const inputs = one.inputs.map((input, i) => ('data' in input ? tensorOf(input) : new Tensor(sines(input, i), input)));
  layer.build(inputs.map(({ shape }) => shape));
  // Keras lists what a layer that wraps another reads of that before its own.
  const left = weightsOf(layer);
  const weights = one.weights.map((name) => left.splice(left.findIndex((weight) => weight.name === name), 1)[0]!).filter((weight) => weight !== undefined);
  expect(weights.map(({ name }) => name)).toEqual(one.weights);
  expect(left.filter(({ name }) => name !== 'count')).toEqual([]);
  const tape = new Tape();
  const leaf = ({ data, shape, dtype }: Tensor): Tensor => (dtype === 'float' ? tape.follow(new Tensor(numbers(data as Float64Array), shape)) : new Tensor(data, shape, dtype));
  const leaves = inputs.map(leaf);
  const held = new Map(weights.map((weight, i) => {
    const about = /gamma|variance|stddev/.test(weight.name) ? 1 : 0;
    return [weight, leaf(new Tensor(sines(weight.shape, i + 1).map((n) => n * (about ? 0.5 : 1) + about), weight.shape))];
  }));
  const masks = inputs.map((_, i) => { const name = one.masks[i]; return name ? tensorOf({ data: MASKS[name]!.flat(), shape: [2, MASKS[name]![0]!.length], dtype: 'bool' }) : null; });
  const given = Object.fromEntries(Object.entries(one.given ?? {}).map(([name, mask]) => [name, tensorOf({ ...mask, dtype: 'bool' })]));
  const call = { options: one.options ?? {}, argumentSizes: one.form === 'each' ? inputs.map(() => 1) : [inputs.length] };
  const outputs = layer.call({ inputs: leaves, masks, given, ...call }, contextOf({ tape, training: one.training === true, weight: (weight) => held.get(weight as never)! }));
  expect(outputs.length).toBe(one.outputs.length);
  outputs.forEach(({ value, mask }, i) => {
    expect(value.shape).toEqual(one.outputs[i]!.shape);
    expectClose(value.data, one.outputs[i]!.data, `output ${i}`, tolerance);
    expect(mask && { shape: mask.shape, data: [...mask.data] }, `mask of output ${i}`).toEqual(one.outMasks[i] === 0 ? null : one.outMasks[i]);
  });
  const forms = infer(layer, inputs.map(({ shape, dtype }, i) => ({ shape: shape.with(0, null as never), dtype, masked: masks[i] !== null })), { ...call, given });
  forms.forEach(({ shape, dtype }, i) => {
    expect(dtype).toBe(outputs[i]!.value.dtype);
    expect(shape.map((n, axis) => n ?? outputs[i]!.value.shape[axis])).toEqual(outputs[i]!.value.shape);
  });
  const terms = outputs.flatMap(({ value }, i) => (value.dtype === 'float' && one.dx.some((d) => d !== 0) || one.dw.some((d) => d !== 0) ? [sum(multiply(value, new Tensor(sines(value.shape, i + 0.5), value.shape)), null)] : []));
  if (terms.length === 0) return;
  tape.backward(terms.reduce(add));
  one.dx.forEach((d, i) => { if (d !== 0) expectClose(tape.adjoint(leaves[i]!), d, `derivative by input ${i}`, tolerance); });
  one.dw.forEach((d, i) => { if (d !== 0) expectClose(tape.adjoint(held.get(weights[i]!)!), d, `derivative by ${one.weights[i]}`, tolerance); });
}

const titled = cases.flatMap((one, n) => one.keras.map((keras) => [`${n}: Keras ${keras}'s ${one.className} ${JSON.stringify(one.config ?? {})} ${one.masks.join(' ')}${one.training ? ' in training' : ''}`.slice(0, 160), one, keras] as const));

describe('layers give what Keras gives', () => {
  test.each(titled)('%s', (_, one, keras) => { hold(one, keras, false); });
  test('and in float32 the same to its rounding', () => { for (const [, one, keras] of titled) if (!extreme(one)) hold(one, keras, true); });
});

/**
 * What single precision can't be held to: derivatives by vectors of length 0 in front of a normalisation, as large as Keras lets them be; bins that numbers fall out of; scores from
 * which Keras takes 1e9 all together.
 */
const extreme = ({ dx, className, masks }: Case): boolean =>
  className === 'Discretization' || (/Attention$/.test(className) && masks.length > 0) || dx.some((d) => d !== 0 && d.some((n) => Math.abs(n) > 1e3));
