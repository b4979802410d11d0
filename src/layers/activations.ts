import * as tf from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { activations, leakyReLU, type Activation } from '../cells/activations.js';
import { SeeRnnError } from '../core/errors.js';
import { suggestion } from '../core/nearest.js';
import { shown } from '../core/options.js';
import { printable } from '../core/printable.js';
import type { LayerContext } from './config.js';

/** Keras's names, of every generation, by what our cells call the same function. */
const names: Readonly<Record<string, string>> = {
  linear: 'linear', tanh: 'tanh', sigmoid: 'sigmoid', relu: 'relu', relu6: 'relu6', elu: 'elu', selu: 'selu', celu: 'celu',
  softplus: 'softplus', softsign: 'softsign', softmax: 'softmax', log_softmax: 'logSoftmax', log_sigmoid: 'logSigmoid',
  silu: 'swish', swish: 'swish', hard_silu: 'hardSilu', hard_swish: 'hardSilu', mish: 'mish', gelu: 'gelu', exponential: 'exponential',
  leaky_relu: 'leakyReLU', hard_tanh: 'hardTanh', hard_shrink: 'hardShrink', soft_shrink: 'softShrink', tanh_shrink: 'tanhShrink',
  squareplus: 'squareplus', sparse_plus: 'sparsePlus', sparse_sigmoid: 'sparseSigmoid',
  // TF.js's own spelling.
  logSoftmax: 'logSoftmax', hardSigmoid: 'hardSigmoid', gelu_new: 'gelu_new',
};

const known = [...Object.keys(names), 'hard_sigmoid'];

/** A layer as an activation, as a file describes it. */
interface Described { readonly class_name?: unknown; readonly className?: unknown; readonly config?: unknown }

/**
 * An activation by its Keras name, as our cells have it. `hard_sigmoid` is 0.2 x + 0.5 in Keras 1 and 2, and x / 6 + 0.5 in
 * Keras 3.
 *
 * @param identifier a name in snake case, such as `silu`; null for none; or a LeakyReLU or ReLU layer: `{ class_name, config }`
 * @param initial what null means
 * @throws SeeRnnError for an unknown one
 */
export function activationOf(identifier: unknown, { kerasMajor }: LayerContext, initial = 'linear'): Activation {
  if (identifier == null) return activations.get(initial)!;
  if (typeof identifier === 'object') return activationOfLayer(identifier as Described, kerasMajor);
  if (typeof identifier !== 'string') throw new SeeRnnError(`an activation must be a name, found ${shown(identifier)}`);
  if (identifier === 'hard_sigmoid') return activations.get(kerasMajor === 3 ? 'hardSigmoidKeras3' : 'hardSigmoid')!;
  if (!Object.hasOwn(names, identifier)) throw new SeeRnnError(`unknown activation '${printable(identifier)}'${suggestion(identifier, known)}`);
  return activations.get(names[identifier]!)!;
}

function activationOfLayer({ class_name, className, config }: Described, kerasMajor: number): Activation {
  const name = class_name ?? className;
  const settings = (typeof config === 'object' && config !== null ? config : {}) as Record<string, unknown>;
  const number = (...keys: string[]): number | undefined => keys.map((key) => settings[key]).find((value): value is number => typeof value === 'number');
  if (name === 'LeakyReLU') return leakyReLU(number('negative_slope', 'negativeSlope', 'alpha') ?? 0.3);
  if (name === 'ReLU' && (number('negative_slope', 'negativeSlope') ?? 0) === 0 && (number('threshold') ?? 0) === 0) {
    const peak = number('max_value', 'maxValue');
    if (peak === undefined) return activations.get('relu')!;
    if (peak === 6) return activations.get('relu6')!;
  }
  // A function registered under a name, as Keras 3 describes one.
  if (name === 'function' && typeof config === 'string') return activationOf(config, { kerasMajor: kerasMajor as 1 | 2 | 3 });
  throw new SeeRnnError(`unknown activation ${typeof name === 'string' ? `'${printable(name)}'` : shown(settings)}: a layer given as an activation can be LeakyReLU or ReLU`);
}

/** An activation as TF.js's layers hold one. */
export interface LayerActivation {
  apply(x: tf.Tensor): tf.Tensor;
  getClassName(): string;
  getConfig(): tf.serialization.ConfigDict;
}

/** What TF.js computes itself, on every backend, forwards and back. */
const native: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  linear: (x) => tf.clone(x), tanh: (x) => tf.tanh(x), sigmoid: (x) => tf.sigmoid(x), relu: (x) => tf.relu(x), softmax: (x) => tf.softmax(x),
};

/** The activation of our cells, for tensors, with its gradient; a softmax acts on the last axis. */
export function onTensors(activation: Activation): LayerActivation {
  return {
    apply: native[activation.name] ?? ((x) => computed(activation, x)),
    // TF.js's Dense runs on a fused kernel where it knows the name: linear, relu and elu are the same there.
    getClassName: () => activation.name,
    getConfig: () => ({}),
  };
}

function computed(activation: Activation, x: tf.Tensor): tf.Tensor {
  const units = x.shape.at(-1) ?? 1;
  return tf.customGrad((given, save) => {
    const input = given as tf.Tensor;
    const a = Float32Array.from(input.dataSync());
    const y = new Float32Array(a.length);
    activation.apply(a, y, 0, a.length, units);
    const output = tf.tensor(y, input.shape);
    (save as tf.GradSaveFunc)([input, output]);
    return {
      value: output,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const adjoint = Float32Array.from(dy.dataSync());
        activation.pullBack(saved[0]!.dataSync() as Float32Array, saved[1]!.dataSync() as Float32Array, adjoint, 0, adjoint.length, units);
        return tf.tensor(adjoint, dy.shape);
      },
    };
  })(x);
}

/**
 * Gives a layer of TF.js's that has an activation (Dense, Activation, the convolutions) the Keras activation of that name: TF.js
 * lacks some and has its own idea of others. Make the layer without one.
 *
 * @throws SeeRnnError for an unknown activation
 */
export function setActivation(layer: layers.Layer, identifier: unknown, context: LayerContext): void {
  (layer as unknown as { activation: LayerActivation }).activation = onTensors(activationOf(identifier, context));
}
