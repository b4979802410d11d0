import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { Random } from '../random.js';

/** Small layers and data with the same numbers every time. */

export type Symbolic = tfl.SymbolicTensor;

const normal = (seed: number): ReturnType<typeof tfl.initializers.randomNormal> => tfl.initializers.randomNormal({ stddev: 0.4, seed });

/** Initial weights of a layer with a kernel and a bias. */
export const weights = (seed: number): { kernelInitializer: ReturnType<typeof normal>; biasInitializer: ReturnType<typeof normal> } =>
  ({ kernelInitializer: normal(seed), biasInitializer: normal(seed + 1) });

/** Initial weights of a recurrent layer. TF.js's default, orthogonal, needs tensors with methods. */
export const recurrentWeights = (seed: number): ReturnType<typeof weights> & { recurrentInitializer: ReturnType<typeof normal> } =>
  ({ ...weights(seed), recurrentInitializer: normal(seed + 2) });

export const dense = (units: number, seed: number, args: Partial<Parameters<typeof tfl.layers.dense>[0]> = {}): tfl.layers.Layer =>
  tfl.layers.dense({ units, ...weights(seed), ...args });

export type RecurrentKind = 'lstm' | 'gru' | 'simpleRNN';
export const RECURRENT_KINDS: readonly RecurrentKind[] = ['lstm', 'gru', 'simpleRNN'];

export const recurrent = (kind: RecurrentKind, units: number, seed: number, args: Partial<Parameters<typeof tfl.layers.lstm>[0]> = {}): tfl.RNN =>
  tfl.layers[kind]({ units, ...recurrentWeights(seed), ...args } as Parameters<typeof tfl.layers.lstm>[0]) as tfl.RNN;

export const lstm = (units: number, seed: number, args: Partial<Parameters<typeof tfl.layers.lstm>[0]> = {}): tfl.RNN => recurrent('lstm', units, seed, args);

/** Applies a layer that has one output. */
export const apply = (layer: tfl.layers.Layer | tfl.LayersModel, to: Symbolic | Symbolic[], args?: object): Symbolic =>
  (layer as tfl.layers.Layer).apply(to, args as undefined) as Symbolic;

/** Applies a layer that has several outputs. */
export const applyAll = (layer: tfl.layers.Layer | tfl.LayersModel, to: Symbolic | Symbolic[], args?: object): Symbolic[] =>
  (layer as tfl.layers.Layer).apply(to, args as undefined) as Symbolic[];

export function tensor(seed: number, shape: readonly number[], scale = 1): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(Float32Array.from(new Random(seed).normals(size, scale)), [...shape], 'float32');
}

/** Whole numbers from `from` to `to`, as float32. */
export function integers(seed: number, shape: readonly number[], from: number, to: number): tf.Tensor {
  const random = new Random(seed);
  return tf.tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.integer(from, to)), [...shape], 'float32');
}

/** Rows that add up to 1. */
export const shares = (seed: number, shape: readonly number[]): tf.Tensor => tf.tidy(() => tf.softmax(tensor(seed, shape)));
