import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sizeOf } from '../../../src/core/array.js';
import { kerasModel } from '../../../src/from/keras/keras-model.js';
import type { Layer } from '../../../src/graph/layer.js';
import { add } from '../../../src/graph/operations/arithmetic.js';
import { runCalls } from '../../../src/graph/run.js';
import { Tape } from '../../../src/graph/tape.js';
import { Tensor } from '../../../src/graph/tensor.js';
import { expectClose } from '../../trace/close.js';
import { weightsIn } from './loaded.js';
import { contextOf } from './made.js';

/** What Keras charges for activity: `activity.py` writes the numbers, and says how they are made. */

interface Expected { readonly cost: number; readonly gradient: readonly number[] }
const expected = JSON.parse(readFileSync(new URL('activity.json', import.meta.url), 'utf8')) as Record<'keras3' | 'keras2', Record<string, Expected>>;

const [S, T, F, U] = [2, 3, 2, 2];
const numbers = (shape: readonly number[], start: number): Float64Array => Float64Array.from({ length: sizeOf(shape) }, (_, n) => 0.8 * Math.sin(0.7 * n + start));

const layer = (class_name: string, config: object): object => ({ class_name, config });
const cost = { activity_regularizer: { class_name: 'L1L2', config: { l1: 0.3, l2: 0.2 } } };
const dense = { name: 'd', units: U, ...cost };
const sequence = (name: string, ...layers: object[]): object => layer('Sequential', { name, layers: [layer('InputLayer', { name: `${name}_x`, batch_shape: [null, T, F] }), ...layers] });
const whole = (inner: object): object => sequence('s', inner);
const models: Readonly<Record<string, object>> = {
  dense: whole(layer('Dense', dense)),
  states: layer('Functional', { name: 'm', input_layers: [['x', 0, 0]], output_layers: [0, 1, 2].map((i) => ['l', 0, i]), layers: [
    { name: 'x', ...layer('InputLayer', { name: 'x', batch_shape: [null, T, F] }), inbound_nodes: [] },
    { name: 'l', ...layer('LSTM', { name: 'l', units: U, return_state: true, ...cost }), inbound_nodes: [[['x', 0, 0, {}]]] },
  ] }),
  each: whole(layer('TimeDistributed', { name: 't', layer: layer('Dense', dense) })),
  'each-model': whole(layer('TimeDistributed', { name: 't', layer: layer('Sequential', { name: 'i', layers: [layer('InputLayer', { name: 'ix', batch_shape: [null, F] }), layer('Dense', dense)] }) })),
  both: whole(layer('Bidirectional', { name: 'b', layer: layer('LSTM', { name: 'l', units: U, ...cost }) })),
  itself: whole(layer('ActivityRegularization', { name: 'a', l1: 0.3, l2: 0.2 })),
  nested: sequence('s', sequence('inner', layer('Dense', dense)), layer('LSTM', { name: 'l', units: U })),
};

/** What a model is charged, and the derivative of that by its input. */
function charged(config: object, kerasVersion: string): Expected & { readonly means: readonly boolean[] } {
  const model = kerasModel(config as Record<string, unknown>, { kerasVersion });
  [...new Set(model.layers.flatMap((one: Layer) => weightsIn(one)))].forEach((weight, i) => { weight.set(numbers(weight.shape, i + 1)); });
  const shape = [S, ...model.graph.inputs[0]!.shape.slice(1)] as number[];
  const tape = new Tape();
  const x = tape.follow(new Tensor(numbers(shape, 0), shape));
  const terms: Tensor[] = [];
  const means: boolean[] = [];
  runCalls(model.calls, [{ value: x, mask: null }], contextOf({ tape, penalise: (term, mean) => { terms.push(term); means.push(mean); } }));
  if (terms.length === 0) return { cost: 0, gradient: Array.from({ length: sizeOf(shape) }, () => 0), means };
  const sum = terms.reduce(add);
  tape.backward(sum);
  return { cost: sum.data[0]!, gradient: [...tape.adjoint(x)!], means };
}

describe.each([['keras3', '3.15'], ['keras2', '2.15.0']] as const)('%s', (generation, version) => {
  test.each(Object.keys(models))('%s', (name) => {
    const found = charged(models[name]!, version);
    const { cost: wanted, gradient } = expected[generation][name]!;
    expect(found.cost).toBeCloseTo(wanted, 12);
    expectClose(Float64Array.from(found.gradient), Float64Array.from(gradient), name, 1e-12);
    expect(found.means.every(Boolean)).toBe(true);
  });
});

test('Keras 3 up to 3.13, and Keras before it was a part of TensorFlow, sum over the samples', () => {
  for (const [version, generation] of [['3.13', 'keras3'], ['2.2.4', 'keras2'], ['1.2.2', 'keras2']] as const) {
    const { cost: sum, means } = charged(models['dense']!, version);
    expect([sum / S, means], version).toEqual([expect.closeTo(expected[generation]['dense']!.cost, 12), [false]]);
  }
  expect(charged(models['dense']!, '1.1.0').cost).toBeCloseTo(expected.keras2['dense']!.cost, 12);
});
