import { SeeRnnError } from '../../../core/errors.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { cast } from '../../../graph/operations/cast.js';
import { oneHot } from '../../../graph/operations/gathering.js';
import { mapToWhole } from '../../../graph/operations/mapping.js';
import { max, sum } from '../../../graph/operations/reductions.js';
import { squeeze } from '../../../graph/operations/shaping.js';
import { formText } from '../../../graph/shapes.js';
import type { Tensor } from '../../../graph/tensor.js';
import type { ConfigReader } from '../config-reader.js';
import type { Dialect } from '../dialect.js';
import { fingerprint64, sipHash } from '../fingerprint.js';
import { KerasLayer, type KerasOptions, type LayerTable } from './keras-layer.js';

/** Keras's layers that make categories of numbers: whole numbers, or arrays that say which there are. A mask ends there, and so do gradients. */

const MODES = ['int', 'one_hot', 'multi_hot', 'count'] as const;
type Mode = typeof MODES[number];

/** What else they are called: formerly, and in TF.js. */
const ALSO: Readonly<Record<string, Mode>> = { binary: 'multi_hot', multiHot: 'multi_hot', oneHot: 'one_hot' };

/** The `output_mode`. */
function modeIn(read: ConfigReader, initial: Mode): Mode {
  return read.get('output_mode', (value) => MODES.find((mode) => mode === value) ?? (typeof value === 'string' && Object.hasOwn(ALSO, value) ? ALSO[value] : undefined), MODES.map((mode) => `'${mode}'`).join(' or '), initial);
}

/**
 * Categories as Keras gives them out: as they are; as an array that is 1 at each; or for all of the last axis, or in Keras 3 of the second, one that is 1 at those there are,
 * or says how many of each.
 */
function encoded(indices: Tensor, mode: Mode, depth: number, { kerasMajor }: Dialect): Tensor {
  if (mode === 'int') return indices;
  const { rank, shape } = indices;
  const last = shape.at(-1);
  if (kerasMajor < 3 && rank + (mode === 'one_hot' && last !== 1 ? 1 : 0) > 2) {
    throw new SeeRnnError(`output_mode '${mode}' can't take an input of shape ${formText(shape)}: Keras 2 gives at most (samples, categories)`);
  }
  if (mode === 'one_hot') return oneHot(rank > 1 && last === 1 ? squeeze(indices, -1) : indices, depth);
  if (rank < 2) throw new SeeRnnError(`output_mode '${mode}' can't take an input of shape ${formText(shape)}: it would mix the samples`);
  const each = oneHot(indices, depth);
  return mode === 'count' ? sum(each, [1]) : max(each, [1]);
}

abstract class Categories extends KerasLayer {
  constructor(options: KerasOptions) {
    super(options);
    this.read.refuse('sparse', (value) => value === false, 'sparse arrays are not supported here: save it with sparse=False');
  }

  protected encoded(indices: Tensor, mode: Mode, depth: number): Tensor { return encoded(indices, mode, depth, this.dialect); }
}

/** The number of the bin that a number is in: how many of the `bin_boundaries` are not above it. */
class Discretization extends Categories {
  private readonly mode = modeIn(this.read, 'int');
  // TensorFlow has them in single precision.
  private readonly boundaries = this.read.get('bin_boundaries', (value) => (
    Array.isArray(value) && value.length > 0 && value.every((n) => Number.isFinite(n)) ? Float32Array.from(value as number[]) : undefined),
  'a list of numbers (bins that were found by adapt() are not read: save it with bin_boundaries=layer.bin_boundaries)');

  protected override compute({ inputs: [x] }: LayerInputs): Tensor {
    const { boundaries } = this;
    return this.encoded(mapToWhole(x, (value) => boundaries.findLastIndex((boundary) => boundary <= value) + 1), this.mode, boundaries.length + 1);
  }
}

/** Whole numbers below `num_tokens` as arrays. */
class CategoryEncoding extends Categories {
  private readonly mode = modeIn(this.read, 'multi_hot');
  private readonly tokens = this.read.whole('num_tokens', 1);

  protected override compute({ inputs: [x] }: LayerInputs): Tensor {
    if (this.mode === 'int') throw this.fail('output_mode must be one_hot, multi_hot or count, found \'int\'');
    const indices = cast(x, 'int');
    if (this.dialect.kerasMajor === 3) return this.encoded(indices, this.mode, this.tokens);
    return this.encoded(mapToWhole(indices, (token) => {
      if (token < 0 || token >= this.tokens) throw this.fail(`${token} is out of range: there are ${this.tokens} tokens`);
      return token;
    }), this.mode, this.tokens);
  }
}

/** Two numbers of 64 bits to hash with, of a `salt`; null where there is none. */
function saltIn(read: ConfigReader): readonly [bigint, bigint] | null {
  if (read.config['salt'] == null) return null;
  const [a, b] = read.get('salt', (value) => {
    const pair: unknown[] = Array.isArray(value) ? value : [value, value];
    return pair.length === 2 && pair.every((n) => Number.isSafeInteger(n)) ? pair as [number, number] : undefined;
  }, 'a whole number, or two');
  return [BigInt.asUintN(64, BigInt(a)), BigInt.asUintN(64, BigInt(b))];
}

/** The bucket of a whole number: of the digits that it is written with. */
function bucketOf(value: number, buckets: number, salt: readonly [bigint, bigint] | null): number {
  const digits = BigInt(Math.trunc(value)).toString();
  return Number((salt ? sipHash(digits, salt) : fingerprint64(digits)) % BigInt(buckets));
}

/** Whole numbers in one of `num_bins` buckets, by their hash; with `mask_value` that number alone is in the first. */
class Hashing extends Categories {
  private readonly mode = modeIn(this.read, 'int');
  private readonly bins = this.read.whole('num_bins', 1);
  private readonly salt = saltIn(this.read);
  private readonly maskValue = this.read.config['mask_value'] == null ? null : this.read.number('mask_value');

  protected override compute({ inputs: [x] }: LayerInputs): Tensor {
    const { bins, salt, maskValue } = this;
    const shift = maskValue !== null && bins > 1 ? 1 : 0;
    const found = new Map<number, number>();
    return this.encoded(mapToWhole(x, (value) => {
      if (shift && value === maskValue) return 0;
      const known = found.get(value) ?? bucketOf(value, bins - shift, salt) + shift;
      found.set(value, known);
      return known;
    }), this.mode, bins);
  }
}

/** Whole numbers by their place in a vocabulary: first what is masked (0), then what is not in it, then the vocabulary; with `invert` back. */
class IntegerLookup extends Categories {
  private readonly mode = modeIn(this.read, 'int');
  private readonly unknowns = this.read.whole('num_oov_indices', 0, 1);
  private readonly invert = this.read.flag('invert', false);
  private readonly maskToken = this.token('mask_token');
  private readonly unknownToken = this.token('oov_token') ?? -1;
  private readonly salt = saltIn(this.read);
  private readonly hashes = this.read.choice('oov_method', ['floormod', 'farmhash'], 'floormod') === 'farmhash';
  /** Where unknown numbers start, and where known ones do. */
  private readonly unknownStart = this.maskToken !== null && this.mode === 'int' ? 1 : 0;
  private readonly start = this.unknownStart + this.unknowns;
  private readonly vocabulary = this.vocabularyIn();
  private readonly places = new Map(this.vocabulary.map((token, i) => [token, i + this.start]));

  protected override compute({ inputs: [x] }: LayerInputs): Tensor {
    if (this.invert) return mapToWhole(x, (index) => (index === 0 && this.maskToken !== null ? this.maskToken : this.vocabulary[index - this.start] ?? this.unknownToken));
    const pad = this.read.flag('pad_to_max_tokens', false) ? this.read.whole('max_tokens', 1) : null;
    // What is masked is in no category.
    const masked = this.mode === 'int' ? 0 : -1;
    return this.encoded(mapToWhole(x, (value) => (value === this.maskToken ? masked : this.places.get(value) ?? this.unknown(value))), this.mode, pad ?? this.vocabulary.length + this.start);
  }

  private unknown(value: number): number {
    const { unknowns } = this;
    if (unknowns === 0) throw this.fail(`${value} is not in its vocabulary, and it has no index for what is not`);
    if (unknowns === 1) return this.unknownStart;
    return this.unknownStart + (this.hashes ? bucketOf(value, unknowns, this.salt) : ((value % unknowns) + unknowns) % unknowns);
  }

  private token(key: string): number | null { return this.read.config[key] == null ? null : this.read.number(key); }

  /** The vocabulary without the tokens in front of it that stand for no number. */
  private vocabularyIn(): readonly number[] {
    const { vocabulary } = this.read.config;
    if (vocabulary == null) throw this.fail('its vocabulary was found by adapt(), and is not read: save it with vocabulary=layer.get_vocabulary()');
    const list = this.read.get('vocabulary', (value) => (Array.isArray(value) && value.every((n) => Number.isSafeInteger(n)) ? value as number[] : undefined), 'a list of whole numbers');
    const special = Array.from({ length: this.start }, (_, i) => (i < this.unknownStart ? this.maskToken : this.unknownToken));
    return list.length >= special.length && special.every((token, i) => token === list[i]) ? list.slice(special.length) : list;
  }
}

export const categoryLayers: LayerTable = {
  Discretization: (options: KerasOptions) => new Discretization(options),
  CategoryEncoding: (options: KerasOptions) => new CategoryEncoding(options),
  Hashing: (options: KerasOptions) => new Hashing(options),
  IntegerLookup: (options: KerasOptions) => new IntegerLookup(options),
};
