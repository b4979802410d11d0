import { namedArray, shapeText, sizeOf, type NamedArray } from './array.js';
import { SeeRnnError, UsageError } from './errors.js';
import { suggestion } from './nearest.js';
import { shown } from './options.js';

/**
 * The part of an array at one index of an axis, or of several; those axes are gone from the result, which is a copy.
 * A negative index counts from the end.
 *
 * @param at the index to take, by the axis's name
 * @throws UsageError for an axis that the array does not have; SeeRnnError for an index beyond it
 * @example
 * take(gradient, { samples: 0 }) // of (samples, timesteps, units): the first sample's (timesteps, units)
 * take(gradient, { units: 3 }) // one unit of every sample: (samples, timesteps)
 */
export function take(array: NamedArray, at: Readonly<Record<string, number>>): NamedArray {
  let taken = array;
  for (const [axis, index] of Object.entries(at)) taken = takeOne(taken, axis, index);
  return taken === array ? { ...array, data: array.data.slice() } : taken;
}

function takeOne({ data, shape, axes }: NamedArray, axis: string, index: number): NamedArray {
  const position = axes.indexOf(axis);
  if (position < 0) throw new UsageError(`take: the array has no axis '${axis}'${suggestion(axis, axes)}`);
  const size = shape[position];
  const from = index < 0 ? index + size : index;
  if (!Number.isInteger(from) || from < 0 || from >= size) {
    throw new SeeRnnError(`take: ${axis} must be an index of the array's ${size}, found ${shown(index)} (its shape is ${shapeText(shape)})`);
  }
  const inner = sizeOf(shape.slice(position + 1));
  const outer = sizeOf(shape.slice(0, position));
  const taken = data.slice(0, outer * inner);
  for (let block = 0; block < outer; block++) {
    const start = (block * size + from) * inner;
    taken.set(data.subarray(start, start + inner), block * inner);
  }
  return namedArray(taken, shape.toSpliced(position, 1), axes.toSpliced(position, 1));
}
