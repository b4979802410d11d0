import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { multiply } from '../../../graph/operations/arithmetic.js';
import { einsum } from '../../../graph/operations/einsum.js';
import { repeat } from '../../../graph/operations/slicing.js';
import type { OpenShape } from '../../../graph/shapes.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';
import { since } from '../dialect.js';
import type { EinsumDense } from './einsum-dense.js';
import { HeadAttention } from './head-attention.js';
import type { KerasOptions, LayerTable } from './keras-layer.js';

/**
 * Keras 3's GroupQueryAttention (Ainslie et al. 2023, 2305.13245): each head of keys and values serves several of queries. Its parts, each a kernel and a bias:
 * `query` (width, query heads, head_dim), `key`, with `use_gate` `gate`, `value` (width, key and value heads, head_dim), `attention_output`.
 */
class GroupedQueryAttention extends HeadAttention {
  private readonly headDim = this.read.whole('head_dim', 1);
  private readonly queryHeads = this.read.whole('num_query_heads', 1);
  private readonly valueHeads = this.read.whole('num_key_value_heads', 1);
  private query!: EinsumDense;
  private key!: EinsumDense;
  private gate: EinsumDense | null = null;
  private value!: EinsumDense;
  private output!: EinsumDense;

  protected override makeWeights(inputs: readonly OpenShape[]): void {
    const [query, value, key] = this.checked(inputs);
    const { queryHeads, valueHeads, headDim } = this;
    if (queryHeads % valueHeads !== 0) throw this.fail(`${queryHeads} heads of queries can't share ${valueHeads} of keys and values`);
    const ofQueries = { equation: 'bqm,muh->bquh', biasAxes: 'uh' };
    const ofValues = { equation: 'bkm,mvh->bkvh', biasAxes: 'vh' };
    this.query = this.project('query', query, ofQueries, [queryHeads, headDim]);
    this.key = this.project('key', key, ofValues, [valueHeads, headDim]);
    if (this.useGate) this.gate = this.project('gate', query, ofQueries, [queryHeads, headDim], { activation: 'sigmoid' });
    this.value = this.project('value', value, ofValues, [valueHeads, headDim]);
    this.output = this.project('attention_output', [null, null, queryHeads, headDim], { equation: 'bquh,uhm->bqm', biasAxes: 'm' }, [query.at(-1)!]);
  }

  protected override compute(given: LayerInputs, context: Context): readonly Tensor[] {
    const { inputs: [query, value, key = value], options } = given;
    const wantsScores = options['return_attention_scores'] === true;
    const shared = (x: Tensor): Tensor => repeat(x, this.queryHeads / this.valueHeads, 2);
    const scaled = multiply(this.projected(this.query, query, context), scalar(this.scaleOf(this.headDim)));
    const scores = einsum('bquh,bkuh->buqk', [scaled, shared(this.projected(this.key, key, context))]);
    const shares = this.shares(scores, this.seen(given), [3], since(this.dialect, '3.7') && this.dropout === 0 && !wantsScores);
    const mixed = einsum('buqk,bkuh->bquh', [this.dropped(shares, context), shared(this.projected(this.value, value, context))]);
    const output = this.projected(this.output, this.gate ? multiply(mixed, this.projected(this.gate, query, context)) : mixed, context);
    return wantsScores ? [output, shares] : [output];
  }
}

export const groupedQueryAttentionLayers: LayerTable = {
  GroupedQueryAttention: (options: KerasOptions) => new GroupedQueryAttention(options),
  GroupQueryAttention: (options: KerasOptions) => new GroupedQueryAttention(options),
};
