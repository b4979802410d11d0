import { SeeRnnError } from '../../../../core/errors.js';
import { shown } from '../../../../core/options.js';
import { add, multiply, power } from '../../../../graph/operations/arithmetic.js';
import { cast } from '../../../../graph/operations/cast.js';
import { clip } from '../../../../graph/operations/clip.js';
import { logicalNot } from '../../../../graph/operations/comparison.js';
import { filled } from '../../../../graph/operations/filling.js';
import { gather, oneHot, takeAlongAxis } from '../../../../graph/operations/gathering.js';
import { broadcastTo, reshape } from '../../../../graph/operations/shaping.js';
import { sort, topK } from '../../../../graph/operations/sorting.js';
import { abs, exp, log, sign } from '../../../../graph/operations/unary.js';
import { constant, scalar, type Tensor } from '../../../../graph/tensor.js';
import { numbersOf, type Arguments } from '../arguments.js';
import { castAs } from '../casting.js';
import { dtypeOf } from '../constants.js';
import { copied, like, real, stopped } from '../element-wise.js';
import { getItem } from '../indexing.js';
import { operation, unary, type KerasOperation, type OperationTable } from '../operation.js';
import { chosen, inTopK, isAmong, multiHot, putInto, scatterNd, segments, select, sliceOf, wholeIndices, type Reduction } from '../picking.js';
import { placeAmong } from '../reducing.js';
import { alike } from '../reshaping.js';

/** The bounds of whole number types. */
const WHOLE = /^(u?)int(8|16|32|64)$/;

/** Cast to a number type, at its bounds where it is beyond them. */
export function saturated(x: Tensor, name: string): Tensor {
  const [, unsigned, bits] = WHOLE.exec(name) ?? [];
  if (bits === undefined) return cast(x, dtypeOf(name));
  const most = 2 ** (Number(bits) - (unsigned ? 0 : 1));
  return cast(clip(x, unsigned ? 0 : -most, most - 1), 'int');
}

const segmented = (reduce: 'sum' | 'max' | 'min' | 'prod'): KerasOperation => operation('data segment_ids', (given) => segments(given.tensor('data'), wholeIndices(given.tensor('segment_ids')), given.whole('num_segments'), reduce));

/** Rows of whole numbers that must be known before the run. */
export function knownRows(indices: Tensor): number[][] {
  const numbers = numbersOf(indices);
  const width = indices.shape.at(-1) ?? 1;
  return Array.from({ length: numbers.length / Math.max(1, width) }, (_, row) => numbers.slice(row * width, (row + 1) * width));
}

function scatterUpdate(given: Arguments): Tensor {
  const how = given.text('reduction', 'update');
  if (how !== 'update' && how !== 'add' && how !== 'max' && how !== 'min') throw new SeeRnnError(`reduction ${shown(how)} is not supported`);
  return scatterNd(given.tensor('inputs'), knownRows(given.tensor('indices')), given.tensor('updates'), how as Reduction);
}

/** Numbers from one on to another, evenly apart. */
function linspace(given: Arguments): Tensor {
  const [start, stop] = alike([given.tensor('start'), given.tensor('stop'), scalar(0, 'float')]) as [Tensor, Tensor];
  const values = linspaced(given, start, stop);
  return given.has('dtype') ? cast(values, given.dtype('dtype', 'float')) : values;
}

function linspaced(given: Arguments, start: Tensor, stop: Tensor): Tensor {
  const count = given.whole('num', 50);
  if (!(count >= 1 && count <= 1e6)) throw new SeeRnnError(`num must be from 1 to a million, found ${count}`);
  const parts = given.flag('endpoint', true) ? count - 1 : count;
  const axis = given.whole('axis', 0);
  const shares = Array.from({ length: count }, (_, i) => (parts === 0 ? 0 : i / parts));
  const rank = Math.max(start.rank, stop.rank);
  const place = axis < 0 ? axis + rank + 1 : axis;
  const beside = (x: Tensor): Tensor => reshape(x, x.rank === 0 ? [] : x.shape.toSpliced(place, 0, 1));
  const along = constant(shares, Array.from({ length: rank + 1 }, (_, i) => (i === place ? count : 1)));
  const rest = constant(shares.map((share) => 1 - share), along.shape);
  return add(multiply(beside(start), rest), multiply(beside(stop), along));
}

/** Sorted along an axis; all numbers, where that is given as none. */
const inOrder = (given: Arguments): ReturnType<typeof sort> => (given.isNothing('axis') ? sort(reshape(given.tensor('x'), [-1]), 0) : sort(given.tensor('x'), given.whole('axis', -1)));

/** Numbers from one on to another, each the same multiple of the one before. */
function geomspace(given: Arguments): Tensor {
  const start = given.tensor('start');
  const exponents = linspaced(given, log(abs(real(start))), log(abs(real(given.tensor('stop')))));
  return multiply(exp(exponents), sign(real(start)));
}

const filledLike = (value: number): KerasOperation => operation('x dtype', (given) => like(given.tensor('x'), value, given.dtype('dtype', given.tensor('x').dtype)));

/** `keras.ops` that pick, choose, put in order, and make arrays. */
export const picking: OperationTable = {
  GetItem: operation('x key', (given) => getItem(given.tensor('x'), given.raw('key') ?? null, given)),
  Slice: operation('inputs start_indices shape', (given) => sliceOf(given.tensor('inputs'), given.wholes('start_indices'), given.wholes('shape'))),
  SliceUpdate: operation('inputs start_indices updates', (given) => putInto(given.tensor('inputs'), given.wholes('start_indices'), given.tensor('updates'))),
  Take: operation('x indices axis', (given) => {
    const [x, axis] = [given.tensor('x'), given.axis()];
    const indices = wholeIndices(given.tensor('indices'));
    return axis === null ? gather(reshape(x, [-1]), indices, 0) : gather(x, indices, axis);
  }),
  TakeAlongAxis: operation('x indices axis', (given) => takeAlongAxis(given.tensor('x'), wholeIndices(given.tensor('indices')), given.axis())),
  Where: operation('condition x1 x2', (given) => {
    if (!given.has('x1')) throw new SeeRnnError('where without values gives as many places as the numbers have it, which is not supported');
    return chosen(given.tensor('condition'), given.tensor('x1'), given.tensor('x2'), given.isSingle('x1') && given.isSingle('x2'));
  }),
  Select: operation('condlist choicelist default', (given) => select(given.tensors('condlist'), given.tensors('choicelist'), given.optional('default') ?? scalar(0, 'int'))),
  Sort: operation('x axis', (given) => inOrder(given).values),
  Argsort: operation('x axis', (given) => inOrder(given).indices),
  TopK: operation('x k sorted', (given) => { const { values, indices } = topK(given.tensor('x'), given.whole('k')); return [values, indices]; }),
  InTopK: operation('targets predictions k', (given) => inTopK(given.tensor('targets'), given.tensor('predictions'), given.whole('k'))),
  OneHot: operation('x num_classes axis dtype', (given) => oneHot(wholeIndices(given.tensor('x')), given.whole('num_classes'), given.whole('axis', -1), given.dtype('dtype', 'float'))),
  MultiHot: operation('inputs num_classes axis dtype', (given) => multiHot(given.tensor('inputs'), given.whole('num_classes'), given.whole('axis', -1), given.dtype('dtype', 'float'))),
  IsIn: operation('x1 x2', (given) => { const found = isAmong(given.tensor('x1'), given.tensor('x2')); return given.flag('invert', false) ? logicalNot(found) : found; }),
  SearchSorted: operation('sorted_sequence values', (given) => placeAmong(given.tensor('sorted_sequence'), given.tensor('values'), given.text('side', 'left') === 'right')),
  Digitize: operation('x bins', (given) => placeAmong(given.tensor('bins'), given.tensor('x'), true)),
  ScatterUpdate: operation('inputs indices updates', scatterUpdate),
  Scatter: operation('indices values shape', (given) => { const values = given.tensor('values'); return scatterNd(filled(given.model, given.wholes('shape'), 0, values.dtype), knownRows(given.tensor('indices')), values, 'add'); }),
  SegmentSum: segmented('sum'), SegmentMax: segmented('max'), SegmentMin: segmented('min'), SegmentProd: segmented('prod'),

  Cast: operation('x dtype', (given) => castAs(given.tensor('x'), given.raw('dtype'))),
  SaturateCast: operation('x dtype', (given) => saturated(given.tensor('x'), given.text('dtype'))),
  ConvertToTensor: operation('x dtype', (given) => (given.has('dtype') ? castAs(given.tensor('x'), given.raw('dtype')) : given.tensor('x'))),
  Array: operation('x dtype', (given) => (given.has('dtype') ? castAs(given.tensor('x'), given.raw('dtype')) : given.tensor('x'))),
  StopGradient: unary(stopped, 'variable'), Copy: unary(copied),
  ZerosLike: filledLike(0), OnesLike: filledLike(1), EmptyLike: filledLike(0),
  FullLike: operation('x fill_value dtype', (given) => { const x = given.tensor('x'); return cast(broadcastTo(given.spread(given.tensor('fill_value'), x.shape), x.shape), given.dtype('dtype', x.dtype)); }),
  Full: operation('fill_value shape dtype', (given) => cast(broadcastTo(given.tensor('fill_value'), given.wholes('shape')), given.dtype('dtype', 'float'))),
  Size: unary((x) => constant([x.size], [], 'int')), Ndim: unary((x) => constant([x.rank], [], 'int')),
  Linspace: operation('start stop num', (given) => linspace(given)),
  Geomspace: operation('start stop num', geomspace),
  Logspace: operation('start stop num', (given) => power(scalar(given.number('base', 10), 'float'), linspace(given))),
};
