import { isElementwise, type Activation } from '../../../cells/activations.js';
import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { activate } from '../../../graph/operations/activation.js';
import { add, multiply } from '../../../graph/operations/arithmetic.js';
import { cast } from '../../../graph/operations/cast.js';
import { convolve, type ConvolutionOptions } from '../../../graph/operations/convolution.js';
import { dropoutFactors } from '../../../graph/operations/dropout.js';
import { concatenate, split, stack, unstack } from '../../../graph/operations/joining.js';
import { where } from '../../../graph/operations/select.js';
import { expandDims, reshape, transpose } from '../../../graph/operations/shaping.js';
import { formText, type OpenShape } from '../../../graph/shapes.js';
import { abstract, scalar, Tensor } from '../../../graph/tensor.js';
import type { StoredWeight } from '../../../graph/weight.js';
import { activationIn } from '../activations.js';
import type { KerasOptions, LayerTable } from './keras-layer.js';
import { SequenceLayer } from './sequence-layer.js';
import { AXES, channelsFirstIn } from './spatial.js';

/**
 * Keras's ConvLSTM (Shi et al. 2015, 1506.04214, without the peepholes): an LSTM whose inputs and states are images, (samples, timesteps, ..., channels), and whose
 * products are convolutions: that of the inputs as its options say, that of the states with one for a stride and zeros around. Weights: `kernel` (..., channels,
 * 4 x filters), `recurrent_kernel` (..., filters, 4 x filters), `bias` (4 x filters); gates in the order input, forget, cell, output.
 */
abstract class ConvLSTM extends SequenceLayer {
  private readonly channelsFirst = channelsFirstIn(this.read);
  private readonly filters = this.read.whole('filters', 1);
  private readonly activation: Activation = activationIn(this.read, 'activation', this.dialect, 'tanh');
  private readonly recurrentActivation: Activation = activationIn(this.read, 'recurrent_activation', this.dialect, this.dialect.kerasMajor === 3 ? 'sigmoid' : 'hard_sigmoid');
  private readonly dropout = this.read.rate('dropout', 0);
  private readonly recurrentDropout = this.read.rate('recurrent_dropout', 0);
  private readonly size: readonly number[];
  /** Of the inputs and of the states. */
  private readonly options: ConvolutionOptions;
  private readonly recurrentOptions: ConvolutionOptions;
  private kernel!: StoredWeight;
  private recurrentKernel!: StoredWeight;
  private bias: StoredWeight | null = null;

  constructor(options: KerasOptions, private readonly axes: number) {
    super(options);
    this.size = this.read.wholes('kernel_size', axes, 1);
    const ones = this.size.map(() => 1);
    const padding = this.read.choice('padding', ['valid', 'same'], 'valid');
    this.options = { strides: this.read.wholes('strides', axes, 1, ones), dilation: this.read.wholes('dilation_rate', axes, 1, ones), padding, groups: 1 };
    this.recurrentOptions = { strides: ones, dilation: ones, padding: 'same', groups: 1 };
    this.notRecurrent = `(${this.className}) has images for states, which are not looked into: what it reads, what it gives and its weights can be asked for`;
    if (this.channelsFirst && !(isElementwise(this.activation) && isElementwise(this.recurrentActivation))) throw this.fail('with data_format channels_first its activations must act on every number alone');
    this.read.refuse('time_major', (value) => value === false, 'the samples must come first');
  }

  protected override makeWeights([input]: readonly OpenShape[]): void {
    this.check(input);
    const channels = input.at(this.channelsFirst ? 2 : -1);
    if (channels == null) throw this.fail(`the number of channels must be known, found ${formText(input)}`);
    const { size, filters } = this;
    const axes = AXES[this.axes];
    this.kernel = this.weight('kernel', { shape: [...size, channels, 4 * filters], axes: [...axes, 'channels', 'gates'] });
    this.recurrentKernel = this.weight('recurrent_kernel', { shape: [...size, filters, 4 * filters], axes: [...axes, 'filters', 'gates'], role: 'recurrent' });
    if (this.read.flag('use_bias', true)) this.bias = this.weight('bias', { shape: [4 * filters], axes: ['gates'], ones: this.read.flag('unit_forget_bias', true) ? [filters, 2 * filters] : null });
  }

  private check(shape: OpenShape): void {
    if (shape.length === this.axes + 3) return;
    const axes = AXES[this.axes];
    throw this.fail(`expected an input of shape (samples, timesteps, ${(this.channelsFirst ? ['channels', ...axes] : [...axes, 'channels']).join(', ')}), found ${formText(shape)}`);
  }

  protected override compute({ inputs, masks: [mask] }: LayerInputs, context: Context): Tensor[] {
    const [x] = inputs;
    this.check(x.shape);
    if (x.shape[1] === 0) throw this.fail('there are no timesteps');
    const { returnSequences, returnState, stateful } = this;
    const given = this.initialStates(x, inputs.slice(1), context);
    if (given.length !== 0 && given.length !== 2) throw this.fail(`expected two initial states, found ${given.length}`);
    const gates = this.inputGates(cast(this.channelsLast(x, 2), 'float'), context);
    const { outputs, states } = x.isAbstract ? this.forms(gates) : this.run(gates, given.map((state) => this.channelsLast(state, 1)), mask, context);
    const last = states.map((state) => this.asGiven(state, 1));
    if (stateful) context.states.keep(this, last.map(({ numbers, shape, dtype }) => new Tensor(numbers, shape, dtype)));
    const output = returnSequences ? this.asGiven(outputs.length === 1 && x.isAbstract ? outputs[0] : stack(outputs, 1), 2) : this.asGiven(outputs.at(-1)!, 1);
    return returnState ? [output, ...last] : [output];
  }

  /** What the inputs add to the gates at all timesteps: (samples, timesteps, ..., 4 x filters). */
  private inputGates(x: Tensor, context: Context): Tensor {
    const { axes, dropout, options } = this;
    const [samples, timesteps, ...place] = x.shape;
    const convolved = (of: Tensor, kernel: Tensor, bias: Tensor | null): Tensor => {
      const y = convolve(reshape(of, [samples * timesteps, ...place]), kernel, bias, options);
      return reshape(y, [samples, timesteps, ...y.shape.slice(1)]);
    };
    const kernel = context.weight(this.kernel);
    const bias = this.bias && context.weight(this.bias);
    if (!drops(context, dropout)) return convolved(x, kernel, bias);
    // Every gate has a dropout of its own, the same at all timesteps.
    const biases = bias && split(bias, 4, 0);
    return concatenate(split(kernel, 4, axes + 1).map((one, gate) =>
      convolved(multiply(x, expandDims(dropoutFactors(x, [samples, ...place], dropout, context.random), 1)), one, biases && biases[gate])), -1);
  }

  /** Goes through the timesteps. All have the channels last; outputs are in the order of reading. */
  private run(gates: Tensor, given: readonly Tensor[], mask: Tensor | null, context: Context): { readonly outputs: Tensor[]; readonly states: readonly [Tensor, Tensor] } {
    const { goBackwards } = this;
    // Before Keras 3 a Bidirectional layer that asks for zeros isn't heard.
    const maskedOutput = this.dialect.kerasMajor < 3 && this.maskedOutput === 'zero' ? 'previous' : this.maskedOutput;
    const inOrder = <T>(steps: readonly T[]): readonly T[] => (goBackwards ? steps.toReversed() : steps);
    const masks = mask && inOrder(unstack(cast(mask, 'bool'), 1));
    const steps = inOrder(unstack(gates, 1));
    const recur = this.recurrentGates([steps[0].shape[0], ...steps[0].shape.slice(1, -1), this.filters], context);
    let [hidden, cell]: readonly (Tensor | null)[] = given.length === 2 ? given : [null, null];
    const outputs: Tensor[] = [];
    steps.forEach((step, t) => {
      const next = this.step(hidden ? add(step, recur(hidden)) : step, cell);
      if (!masks) {
        [hidden, cell] = next;
        outputs.push(hidden);
        return;
      }
      const seen = reshape(masks[t], [masks[t].shape[0], ...next[0].shape.slice(1).map(() => 1)]);
      const [now] = next;
      hidden = where(seen, now, hidden ?? scalar(0));
      cell = where(seen, next[1], cell ?? scalar(0));
      outputs.push(maskedOutput === 'state' ? hidden : where(seen, now, maskedOutput === 'zero' ? scalar(0) : outputs.at(-1) ?? scalar(0)));
    });
    return { outputs, states: [hidden!, cell!] };
  }

  /** What the state before adds to the gates. */
  private recurrentGates(shape: readonly number[], context: Context): (hidden: Tensor) => Tensor {
    const { axes, recurrentDropout, recurrentOptions } = this;
    const kernel = context.weight(this.recurrentKernel);
    if (!drops(context, recurrentDropout)) return (hidden) => convolve(hidden, kernel, null, recurrentOptions);
    const factors = Array.from({ length: 4 }, () => dropoutFactors(kernel, shape, recurrentDropout, context.random));
    const kernels = split(kernel, 4, axes + 1);
    return (hidden) => concatenate(kernels.map((one, gate) => convolve(multiply(hidden, factors[gate]), one, null, recurrentOptions)), -1);
  }

  /** The states after a timestep. */
  private step(gates: Tensor, before: Tensor | null): readonly [hidden: Tensor, cell: Tensor] {
    const { activation, recurrentActivation } = this;
    const [input, forget, candidate, output] = split(gates, 4, -1);
    const added = multiply(activate(input, recurrentActivation), activate(candidate, activation));
    const cell = before ? add(multiply(activate(forget, recurrentActivation), before), added) : added;
    return [multiply(activate(output, recurrentActivation), activate(cell, activation)), cell];
  }

  /** What it gives, without numbers, however many timesteps there are. */
  private forms({ shape }: Tensor): { readonly outputs: Tensor[]; readonly states: readonly Tensor[] } {
    const [samples, timesteps, ...place] = [...shape.slice(0, -1), this.filters];
    const state = abstract({ shape: [samples, ...place], dtype: 'float' });
    return { outputs: [this.returnSequences ? abstract({ shape: [samples, timesteps, ...place], dtype: 'float' }) : state], states: [state, state] };
  }

  /** An array with its channels last; @param at where they are, if they come first */
  private channelsLast(x: Tensor, at: number): Tensor { return this.channelsFirst ? transpose(x, [...places(0, at), ...places(at + 1, x.rank), at]) : x; }

  private asGiven(y: Tensor, at: number): Tensor { return this.channelsFirst ? transpose(y, [...places(0, at), y.rank - 1, ...places(at, y.rank - 1)]) : y; }
}

const places = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);

const drops = ({ training }: Context, rate: number): boolean => training && rate > 0 && rate < 1;

class ConvLSTM1D extends ConvLSTM {
  constructor(options: KerasOptions) { super(options, 1); }
}

class ConvLSTM2D extends ConvLSTM {
  constructor(options: KerasOptions) { super(options, 2); }
}

class ConvLSTM3D extends ConvLSTM {
  constructor(options: KerasOptions) { super(options, 3); }
}

export const convLSTMLayers: LayerTable = {
  ConvLSTM1D: (options) => new ConvLSTM1D(options),
  ConvLSTM2D: (options) => new ConvLSTM2D(options),
  ConvLSTM3D: (options) => new ConvLSTM3D(options),
};
