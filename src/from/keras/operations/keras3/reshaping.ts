import { SeeRnnError } from '../../../../core/errors.js';
import { multiply } from '../../../../graph/operations/arithmetic.js';
import { stack, unstack } from '../../../../graph/operations/joining.js';
import { broadcastTo, diagonal, expandDims, moveAxis, reshape, squeeze, swapAxes, transpose } from '../../../../graph/operations/shaping.js';
import { flip, pad, repeat, tile, type PadMode } from '../../../../graph/operations/slicing.js';
import { axisOf } from '../../../../graph/shapes.js';
import type { Tensor } from '../../../../graph/tensor.js';
import type { Arguments } from '../arguments.js';
import { operation, unary, type KerasOperation, type OperationTable } from '../operation.js';
import { alike, diagonalMatrix, differences, frames, joined, kron, meshgrid, rearrange, rollAll, rot90, splitAt, splitEvenly, trace, triangle } from '../reshaping.js';

/** Joined along an axis; an axis that there must be is put in where it is missing. */
const stacked = (names: string, axis: (xs: readonly Tensor[]) => number, ready: (x: Tensor) => Tensor = (x) => x): KerasOperation => operation(names, (given) => {
  const xs = given.tensors(names).map(ready);
  return joined(xs, axis(xs));
});

/** With three axes: a row's numbers and a matrix's are apart in the third. */
const deep = (x: Tensor): Tensor => (x.rank === 0 ? reshape(x, [1, 1, 1]) : x.rank === 1 ? reshape(x, [1, x.size, 1]) : x.rank === 2 ? expandDims(x, 2) : x);

const splitting = (axis: (x: Tensor) => number): KerasOperation => operation('x indices_or_sections', (given) => {
  const x = given.tensor('x');
  return splitAt(x, given.isSingle('indices_or_sections') ? given.whole('indices_or_sections') : given.wholes('indices_or_sections'), axis(x));
});

function padded(given: Arguments): Tensor {
  const x = given.tensor('x');
  const mode = given.text('mode', 'constant').toLowerCase();
  const modes: readonly PadMode[] = ['constant', 'reflect', 'symmetric'];
  const known = modes.find((one) => one === mode);
  if (!known) throw new SeeRnnError(`mode must be ${modes.map((one) => `'${one}'`).join(' or ')}, found '${mode}'`);
  return pad(x, paddings(given, 'pad_width', x.rank), known, given.number('constant_values', 0));
}

/** How much is put before and after each axis; a pair, or a number, for all. */
export function paddings(given: Arguments, name: string, rank: number): [number, number][] {
  const single = given.isSingle(name) ? [given.whole(name), given.whole(name)] : null;
  const list = single ? [] : given.list(name)?.map((entry) => given.numbersIn(entry)) ?? [];
  const pairs = single ? [single] : list.length === 2 && list.every((entry) => entry?.length === 1) ? [list.map((entry) => entry![0]!)] : list;
  if (!pairs.every((pair) => pair?.length === 2) || (pairs.length !== 1 && pairs.length !== rank)) throw given.wrong(name, `${rank} pairs of whole numbers`);
  return Array.from({ length: rank }, (_, axis) => (pairs.length === 1 ? pairs[0] : pairs[axis]) as [number, number]);
}

/** `keras.ops` that change shape and order. */
export const reshaping: OperationTable = {
  Reshape: operation('x newshape', (given) => reshape(given.tensor('x'), given.wholes(given.has('newshape') ? 'newshape' : 'shape'))),
  Ravel: unary((x) => reshape(x, [-1])),
  ExpandDims: operation('x axis', (given) => { const axes = given.axes() ?? []; return axes.length === 0 ? given.tensor('x') : expandDims(given.tensor('x'), axes); }),
  Squeeze: operation('x axis', (given) => squeeze(given.tensor('x'), given.axes())),
  Transpose: operation('x axes', (given) => transpose(given.tensor('x'), given.axes('axes'))),
  Swapaxes: operation('x axis1 axis2', (given) => { const [x, a, b] = [given.tensor('x'), given.whole('axis1'), given.whole('axis2')]; return axisOf(a, x.rank) === axisOf(b, x.rank) ? x : swapAxes(x, a, b); }),
  Moveaxis: operation('x source destination', (given) => { const [x, from, to] = [given.tensor('x'), given.wholes('source'), given.wholes('destination')]; return from.every((axis, i) => axis === to[i]) ? x : moveAxis(x, from, to); }),
  BroadcastTo: operation('x shape', (given) => broadcastTo(given.tensor('x'), given.wholes('shape'))),
  Flip: operation('x axis', (given) => flip(given.tensor('x'), given.axes())), Fliplr: unary((x) => flip(x, 1)), Flipud: unary((x) => flip(x, 0)),
  Roll: operation('x shift axis', (given) => rollAll(given.tensor('x'), given.wholes('shift'), given.axes())),
  Rot90: operation('array k axes', (given) => rot90(given.tensor('array'), given.whole('k', 1), given.axes('axes') ?? [0, 1])),
  Pad: operation('x constant_values', padded),
  Tile: operation('x repeats', (given) => tile(given.tensor('x'), given.wholes('repeats'))),
  Repeat: operation('x repeats axis', (given) => repeat(given.tensor('x'), given.isSingle('repeats') ? given.whole('repeats') : given.wholes('repeats'), given.axis())),
  Diagonal: operation('x offset axis1 axis2', (given) => diagonal(given.tensor('x'), given.whole('offset', 0), given.whole('axis1', 0), given.whole('axis2', 1))),
  Trace: operation('x offset axis1 axis2', (given) => trace(given.tensor('x'), given.whole('offset', 0), given.whole('axis1', 0), given.whole('axis2', 1))),
  Diag: operation('x k', (given) => (given.tensor('x').rank === 1 ? diagonalMatrix : diagonal)(given.tensor('x'), given.whole('k', 0))),
  Diagflat: operation('x k', (given) => diagonalMatrix(reshape(given.tensor('x'), [-1]), given.whole('k', 0))),
  Tril: operation('x k', (given) => triangle(given.tensor('x'), given.whole('k', 0), true)),
  Triu: operation('x k', (given) => triangle(given.tensor('x'), given.whole('k', 0), false)),
  Diff: operation('a n axis', (given) => differences(given.tensor('a'), given.whole('n', 1), given.whole('axis', -1))),

  Concatenate: operation('xs axis', (given) => joined(given.tensors('xs'), given.whole('axis', 0))),
  Stack: operation('x axis', (given) => stack(alike(given.tensors('x')), given.whole('axis', 0))),
  Append: operation('x1 x2 axis', (given) => {
    const [xs, axis] = [[given.tensor('x1'), given.tensor('x2')], given.axis()];
    return axis === null ? joined(xs.map((x) => reshape(x, [-1])), 0) : joined(xs, axis);
  }),
  Hstack: stacked('xs', ([first]) => (first!.rank === 1 ? 0 : 1)), Vstack: stacked('xs', () => 0), Dstack: stacked('xs', () => 2, deep),
  Unstack: operation('x num axis', (given) => unstack(given.tensor('x'), given.whole('axis', 0))),
  Split: operation('x indices_or_sections axis', (given) => splitAt(given.tensor('x'), given.isSingle('indices_or_sections') ? given.whole('indices_or_sections') : given.wholes('indices_or_sections'), given.whole('axis', 0))),
  ArraySplit: operation('x indices_or_sections axis', (given) => splitEvenly(given.tensor('x'), given.whole('indices_or_sections'), given.whole('axis', 0))),
  Hsplit: splitting((x) => (x.rank === 1 ? 0 : 1)), Vsplit: splitting(() => 0), Dsplit: splitting(() => 2),
  Meshgrid: operation('x', (given) => meshgrid(given.rest(), given.text('indexing', 'xy') === 'xy')),
  Outer: operation('x1 x2', (given) => multiply(reshape(given.tensor('x1'), [-1, 1]), reshape(given.tensor('x2'), [-1]))),
  Kron: operation('x1 x2', (given) => kron(given.tensor('x1'), given.tensor('x2'))),
  ExtractSequences: operation('x sequence_length sequence_stride', (given) => frames(given.tensor('x'), given.whole('sequence_length'), given.whole('sequence_stride'), -1)),
  Rearrange: operation('tensor pattern', (given) => rearrange(given.tensor('tensor'), given.text('pattern'), given.wholeNamed(['tensor', 'pattern']))),
};
