import type { LayerInputs } from '../../../graph/layer.js';
import { expandDims, moveAxis, reshape } from '../../../graph/operations/shaping.js';
import { matmul } from '../../../graph/operations/matmul.js';
import { axisOf, formText } from '../../../graph/shapes.js';
import type { Tensor } from '../../../graph/tensor.js';
import { KerasLayer, type KerasOptions, type LayerTable } from './keras-layer.js';
import { l2Normalized } from './l2-normalized.js';

/**
 * Keras's Dot: for each sample the product of its two inputs, summed over one axis of each; the axes that are left stand in order, those of the
 * first in front. With `normalize` vectors along those axes have length 1, so that it is a cosine.
 */
class Dot extends KerasLayer {
  private readonly axes = this.read.get('axes', (value) => {
    const pair: unknown[] = Array.isArray(value) ? value : [value, value];
    return pair.length === 2 && pair.every((axis) => Number.isInteger(axis)) ? pair as [number, number] : undefined;
  }, 'an axis, or one for each input');
  private readonly normalize = this.read.flag('normalize', false);

  protected override compute({ inputs }: LayerInputs): Tensor {
    if (inputs.length !== 2) throw this.fail(`expected 2 inputs, found ${inputs.length}`);
    const [a, b] = inputs.map((x, i) => axisOf(this.axes[i], x.rank));
    const [x, y] = this.normalize ? inputs.map((input, i) => l2Normalized(input, [[a, b][i]], this.dialect, 1e-7)) : inputs;
    if (a === 0 || b === 0 || x.shape[a] !== y.shape[b]) throw this.fail(`axis ${a} of ${formText(x.shape)} and axis ${b} of ${formText(y.shape)} can't be summed over together`);
    const [left, right] = [moveAxis(x, a, -1), moveAxis(y, b, 1)];
    const [samples, summed] = [x.shape[0], x.shape[a]];
    const [leftSizes, rightSizes] = [left.shape.slice(1, -1), right.shape.slice(2)];
    const size = (sizes: readonly number[]): number => sizes.reduce((product, n) => product * n, 1);
    const product = matmul(reshape(left, [samples, size(leftSizes), summed]), reshape(right, [samples, summed, size(rightSizes)]));
    const whole = leftSizes.length === 1 && rightSizes.length === 1 ? product : reshape(product, [samples, ...leftSizes, ...rightSizes]);
    // Of two vectors: (samples, 1).
    return whole.rank === 1 ? expandDims(whole, 1) : whole;
  }
}

export const dotLayers: LayerTable = {
  Dot: (options: KerasOptions) => new Dot(options),
};
