import type { LayerInputs } from '../../../graph/layer.js';
import { repeat } from '../../../graph/operations/slicing.js';
import { expandDims, reshape, transpose } from '../../../graph/operations/shaping.js';
import { formText, isOpen } from '../../../graph/shapes.js';
import type { Tensor } from '../../../graph/tensor.js';
import { KerasLayer, type KerasOptions, type LayerTable } from './keras-layer.js';
import { channelsFirstIn } from './spatial.js';

/** Keras's layers that give a sample another shape. A mask ends there. */

/** All of a sample in one row; with `channels_first` after its second axis is moved to the end. */
class Flatten extends KerasLayer {
  private readonly channelsFirst = channelsFirstIn(this.read);

  protected override compute({ inputs: [x] }: LayerInputs): Tensor {
    const ordered = this.channelsFirst && x.rank > 2 ? transpose(x, [0, ...x.shape.slice(2).map((_, i) => i + 2), 1]) : x;
    return reshape(ordered, [x.shape[0], product(x.shape.slice(1))]);
  }
}

/** A sample in the shape `target_shape`, one size of which may be -1: what is left. */
class Reshape extends KerasLayer {
  private readonly target = this.read.get('target_shape', (value) => {
    const list = (Array.isArray(value) ? value : [value]).map((n: unknown) => n ?? -1);
    return list.every((n) => Number.isSafeInteger(n) && (n as number) >= -1) && list.filter((n) => n === -1).length <= 1 ? list as number[] : undefined;
  }, 'a list of sizes, one of which may be -1');

  protected override compute({ inputs: [x] }: LayerInputs): Tensor {
    const [samples, ...sizes] = x.shape;
    const { target } = this;
    const left = product(sizes) / product(target.filter((n) => n !== -1));
    // An open size is taken to fit, as Keras does.
    if (!sizes.some(isOpen) && !(target.includes(-1) ? Number.isInteger(left) : left === 1)) throw this.fail(`a sample of ${formText(sizes)} can't be reshaped to ${formText(target)}`);
    return reshape(x, [samples, ...target]);
  }
}

const product = (sizes: readonly number[]): number => sizes.reduce((all, n) => all * n, 1);

/** A sample's axes in another order: `dims`, counted from 1. */
class Permute extends KerasLayer {
  private readonly dims = this.read.get('dims', (value) => {
    const list: unknown[] = Array.isArray(value) ? value : [];
    return list.length > 0 && list.toSorted().every((n, i) => n === i + 1) ? list as number[] : undefined;
  }, 'every axis once, counted from 1');

  protected override compute({ inputs: [x] }: LayerInputs): Tensor {
    if (x.rank !== this.dims.length + 1) throw this.fail(`dims [${this.dims.join(', ')}] are the order of ${this.dims.length} axes after the samples, found ${x.rank - 1}`);
    return transpose(x, [0, ...this.dims]);
  }
}

/** (samples, features), `n` times: (samples, n, features). */
class RepeatVector extends KerasLayer {
  private readonly n = this.read.whole('n', 1);

  protected override compute({ inputs: [x] }: LayerInputs): Tensor {
    if (x.rank !== 2) throw this.fail(`expected an input of (samples, features), found ${x.rank} axes`);
    return repeat(expandDims(x, 1), this.n, 1);
  }
}

export const reshapingLayers: LayerTable = {
  Flatten: (options: KerasOptions) => new Flatten(options),
  Reshape: (options: KerasOptions) => new Reshape(options),
  Permute: (options: KerasOptions) => new Permute(options),
  RepeatVector: (options: KerasOptions) => new RepeatVector(options),
};
