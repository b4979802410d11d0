import { SeeRnnError } from '../../../../core/errors.js';
import { nameText } from '../../../../core/printable.js';
import type { KerasOperation } from '../operation.js';
import type { NodeDefinition } from './node-definition.js';
import { TENSORFLOW_FUNCTIONS } from './table.js';

/** An op of a graph as one of TensorFlow's functions. */
interface Op {
  readonly function: string;
  /** What the function calls the op's inputs, in their order; `...name`: all but those that are named after it. */
  readonly inputs: readonly string[];
  /** What the function calls the op's attributes; those that aren't here have the same name, or say nothing. */
  readonly attributes: Readonly<Record<string, string>>;
}

const op = (name: string, inputs: string, attributes: Readonly<Record<string, string>> = {}): Op => ({ function: name, inputs: inputs.split(' '), attributes });
const named = (names: Readonly<Record<string, string>>, inputs: string): Record<string, Op> => Object.fromEntries(Object.entries(names).map(([kind, name]) => [kind, op(name, inputs)]));
const reduction = (name: string): Op => op(name, 'input_tensor axis', { keep_dims: 'keepdims' });
const windows = { ksize: 'ksize', strides: 'strides', padding: 'padding', data_format: 'data_format' };

/** The ops that graphs of tf.keras 2.0 to 2.3 are made of. */
const OPS: Readonly<Record<string, Op>> = {
  ...named({
    Add: 'add', AddV2: 'add', Sub: 'subtract', Mul: 'multiply', Div: 'div', RealDiv: 'divide', DivNoNan: 'divide_no_nan', FloorDiv: 'floordiv', FloorMod: 'floormod', Mod: 'truncatemod', TruncateMod: 'truncatemod',
    Pow: 'pow', Maximum: 'maximum', Minimum: 'minimum', SquaredDifference: 'squared_difference', MulNoNan: 'multiply_no_nan', Xdivy: 'xdivy', Xlogy: 'xlogy', Equal: 'equal', NotEqual: 'not_equal', Greater: 'greater',
    GreaterEqual: 'greater_equal', Less: 'less', LessEqual: 'less_equal', LogicalAnd: 'logical_and', LogicalOr: 'logical_or',
  }, 'x y'),
  Atan2: op('atan2', 'y x'),
  ...named({
    Abs: 'abs', Neg: 'negative', Sign: 'sign', Square: 'square', Reciprocal: 'reciprocal', Inv: 'reciprocal', Exp: 'exp', Expm1: 'expm1', Log: 'log', Log1p: 'log1p', Sqrt: 'sqrt', Rsqrt: 'rsqrt', Sin: 'sin', Cos: 'cos',
    Tan: 'tan', Sinh: 'sinh', Cosh: 'cosh', Tanh: 'tanh', Asin: 'asin', Acos: 'acos', Atan: 'atan', Asinh: 'asinh', Acosh: 'acosh', Atanh: 'atanh', Erf: 'erf', Erfc: 'erfc', Floor: 'floor', Ceil: 'ceil', Round: 'round',
    Rint: 'rint', LogicalNot: 'logical_not', IsNan: 'is_nan', IsInf: 'is_inf', IsFinite: 'is_finite', Relu: 'relu', Relu6: 'relu6', Elu: 'elu', Selu: 'selu', Softplus: 'softplus', Softsign: 'softsign',
    Sigmoid: 'sigmoid', Identity: 'identity', StopGradient: 'stop_gradient', CheckNumerics: 'check_numerics', Shape: 'shape', Size: 'size', Rank: 'rank', L2Loss: 'l2_loss', Snapshot: 'identity', PreventGradient: 'identity', EnsureShape: 'ensure_shape',
  }, 'x'),
  LeakyRelu: op('leaky_relu', 'features'), Softmax: op('softmax', 'logits'), LogSoftmax: op('log_softmax', 'logits'), ZerosLike: op('zeros_like', 'input'), OnesLike: op('ones_like', 'input'),
  ClipByValue: op('clip_by_value', 't clip_value_min clip_value_max'), Cast: op('cast', 'x', { DstT: 'dtype' }), BiasAdd: op('bias_add', 'value bias'), BiasAddV1: op('bias_add', 'value bias'),
  Sum: reduction('reduce_sum'), Mean: reduction('reduce_mean'), Prod: reduction('reduce_prod'), Max: reduction('reduce_max'), Min: reduction('reduce_min'), Any: reduction('reduce_any'), All: reduction('reduce_all'),
  EuclideanNorm: reduction('reduce_euclidean_norm'),
  ArgMax: op('argmax', 'input axis'), ArgMin: op('argmin', 'input axis'), Cumsum: op('cumsum', 'x axis'), Cumprod: op('cumprod', 'x axis'), AddN: op('add_n', '...inputs'), TopKV2: op('top_k', 'input k'), TopK: op('top_k', 'input'),
  InTopKV2: op('in_top_k', 'predictions targets k'),

  Reshape: op('reshape', 'tensor shape'), ExpandDims: op('expand_dims', 'input axis'), Squeeze: op('squeeze', 'input', { squeeze_dims: 'axis' }), Transpose: op('transpose', 'a perm'), BroadcastTo: op('broadcast_to', 'input shape'),
  ReverseV2: op('reverse', 'tensor axis'), Roll: op('roll', 'input shift axis'), Pad: op('pad', 'tensor paddings'), PadV2: op('pad', 'tensor paddings constant_values'), MirrorPad: op('pad', 'tensor paddings'),
  Tile: op('tile', 'input multiples'), Split: op('split', 'axis value', { num_split: 'num_or_size_splits' }), SplitV: op('split', 'value num_or_size_splits axis'), Unpack: op('unstack', 'value'),
  ConcatV2: op('concat', '...values axis'), Concat: op('concat', 'axis ...values'), Pack: op('stack', '...values'), StridedSlice: op('strided_slice', 'input_ begin end strides'), Slice: op('slice', 'input_ begin size'),
  MatrixBandPart: op('band_part', 'input num_lower num_upper'), MatrixDiagPart: op('diag_part', 'input'), MatrixDiagPartV3: op('diag_part', 'input k padding_value'), MatrixDiag: op('diag', 'diagonal'), MatrixSetDiag: op('set_diag', 'input diagonal'),
  Fill: op('fill', 'dims value'), Range: op('range', 'start limit delta'), ReverseSequence: op('reverse_sequence', 'input seq_lengths', { seq_dim: 'seq_axis', batch_dim: 'batch_axis' }),

  Select: op('where', 'condition x y'), SelectV2: op('where', 'condition x y'), Gather: op('gather', 'params indices', { Tparams: 'dtype' }), GatherV2: op('gather', 'params indices axis', { Tparams: 'dtype' }), GatherNd: op('gather_nd', 'params indices'),
  OneHot: op('one_hot', 'indices depth on_value off_value', { T: 'dtype' }), ScatterNd: op('scatter_nd', 'indices updates shape'), TensorScatterUpdate: op('tensor_scatter_nd_update', 'tensor indices updates'),
  TensorScatterAdd: op('tensor_scatter_nd_add', 'tensor indices updates'), UnsortedSegmentSum: op('unsorted_segment_sum', 'data segment_ids num_segments'), SegmentSum: op('segment_sum', 'data segment_ids'), SegmentMean: op('segment_mean', 'data segment_ids'),

  MatMul: op('matmul', 'a b'), BatchMatMul: op('matmul', 'a b', { adj_x: 'adjoint_a', adj_y: 'adjoint_b' }), BatchMatMulV2: op('matmul', 'a b', { adj_x: 'adjoint_a', adj_y: 'adjoint_b' }), Cross: op('cross', 'a b'),
  MatrixInverse: op('inv', 'input'), MatrixDeterminant: op('det', 'input'), LogMatrixDeterminant: op('slogdet', 'input'), MatrixSolve: op('solve', 'matrix rhs'), MatrixTriangularSolve: op('triangular_solve', 'matrix rhs'), Cholesky: op('cholesky', 'input'),
  Einsum: op('einsum', '...operands'), SoftmaxCrossEntropyWithLogits: op('softmax_cross_entropy_with_logits', 'logits labels'), SparseSoftmaxCrossEntropyWithLogits: op('sparse_softmax_cross_entropy_with_logits', 'logits labels'),
  MaxPool: op('max_pool', 'input', windows), AvgPool: op('avg_pool', 'input', { ...windows }), MaxPool3D: op('max_pool', 'input', windows), AvgPool3D: op('avg_pool', 'input', windows),
  Conv2D: op('conv2d', 'input filters'), Conv3D: op('conv3d', 'input filters'), DepthwiseConv2dNative: op('depthwise_conv2d', 'input filter'), SpaceToDepth: op('space_to_depth', 'input'), DepthToSpace: op('depth_to_space', 'input'),
};

/** A number type that stands beside numbers, and says nothing of what is computed. */
const isType = (value: unknown): boolean => typeof value === 'string' && value.startsWith('DT_');

/**
 * What an op of a graph computes.
 *
 * @returns a function of the op's inputs, tensors and constants: slots, numbers or lists
 * @throws SeeRnnError for an op that is not known here
 */
export function graphOp({ op: kind, attributes }: NodeDefinition): { readonly operation: KerasOperation; readonly call: (inputs: readonly unknown[]) => { args: unknown[]; kwargs: Record<string, unknown> } } {
  const known = Object.hasOwn(OPS, kind) ? OPS[kind] : undefined;
  if (!known) throw new SeeRnnError(`TensorFlow's op ${nameText(kind)} is not supported`);
  const told = Object.entries(attributes).flatMap(([key, value]): [string, unknown][] => (known.attributes[key] !== undefined ? [[known.attributes[key]!, value]] : isType(value) ? [] : [[key, value]]));
  return {
    operation: TENSORFLOW_FUNCTIONS[known.function]!,
    call: (inputs) => ({ args: known.function === 'einsum' ? [attributes['equation'], ...inputs] : [], kwargs: { ...Object.fromEntries(told), ...byName(known.inputs, inputs) } }),
  };
}

function byName(names: readonly string[], inputs: readonly unknown[]): Record<string, unknown> {
  const several = names.findIndex((name) => name.startsWith('...'));
  if (several < 0) return Object.fromEntries(names.slice(0, inputs.length).map((name, i) => [name, inputs[i]]));
  const after = names.length - several - 1;
  return {
    ...Object.fromEntries(names.slice(0, several).map((name, i) => [name, inputs[i]])),
    [names[several]!.slice(3)]: inputs.slice(several, inputs.length - after),
    ...Object.fromEntries(names.slice(several + 1).map((name, i) => [name, inputs[inputs.length - after + i]])),
  };
}
