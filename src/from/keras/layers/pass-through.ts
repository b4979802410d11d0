import type { LayerInputs } from '../../../graph/layer.js';
import { headless, type Tensor } from '../../../graph/tensor.js';
import { KerasLayer, type KerasOptions, type LayerTable } from './keras-layer.js';

/** Keras's Identity and ActivityRegularization: what comes in goes out. What an activity costs is the base's to tell. */
class PassThrough extends KerasLayer {
  constructor(options: KerasOptions, private readonly withMask: boolean) { super(options); }

  protected override compute({ inputs }: LayerInputs): readonly Tensor[] { return inputs; }

  protected override masksOf({ masks }: LayerInputs): readonly (Tensor | null)[] { return this.withMask ? masks : []; }
}

/** Keras 2's Identity makes a copy. */
class Copy extends PassThrough {
  protected override compute({ inputs }: LayerInputs): readonly Tensor[] { return inputs.map(headless); }
}

export const passThroughLayers: LayerTable = {
  // At Keras 2's Identity a mask ends.
  Identity: (options: KerasOptions) => (options.dialect.kerasMajor === 3 ? new PassThrough(options, true) : new Copy(options, false)),
  ActivityRegularization: (options: KerasOptions) => new PassThrough(options, true),
};
