import { printable } from '../../../core/printable.js';
import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { activate } from '../../../graph/operations/activation.js';
import { add } from '../../../graph/operations/arithmetic.js';
import { einsum } from '../../../graph/operations/einsum.js';
import type { OpenShape } from '../../../graph/shapes.js';
import type { Tensor } from '../../../graph/tensor.js';
import type { StoredWeight } from '../../../graph/weight.js';
import { activationIn } from '../activations.js';
import { addAsBias } from '../bias-add.js';
import { since } from '../dialect.js';
import { KerasLayer, type KerasOptions, type LayerTable } from './keras-layer.js';

/** `input,kernel->output`, an ellipsis at one end of input and output. */
const EQUATION = /^(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?$/;

/**
 * Keras's EinsumDense: activation(einsum(equation, x, W) + b). Weights: `kernel`, with an axis for each of its letters, and, with `bias_axes`, `bias`: the
 * output's axes from the first of those on, of size 1 where they are not among them. A mask ends there.
 */
export class EinsumDense extends KerasLayer {
  private readonly equation = this.read.get('equation', (value) => (typeof value === 'string' ? value.replace(/\s/g, '') : undefined), 'an equation');
  private readonly outputSizes = this.read.get('output_shape', (value) => {
    const list: unknown[] = Array.isArray(value) ? value : [value];
    return list.every((n) => n === null || Number.isSafeInteger(n) && (n as number) > 0) ? list as (number | null)[] : undefined;
  }, 'a size, or a list of sizes');
  private readonly biasAxes = this.read.get<string>('bias_axes', (value) => (typeof value === 'string' ? value : undefined), 'letters', '');
  private readonly activation = activationIn(this.read, 'activation', this.dialect);
  private kernel!: StoredWeight;
  private bias: StoredWeight | null = null;

  protected override makeWeights([input]: readonly OpenShape[]): void {
    const found = EQUATION.exec(this.equation);
    const [, before, read, after, inner, outBefore, given, outAfter] = found ?? [];
    if (!found || before !== outBefore || after !== outAfter || before && after) throw this.fail(`the equation '${printable(this.equation)}' is not of the form input,kernel->output`);
    const hidden = input.length - read.length;
    if (hidden < 0 || hidden > 0 && !before && !after) throw this.fail(`the equation '${this.equation}' reads ${read.length} axes, found ${input.length}`);
    // The output's sizes are told without the samples, which have a letter or stand under the ellipsis in front.
    const told = before ? this.outputSizes : [null, ...this.outputSizes];
    const inputSize = (letter: string): number | null | undefined => (read.includes(letter) ? input[read.indexOf(letter) + (before ? hidden : 0)] : undefined);
    const size = (letter: string): number => {
      const own = inputSize(letter) ?? (given.includes(letter) ? told[given.indexOf(letter)] : null) ?? null;
      if (own === null) throw this.fail(`the size of axis '${letter}' of its equation '${this.equation}' must be known`);
      return own;
    };
    this.kernel = this.weight('kernel', { shape: [...inner].map(size), axes: [...inner] });
    if (this.biasAxes === '') return;
    const first = Math.min(...[...this.biasAxes].map((letter) => given.indexOf(letter)));
    if (first < 0) throw this.fail(`bias_axes '${printable(this.biasAxes)}' are not all in the output of '${this.equation}'`);
    const shape = [...given.slice(first)].map((letter) => (this.biasAxes.includes(letter) ? size(letter) : 1));
    this.bias = this.weight('bias', { shape: after ? [...shape, ...Array.from({ length: hidden }, () => 1)] : shape });
  }

  protected override compute({ inputs: [x] }: LayerInputs, { weight }: Context): Tensor {
    const product = einsum(this.equation, [x, weight(this.kernel)]);
    if (!this.bias) return activate(product, this.activation);
    return activate((since(this.dialect, '3.10') ? addAsBias : add)(product, weight(this.bias)), this.activation);
  }
}

export const einsumDenseLayers: LayerTable = {
  EinsumDense: (options: KerasOptions) => new EinsumDense(options),
};
