import { shown } from '../../../core/options.js';
import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { add, divide, maximum, multiply, subtract } from '../../../graph/operations/arithmetic.js';
import { cast } from '../../../graph/operations/cast.js';
import { broadcastTo, reshape } from '../../../graph/operations/shaping.js';
import { sqrt } from '../../../graph/operations/unary.js';
import type { OpenShape } from '../../../graph/shapes.js';
import { constant, scalar, type Tensor } from '../../../graph/tensor.js';
import type { StoredWeight } from '../../../graph/weight.js';
import type { ConfigReader } from '../config-reader.js';
import { axesIn } from './axes.js';
import { KerasLayer, type KerasOptions, type LayerTable } from './keras-layer.js';
import { Normalizing } from './normalizing.js';

/** Keras's layers that bring data to a scale, by numbers that are known before training. In Keras 3 a mask goes on, in Keras 2 it ends there. */

/** Numbers nested in lists, every level of one length. @param single whether Keras has them in single precision, whatever the layer's */
function arrayIn(read: ConfigReader, key: string, single: boolean, initial?: Tensor): Tensor {
  return read.get(key, (value) => {
    const shape: number[] = [];
    for (let level: unknown = value; Array.isArray(level); level = level[0]) shape.push(level.length);
    const flat = [value].flat(Infinity);
    const isFull = (part: unknown, depth: number): boolean => (depth === shape.length ? Number.isFinite(part) : Array.isArray(part) && part.length === shape[depth] && part.every((one) => isFull(one, depth + 1)));
    return isFull(value, 0) ? constant(single ? (flat as number[]).map(Math.fround) : flat as number[], shape) : undefined;
  }, 'a number, or lists of numbers', initial);
}

/** None, as Keras writes it here: null, or no axes. */
const isNone = (axis: unknown): boolean => axis === null || Array.isArray(axis) && axis.length === 0;

/**
 * (x - mean) / sqrt(variance), or with `invert` back: for each number along some axes, the last by default; with `axis` null one mean for all. Weights, where options don't
 * give them: `mean`, `variance`, `count`.
 */
class Normalization extends Normalizing {
  protected override passesMask = this.dialect.kerasMajor === 3;
  private readonly axes = isNone(this.config['axis']) ? [] : axesIn(this.read, 'axis', [-1]);
  private readonly invert = this.read.flag('invert', false);
  private readonly given = this.config['mean'] == null && this.config['variance'] == null ? null : { mean: arrayIn(this.read, 'mean', this.dialect.kerasMajor === 3), variance: arrayIn(this.read, 'variance', this.dialect.kerasMajor === 3) };
  private sizes: readonly number[] = [];
  private mean: StoredWeight | null = null;
  private variance: StoredWeight | null = null;

  protected override makeWeights([input]: readonly OpenShape[]): void {
    // In the order in which the axes stand.
    this.sizes = this.sizesOf(input, this.axes.map((axis) => (axis < 0 ? axis + input.length : axis)).toSorted((a, b) => a - b));
    if (this.given) return;
    this.mean = this.weight('mean', { shape: this.sizes, trainable: false });
    this.variance = this.weight('variance', { shape: this.sizes, trainable: false, usual: 1 });
    this.weight('count', { shape: [], trainable: false });
  }

  protected override compute({ inputs: [x] }: LayerInputs, context: Context): Tensor {
    const read = (weight: StoredWeight | null, given?: Tensor): Tensor => (weight ? this.wide(weight, context) : reshape(broadcastTo(given!, this.sizes), this.along));
    const mean = read(this.mean, this.given?.mean);
    const deviation = maximum(sqrt(read(this.variance, this.given?.variance)), scalar(1e-7));
    const numbers = cast(x, 'float');
    return this.invert ? add(mean, multiply(numbers, deviation)) : divide(subtract(numbers, mean), deviation);
  }
}

/** x scale + offset: numbers, or lists of them for the last axes. */
class Rescaling extends KerasLayer {
  protected override passesMask = this.dialect.kerasMajor === 3;
  private readonly scale = arrayIn(this.read, 'scale', true);
  private readonly offset = arrayIn(this.read, 'offset', true, scalar(0));

  constructor(options: KerasOptions) {
    super(options);
    const { data_format: format } = this.config;
    if (format === 'channels_first' && this.scale.rank > 0) throw this.fail(`data_format is ${shown(format)}, and scale a list: save it with numbers`);
  }

  protected override compute({ inputs: [x] }: LayerInputs): Tensor { return add(multiply(cast(x, 'float'), this.scale), this.offset); }
}

export const dataScalingLayers: LayerTable = {
  Normalization: (options: KerasOptions) => new Normalization(options),
  Rescaling: (options: KerasOptions) => new Rescaling(options),
};
