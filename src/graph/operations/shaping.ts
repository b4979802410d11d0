import { zerosLike } from '../../cells/floats.js';
import { sizeOf } from '../../core/array.js';
import { SeeRnnError } from '../../core/errors.js';
import { apply, type Operation } from '../operation.js';
import { axisOf, broadcast, formText, isOpen, strides } from '../shapes.js';
import { addStrided, copyStrided, whole, type Strided } from '../strided.js';
import type { Tensor } from '../tensor.js';

/** Operations that leave the numbers as they are and give them another shape, or another order. */

/** The same numbers in the same order: not copied. */
export const RESHAPE: Operation<{ readonly shape: readonly number[] }> = {
  name: 'reshape',
  forms: ([x], { shape }) => [{ shape, dtype: x!.dtype }],
  forward({ inputs: [x], outputs: [out] }) { out!.data = x!.data; },
  backward: ({ adjoints: [d] }) => [d!],
};

/** Numbers of an array, picked by strides: what transposes, slices with steps, diagonals and repetition by broadcasting come to. */
export const VIEW: Operation<Strided> = {
  name: 'view',
  forms: ([x], { shape }) => [{ shape, dtype: x!.dtype }],
  forward({ inputs: [x], outputs: [out], attributes }) { copyStrided(x!.data, attributes, out!.data, whole(out!.shape)); },
  backward({ inputs: [x], adjoints: [d], attributes }) {
    const dx = zerosLike(d!, x!.size);
    addStrided(d!, whole(attributes.shape), dx, attributes);
    return [dx];
  },
};

/**
 * The same numbers in another shape.
 *
 * @param shape one size may be -1: what is left
 * @throws SeeRnnError where the numbers don't fill it
 */
export function reshape(x: Tensor, shape: readonly number[]): Tensor { return apply(RESHAPE, [x], { shape: filled(x.shape, shape, x.isAbstract && x.shape.some(isOpen)) })[0]!; }

/** @param open whether some of the sizes stand for others, so that nothing can be said yet of what must go up */
function filled(from: readonly number[], to: readonly number[], open: boolean): readonly number[] {
  const wrong = (): SeeRnnError => new SeeRnnError(`${formText(from)} can't be reshaped to ${formText(to)}`);
  if (to.some((n) => !Number.isInteger(n) || n < -1) || to.filter((n) => n === -1).length > 1) throw wrong();
  // Sizes that stand on both sides are left out, so that stand-ins for open sizes don't multiply beyond what a number can hold.
  const rest = [...from];
  const known = to.filter((n) => {
    const at = n > 0 ? rest.indexOf(n) : -1;
    if (at >= 0) rest.splice(at, 1);
    return n !== -1 && at < 0;
  });
  const [given, asked] = [sizeOf(rest), sizeOf(known)];
  if (!to.includes(-1)) {
    if (given !== asked && !open) throw wrong();
    return to;
  }
  const quotient = asked === 0 ? (given === 0 ? 0 : NaN) : given / asked;
  const missing = open && asked > 0 ? Math.max(1, Math.floor(quotient)) : quotient;
  if (!Number.isInteger(missing)) throw wrong();
  return to.map((n) => (n === -1 ? missing : n));
}

/** Axes of size 1 put in. @param axes where they stand in the result; negative ones count from its end */
export function expandDims(x: Tensor, axes: number | readonly number[]): Tensor {
  const list = typeof axes === 'number' ? [axes] : axes;
  const rank = x.rank + list.length;
  const places = new Set(list.map((axis) => axisOf(axis, rank)));
  if (places.size < list.length) throw new SeeRnnError(`axes ${list.join(', ')} name one axis twice`);
  const sizes = x.shape.values();
  return reshape(x, Array.from({ length: rank }, (_, axis) => (places.has(axis) ? 1 : sizes.next().value!)));
}

/** Axes of size 1 taken out: all such where axes are null. @throws SeeRnnError where one is of another size */
export function squeeze(x: Tensor, axes: number | readonly number[] | null = null): Tensor {
  const places = new Set((typeof axes === 'number' ? [axes] : axes)?.map((axis) => axisOf(axis, x.rank)) ?? x.shape.flatMap((n, axis) => (n === 1 ? [axis] : [])));
  for (const axis of places) if (x.shape[axis] !== 1) throw new SeeRnnError(`axis ${axis} of ${formText(x.shape)} can't be squeezed: its size is not 1`);
  return reshape(x, x.shape.filter((_, axis) => !places.has(axis)));
}

/** Axes in another order: axis i of the result is axis `permutation[i]` of x. Null turns them round. */
export function transpose(x: Tensor, permutation: readonly number[] | null = null): Tensor {
  const order = permutation?.map((axis) => axisOf(axis, x.rank)) ?? x.shape.map((_, axis) => x.rank - 1 - axis);
  if (order.length !== x.rank || new Set(order).size < x.rank) throw new SeeRnnError(`${JSON.stringify(permutation)} is no order of the ${x.rank} axes of ${formText(x.shape)}`);
  const shape = order.map((axis) => x.shape[axis]!);
  // Where only axes of size 1 move, the numbers stay in order.
  const moving = order.filter((axis) => x.shape[axis] !== 1);
  if (moving.every((axis, i) => i === 0 || axis > moving[i - 1]!)) return apply(RESHAPE, [x], { shape })[0]!;
  const own = strides(x.shape);
  return apply(VIEW, [x], { shape, strides: order.map((axis) => own[axis]!), offset: 0 })[0]!;
}

/** Two axes change places. */
export function swapAxes(x: Tensor, a: number, b: number): Tensor {
  const [first, second] = [axisOf(a, x.rank), axisOf(b, x.rank)];
  return transpose(x, x.shape.map((_, axis) => (axis === first ? second : axis === second ? first : axis)));
}

/** Axes moved to other places; the others keep their order. */
export function moveAxis(x: Tensor, from: number | readonly number[], to: number | readonly number[]): Tensor {
  const [sources, targets] = [from, to].map((axes) => (typeof axes === 'number' ? [axes] : axes).map((axis) => axisOf(axis, x.rank))) as [number[], number[]];
  if (sources.length !== targets.length) throw new SeeRnnError(`${sources.length} axes can't move to ${targets.length} places`);
  const others = x.shape.map((_, axis) => axis).filter((axis) => !sources.includes(axis)).values();
  return transpose(x, x.shape.map((_, place) => (targets.includes(place) ? sources[targets.indexOf(place)]! : others.next().value!)));
}

/** Repeated along new axes in front and axes of size 1, as numpy broadcasts. @throws SeeRnnError where the shapes don't go together */
export function broadcastTo(x: Tensor, shape: readonly number[]): Tensor {
  if (formText(broadcast(x.shape, shape)) !== formText(shape)) throw new SeeRnnError(`${formText(x.shape)} can't be broadcast to ${formText(shape)}`);
  const own = strides(x.shape);
  const missing = shape.length - x.rank;
  return apply(VIEW, [x], { shape, offset: 0, strides: shape.map((_, axis) => (axis < missing || x.shape[axis - missing] === 1 ? 0 : own[axis - missing]!)) })[0]!;
}

/** The numbers whose indices along two axes are the same, but for `offset`; their axis comes last. */
export function diagonal(x: Tensor, offset = 0, axis1 = 0, axis2 = 1): Tensor {
  const [a, b] = [axisOf(axis1, x.rank), axisOf(axis2, x.rank)];
  if (a === b) throw new SeeRnnError(`a diagonal is of two axes, found axis ${a} twice`);
  const own = strides(x.shape);
  const others = x.shape.map((_, axis) => axis).filter((axis) => axis !== a && axis !== b);
  const [down, right] = [Math.max(0, -offset), Math.max(0, offset)];
  const length = Math.max(0, Math.min(x.shape[a]! - down, x.shape[b]! - right));
  return apply(VIEW, [x], {
    shape: [...others.map((axis) => x.shape[axis]!), length], strides: [...others.map((axis) => own[axis]!), own[a]! + own[b]!], offset: down * own[a]! + right * own[b]!,
  })[0]!;
}
