import { SeeRnnError } from '../../core/errors.js';
import { add, divide, multiply } from '../operations/arithmetic.js';
import { matmul } from '../operations/matmul.js';
import { sum } from '../operations/reductions.js';
import { transpose } from '../operations/shaping.js';
import { abs, square } from '../operations/unary.js';
import { formText } from '../shapes.js';
import { abstract, constant, scalar, type Tensor } from '../tensor.js';
import type { Penalty, Weight } from '../weight.js';
import { unit } from './cosine-similarity.js';
import type { LossDialect } from './loss.js';
import { times } from './maker.js';

/**
 * What a penalty adds to the loss for a weight, or for what a layer gives: l1 x the sum of magnitudes + l2 x the sum of squares + what an
 * orthogonal one says; a scalar. Magnitudes are flat at 0.
 *
 * @param weight gives the numbers of other weights, for a penalty on a weight that looks at those
 * @returns null where it adds nothing that is known
 */
export function penaltyTerm({ l1, l2, orthogonal, compute }: Penalty, x: Tensor, dialect: LossDialect, weight: (one: Weight) => Tensor = noWeights): Tensor | null {
  // Keras 3 has its factors in float32, whatever the rest is in.
  const factor = (value: number): number => (dialect.kerasMajor === 3 ? Math.fround(value) : value);
  const terms = [
    ...(l1 === 0 ? [] : [times(factor(l1), sum(abs(x), null))]),
    ...(l2 === 0 ? [] : [times(factor(l2), sum(square(x), null))]),
    ...(orthogonal ? [orthogonalTerm(orthogonal, x, dialect)] : []),
    ...(compute ? [compute(x, weight)] : []),
  ];
  return terms.length === 0 ? null : terms.reduce(add);
}

function noWeights(): never { throw new Error('the penalty of an activity looks at no weights'); }

/** How far rows, or columns, are from standing upright on one another: factor x the mean of |cos| over all pairs of two. */
function orthogonalTerm({ factor, mode }: NonNullable<Penalty['orthogonal']>, x: Tensor, dialect: LossDialect): Tensor {
  if (x.rank !== 2) throw new SeeRnnError(`an OrthogonalRegularizer takes matrices alone, found shape ${formText(x.shape)}`);
  if (x.isAbstract) return abstract({ shape: [], dtype: 'float' });
  const size = x.shape[mode === 'rows' ? 0 : 1];
  const vectors = unit(x, mode === 'rows' ? 1 : 0, dialect);
  const products = mode === 'rows' ? matmul(vectors, transpose(vectors)) : matmul(transpose(vectors), vectors);
  const pairs = constant(Array.from({ length: size * size }, (_, n) => (n % (size + 1) === 0 ? 0 : 1)), [size, size]);
  // Of one vector alone there are no pairs: Keras, too, makes 0 / 0 of that.
  return divide(times(0.5 * factor, sum(abs(multiply(products, pairs)), null)), scalar(size * (size - 1) / 2));
}
