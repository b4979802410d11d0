import { SeeRnnError } from '../core/errors.js';
import { sizeOf } from '../core/array.js';
import type { LossFunction } from '../graph/losses/loss.js';
import { expandDims, squeeze } from '../graph/operations/shaping.js';
import { Tensor } from '../graph/tensor.js';
import { fits, nameOf, shapeOfAll, type Slots } from './inputs.js';

/** A target and what was predicted, in shapes that go together. */
export interface Pair { readonly target: Tensor; readonly prediction: Tensor }

/** Some of an array's samples. The numbers are shared. */
export function cutTensor(tensor: Tensor, { part }: Pick<Slots, 'part'>, what: string): Tensor {
  if (!part || tensor.rank === 0) return tensor;
  const [samples, ...rest] = tensor.shape;
  if (samples !== part.of) throw new SeeRnnError(`${what}: expected ${part.of} samples, as x has, found ${samples}`);
  const each = sizeOf(rest);
  return new Tensor(tensor.data.subarray(part.from * each, part.to * each), [part.to - part.from, ...rest], tensor.dtype);
}

/**
 * Fits the targets of one output to what was predicted, as Keras does: (samples) stands for (samples, 1); of an output (samples, timesteps, 1)
 * whose targets are (samples, timesteps) the last axis goes, and the loss runs along the timesteps.
 *
 * @param bySteps whether each step has to have a loss of its own, since there are masks or weights of steps
 * @throws SeeRnnError that names the targets, what was found and what was expected
 */
export function paired(target: Tensor, prediction: Tensor, { targets }: LossFunction, slots: Slots, i: number, bySteps: boolean): Pair {
  const name = nameOf('y', slots, i);
  const [wanted, found] = [prediction.shape, target.shape];
  if (targets === 'any' && found[0] !== wanted[0]) {
    throw new SeeRnnError(`${name}: expected ${wanted[0]} samples, as predicted, found ${found.length === 0 ? 'a single number' : found[0]}`);
  }
  const without = wanted.slice(0, -1);
  const isColumn = wanted.at(-1) === 1;
  if (targets === 'indices') {
    // Along which axis the classes are is the loss's own affair.
    const fitting = wanted.some((_, axis) => fits(found, wanted.with(axis, 1)) || fits(found, wanted.filter((__, at) => at !== axis)));
    if (fitting) return { target, prediction };
    throw new SeeRnnError(`${name}: expected shape ${shapeOfAll([...without, 1], slots)}, found ${shapeOfAll(found, slots)}`);
  }
  if (fits(found, wanted)) return { target, prediction };
  if (isColumn && found.length === without.length && (targets === 'any' || fits(found, without))) {
    return found.length === 1 || bySteps ? { target: expandDims(target, -1), prediction } : { target, prediction: squeeze(prediction, -1) };
  }
  if (found.length === wanted.length + 1 && found.at(-1) === 1 && (targets === 'any' || fits(found.slice(0, -1), wanted))) return { target: squeeze(target, -1), prediction };
  if (targets === 'any') return { target, prediction };
  throw new SeeRnnError(`${name}: expected shape ${shapeOfAll(wanted, slots)}, found ${shapeOfAll(found, slots)}`);
}
