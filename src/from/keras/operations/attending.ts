import { SeeRnnError } from '../../../core/errors.js';
import { add, multiply } from '../../../graph/operations/arithmetic.js';
import { greaterEqual } from '../../../graph/operations/comparison.js';
import { placesAlong } from '../../../graph/operations/filling.js';
import { matmul } from '../../../graph/operations/matmul.js';
import { where } from '../../../graph/operations/select.js';
import { expandDims, transpose } from '../../../graph/operations/shaping.js';
import { repeat } from '../../../graph/operations/slicing.js';
import { softmax } from '../../../graph/operations/softmax.js';
import { formText } from '../../../graph/shapes.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';
import { real } from './element-wise.js';

interface AttentionOptions { readonly bias: Tensor | null; readonly mask: Tensor | null; readonly scale: number | null; readonly causal: boolean }

/** What stands for minus infinity, so that a row that is masked altogether attends to all alike. */
const NOTHING = -0.7 * 3.4028234663852886e38;

/** Keras 3's dot_product_attention: query (samples, steps, heads, width), keys and values (samples, places, heads, width). */
export function dotProductAttention(query: Tensor, key: Tensor, value: Tensor, { bias, mask, scale, causal }: AttentionOptions): Tensor {
  if ([query, key, value].some(({ rank }) => rank !== 4)) throw new SeeRnnError(`dot_product_attention wants arrays of 4 axes, found ${[query, key, value].map(({ shape }) => formText(shape)).join(', ')}`);
  const heads = query.shape[2]!;
  const shared = (x: Tensor): Tensor => {
    const own = x.shape[2]!;
    return own > 1 && heads > own && heads % own === 0 ? repeat(x, heads / own, 2) : x;
  };
  const byHead = (x: Tensor): Tensor => transpose(real(x), [0, 2, 1, 3]);
  const [q, k, v] = [byHead(query), byHead(shared(key)), byHead(shared(value))];
  // The scale is made in float32, whatever the precision.
  const raw = multiply(matmul(q, k, { b: true }), scalar(Math.fround(scale ?? 1 / Math.fround(Math.sqrt(key.shape[3]!)))));
  const scores = bias ? add(raw, bias) : raw;
  const seen = causal ? where(greaterEqual(expandDims(placesAlong(scores, 2), 1), placesAlong(scores, 3)), scores, scalar(NOTHING)) : scores;
  const allowed = mask ? where(mask, seen, scalar(NOTHING)) : seen;
  return transpose(matmul(softmax(allowed, [-1]), v), [0, 2, 1, 3]);
}
