import type { LayerInputs } from '../../../graph/layer.js';
import { multiply } from '../../../graph/operations/arithmetic.js';
import { cast } from '../../../graph/operations/cast.js';
import { logicalAnd, notEqual } from '../../../graph/operations/comparison.js';
import { any } from '../../../graph/operations/reductions.js';
import { where } from '../../../graph/operations/select.js';
import { expandDims } from '../../../graph/operations/shaping.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';
import { KerasLayer, type KerasOptions, type LayerTable } from './keras-layer.js';

/** Keras's Masking: a step all of whose features are `mask_value` is masked, and becomes zeros. */
class Masking extends KerasLayer {
  private readonly value = this.read.number('mask_value', 0);

  protected override compute({ inputs: [x] }: LayerInputs): Tensor {
    const seen = expandDims(this.seen(x), -1);
    return this.dialect.kerasMajor === 3 ? where(seen, x, scalar(0, x.dtype)) : multiply(x, cast(seen, x.dtype));
  }

  protected override masksOf({ inputs: [x] }: LayerInputs): readonly (Tensor | null)[] { return [this.seen(x)]; }

  private seen(x: Tensor): Tensor {
    const value = scalar(this.value);
    // What was written in single precision is the value too: 0.1 in a file of float32, in a run in double.
    const single = scalar(Math.fround(this.value));
    return any(logicalAnd(notEqual(x, value), notEqual(x, single)), [-1]);
  }
}

export const maskingLayers: LayerTable = {
  Masking: (options: KerasOptions) => new Masking(options),
};
