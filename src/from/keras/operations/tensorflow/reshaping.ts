import { SeeRnnError } from '../../../../core/errors.js';
import { concatenate, split, stack, unstack } from '../../../../graph/operations/joining.js';
import { equal, less } from '../../../../graph/operations/comparison.js';
import { counting, filled, placesAlong } from '../../../../graph/operations/filling.js';
import { cast } from '../../../../graph/operations/cast.js';
import { broadcastTo, diagonal, expandDims, reshape, squeeze, swapAxes, transpose } from '../../../../graph/operations/shaping.js';
import { flip, pad, repeat, tile, type PadMode } from '../../../../graph/operations/slicing.js';
import { max } from '../../../../graph/operations/reductions.js';
import { where } from '../../../../graph/operations/select.js';
import { constant, type Tensor } from '../../../../graph/tensor.js';
import { numbersOf, type Arguments } from '../arguments.js';
import { copied, like } from '../element-wise.js';
import { paddings } from '../keras3/reshaping.js';
import { operation, unary, type KerasOperation, type OperationTable } from '../operation.js';
import { countFrom } from '../picking.js';
import { alike, band, diagonalMatrix, frames, meshgrid, reverseSequences, rollAll, trace } from '../reshaping.js';
import { strided } from './strided-slice.js';

function padded(given: Arguments): Tensor {
  const x = given.tensor('tensor');
  const mode = given.text('mode', 'CONSTANT').toLowerCase();
  const modes: readonly PadMode[] = ['constant', 'reflect', 'symmetric'];
  const known = modes.find((one) => one === mode);
  if (!known) throw new SeeRnnError(`mode must be ${modes.map((one) => `'${one.toUpperCase()}'`).join(' or ')}, found '${mode}'`);
  return pad(x, paddings(given, 'paddings', x.rank), known, given.number('constant_values', 0));
}

/** A tensor of one number, of the given sizes. */
const full = (value: number): KerasOperation => operation('shape dtype', (given) => filled(given.model, given.wholes('shape'), value, given.dtype('dtype', 'float')));

/** The sizes of a tensor: known as soon as its shape is. */
const shapeOf = (x: Tensor): Tensor => constant([...x.shape], [x.rank], 'int');

/** 0, 1, ..., or from one number to another. */
function range(given: Arguments): Tensor {
  const [start, limit] = given.has('limit') ? [given.number('start'), given.number('limit')] : [0, given.number('start')];
  const step = given.number('delta', 1);
  const whole = [start, limit, step].every(Number.isInteger);
  return countFrom(given.model, start, limit, step, given.dtype('dtype', whole ? 'int' : 'float'));
}

/** For each length that many truths, and falsehoods up to the greatest. */
function sequenceMask(given: Arguments): Tensor {
  const lengths = given.tensor('lengths');
  const most = given.has('maxlen') ? given.whole('maxlen') : Math.max(0, ...numbersOf(max(lengths, null)));
  return cast(less(counting(given.model, most), expandDims(lengths, -1)), given.dtype('dtype', 'bool'));
}

function eye(given: Arguments): Tensor {
  const rows = given.whole('num_rows');
  const columns = given.whole('num_columns', rows);
  if (rows * columns > 2 ** 31) throw new SeeRnnError(`a matrix of ${rows} x ${columns} is larger than fits in memory`);
  const [down, right] = [counting(given.model, rows), counting(given.model, columns)];
  const one = cast(equal(expandDims(down, 1), right), given.dtype('dtype', 'float'));
  const batch = given.has('batch_shape') ? given.wholes('batch_shape') : [];
  return batch.length === 0 ? one : broadcastTo(given.spread(one, batch), [...batch, rows, columns]);
}

/** Matrices with other numbers on the diagonal. */
function setDiagonal(x: Tensor, numbers: Tensor): Tensor {
  const on = equal(expandDims(placesAlong(x, -2), 1), placesAlong(x, -1));
  const [rows, columns] = [x.shape.at(-2)!, x.shape.at(-1)!];
  const beside = rows <= columns ? expandDims(numbers, -1) : expandDims(numbers, -2);
  return where(on, beside, x);
}

const reshaped = operation('tensor shape', (given) => reshape(given.tensor('tensor'), given.wholes('shape')));

/** TensorFlow's functions that change shape and order, and that make arrays of sizes. */
export const reshaping: OperationTable = {
  reshape: reshaped, ensure_shape: unary(copied),
  expand_dims: operation('input axis', (given) => expandDims(given.tensor('input'), given.whole('axis'))),
  squeeze: operation('input axis', (given) => { const axes = given.axes(); return squeeze(given.tensor('input'), axes?.length === 0 ? null : axes); }),
  transpose: operation('a perm', (given) => transpose(given.tensor('a'), given.axes('perm'))), matrix_transpose: unary((x) => swapAxes(x, -2, -1)),
  broadcast_to: operation('input shape', (given) => { const shape = given.wholes('shape'); return broadcastTo(given.spread(given.tensor('input'), shape), shape); }),
  reverse: operation('tensor axis', (given) => flip(given.tensor('tensor'), given.axes() ?? [])),
  roll: operation('input shift axis', (given) => rollAll(given.tensor('input'), given.wholes('shift'), given.axes())),
  pad: operation('tensor paddings mode constant_values', padded),
  tile: operation('input multiples', (given) => { const times = given.wholes('multiples'); return tile(given.spread(given.tensor('input'), times), times); }),
  repeat: operation('input repeats axis', (given) => {
    const times = given.wholes('repeats');
    return repeat(given.spread(given.tensor('input'), times), given.isSingle('repeats') ? times[0]! : times, given.axis());
  }),
  split: operation('value num_or_size_splits axis', (given) => split(given.tensor('value'), given.isSingle('num_or_size_splits') ? given.whole('num_or_size_splits') : given.wholes('num_or_size_splits'), given.whole('axis', 0))),
  unstack: operation('value num axis', (given) => unstack(given.tensor('value'), given.whole('axis', 0))),
  concat: operation('values axis', (given) => concatenate(alike(given.tensors('values')), given.whole('axis'))),
  stack: operation('values axis', (given) => stack(alike(given.tensors('values')), given.whole('axis', 0))),
  strided_slice: operation('input_ begin end strides', strided),
  diag_part: operation('input', (given) => diagonal(given.tensor('input'), 0, -2, -1)), diag: operation('diagonal', (given) => diagonalMatrix(given.tensor('diagonal'))),
  set_diag: operation('input diagonal', (given) => setDiagonal(given.tensor('input'), given.tensor('diagonal'))),
  trace: unary((x) => trace(x, 0, -2, -1)),
  band_part: operation('input num_lower num_upper', (given) => band(given.tensor('input'), given.whole('num_lower'), given.whole('num_upper'))),
  meshgrid: operation('args', (given) => meshgrid(given.rest(), given.text('indexing', 'xy') === 'xy')),
  reverse_sequence: operation('input seq_lengths seq_axis batch_axis', (given) => reverseSequences(given.tensor('input'), given.tensor('seq_lengths'), given.whole('seq_axis', 1), given.whole('batch_axis', 0))),
  'signal.frame': operation('signal frame_length frame_step', (given) => {
    if (given.flag('pad_end', false)) throw new SeeRnnError('pad_end is not supported');
    return frames(given.tensor('signal'), given.whole('frame_length'), given.whole('frame_step'), given.whole('axis', -1));
  }),
  'keras.backend.batch_flatten': unary((x) => reshape(x, [-1, x.shape.slice(1).reduce((product, n) => product * n, 1)])),

  shape: unary(shapeOf), shape_n: operation('input', (given) => given.tensors('input').map(shapeOf)),
  size: unary((x) => constant([x.size], [], 'int')), rank: unary((x) => constant([x.rank], [], 'int')),
  zeros: full(0), ones: full(1), fill: operation('dims value', (given) => { const dims = given.wholes('dims'); return broadcastTo(given.spread(given.tensor('value'), dims), dims); }),
  zeros_like: operation('input dtype', (given) => like(given.tensor('input'), 0, given.dtype('dtype', given.tensor('input').dtype))),
  ones_like: operation('input dtype', (given) => like(given.tensor('input'), 1, given.dtype('dtype', given.tensor('input').dtype))),
  range: operation('start limit delta', range), sequence_mask: operation('lengths maxlen dtype', sequenceMask), eye: operation('num_rows num_columns', eye),
};
