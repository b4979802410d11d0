import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { sizeOf } from '../../../src/core/array.js';
import { Random } from '../../../src/examples/random.js';

/** An array as the writers take it. */
export interface Stored { readonly shape: readonly number[]; readonly data: Float32Array }

let seed = 0;

/** Numbers that no other array has. */
export function numbers(...shape: number[]): Stored {
  const random = new Random(++seed);
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => random.uniform() - 0.5) };
}

/** The same, between 0.5 and 1.5: variances. */
export const positive = (...shape: number[]): Stored => { const { data } = numbers(...shape); return { shape, data: data.map((v) => v + 1) }; };

/** Kernel, recurrent kernel and bias of a layer with `gates` gates. */
export const recurrent = (features: number, units: number, gates: number): [Stored, Stored, Stored] =>
  [numbers(features, gates * units), numbers(units, gates * units), numbers(gates * units)];

export const lstm = (features: number, units: number): [Stored, Stored, Stored] => recurrent(features, units, 4);
/** With reset_after: two biases. */
export const gru = (features: number, units: number): [Stored, Stored, Stored] => [numbers(features, 3 * units), numbers(units, 3 * units), numbers(2, 3 * units)];
export const dense = (features: number, units: number): [Stored, Stored] => [numbers(features, units), numbers(units)];

/** Expects a layer to have just these weights, in this order. */
export function expectWeights(model: LayersModel, layer: string, expected: readonly Stored[]): void {
  const found = model.getLayer(layer).getWeights();
  expect(found.map(({ shape }) => shape), layer).toEqual(expected.map(({ shape }) => shape));
  found.forEach((weight, i) => { expect(weight.dataSync(), `${layer}, weight ${i}`).toEqual(expected[i]!.data); });
}

/** What a model makes of an input, as plain numbers. */
export const predicted = (model: LayersModel, x: tf.Tensor | tf.Tensor[]): Float32Array =>
  tf.tidy(() => { const y = model.predict(x); return (Array.isArray(y) ? y[0]! : y).dataSync().slice() as Float32Array; });
