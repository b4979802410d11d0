import { SeeRnnError } from '../../../../core/errors.js';
import { add, multiply } from '../../../../graph/operations/arithmetic.js';
import { cast } from '../../../../graph/operations/cast.js';
import { filled } from '../../../../graph/operations/filling.js';
import { gather, oneHot, takeAlongAxis } from '../../../../graph/operations/gathering.js';
import { sort } from '../../../../graph/operations/sorting.js';
import { scalar, type Tensor } from '../../../../graph/tensor.js';
import { numbersOf, type Arguments } from '../arguments.js';
import { getItem } from '../indexing.js';
import { knownRows, saturated } from '../keras3/picking.js';
import { operation, type KerasOperation, type OperationTable } from '../operation.js';
import { chosen, gatherNd, inTopK, keptBy, scatterNd, segments, sliceOf, wholeIndices, type Reduction } from '../picking.js';
import { placeAmong } from '../reducing.js';

/** Indices by axes in common and axis; a negative one doesn't count from the end. */
function gathered(given: Arguments): Tensor {
  const params = given.tensor('params');
  const [x, indices] = [cast(params, given.dtype('dtype', params.dtype)), wholeIndices(given.tensor('indices'))];
  const shared = given.whole('batch_dims', 0);
  const batch = shared < 0 ? shared + indices.rank : shared;
  return gather(x, indices, given.axis() ?? batch, batch);
}

function hot(given: Arguments): Tensor {
  const indices = wholeIndices(given.tensor('indices'));
  const [on, off] = [given.optional('on_value'), given.optional('off_value')];
  const bits = oneHot(indices, given.whole('depth'), given.whole('axis', -1), 'int');
  const dtype = given.dtype('dtype', on?.dtype === 'bool' ? 'bool' : 'float');
  if (!on && !off) return cast(bits, dtype);
  const [yes, no] = [on ?? scalar(1), off ?? scalar(0)];
  return cast(add(multiply(bits, cast(yes, 'float')), multiply(add(multiply(bits, scalar(-1)), scalar(1)), cast(no, 'float'))), dtype);
}

const sorted = (which: 'values' | 'indices'): KerasOperation => operation('values axis direction', (given) => sort(given.tensor('values'), given.whole('axis', -1), given.text('direction', 'ASCENDING').toUpperCase() === 'DESCENDING')[which]);

const scattered = (how: Reduction): KerasOperation => operation('tensor indices updates', (given) => scatterNd(given.tensor('tensor'), knownRows(given.tensor('indices')), given.tensor('updates'), how));

/** Rows by segments; how many there are is given, or follows from the segments. */
const segmented = (reduce: 'sum' | 'mean' | 'max' | 'min' | 'prod'): KerasOperation => operation('data segment_ids num_segments', (given) => {
  const ids = wholeIndices(given.tensor('segment_ids'));
  const count = given.has('num_segments') ? given.whole('num_segments') : Math.max(-1, ...numbersOf(ids)) + 1;
  return segments(given.tensor('data'), ids, count, reduce);
});

function masked(given: Arguments): Tensor {
  const mask = given.tensor('mask');
  const axis = given.axis() ?? 0;
  if (mask.rank !== 1) throw new SeeRnnError('boolean_mask is supported for a mask of one axis, known beforehand');
  return keptBy(given.tensor('tensor'), numbersOf(mask).map((bit) => bit !== 0), axis);
}

function looked(given: Arguments): Tensor {
  if (given.has('max_norm')) throw new SeeRnnError('max_norm is not supported');
  return gather(given.tensor('params'), wholeIndices(given.tensor('ids')), 0);
}

/** TensorFlow's functions that pick, choose and put in order. */
export const picking: OperationTable = {
  getitem: operation('tensor slice_spec', (given) => getItem(given.tensor('tensor'), given.raw('slice_spec') ?? null, given)),
  slice: operation('input_ begin size', (given) => sliceOf(given.tensor('input_'), given.wholes('begin'), given.wholes('size'))),
  where: operation('condition x y', where), where_v2: operation('condition x y', where),
  gather: operation('params indices', gathered), batch_gather: operation('params indices', (given) => { const indices = wholeIndices(given.tensor('indices')); return gather(given.tensor('params'), indices, indices.rank - 1, indices.rank - 1); }),
  gather_nd: operation('params indices', (given) => gatherNd(given.tensor('params'), wholeIndices(given.tensor('indices')), given.whole('batch_dims', 0))),
  embedding_lookup: operation('params ids', looked), boolean_mask: operation('tensor mask', masked),
  sort: sorted('values'), argsort: sorted('indices'), one_hot: operation('indices depth on_value off_value axis dtype', hot),
  in_top_k: operation('targets predictions k', (given) => inTopK(given.tensor('targets'), given.tensor('predictions'), given.whole('k'))),
  searchsorted: operation('sorted_sequence values side', (given) => placeAmong(given.tensor('sorted_sequence'), given.tensor('values'), given.text('side', 'left') === 'right')),
  segment_sum: segmented('sum'), segment_mean: segmented('mean'), segment_max: segmented('max'), segment_min: segmented('min'), segment_prod: segmented('prod'),
  unsorted_segment_sum: segmented('sum'), unsorted_segment_mean: segmented('mean'), unsorted_segment_max: segmented('max'), unsorted_segment_min: segmented('min'), unsorted_segment_prod: segmented('prod'),
  tensor_scatter_nd_update: scattered('update'), tensor_scatter_nd_add: scattered('add'), tensor_scatter_nd_max: scattered('max'), tensor_scatter_nd_min: scattered('min'),
  scatter_nd: operation('indices updates shape', (given) => { const updates = given.tensor('updates'); return scatterNd(filled(given.model, given.wholes('shape'), 0, updates.dtype), knownRows(given.tensor('indices')), updates, 'add'); }),
  saturate_cast: operation('value dtype', (given) => saturated(given.tensor('value'), given.text('dtype'))),
  take_along_axis: operation('arr indices axis', (given) => takeAlongAxis(given.tensor('arr'), wholeIndices(given.tensor('indices')), given.axis())),
};

function where(given: Arguments): Tensor {
  if (!given.has('x')) throw new SeeRnnError('where without values gives as many places as the numbers have it, which is not supported');
  return chosen(given.tensor('condition'), given.tensor('x'), given.tensor('y'), given.isSingle('x') && given.isSingle('y'));
}
