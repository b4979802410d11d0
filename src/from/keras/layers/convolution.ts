import type { Activation } from '../../../cells/activations.js';
import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { activate } from '../../../graph/operations/activation.js';
import { cast } from '../../../graph/operations/cast.js';
import { convolve, convolveTransposed } from '../../../graph/operations/convolution.js';
import { convolveDepthwise } from '../../../graph/operations/depthwise.js';
import { reshape } from '../../../graph/operations/shaping.js';
import type { OpenShape } from '../../../graph/shapes.js';
import type { Tensor } from '../../../graph/tensor.js';
import type { StoredWeight } from '../../../graph/weight.js';
import { activationIn } from '../activations.js';
import { addAsBias } from '../bias-add.js';
import { since } from '../dialect.js';
import type { KerasOptions, LayerTable } from './keras-layer.js';
import { AXES, SpatialLayer } from './spatial.js';

/** Keras's convolutions over one to three axes. A mask ends there. */
abstract class Convolution extends SpatialLayer {
  protected readonly size = this.read.wholes('kernel_size', this.axes, 1);
  protected readonly strides = this.read.wholes('strides', this.axes, 1, this.size.map(() => 1));
  protected readonly dilation = this.read.wholes('dilation_rate', this.axes, 1, this.size.map(() => 1));
  private readonly useBias = this.read.flag('use_bias', true);
  private readonly activation: Activation = activationIn(this.read, 'activation', this.dialect);
  private bias: StoredWeight | null = null;

  /** Whether more axes in front are samples too. */
  protected readonly manySamples: boolean = false;

  /** Makes a kernel, of this shape after the axes that it slides over. */
  protected kernelWeight(name: string, role: string, size: readonly number[], shape: readonly number[], axes: readonly string[]): StoredWeight {
    return this.weight(name, { role, shape: [...size, ...shape], axes: [...AXES[this.axes], ...axes] });
  }

  protected makeBias(filters: number): void {
    if (this.useBias) this.bias = this.weight('bias', { shape: [filters], axes: ['filters'] });
  }

  protected override compute({ inputs: [input] }: LayerInputs, { weight }: Context): Tensor {
    const bias = this.bias && weight(this.bias);
    const batches = input.shape.slice(0, this.manySamples ? Math.max(1, input.rank - this.axes - 1) : 1);
    const x = batches.length === 1 ? input : reshape(input, [batches.reduce((size, n) => size * n, 1), ...input.shape.slice(batches.length)]);
    this.check(x);
    // Keras 3 may mistake the axis of the bias: where the channels are not the last, it is added to what is given.
    const late = this.channelsFirst && since(this.dialect, '3.7');
    const y = this.asGiven(this.convolved(this.channelsLast(cast(x, 'float')), late ? null : bias, weight));
    const biased = late && bias ? addAsBias(y, reshape(bias, [1, bias.size, ...this.size.map(() => 1)])) : y;
    return activate(batches.length === 1 ? biased : reshape(biased, [...batches, ...biased.shape.slice(1)]), this.activation);
  }

  /** With the channels last. */
  protected abstract convolved(x: Tensor, bias: Tensor | null, weight: Context['weight']): Tensor;
}

/** Conv1D, Conv2D, Conv3D. Weights: `kernel` (..., channels / groups, filters), `bias` (filters). */
class Conv extends Convolution {
  private readonly filters = this.read.whole('filters', 1);
  private readonly groups = this.read.whole('groups', 1, 1);
  private readonly padding = this.axes === 1 ? this.read.choice('padding', ['valid', 'same', 'causal'], 'valid') : this.read.choice('padding', ['valid', 'same'], 'valid');
  private kernel!: StoredWeight;

  /** tf.keras alone has it so. */
  protected override readonly manySamples = this.dialect.kerasMajor === 2 && !this.dialect.tfjs;

  protected override makeWeights([input]: readonly OpenShape[]): void {
    const channels = this.channelsOf(input);
    const { groups, filters } = this;
    if (channels % groups > 0 || filters % groups > 0) throw this.fail(`${groups} groups can't share ${channels} channels and ${filters} filters evenly`);
    this.kernel = this.kernelWeight('kernel', 'kernel', this.size, [channels / groups, filters], ['channels', 'filters']);
    this.makeBias(filters);
  }

  protected override convolved(x: Tensor, bias: Tensor | null, weight: Context['weight']): Tensor {
    const { strides, dilation, padding, groups } = this;
    return convolve(x, weight(this.kernel), bias, { strides, dilation, padding, groups });
  }
}

/** What convolutions of every channel by itself have in common. */
abstract class Depthwise extends Convolution {
  protected readonly multiplier = this.read.whole('depth_multiplier', 1, 1);
  private readonly padding = this.axes === 1 ? this.read.choice('padding', ['valid', 'same', 'causal'], 'valid') : this.read.choice('padding', ['valid', 'same'], 'valid');
  private depthwise!: StoredWeight;

  /** @returns how many filters come of it */
  protected makeDepthwise(name: string, [input]: readonly OpenShape[]): number {
    const channels = this.channelsOf(input);
    this.depthwise = this.kernelWeight(name, 'depthwise', this.size, [channels, this.multiplier], ['channels', 'multiplier']);
    return channels * this.multiplier;
  }

  protected override convolved(x: Tensor, bias: Tensor | null, weight: Context['weight']): Tensor {
    const { strides, dilation, padding } = this;
    return convolveDepthwise(x, weight(this.depthwise), bias, { strides, dilation, padding });
  }
}

/** DepthwiseConv1D, DepthwiseConv2D. Weights: `kernel` (`depthwise_kernel` before Keras 3) (..., channels, multiplier), `bias` (channels x multiplier). */
class DepthwiseConv extends Depthwise {
  protected override makeWeights(inputs: readonly OpenShape[]): void {
    this.makeBias(this.makeDepthwise(this.dialect.kerasMajor === 3 ? 'kernel' : 'depthwise_kernel', inputs));
  }
}

/**
 * SeparableConv1D, SeparableConv2D: every channel by itself, and then all of them at each place. Weights: `depthwise_kernel` (..., channels,
 * multiplier), `pointwise_kernel` (1, ..., channels x multiplier, filters), `bias` (filters).
 */
class SeparableConv extends Depthwise {
  private readonly filters = this.read.whole('filters', 1);
  private pointwise!: StoredWeight;

  protected override makeWeights(inputs: readonly OpenShape[]): void {
    const between = this.makeDepthwise('depthwise_kernel', inputs);
    this.pointwise = this.kernelWeight('pointwise_kernel', 'pointwise', this.size.map(() => 1), [between, this.filters], ['channels', 'filters']);
    this.makeBias(this.filters);
  }

  protected override convolved(x: Tensor, bias: Tensor | null, weight: Context['weight']): Tensor {
    const ones = this.size.map(() => 1);
    return convolve(super.convolved(x, null, weight), weight(this.pointwise), bias, { strides: ones, dilation: ones, padding: 'valid', groups: 1 });
  }
}

/** Conv1DTranspose, Conv2DTranspose, Conv3DTranspose. Weights: `kernel` (..., filters, channels), `bias` (filters). */
class ConvTranspose extends Convolution {
  private readonly filters = this.read.whole('filters', 1);
  private readonly padding = this.read.choice('padding', ['valid', 'same'], 'valid');
  private readonly outputPadding = this.config['output_padding'] == null ? null : this.read.wholes('output_padding', this.axes, 0);
  private kernel!: StoredWeight;

  protected override makeWeights([input]: readonly OpenShape[]): void {
    this.outputPadding?.forEach((n, axis) => {
      if (n >= this.strides[axis]) throw this.fail(`output_padding must be less than the strides, found ${n} and ${this.strides[axis]}`);
    });
    this.kernel = this.kernelWeight('kernel', 'kernel', this.size, [this.filters, this.channelsOf(input)], ['filters', 'channels']);
    this.makeBias(this.filters);
  }

  protected override convolved(x: Tensor, bias: Tensor | null, weight: Context['weight']): Tensor {
    const { strides, dilation, padding, outputPadding } = this;
    return convolveTransposed(x, weight(this.kernel), bias, { strides, dilation, padding, outputPadding });
  }
}

export const convolutionLayers: LayerTable = {
  Conv1D: (options: KerasOptions) => new Conv(options, 1),
  Conv2D: (options: KerasOptions) => new Conv(options, 2),
  Conv3D: (options: KerasOptions) => new Conv(options, 3),
  DepthwiseConv1D: (options: KerasOptions) => new DepthwiseConv(options, 1),
  DepthwiseConv2D: (options: KerasOptions) => new DepthwiseConv(options, 2),
  SeparableConv1D: (options: KerasOptions) => new SeparableConv(options, 1),
  SeparableConv2D: (options: KerasOptions) => new SeparableConv(options, 2),
  Conv1DTranspose: (options: KerasOptions) => new ConvTranspose(options, 1),
  Conv2DTranspose: (options: KerasOptions) => new ConvTranspose(options, 2),
  Conv3DTranspose: (options: KerasOptions) => new ConvTranspose(options, 3),
};
