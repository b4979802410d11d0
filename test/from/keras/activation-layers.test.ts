import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { activationOf } from '../../../src/from/keras/activations.js';
import type { Config } from '../../../src/from/keras/config-reader.js';
import { KERAS_3 } from '../../../src/from/keras/dialect.js';
import { infer } from '../../../src/graph/infer.js';
import { multiply } from '../../../src/graph/operations/arithmetic.js';
import { sum } from '../../../src/graph/operations/reductions.js';
import { Tape } from '../../../src/graph/tape.js';
import { abstract, Tensor, type Dtype } from '../../../src/graph/tensor.js';
import { distance } from '../../trace/close.js';
import { called, filled, KERAS_2, made, noise, TFJS } from './made.js';

/** Dense and the activation layers, held to what Keras 2 and 3 gave in float64; `activation-layers.py` asked them. */

interface Case {
  readonly keras: 2 | 3;
  readonly className: string;
  readonly config: Config;
  readonly mask: string | null;
  /** Whether Keras knows logits of the output. */
  readonly head: boolean;
  readonly shape: readonly number[];
  readonly output: readonly number[];
  /** By the input and the weights. */
  readonly gradients: readonly (readonly number[])[];
}
interface Answers { readonly x: number[]; readonly shape: number[]; readonly masks: Record<string, { data: number[]; shape: number[]; dtype: Dtype }>; readonly cases: Case[] }
const answers = JSON.parse(readFileSync(new URL('activation-layers.json', import.meta.url), 'utf8')) as Answers;
const wave = (size: number, start: number): Float64Array => Float64Array.from({ length: size }, (_, n) => 0.8 * Math.sin(0.7 * n + start));

const expectClose = (found: ArrayLike<number>, expected: readonly number[], what: string, tolerance: number): void => {
  expect(found.length, what).toBe(expected.length);
  expect(distance(found, expected), what).toBeLessThanOrEqual(tolerance * Math.max(1, ...expected.map(Math.abs)));
};

const titled = answers.cases.map((one, n) => [`${n}: Keras ${one.keras}'s ${one.className} ${JSON.stringify(one.config)} ${one.mask ?? ''}`.slice(0, 150), one] as const);

test.each(titled)('%s', (_, { keras, className, config, mask: maskName, head, shape, output, gradients }) => {
  const dialect = keras === 3 ? KERAS_3 : KERAS_2;
  const layer = filled(made(className, config, {}, dialect), [answers.shape]);
  layer.weights.forEach((weight, i) => { weight.set(wave(weight.read().length, i + 1)); });
  // The digits that the answers have; fewer where Keras 2 adds -1e9 to all of a sample, which leaves seven behind the point.
  const tolerance = keras === 2 && maskName === 'all' ? 1e-7 : 1e-11;
  const tape = new Tape();
  const x = tape.follow(new Tensor(Float64Array.from(answers.x), answers.shape));
  const weights = new Map(layer.weights.map((weight) => [weight, tape.follow(new Tensor(weight.read(), weight.shape))]));
  const found = maskName === null ? null : answers.masks[maskName]!;
  const mask = found && new Tensor(Float64Array.from(found.data), found.shape, found.dtype);
  const { value } = called(layer, [x], { mask, context: { tape, weight: (weight) => weights.get(weight as never)! } })[0]!;
  expect(value.shape).toEqual(shape);
  expectClose(value.data, output, 'output', tolerance);
  expect(value.head !== null).toBe(head);
  tape.backward(sum(multiply(value, new Tensor(wave(value.size, 0.5), shape)), null));
  [x, ...weights.values()].forEach((leaf, i) => { expectClose(tape.adjoint(leaf)!, gradients[i]!, `gradient ${i}`, tolerance); });
});

describe('activations', () => {
  test('are read by every generation\'s names', () => {
    expect(activationOf('hard_sigmoid', KERAS_3).name).toBe('hardSigmoidKeras3');
    for (const dialect of [KERAS_2, TFJS]) expect(activationOf('hard_sigmoid', dialect).name).toBe('hardSigmoid');
    expect(activationOf('hardSigmoid', TFJS).name).toBe('hardSigmoid');
    expect(activationOf(null, KERAS_3).name).toBe('linear');
    expect(activationOf('softmax_v2', KERAS_2).name).toBe('softmax');
    expect(activationOf({ module: 'builtins', class_name: 'function', config: 'silu', registered_name: 'function' }, KERAS_3).name).toBe('swish');
    expect(activationOf({ module: 'keras.layers', class_name: 'LeakyReLU', config: { negative_slope: 0.25 } }, KERAS_3).name).toBe('leakyReLU(0.25)');
    expect(activationOf({ class_name: 'LeakyReLU', config: { alpha: [0.25] } }, KERAS_2).name).toBe('leakyReLU(0.25)');
    expect(activationOf({ className: 'ReLU', config: { max_value: 6 } }, TFJS).name).toBe('relu6');
    expect(activationOf('LeakyReLU', KERAS_2).name).toBe('leakyReLU(0.3)');
  });

  test.each([
    ['rellu', 'unknown activation \'rellu\'; did you mean \'relu\'?'],
    ['LeakyReLU', 'unknown activation \'LeakyReLU\'; did you mean \'leaky_relu\'?'],
    ['glu', 'the activation \'glu\' can\'t be a layer\'s: it gives half as many numbers as it reads'],
    [3, 'an activation must be a name, found 3'],
    [{ class_name: '__lambda__', config: {} }, 'the activation is Python code, which is never run here'],
    [{ class_name: 'PReLU', config: {} }, 'unknown activation \'PReLU\': a layer given as an activation can be Activation, ReLU, LeakyReLU, ELU, ThresholdedReLU, Softmax'],
    [{ class_name: 'Softmax', config: { axis: 1 } }, 'Softmax: as an activation it can only go over the last axis, -1, found axis 1'],
    [{ class_name: 'ReLU', config: { max_value: -1 } }, 'ReLU: max_value must be a number of at least 0, found -1'],
    [{ class_name: 'function', config: 'Custom>mine' }, /^unknown activation 'mine'/],
  ])('refuses %j', (identifier, message) => {
    expect(() => activationOf(identifier, KERAS_3)).toThrow(message);
  });

  test('a layer\'s is refused with the layer\'s name and the option\'s', () => {
    expect(() => made('Dense', { units: 2, activation: 'tan' })).toThrow('layer \'dense\' (Dense): activation: unknown activation \'tan\'; did you mean \'tanh\'?');
  });
});

describe('activation layers', () => {
  test('pass the mask on, and find their shapes before there are numbers', () => {
    for (const name of ['Activation', 'ReLU', 'LeakyReLU', 'ELU', 'PReLU', 'ThresholdedReLU', 'Dense']) {
      const layer = filled(made(name, { activation: 'relu', units: 4, shared_axes: [1] }), [[null, null, 4]]);
      expect(infer(layer, [{ shape: [null, null, 4], dtype: 'float', masked: true }])).toMatchObject([{ shape: [null, null, 4], dtype: 'float', masked: true }]);
    }
    expect(infer(made('Softmax', { axis: [1, 2] }), [{ shape: [null, 3, 4], dtype: 'float' }])).toMatchObject([{ shape: [null, 3, 4], masked: false }]);
  });

  test('a Softmax refuses the mask of timesteps, as Keras does', () => {
    expect(() => called(made('Softmax'), [noise(1, [2, 3, 4])], { mask: new Tensor(new Float64Array(6), [2, 3], 'bool') }))
      .toThrow('layer \'softmax\' (Softmax): a mask of shape (2, 3) can\'t be broadcast to its input of shape (2, 3, 4)');
  });

  test('a PReLU needs to know the sizes of its weights', () => {
    expect(() => { made('PReLU', { shared_axes: [2] }).build([[null, null, 4]]); }).toThrow('layer \'prelu\' (PReLU): the size of axis 1 must be known, or shared_axes name it');
    expect(() => { made('PReLU', { shared_axes: [3] }).build([[null, 2, 4]]); }).toThrow('layer \'prelu\' (PReLU): shared_axes must be a list of axes from 1 to 2, found [3]');
  });

  test('no activation gives the tensor itself', () => {
    const x = abstract({ shape: [2, 3], dtype: 'float' });
    expect(called(made('Activation', { activation: 'linear' }), [x])[0]!.value).toBe(x);
  });
});
