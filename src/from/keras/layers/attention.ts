import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { tanh } from '../../../graph/operations/activation.js';
import { add, multiply } from '../../../graph/operations/arithmetic.js';
import { dropoutFactors } from '../../../graph/operations/dropout.js';
import { matmul } from '../../../graph/operations/matmul.js';
import { sum } from '../../../graph/operations/reductions.js';
import { where } from '../../../graph/operations/select.js';
import { expandDims } from '../../../graph/operations/shaping.js';
import { softmax } from '../../../graph/operations/softmax.js';
import { formText, type OpenShape } from '../../../graph/shapes.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';
import type { StoredWeight } from '../../../graph/weight.js';
import { since } from '../dialect.js';
import { both, pastOnly } from './causal.js';
import { KerasLayer, type KerasOptions, type LayerTable } from './keras-layer.js';
import { HIDDEN } from './masked-softmax.js';

/**
 * What Keras's two small attentions share: a list of query (samples, queries, width), value (samples, values, width) and, where given, key; output (samples,
 * queries, width), with `return_attention_scores` also the scores (samples, queries, values).
 *
 * A value that is masked isn't seen, with `use_causal_mask` nor is a later one; where a query sees none, it is as if it saw all. The output of a masked query
 * is 0, and its mask goes on.
 */
abstract class ScoredAttention extends KerasLayer {
  private readonly dropout = this.read.rate('dropout', 0);
  // tf.keras before 2.10 had it as an option of the layer.
  private readonly causal = this.read.flag('causal', false);

  /** (samples, queries, values) */
  protected abstract scores(query: Tensor, key: Tensor, context: Context): Tensor;

  protected override compute({ inputs, masks, options }: LayerInputs, context: Context): readonly Tensor[] {
    const [query, value, key = value] = this.checked(inputs);
    const scores = this.scores(query, key, context);
    const seen = this.seen(query, value, masks[1], this.causal || options['use_causal_mask'] === true);
    let shares = softmax(seen ? where(seen, scores, add(scores, scalar(HIDDEN))) : scores, [-1]);
    if (context.training && this.dropout > 0) shares = multiply(shares, dropoutFactors(shares, shares.shape, this.dropout, context.random));
    const output = matmul(shares, value);
    const masked = masks[0] ? where(expandDims(masks[0], -1), output, scalar(0)) : output;
    return options['return_attention_scores'] === true ? [masked, shares] : [masked];
  }

  protected override masksOf({ masks }: LayerInputs): readonly (Tensor | null)[] { return [masks[0]]; }

  private seen(query: Tensor, value: Tensor, mask: Tensor | null, causal: boolean): Tensor | null {
    const past = causal ? pastOnly(query, value) : null;
    // Keras 3 passed over the mask then, before 3.7.
    if (past && this.dialect.kerasMajor === 3 && !since(this.dialect, '3.7')) return past;
    return both(mask && expandDims(mask, -2), past);
  }

  protected checked<T extends Tensor | OpenShape>(inputs: readonly T[]): readonly T[] {
    const shapes = inputs.map((input) => ('shape' in input ? input.shape : input as OpenShape));
    const rank = shapes[0]?.length ?? 0;
    if (shapes.length < 2 || shapes.length > 3 || rank < 3 || shapes.some(({ length }) => length !== rank)) {
      throw this.fail(`expected a query, a value and maybe a key, each (samples, timesteps, width), found ${shapes.map(formText).join(', ')}`);
    }
    return inputs;
  }
}

/** Luong's: scores by the product of query and key, or with `score_mode` concat by tanh(query + key). Weights: `scale` () with `use_scale`, `concat_score_weight` () with concat. */
class Attention extends ScoredAttention {
  private readonly mode = this.read.choice('score_mode', ['dot', 'concat'], 'dot');
  private readonly useScale = this.read.flag('use_scale', false);
  private scale: StoredWeight | null = null;
  private concatWeight: StoredWeight | null = null;

  protected override makeWeights(inputs: readonly OpenShape[]): void {
    this.checked(inputs);
    if (this.useScale) this.scale = this.weight('scale', { shape: [], usual: 1 });
    if (this.mode === 'concat') this.concatWeight = this.weight('concat_score_weight', { shape: [], usual: 1 });
  }

  protected override scores(query: Tensor, key: Tensor, { weight }: Context): Tensor {
    const scaled = (x: Tensor): Tensor => (this.scale ? multiply(x, weight(this.scale)) : x);
    if (this.concatWeight === null) return scaled(matmul(query, key, { b: true }));
    return multiply(weight(this.concatWeight), sum(tanh(scaled(add(expandDims(query, -2), expandDims(key, -3)))), [-1]));
  }
}

/** Bahdanau's: scores by tanh(query + key). Its weight, with `use_scale`: `scale` (width). */
class AdditiveAttention extends ScoredAttention {
  private readonly useScale = this.read.flag('use_scale', true);
  private scale: StoredWeight | null = null;

  protected override makeWeights(inputs: readonly OpenShape[]): void {
    const [query, value] = this.checked(inputs);
    const width = (this.dialect.kerasMajor === 3 ? query : value).at(-1);
    if (!this.useScale) return;
    if (width == null) throw this.fail('the width of its query must be known');
    this.scale = this.weight('scale', { shape: [width] });
  }

  protected override scores(query: Tensor, key: Tensor, { weight }: Context): Tensor {
    const matches = tanh(add(expandDims(query, -2), expandDims(key, -3)));
    return sum(this.scale ? multiply(weight(this.scale), matches) : matches, [-1]);
  }
}

export const attentionLayers: LayerTable = {
  Attention: (options: KerasOptions) => new Attention(options),
  AdditiveAttention: (options: KerasOptions) => new AdditiveAttention(options),
};
