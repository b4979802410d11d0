import { activations, type Activation } from '../../cells/activations.js';
import { apply, type Operation } from '../operation.js';
import type { Tensor } from '../tensor.js';
import { logSoftmax, softmax } from './softmax.js';

/** y = f(x), by an activation of our cells: those that act on a row do so on the last axis. */
export const ACTIVATE: Operation<Activation> = {
  name: 'activate',
  forms: ([x]) => [{ shape: x.shape, dtype: 'float' }],
  forward({ inputs: [x], outputs: [y], attributes: { apply: fill } }) {
    fill(x.data, y.data, 0, x.size, x.shape.at(-1) ?? 1);
  },
  backward({ inputs: [x], outputs: [y], adjoints: [dy], attributes: { pullBack } }) {
    const dx = dy!.slice();
    pullBack(x.data, y.data, dx, 0, x.size, x.shape.at(-1) ?? 1);
    return [dx];
  },
};

/**
 * An activation of a layer or cell on a tensor; a softmax is over the last axis. What a softmax and a sigmoid give knows its logits, from
 * which Keras takes a cross-entropy.
 */
export function activate(x: Tensor, activation: Activation): Tensor {
  if (activation.name === 'linear') return x;
  if (activation.name === 'softmax') return softmax(x, [-1]);
  if (activation.name === 'logSoftmax') return logSoftmax(x, [-1]);
  const y = apply(ACTIVATE, [x], activation)[0];
  if (activation.name === 'sigmoid') y.head = { activation: 'sigmoid', logits: x, axes: null };
  return y;
}

const named = (name: string) => (x: Tensor): Tensor => activate(x, activations.get(name)!);

export const sigmoid = named('sigmoid');
export const tanh = named('tanh');
export const relu = named('relu');
