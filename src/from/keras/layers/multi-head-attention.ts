import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { multiply } from '../../../graph/operations/arithmetic.js';
import { einsum } from '../../../graph/operations/einsum.js';
import type { OpenShape } from '../../../graph/shapes.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';
import { since } from '../dialect.js';
import { attending, projection, type Attending } from './attention-equations.js';
import { axesIn } from './axes.js';
import type { EinsumDense } from './einsum-dense.js';
import { HeadAttention } from './head-attention.js';
import type { KerasOptions, LayerTable } from './keras-layer.js';

/**
 * Keras's MultiHeadAttention. Its parts, each a kernel and a bias: `query` and `key` (width, heads, key_dim), with `use_gate` `gate` and in any case `value`
 * (width, heads, value_dim), `attention_output` (heads, value_dim, output). `attention_axes` of inputs with more axes than one attend, all by default but samples
 * and width.
 */
class MultiHeadAttention extends HeadAttention {
  private readonly heads = this.read.whole('num_heads', 1);
  private readonly keyDim = this.read.whole('key_dim', 1);
  private readonly valueDim = this.read.whole('value_dim', 1, this.keyDim);
  private readonly outputSizes = this.read.get<readonly number[]>('output_shape', (value) => {
    const list: unknown[] = Array.isArray(value) ? value : [value];
    return list.every((n) => Number.isSafeInteger(n) && (n as number) > 0) ? list as number[] : undefined;
  }, 'a size, or a list of sizes', []);
  private readonly askedAxes = axesIn(this.read, 'attention_axes', []);
  override readonly takesMasks = since(this.dialect, '3.8');
  private axes: readonly number[] = [];
  private attending!: Attending;
  private query!: EinsumDense;
  private key!: EinsumDense;
  private gate: EinsumDense | null = null;
  private value!: EinsumDense;
  private output!: EinsumDense;

  protected override makeWeights(inputs: readonly OpenShape[]): void {
    const [query, value, key] = this.checked(inputs);
    const { heads, keyDim, valueDim } = this;
    const split = (input: OpenShape): ReturnType<typeof projection> => projection(input.length - 1, 1, 2);
    this.query = this.project('query', query, split(query), [heads, keyDim]);
    this.key = this.project('key', key, split(key), [heads, keyDim]);
    if (this.useGate) this.gate = this.project('gate', query, split(query), [heads, valueDim], { activation: 'sigmoid' });
    this.value = this.project('value', value, split(value), [heads, valueDim]);
    // With their heads all have an axis more.
    const rank = value.length + 1;
    // Counted from the end of what the layer reads from 3.12 on; before, of what has heads.
    const last = since(this.dialect, '3.12') ? rank - 1 : rank;
    this.axes = this.askedAxes.length === 0 ? value.slice(1, -1).map((_, i) => i + 1) : this.askedAxes.map((axis) => (axis < 0 ? axis + last : axis));
    if (this.axes.some((axis) => axis < 1 || axis >= rank - 1)) throw this.fail(`attention_axes ${this.askedAxes.join(', ')} are not all among its ${rank - 1} axes`);
    this.attending = attending(rank, this.axes);
    this.attendingAxes = 2 * this.axes.length;
    const sizes = this.outputSizes.length > 0 ? this.outputSizes : [query.at(-1)!];
    this.output = this.project('attention_output', [...query.slice(0, -1), heads, valueDim], projection(query.length - 1, 2, sizes.length), sizes);
  }

  protected override compute(given: LayerInputs, context: Context): readonly Tensor[] {
    const { inputs: [query, value, key = value], options } = given;
    const wantsScores = options['return_attention_scores'] === true;
    const scaled = multiply(this.projected(this.query, query, context), scalar(this.scaleOf(this.keyDim)));
    const scores = einsum(this.attending.score, [this.projected(this.key, key, context), scaled]);
    const { rank } = this.attending;
    const plain = since(this.dialect, '3.7') && this.dropout === 0 && !wantsScores && query.rank === 3;
    const shares = this.shares(scores, this.seen(given), this.axes.map((_, i) => rank - this.axes.length + i), plain);
    const mixed = einsum(this.attending.combine, [this.dropped(shares, context), this.projected(this.value, value, context)]);
    const output = this.projected(this.output, this.gate ? multiply(mixed, this.projected(this.gate, query, context)) : mixed, context);
    return wantsScores ? [output, shares] : [output];
  }
}

export const multiHeadAttentionLayers: LayerTable = {
  MultiHeadAttention: (options: KerasOptions) => new MultiHeadAttention(options),
};
