import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { add, multiply, subtract } from '../../../graph/operations/arithmetic.js';
import { cast } from '../../../graph/operations/cast.js';
import { notEqual } from '../../../graph/operations/comparison.js';
import { dropoutFactors } from '../../../graph/operations/dropout.js';
import { normalNoise } from '../../../graph/operations/noise.js';
import { headless, scalar, type Tensor } from '../../../graph/tensor.js';
import type { ConfigReader } from '../config-reader.js';
import { KerasLayer, type KerasOptions, type LayerTable } from './keras-layer.js';

/** Keras's layers that disturb what they read, in training alone. A mask goes on. */
abstract class Noise extends KerasLayer {
  protected override passesMask = true;

  protected override compute({ inputs: [x] }: LayerInputs, { training, random }: Context): Tensor { return training ? this.disturbed(x, random) : x; }

  protected abstract disturbed(x: Tensor, random: () => number): Tensor;
}

/** What `noise_shape` says for an input: sizes, with 1 where a number is shared along an axis, and null for the input's own. */
function noiseShape(read: ConfigReader): (x: Tensor) => readonly number[] {
  const given = read.config['noise_shape'] == null ? null : read.get('noise_shape', (value) => (
    Array.isArray(value) && value.every((n) => n === null || Number.isSafeInteger(n) && (n as number) > 0) ? value as (number | null)[] : undefined), 'a list of sizes');
  return ({ shape }) => {
    if (given === null) return shape;
    if (given.length !== shape.length) throw read.error(`noise_shape has ${given.length} sizes, and the input ${shape.length} axes`);
    return given.map((n, axis) => n ?? shape[axis]);
  };
}

/** Sets a share of its input to 0, and makes the rest 1 / (1 - rate) times as large. */
class Dropout extends Noise {
  private readonly rate = this.read.rate('rate');
  private readonly shape = noiseShape(this.read);

  /** Keras 2's makes a copy where it drops nothing. */
  protected override compute(given: LayerInputs, context: Context): Tensor {
    const y = super.compute(given, context);
    return this.dialect.kerasMajor === 3 ? y : headless(y);
  }

  protected override disturbed(x: Tensor, random: () => number): Tensor { return this.rate === 0 ? x : multiply(x, dropoutFactors(x, this.shape(x), this.rate, random)); }
}

/** Adds numbers of the normal distribution with mean 0. */
class GaussianNoise extends Noise {
  private readonly deviation = this.read.number('stddev');

  protected override disturbed(x: Tensor, random: () => number): Tensor { return add(x, multiply(normalNoise(x, x.shape, random), scalar(this.deviation))); }
}

/** Multiplies with numbers of the normal distribution with mean 1 and variance rate / (1 - rate). */
class GaussianDropout extends Noise {
  private readonly rate = this.read.rate('rate');

  protected override disturbed(x: Tensor, random: () => number): Tensor {
    if (this.rate === 0 || this.rate === 1) return x;
    const deviation = Math.sqrt(this.rate / (1 - this.rate));
    return multiply(x, add(multiply(normalNoise(x, x.shape, random), scalar(deviation)), scalar(1)));
  }
}

/** The limit of Keras's selu far below 0: -alpha x scale (Klambauer et al. 2017, 1706.02515). */
const FLOOR = -1.6732632423543772 * 1.0507009873554805;

/** Sets a share to selu's floor, and then all so that mean and variance stay. */
class AlphaDropout extends Noise {
  private readonly rate = this.read.rate('rate');
  private readonly shape = noiseShape(this.read);

  protected override disturbed(x: Tensor, random: () => number): Tensor {
    const { rate } = this;
    if (rate === 0 || rate === 1) return x;
    const kept = cast(notEqual(dropoutFactors(x, this.shape(x), rate, random), scalar(0)), 'float');
    const slope = 1 / Math.sqrt((1 - rate) * (1 + rate * FLOOR ** 2));
    const offset = -slope * FLOOR * rate;
    // TF.js has it with the other sign.
    const floor = this.dialect.tfjs ? -FLOOR : FLOOR;
    const dropped = add(multiply(x, kept), multiply(subtract(scalar(1), kept), scalar(floor)));
    return add(multiply(dropped, scalar(slope)), scalar(offset));
  }
}

export const noiseLayers: LayerTable = {
  Dropout: (options: KerasOptions) => new Dropout(options),
  GaussianNoise: (options: KerasOptions) => new GaussianNoise(options),
  GaussianDropout: (options: KerasOptions) => new GaussianDropout(options),
  AlphaDropout: (options: KerasOptions) => new AlphaDropout(options),
};
