import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { activate } from '../../../graph/operations/activation.js';
import { add, multiply } from '../../../graph/operations/arithmetic.js';
import { gather } from '../../../graph/operations/gathering.js';
import { concatenate } from '../../../graph/operations/joining.js';
import { matmul } from '../../../graph/operations/matmul.js';
import { reshape, transpose } from '../../../graph/operations/shaping.js';
import { formText, type OpenShape } from '../../../graph/shapes.js';
import { constant, type Tensor } from '../../../graph/tensor.js';
import type { StoredWeight } from '../../../graph/weight.js';
import { activationIn } from '../activations.js';
import { KerasLayer, type KerasOptions, type LayerTable } from './keras-layer.js';

/** How many numbers the whole kernel may have, those that don't count among them. */
const LARGEST = 2 ** 27;

const product = (sizes: readonly number[]): number => sizes.reduce((all, n) => all * n, 1);

/** Every list of indices below some sizes, the last running fastest. */
const places = (sizes: readonly number[]): number[][] => sizes.reduce<number[][]>((lists, n) => lists.flatMap((list) => Array.from({ length: n }, (_, i) => [...list, i])), [[]]);

/** Where a list of indices stands in an array. */
const flat = (indices: readonly number[], sizes: readonly number[]): number => indices.reduce((at, index, axis) => at * sizes[axis] + index, 0);

/**
 * tf.keras's LocallyConnected1D and LocallyConnected2D: convolutions with a kernel of its own at each place. Weights: `bias` (places, filters), and `kernel`, by `implementation`: 1
 * (places, window x channels, filters); 2 (input, output), with numbers that don't count where the two aren't connected; 3 a list of those that are. A mask ends there.
 */
class LocallyConnected extends KerasLayer {
  private readonly filters = this.read.whole('filters', 1);
  private readonly window: readonly number[];
  private readonly strides: readonly number[];
  private readonly padding = this.read.choice('padding', ['valid', 'same'], 'valid');
  private readonly channelsFirst = this.read.choice('data_format', ['channels_last', 'channels_first'], 'channels_last') === 'channels_first';
  private readonly implementation = this.read.get('implementation', (v) => ([1, 2, 3].includes(v as number) ? v as number : undefined), '1, 2 or 3', 1);
  private readonly useBias = this.read.flag('use_bias', true);
  private readonly activation = activationIn(this.read, 'activation', this.dialect);
  private inputSizes: readonly number[] = [];
  private channels = 0;
  private outputSizes: readonly number[] = [];
  private kernel!: StoredWeight;
  private bias: StoredWeight | null = null;
  /** Implementation 1: which numbers of a sample each place reads. 2: which numbers of the kernel count. 3: which of the list each number of the whole kernel is. */
  private wiring!: Tensor;

  constructor(options: KerasOptions, private readonly axes: number) {
    super(options);
    this.window = this.read.wholes('kernel_size', axes, 1);
    this.strides = this.read.wholes('strides', axes, 1, Array.from({ length: axes }, () => 1));
    if (this.implementation === 1 && this.padding === 'same') throw this.fail('padding \'same\' needs implementation 2 or 3');
  }

  protected override makeWeights([input]: readonly OpenShape[]): void {
    if (input.length !== this.axes + 2 || input.slice(1).some((n) => n === null)) throw this.fail(`expected ${this.axes + 2} axes of known sizes, found ${formText(input)}`);
    const sizes = input.slice(1) as number[];
    this.channels = this.channelsFirst ? sizes[0] : sizes.at(-1)!;
    this.inputSizes = this.channelsFirst ? sizes.slice(1) : sizes.slice(0, -1);
    this.outputSizes = this.inputSizes.map((n, axis) => Math.ceil((this.padding === 'same' ? n : n - this.window[axis] + 1) / this.strides[axis]));
    if (this.outputSizes.some((n) => n < 1)) throw this.fail(`its window ${formText(this.window)} is larger than its input, ${formText(this.inputSizes)}`);
    const whole = product(sizes) * product(this.outputSizes) * this.filters;
    if (whole > LARGEST) throw this.fail(`a kernel of its own at each place is too large here: ${whole} numbers, of at most ${LARGEST}`);
    this.kernel = [this.makeWindows, this.makeWhole, this.makeList][this.implementation - 1].call(this);
    if (this.useBias) this.bias = this.weight('bias', { shape: [...this.outputSizes, this.filters] });
  }

  protected override compute({ inputs: [x] }: LayerInputs, { weight }: Context): Tensor {
    const { outputSizes, filters, bias } = this;
    const samples = reshape(x, [x.shape[0], product(x.shape.slice(1))]);
    const kernel = weight(this.kernel);
    const shape = [x.shape[0], ...this.placed(outputSizes, filters)];
    const output = this.implementation === 1 ? this.throughWindows(samples, kernel) : reshape(matmul(samples, this.whole(kernel)), shape);
    // Keras reads the bias in another order where the channels come first, and does not turn it.
    return activate(bias ? add(output, reshape(weight(bias), [1, ...this.placed(outputSizes, filters)])) : output, this.activation);
  }

  private throughWindows(samples: Tensor, kernel: Tensor): Tensor {
    const { outputSizes, filters } = this;
    const count = product(outputSizes);
    const windows = transpose(gather(samples, this.wiring, 1), [1, 0, 2]);
    const found = reshape(transpose(matmul(windows, kernel), [1, 0, 2]), [samples.shape[0], ...outputSizes, filters]);
    return this.channelsFirst && count > 0 ? transpose(found, [0, this.axes + 1, ...outputSizes.map((_, axis) => axis + 1)]) : found;
  }

  /** The kernel as a matrix from all of a sample to all of its output. */
  private whole(kernel: Tensor): Tensor {
    const [rows, columns] = [product(this.inputSizes) * this.channels, product(this.outputSizes) * this.filters];
    if (this.implementation === 2) return reshape(multiply(kernel, this.wiring), [rows, columns]);
    // What isn't in the list is 0.
    return transpose(reshape(gather(concatenate([kernel, constant([0], [1])], 0), this.wiring, 0), [columns, rows]), [1, 0]);
  }

  private makeWindows(): StoredWeight {
    const { outputSizes, window, strides, inputSizes, channels } = this;
    const read = places(outputSizes).map((place) => places(this.placed(window, channels)).map((within) => {
      const [channel, offsets] = this.channelsFirst ? [within[0], within.slice(1)] : [within.at(-1)!, within.slice(0, -1)];
      return flat(this.placed(offsets.map((by, axis) => place[axis] * strides[axis] + by), channel), this.placed(inputSizes, channels));
    }));
    this.wiring = constant(read.flat(), [read.length, read[0].length], 'int');
    return this.weight('kernel', { shape: [read.length, read[0].length, this.filters] });
  }

  private makeWhole(): StoredWeight {
    const { inputSizes, outputSizes } = this;
    const count = product(outputSizes);
    const counts = new Float64Array(product(inputSizes) * count);
    places(outputSizes).forEach((place, i) => { for (const from of this.connected(place)) counts[flat(from, inputSizes) * count + i] = 1; });
    this.wiring = constant(counts, [...this.placed(inputSizes, 1), ...this.placed(outputSizes, 1)]);
    return this.weight('kernel', { shape: [...this.placed(inputSizes, this.channels), ...this.placed(outputSizes, this.filters)] });
  }

  private makeList(): StoredWeight {
    const [inputs, outputs] = [this.placed(this.inputSizes, this.channels), this.placed(this.outputSizes, this.filters)];
    const rows = product(inputs);
    const listed: number[] = [];
    for (const place of places(this.outputSizes)) {
      for (const from of this.connected(place)) {
        for (let c = 0; c < this.channels; c++) for (let f = 0; f < this.filters; f++) listed.push(flat(this.placed(place, f), outputs) * rows + flat(this.placed(from, c), inputs));
      }
    }
    listed.sort((a, b) => a - b);
    const wiring = new Float64Array(rows * product(outputs)).fill(listed.length);
    listed.forEach((at, i) => { wiring[at] = i; });
    this.wiring = constant(wiring, [wiring.length], 'int');
    return this.weight('kernel', { shape: [listed.length] });
  }

  /** The places of the input that a place of the output is connected to. */
  private connected(place: readonly number[]): number[][] {
    const ranges = place.map((at, axis) => {
      const before = Math.floor(this.window[axis] / 2);
      const centre = at * this.strides[axis] + (this.padding === 'valid' ? before : 0);
      return [Math.max(0, centre - before), Math.min(this.inputSizes[axis], centre + this.window[axis] - before)] as const;
    });
    return places(ranges.map(([start, end]) => end - start)).map((offsets) => offsets.map((by, axis) => by + ranges[axis][0]));
  }

  /** Sizes, or indices, with that of the channels where it stands. */
  private placed(spatial: readonly number[], channel: number): number[] { return this.channelsFirst ? [channel, ...spatial] : [...spatial, channel]; }
}

export const locallyConnectedLayers: LayerTable = {
  LocallyConnected1D: (options: KerasOptions) => new LocallyConnected(options, 1),
  LocallyConnected2D: (options: KerasOptions) => new LocallyConnected(options, 2),
};
