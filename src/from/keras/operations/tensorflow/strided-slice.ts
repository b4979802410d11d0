import { SeeRnnError } from '../../../../core/errors.js';
import { reshape } from '../../../../graph/operations/shaping.js';
import { ALL, at, slice, type Range } from '../../../../graph/operations/slicing.js';
import { formText } from '../../../../graph/shapes.js';
import type { Tensor } from '../../../../graph/tensor.js';
import type { Arguments } from '../arguments.js';

/** What masks say of the n-th entry of a slice: its start or end is left out, it is an ellipsis, a new axis, or an index whose axis goes. */
type Mask = 'begin_mask' | 'end_mask' | 'ellipsis_mask' | 'new_axis_mask' | 'shrink_axis_mask';

/** TensorFlow's strided_slice: starts, ends and steps, with bits that say how each is meant. */
export function strided(given: Arguments): Tensor {
  const x = given.tensor('input_');
  const [begin, end] = [given.wholes('begin'), given.wholes('end')];
  const steps = given.has('strides') ? given.wholes('strides') : begin.map(() => 1);
  if (end.length !== begin.length || steps.length !== begin.length) throw new SeeRnnError(`${begin.length} starts, ${end.length} ends and ${steps.length} steps don't go together`);
  const says = (mask: Mask, i: number): boolean => ((given.whole(mask, 0) >> i) & 1) === 1;
  const entries = begin.map((_, i) => i);
  const isPlain = (i: number): boolean => !says('ellipsis_mask', i) && !says('new_axis_mask', i);
  const used = entries.filter(isPlain).length;
  if (used > x.rank) throw new SeeRnnError(`${used} slices of an array of shape ${formText(x.shape)}`);
  const hidden = x.rank - used;
  const ellipsis = entries.find((i) => says('ellipsis_mask', i)) ?? begin.length;

  const ranges: Range[] = [];
  const after: ('keep' | 'new' | 'shrink')[] = [];
  for (let i = 0; i <= begin.length; i++) {
    if (i === ellipsis) for (let n = 0; n < hidden; n++) { ranges.push(ALL); after.push('keep'); }
    if (i === begin.length || (i === ellipsis && says('ellipsis_mask', i))) continue;
    if (says('new_axis_mask', i)) after.push('new');
    else if (says('shrink_axis_mask', i)) {
      ranges.push(ALL);
      after.push('shrink');
    } else {
      ranges.push({ start: says('begin_mask', i) ? null : begin[i]!, stop: says('end_mask', i) ? null : end[i]!, step: steps[i]! });
      after.push('keep');
    }
  }
  const places = entries.filter((i) => isPlain(i) && says('shrink_axis_mask', i)).map((i) => begin[i]!).values();
  let result = slice(x, ranges);
  let axis = 0;
  for (const what of after) {
    if (what === 'new') result = reshape(result, result.shape.toSpliced(axis++, 0, 1));
    else if (what === 'shrink') result = at(result, places.next().value!, axis);
    else axis++;
  }
  return result;
}
