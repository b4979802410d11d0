import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { multiply } from '../../../graph/operations/arithmetic.js';
import { cast } from '../../../graph/operations/cast.js';
import { dropoutFactors } from '../../../graph/operations/dropout.js';
import { where } from '../../../graph/operations/select.js';
import { expandDims } from '../../../graph/operations/shaping.js';
import { softmax } from '../../../graph/operations/softmax.js';
import { formText, type OpenShape } from '../../../graph/shapes.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';
import type { Config } from '../config-reader.js';
import { since } from '../dialect.js';
import type { Projection } from './attention-equations.js';
import { both, nearOnly, pastOnly } from './causal.js';
import { EinsumDense } from './einsum-dense.js';
import { KerasLayer } from './keras-layer.js';
import { maskedSoftmax } from './masked-softmax.js';

/** What Keras's own product of queries, keys and values gives to a score that does not count: so little that all count alike where none does. */
const LEAST = -0.7 * 3.38953e38;

/**
 * What Keras's attentions of several heads share: called with a query (samples, queries, width), a value (samples, values, width) and, where given, a key; output
 * (samples, queries, width), with `return_attention_scores` also the scores (samples, heads, queries, values).
 *
 * A query sees a value where neither is masked, nor the key, and where `attention_mask`, `use_causal_mask` and `sliding_window` allow it. The query's mask goes on.
 */
export abstract class HeadAttention extends KerasLayer {
  protected override maskByArgument = true;
  protected readonly dropout = this.read.rate('dropout', 0);
  protected readonly useBias = this.read.flag('use_bias', true);
  readonly takesMasks: boolean = false;
  /** How many axes of the scores stand behind the heads: those of the queries and those of the values. */
  protected attendingAxes = 2;
  protected readonly useGate = this.read.flag('use_gate', false);
  private readonly window = this.read.config['sliding_window'] == null ? null : this.read.whole('sliding_window', 1);

  protected override masksOf(given: LayerInputs, [, shares]: readonly Tensor[]): readonly (Tensor | null)[] {
    // The shares have the mask of the softmax that made them. tf.keras's knows of no other masks before 2.10.
    const ofShares = shares && (this.dialect.kerasMajor < 3 || since(this.dialect, '3.11')) ? this.widened(this.seen(given), shares.rank) : null;
    return [since(this.dialect, '2.10') ? given.masks[0] : null, ofShares];
  }

  /** 1 / sqrt(width), by which a query's product is scaled; Keras 3 has it in single precision. */
  protected readonly scaleOf = (width: number): number => (this.dialect.kerasMajor === 3 ? Math.fround(1 / Math.sqrt(width)) : 1 / Math.sqrt(width));

  /** One of its projections, under its Keras name, for inputs of a shape. */
  protected project(name: string, input: OpenShape, { equation, biasAxes }: Projection, sizes: readonly number[], fixed: Config = {}): EinsumDense {
    const rank = equation.split('->')[1].length;
    const { kernel_regularizer, bias_regularizer, activity_regularizer } = this.config;
    const layer = new EinsumDense({
      name, className: 'EinsumDense', dialect: this.dialect, held: {},
      config: {
        equation, output_shape: [...Array.from({ length: rank - 1 - sizes.length }, () => null), ...sizes], bias_axes: this.useBias ? biasAxes : null,
        kernel_regularizer, bias_regularizer, activity_regularizer, trainable: this.trainable, ...fixed,
      },
    });
    layer.build([input]);
    this.parts.push({ name, layer });
    return layer;
  }

  protected projected(layer: EinsumDense, x: Tensor, context: Context): Tensor {
    return layer.call({ inputs: [x], masks: [null], given: {}, options: {} }, context)[0].value;
  }

  /** Which values each query sees, (samples or 1, queries, values); null where all see all. */
  protected seen({ inputs: [query, value, key], masks, given, options }: LayerInputs): Tensor | null {
    let seen: Tensor | null = null;
    if (since(this.dialect, '2.10')) {
      const told = (name: string, i: number): Tensor | null => given[name] ?? masks[i] ?? null;
      // From Keras 3.8 on MultiHeadAttention goes by the mask that comes with the query, whatever its call says.
      const ofQuery = this.takesMasks ? masks[0] : told('query_mask', 0);
      const terms = [
        ofQuery && expandDims(ofQuery, -1),
        ...[told('value_mask', 1), key ? told('key_mask', 2) : null].map((mask) => mask && expandDims(mask, -2)),
      ];
      seen = terms.map((mask) => mask && cast(mask, 'bool')).reduce(both, null);
    }
    if (options['use_causal_mask'] === true) seen = both(seen, pastOnly(query, value));
    if (this.window !== null) seen = both(seen, nearOnly(query, value, this.window));
    const asked = given['attention_mask'] ?? null;
    // One that comes alone was taken as it is, numbers between 0 and 1 too.
    return asked && (seen || since(this.dialect, '3.7')) ? both(cast(asked, 'bool'), seen) : asked ?? seen;
  }

  /** What is seen, for all heads. */
  private widened(seen: Tensor | null, rank: number): Tensor | null {
    let mask = seen;
    while (mask && mask.rank < rank) mask = expandDims(mask, -this.attendingAxes - 1);
    return mask;
  }

  /**
   * The scores' shares.
   *
   * @param axes over which they are 1 together
   * @param plain whether Keras's own product is what computes them, as it is from 3.7 on without dropout and where no scores are asked for
   */
  protected shares(scores: Tensor, seen: Tensor | null, axes: readonly number[], plain: boolean): Tensor {
    const mask = this.widened(seen, scores.rank);
    if (plain && mask) return softmax(where(mask, scores, scalar(LEAST)), axes);
    return maskedSoftmax(scores, mask, axes, this.dialect, this.read.flag('softmax_robust_masking', false));
  }

  protected dropped(shares: Tensor, { training, random }: Context): Tensor {
    return training && this.dropout > 0 ? multiply(shares, dropoutFactors(shares, shares.shape, this.dropout, random)) : shares;
  }

  protected checked(shapes: readonly OpenShape[]): readonly [query: OpenShape, value: OpenShape, key: OpenShape] {
    const [query, value, key = value] = shapes;
    if (shapes.length < 2 || shapes.length > 3 || shapes.some((one) => one.length < 3 || one.at(-1) == null)) {
      throw this.fail(`expected a query, a value and maybe a key, each (samples, timesteps, width), found ${shapes.map(formText).join(', ')}`);
    }
    return [query, value, key];
  }
}
