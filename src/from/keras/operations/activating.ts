import { activations, leakyReLU, rectifier, type Rectifier } from '../../../cells/activations.js';
import { SeeRnnError } from '../../../core/errors.js';
import { activate, sigmoid } from '../../../graph/operations/activation.js';
import { add, divide, maximum, minimum, multiply, subtract } from '../../../graph/operations/arithmetic.js';
import { clip } from '../../../graph/operations/clip.js';
import { greater, less, lessEqual } from '../../../graph/operations/comparison.js';
import { split } from '../../../graph/operations/joining.js';
import { where } from '../../../graph/operations/select.js';
import { abs, expm1, sqrt, square, tanh } from '../../../graph/operations/unary.js';
import { formText } from '../../../graph/shapes.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';
import { real } from './element-wise.js';

/** Activations as functions, with what they can be told; those with kinks made as TensorFlow makes them, so that their gradients there are its. */

/** One of the activations that layers have. */
export const named = (name: string) => (x: Tensor): Tensor => activate(real(x), activations.get(name)!);

export const leaky = (x: Tensor, slope: number): Tensor => activate(real(x), leakyReLU(slope));

export function elu(x: Tensor, alpha: number): Tensor {
  const y = named('elu')(x);
  return alpha === 1 ? y : where(greater(x, scalar(0)), y, multiply(y, scalar(alpha)));
}

export const celu = (x: Tensor, alpha: number): Tensor =>
  add(maximum(x, scalar(0)), multiply(expm1(divide(minimum(x, scalar(0)), scalar(alpha))), scalar(alpha)));

/** The first half of an axis, gated by the second. */
export function glu(x: Tensor, axis: number): Tensor {
  if (x.shape.at(axis)! % 2 !== 0) throw new SeeRnnError(`glu halves axis ${axis}, and that of ${formText(x.shape)} is odd`);
  const [a, b] = split(x, 2, axis) as [Tensor, Tensor];
  return multiply(a, sigmoid(b));
}

export const hardTanh = (x: Tensor): Tensor => clip(x, -1, 1);
export const hardShrink = (x: Tensor, threshold: number): Tensor => where(greater(abs(x), scalar(threshold)), x, scalar(0));
export const softShrink = (x: Tensor, threshold: number): Tensor =>
  where(greater(x, scalar(threshold)), subtract(x, scalar(threshold)), where(less(x, scalar(-threshold)), add(x, scalar(threshold)), scalar(0)));
export const tanhShrink = (x: Tensor): Tensor => subtract(x, tanh(x));
export const threshold = (x: Tensor, bound: number, otherwise: number): Tensor => where(greater(x, scalar(bound)), x, scalar(otherwise));
export const squareplus = (x: Tensor, b: number): Tensor => divide(add(x, sqrt(add(square(x), scalar(b)))), scalar(2));
export const sparsePlus = (x: Tensor): Tensor =>
  where(lessEqual(x, scalar(-1)), scalar(0), where(less(x, scalar(1)), multiply(square(add(x, scalar(1))), scalar(0.25)), x));
export const hardSilu = (x: Tensor): Tensor => multiply(x, named('hardSigmoidKeras3')(x));

/** Keras's relu with what it can be told: a slope below, a greatest value, and where it begins. */
export const reluOf = (x: Tensor, options: Rectifier): Tensor => activate(real(x), rectifier(options));
