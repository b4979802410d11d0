import type { NamedArray } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { shown } from '../core/options.js';
import { shapeText } from '../core/array.js';
import type { LossDialect, LossFunction } from '../graph/losses/loss.js';

/**
 * How much each sample, or each step of one, weighs by its class, as Keras's `fit` has it: the class is the target itself, rounded, where
 * the targets' last axis is of size 1 or the only one; else the place of the largest number along that axis.
 *
 * @param targets of all samples
 * @returns an array of the targets' shape without that last axis
 * @throws SeeRnnError for a class without a factor, but in Keras 3, where it weighs 1; and where Keras would take the steps for classes
 */
export function classWeights(targets: NamedArray, factors: Readonly<Record<number, number>>, { targets: kind }: LossFunction, { kerasMajor, tfjs }: LossDialect): NamedArray {
  const { data, shape } = targets;
  for (const [name, factor] of Object.entries(factors)) {
    if (!/^\d+$/.test(name) || typeof factor !== 'number') throw new SeeRnnError(`classWeight: expected numbers by class index, e.g. { 0: 1, 1: 20 }, found ${shown({ [name]: factor })}`);
  }
  const last = shape.at(-1) ?? 1;
  const isFlat = shape.length < 2 || last === 1;
  if (!isFlat && kind === 'indices') {
    throw new SeeRnnError(`classWeight: Keras takes targets of shape ${shapeText(shape)} for one-hot ones, of the class that is largest along the last axis: give class indices of steps as ${shapeText([...shape, 1])}`);
  }
  const classes = isFlat ? Array.from(data, Math.round) : Array.from({ length: data.length / last }, (_, row) => largest(data, row * last, last));
  const weights = Float64Array.from(classes, (index) => {
    const factor = Object.hasOwn(factors, index) ? factors[index] : kerasMajor === 3 && !tfjs ? 1 : undefined;
    if (factor === undefined) throw new SeeRnnError(`classWeight: nothing was given for class ${index}, which is among the targets`);
    return factor;
  });
  const rest = shape.length < 2 ? shape : shape.slice(0, -1);
  return { data: weights, shape: rest, axes: targets.axes.slice(0, rest.length) };
}

/** Where the largest of some numbers is; the first of several. */
function largest(data: NamedArray['data'], from: number, count: number): number {
  let best = 0;
  for (let n = 1; n < count; n++) if (data[from + n] > data[from + best]) best = n;
  return best;
}
