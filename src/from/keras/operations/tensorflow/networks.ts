import { SeeRnnError } from '../../../../core/errors.js';
import { einsum } from '../../../../graph/operations/einsum.js';
import { add } from '../../../../graph/operations/arithmetic.js';
import { sigmoidCrossEntropy, softmaxCrossEntropy, sparseSoftmaxCrossEntropy } from '../../../../graph/operations/cross-entropy.js';
import { cholesky, logDeterminant } from '../../../../graph/operations/linear-algebra.js';
import { matmul, tensordot } from '../../../../graph/operations/matmul.js';
import { logSoftmax, softmax } from '../../../../graph/operations/softmax.js';
import { reshape } from '../../../../graph/operations/shaping.js';
import type { Tensor } from '../../../../graph/tensor.js';
import type { Arguments } from '../arguments.js';
import { real } from '../element-wise.js';
import { productAxes } from '../keras3/products.js';
import { cross, determinant, inverse, matvec, solution, triangularSolution } from '../matrices.js';
import { batchNormalize, l2Normalize } from '../normalising.js';
import { operation, unary, type OperationTable } from '../operation.js';
import { wholeIndices } from '../picking.js';
import { ownKind } from './element-wise.js';

/** Channels come last, or right after the samples. */
function biasAdded(given: Arguments): Tensor {
  const [x, bias] = [given.tensor('value'), given.tensor('bias')];
  const first = /^NC/.test(given.text('data_format', 'NHWC'));
  return add(x, first ? reshape(bias, [bias.size, ...new Array<number>(x.rank - 2).fill(1)]) : bias);
}

function multiplied(given: Arguments): Tensor {
  const turned = (side: 'a' | 'b'): boolean => given.flag(`transpose_${side}`, false) || given.flag(`adjoint_${side}`, false);
  return matmul(given.tensor('a'), given.tensor('b'), { a: turned('a'), b: turned('b') });
}

function dropped(given: Arguments): Tensor {
  const rate = given.has('keep_prob') ? 1 - given.number('keep_prob') : given.number('rate', 0);
  if (rate !== 0) throw new SeeRnnError('drops numbers at random, in prediction too: what such a model computes is not one thing. Use a Dropout layer');
  return given.tensor('x');
}

const labelled = (f: (labels: Tensor, logits: Tensor, given: Arguments) => Tensor) => operation('labels logits axis', (given) => f(given.tensor('labels'), given.tensor('logits'), given));

/** TensorFlow's functions of networks, but for convolution and pooling. */
export const networks: OperationTable = {
  softmax: operation('logits axis', (given) => ownKind(softmax(real(given.tensor('logits')), given.axes() ?? [-1]))),
  log_softmax: operation('logits axis', (given) => logSoftmax(real(given.tensor('logits')), given.axes() ?? [-1])),
  l2_normalize: operation('x axis epsilon', (given) => l2Normalize(given.tensor('x'), given.axes(), given.number('epsilon', 1e-12))),
  bias_add: operation('value bias data_format', biasAdded), dropout: operation('x rate', dropped),
  batch_normalization: operation('x mean variance offset scale variance_epsilon', (given) => batchNormalize(given.tensor('x'), given.tensor('mean'), given.tensor('variance'), -1, {
    scale: given.optional('scale'), offset: given.optional('offset'), epsilon: given.number('variance_epsilon', 1e-3),
  })),
  'keras.backend.batch_normalization': operation('x mean var beta gamma axis epsilon', (given) => batchNormalize(given.tensor('x'), given.tensor('mean'), given.tensor('var'), given.whole('axis', -1), {
    scale: given.optional('gamma'), offset: given.optional('beta'), epsilon: given.number('epsilon', 1e-3),
  })),
  softmax_cross_entropy_with_logits: labelled((labels, logits, given) => softmaxCrossEntropy(real(labels), logits, given.whole('axis', -1))),
  softmax_cross_entropy_with_logits_v2: labelled((labels, logits, given) => softmaxCrossEntropy(real(labels), logits, given.whole('axis', -1))),
  sparse_softmax_cross_entropy_with_logits: labelled((labels, logits) => sparseSoftmaxCrossEntropy(wholeIndices(labels), logits)),
  sigmoid_cross_entropy_with_logits: labelled((labels, logits) => sigmoidCrossEntropy(real(labels), logits)),

  matmul: operation('a b', multiplied), matvec: operation('a b', (given) => matvec(given.tensor('a'), given.tensor('b'), given.flag('transpose_a', false))),
  tensordot: operation('a b axes', (given) => tensordot(given.tensor('a'), given.tensor('b'), productAxes(given))),
  cross: operation('a b', (given) => cross(given.tensor('a'), given.tensor('b'), -1, -1, -1)),
  inv: operation('input adjoint', (given) => inverse(given.tensor('input'), given.flag('adjoint', false))), det: unary(determinant, 'input'), cholesky: unary((x) => cholesky(real(x)), 'input'),
  logdet: unary((x) => logDeterminant(real(x)).log, 'matrix'), slogdet: unary((x) => { const { sign, log } = logDeterminant(real(x)); return [sign, log]; }, 'input'),
  solve: operation('matrix rhs adjoint', (given) => solution(given.tensor('matrix'), given.tensor('rhs'), given.flag('adjoint', false))),
  triangular_solve: operation('matrix rhs lower adjoint', (given) => triangularSolution(given.tensor('matrix'), given.tensor('rhs'), given.flag('lower', true), given.flag('adjoint', false))),
  einsum: operation('equation', (given) => {
    const operands = given.rest(1);
    if (operands.length === 0) throw new SeeRnnError('tf.keras writes the equation into a file, but not what it is of: nor can Keras load such a model. tf.matmul, tf.tensordot and EinsumDense are written whole');
    return einsum(given.text('equation'), operands);
  }),
};
