import { SeeRnnError } from '../../../../core/errors.js';
import { binaryEntropies } from '../../../../graph/losses/binary-cross-entropy.js';
import { lossByName } from '../../../../graph/losses/named.js';
import { add, divide, maximum, multiply, subtract } from '../../../../graph/operations/arithmetic.js';
import { cumsum, mean, sum } from '../../../../graph/operations/reductions.js';
import { placesAlong } from '../../../../graph/operations/filling.js';
import { greater } from '../../../../graph/operations/comparison.js';
import { where } from '../../../../graph/operations/select.js';
import { reshape } from '../../../../graph/operations/shaping.js';
import { logSoftmax, softmax } from '../../../../graph/operations/softmax.js';
import { sort } from '../../../../graph/operations/sorting.js';
import { log10, square } from '../../../../graph/operations/unary.js';
import { axisOf } from '../../../../graph/shapes.js';
import { scalar, type Tensor } from '../../../../graph/tensor.js';
import { celu, elu, glu, hardShrink, hardSilu, hardTanh, leaky, named, reluOf, softShrink, sparsePlus, squareplus, tanhShrink, threshold } from '../activating.js';
import type { Arguments } from '../arguments.js';
import { dotProductAttention } from '../attending.js';
import { real } from '../element-wise.js';
import { batchNormalize, layerNormalize, normalize, rmsNormalize } from '../normalising.js';
import { operation, unary, type KerasOperation, type OperationTable } from '../operation.js';

const KERAS_3 = { kerasMajor: 3, tfjs: false } as const;
/** What Keras adds, and clips at, where nobody says. */
const EPSILON = 1e-7;

/** Over some axes; over all where they are given as none. */
const overAxes = (f: (x: Tensor, axes: readonly number[] | null) => Tensor): KerasOperation =>
  operation('x axis', (given) => f(real(given.tensor('x')), given.isNothing('axis') ? null : given.axes() ?? [-1]));

/** Softmax's relative that gives zeros: the nearest shares, by distance (Martins & Astudillo 2016, 1602.02068). */
function sparsemax(x: Tensor, axis: number): Tensor {
  const sorted = sort(x, axis, true).values;
  const sums = cumsum(sorted, axis);
  const place = axisOf(axis, x.rank);
  const order = reshape(add(placesAlong(x, place), scalar(1, 'int')), x.shape.map((n, i) => (i === place ? n : 1)));
  const support = greater(subtract(sorted, divide(subtract(sums, scalar(1)), order)), scalar(0));
  const count = sum(support, [axis], true);
  // The last sum inside the support: the greatest of those, as the numbers fall.
  const total = sum(where(support, sums, scalar(0)), [axis], true);
  return maximum(subtract(x, divide(subtract(total, scalar(1)), count)), scalar(0));
}

const entropy = (name: string): KerasOperation => operation('target output from_logits axis', (given) => {
  const loss = lossByName(name, { from_logits: given.flag('from_logits', false), axis: given.whole('axis', -1) }, KERAS_3)!;
  return loss.apply(given.tensor('target'), given.tensor('output')).values;
});

/** How far an image is from another, in decibels. */
const peakRatio = (a: Tensor, b: Tensor, most: number): Tensor => subtract(scalar(20 * Math.log10(most)), multiply(log10(mean(square(subtract(a, b)), null)), scalar(10)));

const scales = (given: Arguments, scale: string, offset: string, epsilon: number) => ({ scale: given.optional(scale), offset: given.optional(offset), epsilon: given.number('epsilon', epsilon) });

/** `keras.ops.nn`, but for convolution and pooling. */
export const networks: OperationTable = {
  Relu: unary(named('relu')), Relu6: unary(named('relu6')), Sigmoid: unary(named('sigmoid')), SparseSigmoid: unary(named('sparseSigmoid')), Softplus: unary(named('softplus')),
  Softsign: unary(named('softsign')), Silu: unary(named('swish')), LogSigmoid: unary(named('logSigmoid')), HardSigmoid: unary(named('hardSigmoidKeras3')), Selu: unary(named('selu')),
  SparsePlus: unary(sparsePlus), HardSilu: unary(hardSilu), TanhShrink: unary(tanhShrink), HardTanh: unary(hardTanh),
  Squareplus: operation('x b', (given) => squareplus(real(given.tensor('x')), given.number('b', 4))),
  SoftShrink: operation('x threshold', (given) => softShrink(given.tensor('x'), given.number('threshold', 0.5))),
  HardShrink: operation('x threshold', (given) => hardShrink(given.tensor('x'), given.number('threshold', 0.5))),
  Threshold: operation('x threshold default_value', (given) => threshold(given.tensor('x'), given.number('threshold'), given.number('default_value'))),
  LeakyRelu: operation('x negative_slope', (given) => leaky(given.tensor('x'), given.number('negative_slope', 0.2))),
  Elu: operation('x alpha', (given) => elu(given.tensor('x'), given.number('alpha', 1))),
  Celu: operation('x alpha', (given) => celu(real(given.tensor('x')), given.number('alpha', 1))),
  Gelu: operation('x approximate', (given) => named(given.flag('approximate', true) ? 'gelu_new' : 'gelu')(given.tensor('x'))),
  Glu: operation('x axis', (given) => glu(given.tensor('x'), given.whole('axis', -1))),
  ReLU: operation('x negative_slope max_value threshold', (given) => reluOf(given.tensor('x'), {
    maxValue: given.has('max_value') ? given.number('max_value') : null, negativeSlope: given.number('negative_slope', 0), threshold: given.number('threshold', 0), single: true,
  })),
  Softmax: overAxes(softmax), LogSoftmax: overAxes(logSoftmax),
  Sparsemax: operation('x axis', (given) => sparsemax(real(given.tensor('x')), given.whole('axis', -1))),

  Normalize: operation('x axis order epsilon', (given) => normalize(given.tensor('x'), given.axes() ?? [-1], given.number('order', 2), given.number('epsilon', EPSILON))),
  BatchNorm: operation('x mean variance offset scale', (given) => batchNormalize(given.tensor('x'), given.tensor('mean'), given.tensor('variance'), given.whole('axis', -1), scales(given, 'scale', 'offset', 1e-3))),
  LayerNorm: operation('x gamma beta', (given) => layerNormalize(given.tensor('x'), given.axes() ?? [-1], scales(given, 'gamma', 'beta', EPSILON), given.flag('rms_scaling', false))),
  RMSNorm: operation('x scale', (given) => rmsNormalize(given.tensor('x'), given.axes() ?? [-1], given.optional('scale'), given.number('epsilon', EPSILON))),
  DotProductAttention: operation('query key value bias mask scale', (given) => {
    if (given.has('attn_logits_soft_cap')) throw new SeeRnnError('attn_logits_soft_cap is not supported');
    return dotProductAttention(given.tensor('query'), given.tensor('key'), given.tensor('value'), {
      bias: given.optional('bias'), mask: given.optional('mask'), scale: given.has('scale') ? given.number('scale') : null, causal: given.flag('is_causal', false),
    });
  }),

  BinaryCrossentropy: operation('target output from_logits', (given) => binaryEntropies(real(given.tensor('target')), given.tensor('output'), given.flag('from_logits', false), KERAS_3)),
  CategoricalCrossentropy: entropy('categorical_crossentropy'), SparseCategoricalCrossentropy: entropy('sparse_categorical_crossentropy'),
  PSNR: operation('x1 x2 max_val', (given) => peakRatio(given.tensor('x1'), given.tensor('x2'), given.number('max_val'))),
};
