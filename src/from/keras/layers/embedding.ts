import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { divide, multiply } from '../../../graph/operations/arithmetic.js';
import { cast } from '../../../graph/operations/cast.js';
import { notEqual } from '../../../graph/operations/comparison.js';
import { embed } from '../../../graph/operations/gathering.js';
import { matmul } from '../../../graph/operations/matmul.js';
import { tanh } from '../../../graph/operations/activation.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';
import type { StoredWeight } from '../../../graph/weight.js';
import { KerasLayer, type KerasOptions, type LayerTable } from './keras-layer.js';

/**
 * Keras's Embedding: a row of its table for every whole number. Its weight: `embeddings` (vocabulary, features). With `mask_zero` what is 0
 * is masked.
 *
 * A number that is not in the vocabulary is refused, as TensorFlow does on a CPU; Keras 3 counts negative ones from the end.
 */
class Embedding extends KerasLayer {
  protected readonly vocabulary = this.read.whole('input_dim', 1);
  protected readonly width = this.read.whole('output_dim', 1);
  private readonly maskZero = this.read.flag('mask_zero', false);
  protected table!: StoredWeight;

  constructor(options: KerasOptions) {
    super(options);
    this.read.refuse('sparse', (value) => value === false, 'sparse arrays are not supported here: save it with sparse=False');
  }

  protected override makeWeights(): void {
    this.table = this.weight('embeddings', { shape: [this.vocabulary, this.width], axes: ['vocabulary', 'features'] });
  }

  protected override compute({ inputs: [tokens] }: LayerInputs, { weight }: Context): Tensor {
    return embed(weight(this.table), cast(tokens, 'int'), this.dialect.kerasMajor === 3);
  }

  protected override masksOf({ inputs: [tokens] }: LayerInputs): readonly (Tensor | null)[] { return [this.maskZero ? notEqual(tokens, scalar(0, 'int')) : null]; }
}

/**
 * Keras's ReversibleEmbedding: an Embedding, and, called with `reverse`, the product with its table the other way round, or with a second one of
 * its own. Weights: `embeddings`, and without `tie_weights` `reverse_embeddings` (features, vocabulary).
 */
class ReversibleEmbedding extends Embedding {
  private readonly tied = this.read.flag('tie_weights', true);
  private readonly cap = this.read.config['logit_soft_cap'] == null ? null : this.read.number('logit_soft_cap');
  private reverse: StoredWeight | null = null;

  protected override makeWeights(): void {
    super.makeWeights();
    if (!this.tied) this.reverse = this.weight('reverse_embeddings', { shape: [this.width, this.vocabulary], axes: ['features', 'vocabulary'] });
  }

  protected override compute(given: LayerInputs, context: Context): Tensor {
    if (given.options['reverse'] !== true) return super.compute(given, context);
    const { weight } = context;
    const logits = matmul(given.inputs[0], weight(this.reverse ?? this.table), { b: this.reverse === null });
    return this.cap === null ? logits : multiply(tanh(divide(logits, scalar(this.cap))), scalar(this.cap));
  }

  protected override masksOf(given: LayerInputs): readonly (Tensor | null)[] { return given.options['reverse'] === true ? [] : super.masksOf(given); }
}

export const embeddingLayers: LayerTable = {
  Embedding: (options: KerasOptions) => new Embedding(options),
  ReversibleEmbedding: (options: KerasOptions) => new ReversibleEmbedding(options),
};
